//! The key that seals secrets in the database: from the configuration, or, with the private PostgreSQL alone, from a
//! file in the data directory made at the first start.
//!
//! A database of the customer's own outlives this machine, so a key that lies here unnoticed would be lost with it. With
//! `DATABASE_URL` and no key the hub runs, and refuses to store a secret.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use hub_engine::secret_key::SecretKey;
use secrecy::{ExposeSecret, SecretString};

const FILE_NAME: &str = "secret.key";

/// The key of the configuration.
pub fn parse(text: &SecretString) -> anyhow::Result<SecretKey> {
    SecretKey::parse(text.expose_secret())
        .context("bad value for key `secret_key` (IIKO_BASE_SECRET_KEY)")
}

/// The key of the data directory, made where there is none.
pub fn load_or_make(data_directory: &Path) -> anyhow::Result<SecretKey> {
    let path = data_directory.join(FILE_NAME);
    if !path.exists() {
        make(&path)
            .with_context(|| format!("cannot write the secret key to {}", path.display()))?;
    }
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read the secret key from {}", path.display()))?;
    SecretKey::parse(text.trim()).with_context(|| format!("{} holds no secret key", path.display()))
}

/// Written aside and linked into place: another command may do the same at this moment, and both must use one key.
fn make(path: &Path) -> io::Result<()> {
    let aside = path.with_extension(format!("key.{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)?;
    writeln!(file, "{}", SecretKey::generate().to_text().expose_secret())?;
    file.sync_all()?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_the_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = load_or_make(folder.path()).unwrap().to_text();
        let second = load_or_make(folder.path()).unwrap().to_text();
        assert_eq!(first.expose_secret(), second.expose_secret());
        let metadata = fs::metadata(folder.path().join(FILE_NAME)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
