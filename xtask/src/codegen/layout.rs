//! The generated files on disk: formatted by rustfmt, written, compared.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anyhow::{Context, bail, ensure};

use super::Files;

/// The only folder and file that the generator writes.
const ROOT: &str = "generated";

/// Formats all files at once: rustfmt follows the modules from the topmost.
pub(crate) fn format(files: Files) -> anyhow::Result<Files> {
    let folder = tempfile::tempdir()?;
    write(folder.path(), &files)?;
    // the defaults, whatever a folder above says
    fs::write(folder.path().join("rustfmt.toml"), "")?;
    let status = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .arg(folder.path().join(format!("{ROOT}.rs")))
        .status()
        .context("rustfmt does not start")?;
    ensure!(status.success(), "rustfmt refuses the generated code");
    files
        .into_keys()
        .map(|name| Ok((name.clone(), fs::read_to_string(folder.path().join(&name))?)))
        .collect()
}

/// Replaces what is in `folder` by `files`.
pub(crate) fn write(folder: &Path, files: &Files) -> anyhow::Result<()> {
    for stale in present(folder)?
        .into_iter()
        .filter(|name| !files.contains_key(name))
    {
        fs::remove_file(folder.join(stale))?;
    }
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().context("a file stands in a folder")?)?;
        // an unchanged file keeps its date, so that cargo does not compile it again
        if fs::read_to_string(&path).ok().as_ref() != Some(text) {
            fs::write(path, text)?;
        }
    }
    Ok(())
}

/// Fails if `folder` does not hold exactly `files`.
pub(crate) fn compare(folder: &Path, files: &Files) -> anyhow::Result<()> {
    let mut stale: BTreeSet<String> = present(folder)?
        .into_iter()
        .filter(|name| !files.contains_key(name))
        .collect();
    for (name, text) in files {
        if fs::read_to_string(folder.join(name)).ok().as_ref() != Some(text) {
            stale.insert(name.clone());
        }
    }
    if !stale.is_empty() {
        let names: Vec<_> = stale.into_iter().collect();
        bail!("stale, run `cargo xtask codegen`: {}", names.join(", "));
    }
    Ok(())
}

/// The generated files that are there, by their path below `folder`.
fn present(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = vec![];
    let mut folders = vec![ROOT.to_owned()];
    while let Some(below) = folders.pop() {
        let path = folder.join(&below);
        if !path.is_dir() {
            continue;
        }
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = format!("{below}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(name)
            } else {
                names.push(name)
            }
        }
    }
    Ok(names)
}
