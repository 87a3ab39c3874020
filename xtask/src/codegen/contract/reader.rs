//! From corrected JSON to the contract. What the generator does not understand, it refuses.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value};

use super::{Contract, Operation, Property, Schema, Type, Union};
use crate::codegen::{
    naming,
    operations::{OperationFacts, Operations},
    overlay::Overlay,
};

const SCHEMAS: &str = "#/components/schemas/";

pub(super) fn read(
    document: &Value,
    operations: &Operations,
    overlay: &Overlay,
) -> anyhow::Result<Contract> {
    let mut reader = Reader {
        overlay,
        used_entries: BTreeSet::new(),
        schemas: BTreeMap::new(),
        inline_enums: vec![],
    };
    reader.read_schemas(&document["components"]["schemas"])?;
    let operations = reader.read_operations(&document["paths"], operations)?;
    let entries = [&overlay.types, &overlay.needed, &overlay.secrets]
        .into_iter()
        .flat_map(BTreeMap::keys);
    if let Some(entry) = entries
        .into_iter()
        .find(|entry| !reader.used_entries.contains(*entry))
    {
        bail!("the overlay names `{entry}`, which the contract does not have");
    }
    let event = document["x-webhook-event"]["$ref"].as_str();
    let event = event
        .map(|reference| schema_name(reference).map(str::to_owned))
        .transpose()?;
    Ok(Contract {
        operations,
        schemas: reader.schemas,
        event,
    })
}

struct Reader<'a> {
    overlay: &'a Overlay,
    /// The entries of the overlay that met their property.
    used_entries: BTreeSet<String>,
    /// Those read so far, and the enums found inside properties.
    schemas: BTreeMap<String, Schema>,
    /// Property, words and name of the enums found inside properties.
    inline_enums: Vec<(String, Value, String)>,
}

impl Reader<'_> {
    fn read_schemas(&mut self, schemas: &Value) -> anyhow::Result<()> {
        for (name, schema) in schemas.as_object().context("no schemas")? {
            let schema = self
                .schema(name, schema)
                .with_context(|| format!("schema `{name}`"))?;
            let is_new = self.schemas.insert(name.clone(), schema).is_none();
            ensure!(is_new, "`{name}` is there twice");
        }
        Ok(())
    }

    fn read_operations(
        &mut self,
        paths: &Value,
        operations: &Operations,
    ) -> anyhow::Result<Vec<Operation>> {
        let mut read = vec![];
        for (path, item) in paths.as_object().context("no paths")? {
            let facts = operations
                .get(path)
                .with_context(|| format!("operations.toml lacks `{path}`"))?;
            let methods = item.as_object().context("a path is an object")?;
            ensure!(methods.len() == 1, "`{path}` has more than its POST");
            let operation = self
                .operation(path, &item["post"], facts)
                .with_context(|| format!("path `{path}`"))?;
            read.push(operation);
        }
        match operations
            .keys()
            .find(|path| paths.get(path.as_str()).is_none())
        {
            Some(path) => bail!("operations.toml has `{path}`, the contract does not"),
            None => Ok(read),
        }
    }

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
                is_needed: self.is_needed(name, property),
                is_choice: false,
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
            (None, None) => named("Json"),
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

    fn is_needed(&mut self, schema: &str, property: &str) -> bool {
        let entry = format!("{schema}.{property}");
        let is_needed = self.overlay.needed.contains_key(&entry);
        if is_needed {
            self.used_entries.insert(entry);
        }
        is_needed
    }

    /// An id, a time or a secret as the overlay knows it better.
    fn overlaid(&mut self, schema: &str, property: &str, kind: Type) -> Type {
        let Overlay { types, secrets, .. } = self.overlay;
        let own = format!("{schema}.{property}");
        let found = match kind {
            Type::Named("Guid" | "LocalTime") => [own, property.to_owned()]
                .into_iter()
                .find_map(|entry| types.get(&entry).map(|name| (entry, name.clone()))),
            Type::Named("String") if secrets.contains_key(&own) => Some((own, "Secret".to_owned())),
            _ => None,
        };
        let Some((entry, name)) = found else {
            return kind;
        };
        self.used_entries.insert(entry);
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
        let values = &value["enum"];
        let known = self
            .inline_enums
            .iter()
            .find(|(of, words, _)| of == property && words == values);
        if let Some((_, _, name)) = known {
            return Ok(Type::Schema(name.clone()));
        }
        let name = naming::inline_enum(schema, property);
        self.inline_enums
            .push((property.to_owned(), values.clone(), name.clone()));
        let is_new = self.schemas.insert(name.clone(), read).is_none();
        ensure!(is_new, "`{name}` is there twice");
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
