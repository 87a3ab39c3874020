//! `cargo xtask codegen [--check]`: writes the types of the iiko Cloud API from `contract/`.
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

use anyhow::{Context, bail};

use crate::{Mode, repository};

use self::{contract::Contract, operations::Operations, overlay::Overlay, usage::Usage};

/// Text of each generated file, by its path below `generated/`.
type Files = BTreeMap<String, String>;

/// Writes `crates/iiko-types/src/generated`, or fails if something there is stale.
pub(crate) fn run(mode: Mode) -> anyhow::Result<()> {
    let root = repository::root()?;
    let files = layout::format(generate(&root.join("contract"))?)?;
    let folder = root.join("crates/iiko-types/src");
    match mode {
        Mode::Check => layout::compare(&folder, &files),
        Mode::Write => layout::write(&folder, &files),
    }
}

fn generate(folder: &Path) -> anyhow::Result<Files> {
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
) -> anyhow::Result<Files> {
    let overlay: Overlay = toml::from_str(&sources.overlay).context("overlay.toml")?;
    let operations: Operations = toml::from_str(&sources.operations).context("operations.toml")?;
    let mut document = serde_json::from_str(&sources.contract).context("the contract")?;
    overlay.import(&mut document, read)?;
    overlay.correct(&mut document)?;
    let contract = Contract::read(&document, &operations, &overlay.types)?;
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
