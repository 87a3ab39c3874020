//! `cargo xtask decode PATH FILE`: an example of iiko-types, started from here.
//!
//! It is not linked in, since `codegen` must still build when the code it generated does not.

use std::process::Command;

use anyhow::{Context, bail};

use crate::repository;

/// Fails if the file does not decode as the answer of the operation, or loses something.
pub(crate) fn run(path: &str, file: &str) -> anyhow::Result<()> {
    let status = Command::new("cargo")
        .args(["run", "--quiet", "--package", "iiko-types"])
        .arg("--manifest-path")
        .arg(repository::root()?.join("Cargo.toml"))
        .args(["--example", "decode", "--", path, file])
        .status()
        .context("cannot run `cargo`")?;
    if !status.success() {
        bail!("`{file}` is not `{path}` without loss");
    }
    Ok(())
}
