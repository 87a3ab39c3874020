//! Properties that exclude each other become one field whose type is an enum over them.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::{Contract, Property, Schema, Type};
use crate::codegen::overlay::Choice;

pub(super) fn apply(
    contract: &mut Contract,
    document: &Value,
    choices: &[Choice],
) -> anyhow::Result<()> {
    for choice in choices {
        choice
            .check(document)
            .and_then(|()| take(contract, choice))
            .with_context(|| format!("choice `{}`", choice.name))?;
    }
    Ok(())
}

fn take(contract: &mut Contract, choice: &Choice) -> anyhow::Result<()> {
    let mut kinds: BTreeMap<String, Type> = BTreeMap::new();
    for name in &choice.schemas {
        let Some(Schema::Object(properties)) = contract.schemas.get_mut(name) else {
            bail!("`{name}` is not an object");
        };
        let is_one = |property: &Property| choice.variants.values().any(|of| *of == property.name);
        for property in properties.extract_if(.., |property| is_one(property)) {
            ensure!(
                property.required.is_none(),
                "`{name}.{}` is required",
                property.name
            );
            let kind = kinds
                .entry(property.name)
                .or_insert_with(|| property.kind.clone());
            ensure!(*kind == property.kind, "`{name}` has another type for it");
        }
        properties.push(Property {
            name: choice.field.clone(),
            kind: Type::Schema(choice.name.clone()),
            required: None,
            is_nullable: true,
            is_needed: false,
            is_choice: true,
        });
    }
    let variants = choice.variants.iter().map(|(variant, property)| {
        let kind = kinds.remove(property).context("no object has it")?;
        Ok((variant.clone(), property.clone(), kind))
    });
    let schema = Schema::Choice(variants.collect::<anyhow::Result<_>>()?);
    let is_new = contract
        .schemas
        .insert(choice.name.clone(), schema)
        .is_none();
    ensure!(is_new, "the name is taken");
    Ok(())
}
