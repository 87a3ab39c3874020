//! Where the repository lies and which files belong to it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

/// The workspace root. Cargo runs xtask from anywhere inside it.
pub(crate) fn root() -> anyhow::Result<PathBuf> {
    let manifest = output(Command::new("cargo").args([
        "locate-project",
        "--workspace",
        "--message-format",
        "plain",
    ]))?;
    let manifest = PathBuf::from(manifest.trim());
    manifest
        .parent()
        .map(Path::to_path_buf)
        .context("the workspace manifest lies in no folder")
}

/// Where cargo puts what it builds, `CARGO_TARGET_DIR` and configuration considered.
pub(crate) fn target_directory() -> anyhow::Result<PathBuf> {
    let metadata =
        output(Command::new("cargo").args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).context("cannot read `cargo metadata`")?;
    let directory = metadata["target_directory"]
        .as_str()
        .context("`cargo metadata` names no target directory")?;
    Ok(PathBuf::from(directory))
}

/// Files under version control and new ones that are not ignored, relative to the root, in order.
pub(crate) fn files(root: &Path) -> anyhow::Result<Vec<String>> {
    let listing = output(Command::new("git").current_dir(root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ]))?;
    let present = listing
        .split('\0')
        .filter(|path| !path.is_empty() && root.join(path).is_file());
    Ok(present.map(str::to_owned).collect())
}

/// What `command` prints; an error with its own words where it fails.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("cannot run `{name}`"))?;
    ensure!(
        output.status.success(),
        "`{name}` failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{name}` printed something that is not UTF-8"))
}
