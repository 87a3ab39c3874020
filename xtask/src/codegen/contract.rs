//! The contract as the generator sees it: operations and schemas, read from corrected JSON.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value};

use super::{
    naming,
    operations::{Effect, OperationFacts, Operations},
};

const SCHEMAS: &str = "#/components/schemas/";

#[derive(Debug)]
pub(crate) struct Contract {
    /// In the order of the contract's paths.
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
}

#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// Its place among the required ones, if it is one.
    pub(crate) required: Option<usize>,
    pub(crate) is_nullable: bool,
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
    /// An id or a time that the overlay names.
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
    pub(crate) fn read(
        document: &Value,
        operations: &Operations,
        types: &BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        let mut reader = Reader {
            types,
            used_types: BTreeSet::new(),
            schemas: BTreeMap::new(),
        };
        let schemas = document["components"]["schemas"]
            .as_object()
            .context("no schemas")?;
        for (name, schema) in schemas {
            let schema = reader
                .schema(name, schema)
                .with_context(|| format!("schema `{name}`"))?;
            ensure!(
                reader.schemas.insert(name.clone(), schema).is_none(),
                "`{name}` is there twice"
            );
        }
        let mut read = vec![];
        for (path, item) in document["paths"].as_object().context("no paths")? {
            let facts = operations
                .get(path)
                .with_context(|| format!("operations.toml lacks `{path}`"))?;
            let methods = item.as_object().context("a path is an object")?;
            ensure!(methods.len() == 1, "`{path}` has more than its POST");
            let operation = reader
                .operation(path, &item["post"], facts)
                .with_context(|| format!("path `{path}`"))?;
            read.push(operation);
        }
        if let Some(path) = operations
            .keys()
            .find(|path| document["paths"].get(path.as_str()).is_none())
        {
            bail!("operations.toml has `{path}`, the contract does not");
        }
        if let Some(entry) = types
            .keys()
            .find(|entry| !reader.used_types.contains(*entry))
        {
            bail!("the overlay names a type for `{entry}`, which the contract does not have");
        }
        let event = document["x-webhook-event"]["$ref"]
            .as_str()
            .map(|reference| schema_name(reference).map(str::to_owned));
        let mut contract = Self {
            operations: read,
            schemas: reader.schemas,
            event: event.transpose()?,
        };
        contract.check_names()?;
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
            Self::Words(_) | Self::Numbers(_) | Self::Union(_) => &[],
        }
    }

    pub(crate) fn as_union(&self) -> Option<&Union> {
        match self {
            Self::Union(union) => Some(union),
            Self::Object(_) | Self::Words(_) | Self::Numbers(_) => None,
        }
    }
}

struct Reader<'a> {
    types: &'a BTreeMap<String, String>,
    used_types: BTreeSet<String>,
    /// Those read so far, and the enums found inside properties.
    schemas: BTreeMap<String, Schema>,
}

impl Reader<'_> {
    fn schema(&mut self, name: &str, schema: &Value) -> anyhow::Result<Schema> {
        if schema.get("enum").is_some() {
            return read_enum(schema);
        }
        if schema.get("oneOf").is_some() {
            return read_union(schema).map(Schema::Union);
        }
        let no_properties = Map::new();
        let properties = schema
            .get("properties")
            .map_or(Some(&no_properties), Value::as_object);
        let properties = properties.context("`properties` is no object")?;
        let required: Vec<&str> = words(&schema["required"])?;
        for name in &required {
            ensure!(
                properties.contains_key(*name),
                "requires `{name}`, which it does not have"
            );
        }
        let mut read = vec![];
        for (property, value) in properties {
            let kind = self
                .kind(name, property, value)
                .with_context(|| format!("property `{property}`"))?;
            read.push(Property {
                name: property.clone(),
                kind,
                required: required.iter().position(|name| name == property),
                is_nullable: value["nullable"] == true,
            });
        }
        Ok(Schema::Object(read))
    }

    fn kind(&mut self, schema: &str, property: &str, value: &Value) -> anyhow::Result<Type> {
        if let Some(reference) = value["$ref"].as_str() {
            return Ok(Type::Schema(schema_name(reference)?.to_owned()));
        }
        if let Some(all) = value["allOf"].as_array() {
            let [only] = all.as_slice() else {
                bail!("`allOf` of more than one")
            };
            return self.kind(schema, property, only);
        }
        if let Some(path) = value["x-rust-type"].as_str() {
            let keeps = words(&value["x-keeps"])?
                .into_iter()
                .map(str::to_owned)
                .collect();
            return Ok(Type::Handwritten(path.to_owned(), keeps));
        }
        if value.get("enum").is_some() {
            return self.inline_enum(schema, property, value);
        }
        let named = Type::Named;
        let kind = match (value["type"].as_str(), value["format"].as_str()) {
            (None, None) => named("Value"),
            (Some("string"), Some("uuid")) => named("Guid"),
            (Some("string"), Some("iiko-date-time")) => named("LocalTime"),
            (Some("string"), Some("time-span")) => named("TimeSpan"),
            (Some("string"), Some("date")) => named("NaiveDate"),
            (Some("string"), Some("date-time")) => named("DateTime<FixedOffset>"),
            (Some("string"), None) => named("String"),
            (Some("boolean"), None) => named("bool"),
            (Some("integer"), Some("int32")) => named("i32"),
            (Some("integer"), Some("int64")) => named("i64"),
            (Some("number"), Some("decimal")) => named("ExactDecimal"),
            (Some("array"), None) => {
                Type::List(Box::new(self.kind(schema, property, &value["items"])?))
            }
            (Some("object"), None) if value["properties"].is_null() => {
                let inner =
                    Box::new(self.kind(schema, property, &value["additionalProperties"])?);
                if value["x-empty-as-list"] == true {
                    Type::ListOrMap(inner)
                } else {
                    Type::Map(inner)
                }
            }
            other => bail!("unknown type {other:?}"),
        };
        Ok(self.overlaid(schema, property, kind))
    }

    /// An id or a time as the overlay knows it better.
    fn overlaid(&mut self, schema: &str, property: &str, kind: Type) -> Type {
        if !matches!(kind, Type::Named("Guid" | "LocalTime")) {
            return kind;
        }
        let entries = [format!("{schema}.{property}"), property.to_owned()];
        let Some(entry) = entries
            .into_iter()
            .find(|entry| self.types.contains_key(entry))
        else {
            return kind;
        };
        let name = self.types[&entry].clone();
        self.used_types.insert(entry);
        Type::Overlay(name)
    }

    /// An enum written inside a property; the same words under the same property share one type.
    fn inline_enum(&mut self, schema: &str, property: &str, value: &Value) -> anyhow::Result<Type> {
        let read = read_enum(value)?;
        if let Schema::Words(words) = &read
            && words.len() == 1
            && value["x-open"] != true
        {
            return Ok(Type::Named("String"));
        }
        let name = naming::inline_enum(schema, property);
        ensure!(
            self.schemas.insert(name.clone(), read).is_none(),
            "`{name}` is there twice"
        );
        Ok(Type::Schema(name))
    }

    fn operation(
        &mut self,
        path: &str,
        operation: &Value,
        facts: &OperationFacts,
    ) -> anyhow::Result<Operation> {
        let [tag] = words(&operation["tags"])?[..] else {
            bail!("one tag, please")
        };
        let group = operation["x-restriction-group"].as_str();
        ensure!(
            group.is_some() == facts.restriction_group.is_none(),
            "the restriction group stands nowhere or twice"
        );
        let body = |content: &Value| content["content"]["application/json"]["schema"].clone();
        let mut kind = |schema: Value| match schema {
            Value::Null => Ok(None),
            schema => self.kind("", "", &schema).map(Some),
        };
        Ok(Operation {
            path: path.to_owned(),
            tag: tag.to_owned(),
            name: facts.name.clone(),
            effect: facts.effect,
            restriction_group: group
                .or(facts.restriction_group.as_deref())
                .unwrap_or_default()
                .to_owned(),
            group_is_guess: facts.guess,
            is_command: operation["x-command"] == true,
            is_deprecated: operation["deprecated"] == true,
            replaced_by: operation["x-replaced-by"].as_str().map(str::to_owned),
            aliases: facts.aliases.clone(),
            request: kind(body(&operation["requestBody"]))?,
            response: kind(body(&operation["responses"]["200"]))?,
        })
    }
}

fn read_enum(schema: &Value) -> anyhow::Result<Schema> {
    let values = schema["enum"].as_array().context("`enum` is no list")?;
    match schema["type"].as_str() {
        Some("string") => Ok(Schema::Words(
            words(&schema["enum"])?
                .into_iter()
                .map(str::to_owned)
                .collect(),
        )),
        Some("integer") => {
            let names = words(&schema["x-enum-varnames"])?;
            ensure!(
                names.len() == values.len(),
                "as many names as values, please"
            );
            let numbers = values
                .iter()
                .map(|value| value.as_i64().context("not an integer"));
            let named = numbers
                .zip(names)
                .map(|(number, name)| Ok((number?, name.to_owned())));
            named.collect::<anyhow::Result<_>>().map(Schema::Numbers)
        }
        other => bail!("an enum of {other:?}"),
    }
}

fn read_union(schema: &Value) -> anyhow::Result<Union> {
    let tag = schema["discriminator"]["propertyName"]
        .as_str()
        .context("a union without a discriminator")?;
    let mapping = schema["discriminator"]["mapping"]
        .as_object()
        .context("a discriminator without a mapping")?;
    let listed = schema["oneOf"].as_array().context("`oneOf` is no list")?;
    let mut variants = vec![];
    for variant in listed {
        let reference = variant["$ref"]
            .as_str()
            .context("a variant without a name")?;
        let value = mapping
            .iter()
            .find(|(_, mapped)| mapped.as_str() == Some(reference));
        let (value, _) = value.with_context(|| format!("nothing is mapped to `{reference}`"))?;
        variants.push((value.clone(), schema_name(reference)?.to_owned()));
    }
    ensure!(
        variants.len() == mapping.len(),
        "the mapping and `oneOf` differ"
    );
    Ok(Union {
        tag: tag.to_owned(),
        variants,
        fallback: schema["x-fallback"]
            .as_str()
            .context("a union without a fallback")?
            .to_owned(),
        fallback_variant: schema["x-fallback-variant"]
            .as_str()
            .unwrap_or("Other")
            .to_owned(),
    })
}

fn schema_name(reference: &str) -> anyhow::Result<&str> {
    reference
        .strip_prefix(SCHEMAS)
        .with_context(|| format!("`{reference}` is not a schema"))
}

/// A list of strings; absent is empty.
fn words(value: &Value) -> anyhow::Result<Vec<&str>> {
    match value {
        Value::Null => Ok(vec![]),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().context("not a string"))
            .collect(),
        other => bail!("expected a list of strings, found {other}"),
    }
}
