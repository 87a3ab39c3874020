//! `docs/openapi.json` is what the program says of itself.
//!
//! The document is made from the handlers, so only the built program knows it; it is committed so that a change of the
//! API shows in a review.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail, ensure};

use crate::{Mode, repository};

const DOCUMENT: &str = "docs/openapi.json";

/// Whether the program has to be built before it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    ToBuild,
    /// Built a moment ago with all targets: to build again without them would only compile what the features of
    /// dev-dependencies change.
    Built,
}

pub(crate) fn run(mode: Mode, program: Program) -> anyhow::Result<()> {
    let root = repository::root()?;
    match program {
        Program::ToBuild => build(&root)?,
        Program::Built => {}
    }
    let program = repository::target_directory()?.join("debug/iiko-base");
    let mut said = repository::output(Command::new(program).arg("openapi"))?;
    if !said.ends_with('\n') {
        said.push('\n');
    }

    let path = root.join(DOCUMENT);
    match mode {
        Mode::Write => fs::write(&path, said).with_context(|| format!("cannot write {DOCUMENT}")),
        Mode::Check => {
            let committed =
                fs::read_to_string(&path).with_context(|| format!("cannot read {DOCUMENT}"))?;
            if committed != said {
                bail!("{DOCUMENT} is stale: run `cargo xtask openapi`");
            }
            Ok(())
        }
    }
}

fn build(root: &Path) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    let status = cargo
        .current_dir(root)
        .args(["build", "--quiet", "--workspace"])
        .status();
    ensure!(
        status.context("cannot run `cargo`")?.success(),
        "the workspace does not build"
    );
    Ok(())
}
