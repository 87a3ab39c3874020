//! Folders for tests that run a private PostgreSQL.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

/// A folder of this test alone. Others may pass it: as root the server runs as another user.
pub fn create() -> TempDir {
    tempfile::Builder::new()
        .prefix("iiko-base-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir()
        .expect("a temporary folder")
}
