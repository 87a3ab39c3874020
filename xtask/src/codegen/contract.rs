//! The contract as the generator sees it: operations and schemas.

mod choices;
mod reader;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{bail, ensure};
use serde_json::Value;

use super::{
    operations::{Effect, Operations},
    overlay::Overlay,
};

#[derive(Debug)]
pub(crate) struct Contract {
    /// By path.
    pub(crate) operations: Vec<Operation>,
    pub(crate) schemas: BTreeMap<String, Schema>,
    /// What iiko sends on its own.
    pub(crate) event: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) path: String,
    pub(crate) tag: String,
    pub(crate) name: String,
    pub(crate) effect: Effect,
    pub(crate) restriction_group: String,
    pub(crate) group_is_guess: bool,
    pub(crate) is_command: bool,
    pub(crate) is_deprecated: bool,
    pub(crate) replaced_by: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) request: Option<Type>,
    pub(crate) response: Option<Type>,
}

#[derive(Debug)]
pub(crate) enum Schema {
    Object(Vec<Property>),
    Words(Vec<String>),
    /// Value and name.
    Numbers(Vec<(i64, String)>),
    Union(Union),
    /// Name of the variant, property and type.
    Choice(Vec<(String, String, Type)>),
}

#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// Its place among the required ones, if it is one.
    pub(crate) required: Option<usize>,
    pub(crate) is_nullable: bool,
    /// Not required by the contract, but by iiko: asked for, and not missed.
    pub(crate) is_needed: bool,
    /// No property of its own, but one of those of a choice.
    pub(crate) is_choice: bool,
}

#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) tag: String,
    /// Value of the tag and schema.
    pub(crate) variants: Vec<(String, String)>,
    pub(crate) fallback: String,
    pub(crate) fallback_variant: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Schema(String),
    /// A variant of a union, used without the union.
    Tagged(String),
    List(Box<Type>),
    Map(Box<Type>),
    /// A map that comes as `[]` when it is empty.
    ListOrMap(Box<Type>),
    /// A type of iiko-types by its name, with a short path.
    Named(&'static str),
    /// An id, a time or a secret that the overlay names.
    Overlay(String),
    /// A handwritten type, and the schemas it is made of.
    Handwritten(String, Vec<String>),
}

impl Type {
    /// The schemas that this type mentions.
    pub(crate) fn schemas(&self) -> Vec<&str> {
        match self {
            Self::Schema(name) | Self::Tagged(name) => vec![name],
            Self::List(inner) | Self::Map(inner) | Self::ListOrMap(inner) => inner.schemas(),
            Self::Handwritten(_, schemas) => schemas.iter().map(String::as_str).collect(),
            Self::Named(_) | Self::Overlay(_) => vec![],
        }
    }
}

impl Contract {
    /// Reads a corrected contract, with what the overlay knows better.
    pub(crate) fn read(
        document: &Value,
        operations: &Operations,
        overlay: &Overlay,
    ) -> anyhow::Result<Self> {
        let mut contract = reader::read(document, operations, overlay)?;
        choices::apply(&mut contract, document, &overlay.choices)?;
        contract.check_names()?;
        contract.check_references()?;
        contract.drop_tags()?;
        Ok(contract)
    }

    fn check_names(&self) -> anyhow::Result<()> {
        let mut names = BTreeSet::new();
        for operation in &self.operations {
            ensure!(
                names.insert(&operation.name),
                "two operations are called `{}`",
                operation.name
            );
        }
        Ok(())
    }

    fn check_references(&self) -> anyhow::Result<()> {
        let bodies = self
            .operations
            .iter()
            .flat_map(|operation| [&operation.request, &operation.response]);
        let bodies = bodies.flatten().flat_map(Type::schemas);
        let held = self.schemas.values().flat_map(Schema::references);
        let event = self.event.as_deref();
        match bodies
            .chain(held)
            .chain(event)
            .find(|name| !self.schemas.contains_key(*name))
        {
            Some(name) => bail!("there is no schema `{name}`"),
            None => Ok(()),
        }
    }

    /// A variant does not hold its own tag: the union writes it, or `Tagged` where there is no union.
    fn drop_tags(&mut self) -> anyhow::Result<()> {
        let mut tags = BTreeMap::new();
        for union in self.schemas.values().filter_map(Schema::as_union) {
            for (_, schema) in &union.variants {
                let first = tags.insert(schema.clone(), union.tag.clone()).is_none();
                ensure!(first, "`{schema}` is in two unions or has two tags");
            }
        }
        for schema in self.schemas.values_mut() {
            let Schema::Object(properties) = schema else {
                continue;
            };
            for kind in properties.iter_mut().map(|property| &mut property.kind) {
                if let Some(variant) = kind
                    .schemas()
                    .into_iter()
                    .find(|name| tags.contains_key(*name))
                {
                    let variant = variant.to_owned();
                    ensure!(
                        *kind == Type::Schema(variant.clone()),
                        "a list of `{variant}` without its union"
                    );
                    *kind = Type::Tagged(variant);
                }
            }
        }
        for (name, tag) in &tags {
            let Some(Schema::Object(properties)) = self.schemas.get_mut(name) else {
                bail!("variant `{name}` is not an object");
            };
            properties.retain(|property| property.name != *tag);
        }
        Ok(())
    }
}

impl Schema {
    pub(crate) fn properties(&self) -> &[Property] {
        match self {
            Self::Object(properties) => properties,
            Self::Words(_) | Self::Numbers(_) | Self::Union(_) | Self::Choice(_) => &[],
        }
    }

    /// The schemas that this one mentions.
    pub(crate) fn references(&self) -> Vec<&str> {
        match self {
            Self::Object(properties) => properties
                .iter()
                .flat_map(|property| property.kind.schemas())
                .collect(),
            Self::Union(union) => {
                let variants = union.variants.iter().map(|(_, schema)| schema.as_str());
                variants.chain([union.fallback.as_str()]).collect()
            }
            Self::Choice(variants) => variants
                .iter()
                .flat_map(|(_, _, kind)| kind.schemas())
                .collect(),
            Self::Words(_) | Self::Numbers(_) => vec![],
        }
    }

    pub(crate) fn as_union(&self) -> Option<&Union> {
        match self {
            Self::Union(union) => Some(union),
            Self::Object(_) | Self::Words(_) | Self::Numbers(_) | Self::Choice(_) => None,
        }
    }
}
