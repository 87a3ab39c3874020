//! Enums that keep what they do not know, unions told apart by a tag, and choices between properties; all by macros of
//! iiko-types.

use std::collections::BTreeSet;

use anyhow::ensure;

use super::text::Imports;
use crate::codegen::{
    contract::{Type, Union},
    naming,
};

/// The variant for what we do not know, and the one where the contract has a word `Other` of its own.
const OTHER: [&str; 2] = ["Other", "Unlisted"];

pub(super) fn words(name: &str, doc: &str, words: &[String]) -> anyhow::Result<String> {
    let named = words
        .iter()
        .map(|word| (format!("{word:?}"), naming::type_name(word)));
    open_enum("open_enum", name, doc, named.collect())
}

pub(super) fn numbers(name: &str, doc: &str, numbers: &[(i64, String)]) -> anyhow::Result<String> {
    let named = numbers
        .iter()
        .map(|(number, word)| (number.to_string(), naming::type_name(word)));
    open_enum("open_number_enum", name, doc, named.collect())
}

fn open_enum(
    macro_name: &str,
    name: &str,
    doc: &str,
    named: Vec<(String, String)>,
) -> anyhow::Result<String> {
    let names: BTreeSet<&str> = named.iter().map(|(_, name)| name.as_str()).collect();
    ensure!(
        names.len() == named.len(),
        "two values of `{name}` get the same name"
    );
    let other = if names.contains(OTHER[0]) {
        OTHER[1]
    } else {
        OTHER[0]
    };
    let lines: String = named
        .iter()
        .map(|(value, name)| format!("    {name} = {value},\n"))
        .collect();
    Ok(format!(
        "crate::open_enum::{macro_name}! {{\n    /// {doc}\n    {name} or {other} {{\n{}    }}\n}}\n",
        indent(&lines)
    ))
}

pub(super) fn union(name: &str, doc: &str, union: &Union, imports: &mut Imports) -> String {
    let mut lines = String::new();
    for (value, schema) in &union.variants {
        imports.schema(schema);
        lines.push_str(&format!(
            "    {value:?} => {}({schema}),\n",
            naming::type_name(value)
        ));
    }
    imports.schema(&union.fallback);
    let (tag, fallback, other) = (&union.tag, &union.fallback, &union.fallback_variant);
    format!(
        "crate::union::tagged_union! {{\n    /// {doc}\n    {name} by {tag:?} or {other}({fallback}) {{\n{}    }}\n}}\n",
        indent(&lines)
    )
}

pub(super) fn choice(
    name: &str,
    doc: &str,
    variants: &[(String, String, Type)],
    imports: &mut Imports,
) -> String {
    let lines: String = variants
        .iter()
        .map(|(variant, property, kind)| {
            format!("    {variant}({}) = {property:?},\n", imports.kind(kind))
        })
        .collect();
    format!(
        "crate::choice::choice! {{\n    /// {doc}\n    {name} {{\n{}    }}\n}}\n",
        indent(&lines)
    )
}

/// rustfmt leaves the inside of these macros alone.
fn indent(lines: &str) -> String {
    lines.lines().map(|line| format!("    {line}\n")).collect()
}
