//! `cargo xtask codegen [--check]`: writes the types of the iiko Cloud API and the methods of its client from
//! `contract/`, and the table of operations for people.
//!
//! The way of a fact: the published contract and the contracts merged into it, corrected by the overlay ([`overlay`]),
//! joined with what is said about operations elsewhere ([`operations`]), read into a model ([`contract`]); then for each
//! schema who uses it and in which direction ([`usage`]), and from that the text ([`emit`]), formatted by rustfmt
//! ([`layout`]). All that is special about one schema or operation stands in the data files, none of it in code.

mod contract;
mod emit;
mod layout;
mod naming;
mod operations;
mod overlay;
mod usage;

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, bail, ensure};

use crate::{Mode, repository};

use self::{contract::Contract, operations::Operations, overlay::Overlay, usage::Usage};

/// Text of each generated file, by its path below `generated/`.
type Files = BTreeMap<String, String>;

/// What becomes of a contract, by the crate that gets it.
#[derive(Debug, PartialEq)]
struct Generated {
    /// Of iiko-types.
    types: Files,
    /// Of iiko-client.
    methods: Files,
    /// The table of operations for people.
    guide: String,
}

/// Where the table of operations stands.
const GUIDE: &str = "docs/sdk/operations.md";

/// Writes the folders `generated` of iiko-types and iiko-client, or fails if something there is stale.
pub(crate) fn run(mode: Mode) -> anyhow::Result<()> {
    let root = repository::root()?;
    let Generated {
        types,
        methods,
        guide,
    } = generate(&root.join("contract"))?;
    for (name, files) in [("iiko-types", types), ("iiko-client", methods)] {
        let files = layout::format(files)?;
        let folder = root.join("crates").join(name).join("src");
        match mode {
            Mode::Check => layout::compare(&folder, &files).context(name)?,
            Mode::Write => layout::write(&folder, &files)?,
        }
    }
    write_guide(mode, &root.join(GUIDE), &guide)
}

fn write_guide(mode: Mode, path: &Path, guide: &str) -> anyhow::Result<()> {
    match mode {
        Mode::Check => {
            let is_fresh = fs::read_to_string(path).is_ok_and(|present| present == guide);
            ensure!(is_fresh, "stale, run `cargo xtask codegen`: {GUIDE}");
        }
        Mode::Write => {
            fs::create_dir_all(path.parent().context("a file stands in a folder")?)?;
            fs::write(path, guide)?;
        }
    }
    Ok(())
}

fn generate(folder: &Path) -> anyhow::Result<Generated> {
    let read = |name: &str| {
        fs::read_to_string(folder.join(name))
            .with_context(|| format!("contract/{name} cannot be read"))
    };
    let sources = Sources {
        contract: read("iiko-cloud.json")?,
        overlay: read("overlay.toml")?,
        operations: read("operations.toml")?,
    };
    generate_from(&sources, read)
}

/// The texts that the generated code is made from.
struct Sources {
    contract: String,
    overlay: String,
    operations: String,
}

/// `read` gives the contracts that the overlay imports.
fn generate_from(
    sources: &Sources,
    read: impl Fn(&str) -> anyhow::Result<String>,
) -> anyhow::Result<Generated> {
    let overlay: Overlay = toml::from_str(&sources.overlay).context("overlay.toml")?;
    let operations: Operations = toml::from_str(&sources.operations).context("operations.toml")?;
    let mut document = serde_json::from_str(&sources.contract).context("the contract")?;
    overlay.import(&mut document, read)?;
    overlay.correct(&mut document)?;
    let contract = Contract::read(&document, &operations, &overlay)?;
    let usage = Usage::of(&contract);
    if let Some(unused) = contract
        .schemas
        .keys()
        .find(|name| usage.users(name).is_empty())
    {
        bail!("no operation uses `{unused}`");
    }
    emit::files(&contract, &usage)
}

#[cfg(test)]
mod tests;
