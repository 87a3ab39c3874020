//! An OpenAPI document as the comparison sees it: references followed, parents merged in, types by one name each.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Value;

const SCHEMAS: &str = "#/components/schemas/";

/// How deep references may lead before we call it a circle.
const DEPTH: usize = 16;

#[derive(Clone, Copy)]
pub(super) struct Description<'a>(pub(super) &'a Value);

/// The operation behind one path.
#[derive(Clone, Copy)]
pub(super) struct Operation<'a>(&'a Value);

pub(super) enum Shape<'a> {
    Object(Object<'a>),
    /// By the value of the tag.
    Union(BTreeMap<String, &'a Value>),
    Words(BTreeSet<String>),
    List(&'a Value),
    Map(&'a Value),
    Plain(&'static str),
}

#[derive(Default)]
pub(super) struct Object<'a> {
    pub(super) properties: BTreeMap<&'a str, &'a Value>,
    pub(super) required: BTreeSet<&'a str>,
}

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(_) => f.write_str("object"),
            Self::Union(_) => f.write_str("union"),
            Self::Words(words) => {
                let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
                write!(f, "one of {}", words.join(", "))
            }
            Self::List(_) => f.write_str("list"),
            Self::Map(_) => f.write_str("map"),
            Self::Plain(name) => f.write_str(name),
        }
    }
}

impl<'a> Operation<'a> {
    /// Body of the call and of the answer.
    pub(super) fn bodies(self) -> [Option<&'a Value>; 2] {
        let operation = self.0;
        let body = |content: &'a Value| {
            let schema = &content["content"]["application/json"]["schema"];
            (!schema.is_null()).then_some(schema)
        };
        let answers = &operation["responses"];
        let answer = ["200", "201"]
            .iter()
            .find_map(|status| body(&answers[*status]));
        [body(&operation["requestBody"]), answer]
    }

    pub(super) fn is_deprecated(self) -> bool {
        self.0["deprecated"] == true
    }

    /// Ours has it as a fact, the published description inside of a text.
    pub(super) fn restriction_group(self) -> Option<&'a str> {
        let text = || {
            let text = self.0["description"].as_str()?;
            let (_, rest) = text.split_once("Restriction group: `")?;
            rest.split('`').next()
        };
        self.0["x-restriction-group"].as_str().or_else(text)
    }
}

impl<'a> Description<'a> {
    /// The operations by path. Those under GET are deprecated twins of others.
    pub(super) fn operations(self) -> BTreeMap<&'a str, Operation<'a>> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        let posts = paths.filter(|(_, item)| item["post"].is_object());
        posts
            .map(|(path, item)| (path.as_str(), Operation(&item["post"])))
            .collect()
    }

    /// What iiko sends on its own; only our own contract says so.
    pub(super) fn event(self) -> Option<&'a Value> {
        self.0.get("x-webhook-event")
    }

    /// The name of a schema that is only referred to.
    pub(super) fn name(self, schema: &'a Value) -> Option<&'a str> {
        match schema["allOf"].as_array().map(Vec::as_slice) {
            Some([only]) if schema.get("properties").is_none() => self.name(only),
            Some(_) | None => schema["$ref"].as_str()?.strip_prefix(SCHEMAS),
        }
    }

    pub(super) fn shape(self, schema: &'a Value) -> Shape<'a> {
        let schema = self.resolve(schema);
        if let Some(words) = schema["enum"].as_array() {
            let word = |word: &Value| {
                word.as_str()
                    .map_or_else(|| word.to_string(), str::to_owned)
            };
            return Shape::Words(words.iter().map(word).collect());
        }
        if let Some(mapping) = schema["discriminator"]["mapping"].as_object() {
            let schemas = &self.0["components"]["schemas"];
            let member = |reference: &Value| {
                let name = reference.as_str().unwrap_or_default();
                &schemas[name.strip_prefix(SCHEMAS).unwrap_or(name)]
            };
            let members = mapping
                .iter()
                .map(|(tag, reference)| (tag.clone(), member(reference)));
            return Shape::Union(members.collect());
        }
        if let Some(members) = schema["oneOf"].as_array() {
            let named = members.iter().map(|member| {
                let name = self.name(member).unwrap_or("a member without a name");
                let name = name.rsplit('.').next().unwrap_or(name);
                (name.to_owned(), member)
            });
            return Shape::Union(named.collect());
        }
        let items = &schema["items"];
        let values = &schema["additionalProperties"];
        match schema["type"].as_str() {
            Some("array") => Shape::List(items),
            Some(list) if list.starts_with("Array of ") => Shape::List(items),
            Some("object") | None if values.is_object() => Shape::Map(values),
            Some("object") => Shape::Object(self.object(schema, DEPTH)),
            None if schema.get("properties").is_some() || schema.get("allOf").is_some() => {
                Shape::Object(self.object(schema, DEPTH))
            }
            kind => Shape::Plain(plain(kind, schema["format"].as_str())),
        }
    }

    /// Properties with those of the parents.
    fn object(self, schema: &'a Value, depth: usize) -> Object<'a> {
        let mut object = Object::default();
        let parents = schema["allOf"].as_array().into_iter().flatten();
        for parent in parents.filter(|_| depth > 0) {
            let parent = self.object(self.resolve(parent), depth - 1);
            object.properties.extend(parent.properties);
            object.required.extend(parent.required);
        }
        let properties = schema["properties"].as_object().into_iter().flatten();
        object
            .properties
            .extend(properties.map(|(name, kind)| (name.as_str(), kind)));
        let required = schema["required"].as_array().into_iter().flatten();
        object.required.extend(required.filter_map(Value::as_str));
        object
    }

    /// The schema itself, where `schema` only refers to it.
    fn resolve(self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..DEPTH {
            match self.name(schema) {
                Some(name) => schema = &self.0["components"]["schemas"][name],
                None => break,
            }
        }
        schema
    }

    /// Names of the schemas that can be reached.
    pub(super) fn reached(self, schema: &'a Value) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut next = vec![schema];
        while let Some(value) = next.pop() {
            match value {
                Value::Object(object) => {
                    let name = object.get("$ref").and_then(Value::as_str);
                    if let Some(name) = name.and_then(|name| name.strip_prefix(SCHEMAS))
                        && reached.insert(name)
                    {
                        next.push(&self.0["components"]["schemas"][name]);
                    }
                    next.extend(object.values());
                }
                Value::Array(items) => next.extend(items),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        reached
    }

    /// How large a schema is, for the list.
    pub(super) fn size(self, name: &str) -> String {
        match self.shape(&self.0["components"]["schemas"][name]) {
            Shape::Object(object) => format!("{} properties", object.properties.len()),
            Shape::Union(members) => format!("{} kinds", members.len()),
            Shape::Words(words) => format!("{} words", words.len()),
            other @ (Shape::List(_) | Shape::Map(_) | Shape::Plain(_)) => other.to_string(),
        }
    }
}

/// One name for a type: the published description knows several for most, pseudo types such as `uuid` among them. All
/// widths of numbers are one, since our contract has made them wide.
fn plain(kind: Option<&str>, format: Option<&str>) -> &'static str {
    match (kind, format) {
        (Some("string"), Some("uuid")) | (Some("uuid"), _) => "GUID",
        (Some("string"), Some("iiko-date-time" | "yyyy-MM-dd HH:mm:ss.fff")) => "time",
        (Some("string"), Some("date-time")) => "ISO time",
        (Some("string"), Some("date")) => "date",
        (Some("string"), Some("time-span" | "date-span")) => "time span",
        (Some("string" | "enum"), _) => "string",
        (Some("boolean" | "bool"), _) => "flag",
        (Some("integer" | "int"), _) => "integer",
        (Some("number" | "float"), _) => "number",
        (Some(kind), _) if kind.starts_with("constant string") => "string",
        (None, _) => "anything",
        (Some(_), _) => "something unheard-of",
    }
}
