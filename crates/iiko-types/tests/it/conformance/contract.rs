//! The contract with its corrections, read without the generator.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) struct Contract {
    pub(crate) paths: Map<String, Value>,
    pub(crate) schemas: Map<String, Value>,
    /// A reference to the schema of what iiko sends on its own.
    pub(crate) event: Value,
    /// By schema: the tag that tells it apart in its union, and the tag's value.
    pub(crate) tags: BTreeMap<String, (String, String)>,
    /// By schema: properties that exclude each other.
    pub(crate) choices: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Overlay {
    import: Vec<Import>,
    correction: Vec<Correction>,
    choice: Vec<Choice>,
}

#[derive(Deserialize)]
struct Import {
    file: String,
    rename: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Correction {
    at: String,
    replace: String,
}

#[derive(Deserialize)]
struct Choice {
    schemas: Vec<String>,
    variants: BTreeMap<String, String>,
}

fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../contract");
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

impl Contract {
    pub(crate) fn read() -> Self {
        let overlay: Overlay = toml::from_str(&file("overlay.toml")).expect("an overlay");
        let mut document = json(&file("iiko-cloud.json"));
        for import in overlay.import {
            let mut text = file(&import.file);
            for (old, new) in &import.rename {
                let reference = |name: &str| format!("\"#/components/schemas/{name}\"");
                text = text.replace(&reference(old), &reference(new));
            }
            let other = json(&text);
            for (path, item) in object(&other["paths"]) {
                document["paths"][path] = item.clone();
            }
            for (name, schema) in object(&other["components"]["schemas"]) {
                let name = import.rename.get(name).unwrap_or(name);
                document["components"]["schemas"][name] = schema.clone();
            }
        }
        for Correction { at, replace } in overlay.correction {
            let (parent, key) = at.rsplit_once('/').expect("a pointer");
            let key = key.replace("~1", "/");
            document.pointer_mut(parent).expect(&at)[key] = json(&replace);
        }
        let schemas = object(&document["components"]["schemas"]).clone();
        let mut tags = BTreeMap::new();
        for schema in schemas.values() {
            let tag = schema["discriminator"]["propertyName"].as_str();
            for (value, member) in schema["discriminator"]["mapping"]
                .as_object()
                .into_iter()
                .flatten()
            {
                let tag = tag.expect("a union has a tag").to_owned();
                tags.insert(referred(member).to_owned(), (tag, value.clone()));
            }
        }
        let mut choices = BTreeMap::new();
        for Choice { schemas, variants } in overlay.choice {
            let properties: Vec<_> = variants.into_values().collect();
            choices.extend(schemas.into_iter().map(|name| (name, properties.clone())));
        }
        Self {
            paths: object(&document["paths"]).clone(),
            schemas,
            event: document["x-webhook-event"].clone(),
            tags,
            choices,
        }
    }

    /// Every member of every union that a body can hold, by the union's name and the member's position. The position
    /// after the last is the fallback, where that is a kind like the others.
    pub(crate) fn unions_below(&self, schema: &Value) -> Vec<(String, usize)> {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&str> = vec![];
        references(schema, &mut next);
        while let Some(name) = next.pop() {
            if seen.insert(name.to_owned()) {
                references(&self.schemas[name], &mut next);
            }
        }
        let mut members = vec![];
        for name in seen {
            let schema = &self.schemas[&name];
            let listed = schema["oneOf"].as_array().map_or(0, Vec::len);
            let fallback = usize::from(schema.get("x-fallback-variant").is_some());
            members.extend((0..listed + fallback).map(|member| (name.clone(), member)));
        }
        members
    }
}

/// The schema that a reference means.
pub(crate) fn referred(reference: &Value) -> &str {
    let reference = reference.as_str().expect("a reference");
    reference
        .rsplit_once('/')
        .map_or(reference, |(_, name)| name)
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match key.as_str() {
                    "$ref" => found.push(referred(value)),
                    "discriminator" => {}
                    "x-keeps" => found.extend(
                        value
                            .as_array()
                            .into_iter()
                            .flatten()
                            .filter_map(Value::as_str),
                    ),
                    "x-fallback" => found.extend(value.as_str()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
