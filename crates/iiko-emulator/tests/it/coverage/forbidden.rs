//! Bodies that the contract forbids: a good one each, with one thing wrong, at any depth.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::NOBODY;

/// A body and what is wrong with it.
pub(super) struct Forbidden {
    pub(super) body: Value,
    pub(super) what: String,
}

/// The description of iiko, and that of the menu which stands apart.
static CONTRACTS: LazyLock<[Value; 2]> = LazyLock::new(|| {
    [
        include_str!("../../../../../contract/iiko-cloud.json"),
        include_str!("../../../../../contract/menu-by-id.json"),
    ]
    .map(|text| serde_json::from_str(text).unwrap())
});

/// All that can be wrong with `body`, which is a good one of the operation at `path`.
pub(super) fn forbidden(path: &str, body: &Value) -> Vec<Forbidden> {
    let Some((contract, schema)) = request_of(path) else {
        return Vec::new();
    };
    let mut spoiler = Spoiler {
        contract,
        body,
        all: Vec::new(),
    };
    spoiler.walk(schema, "", body);
    for name in ["organizationId", "organizationIds"] {
        match &body[name] {
            Value::String(_) => spoiler.put(&format!("/{name}"), json!(*NOBODY), "nobody's"),
            Value::Array(_) => spoiler.put(&format!("/{name}"), json!([*NOBODY]), "nobody's"),
            _ => {}
        }
    }
    spoiler.all
}

/// The same body with each id at its top, but for those of organizations, replaced by one that nothing has.
pub(super) fn with_unknown_ids(path: &str, body: &Value) -> Vec<Forbidden> {
    let Some((contract, schema)) = request_of(path) else {
        return Vec::new();
    };
    let schema = resolve(contract, schema, body);
    let mut all = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        let property = resolve(contract, &schema["properties"][name], value);
        let unknown = match (property["format"] == "uuid", value) {
            (true, Value::String(_)) => json!(*NOBODY),
            (false, Value::Array(_)) if property["items"]["format"] == "uuid" => json!([*NOBODY]),
            _ => continue,
        };
        if name.starts_with("organizationId") {
            continue;
        }
        let mut body = body.clone();
        body[name] = unknown;
        all.push(Forbidden {
            body,
            what: name.clone(),
        });
    }
    all
}

fn request_of(path: &str) -> Option<(&'static Value, &'static Value)> {
    CONTRACTS.iter().find_map(|contract| {
        let media = contract["paths"][path]["post"]["requestBody"]["content"].as_object()?;
        Some((contract, &media.values().next()?["schema"]))
    })
}

/// The schema that counts for `value`, behind references and choices.
fn resolve<'c>(contract: &'c Value, schema: &'c Value, value: &Value) -> &'c Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = contract.pointer(&reference[1..]).unwrap();
        return resolve(contract, target, value);
    }
    if let [only] = schema["allOf"].as_array().map_or(&[][..], Vec::as_slice) {
        return resolve(contract, only, value);
    }
    let choice = &schema["discriminator"];
    let word = choice["propertyName"].as_str().map(|name| &value[name]);
    let chosen = word.and_then(|word| choice["mapping"][word.as_str()?].as_str());
    match chosen {
        Some(reference) => resolve(contract, contract.pointer(&reference[1..]).unwrap(), value),
        None => schema,
    }
}

struct Spoiler<'b> {
    contract: &'static Value,
    body: &'b Value,
    all: Vec<Forbidden>,
}

impl Spoiler<'_> {
    fn walk(&mut self, schema: &'static Value, pointer: &str, value: &Value) {
        let schema = resolve(self.contract, schema, value);
        match value {
            Value::Object(members) => self.walk_object(schema, pointer, members),
            Value::Array(items) => {
                if let Some(first) = items.first() {
                    let place = format!("{pointer}/0");
                    self.spoil_scalar(&schema["items"], &place, first);
                    self.walk(&schema["items"], &place, first);
                }
            }
            _ => {}
        }
    }

    fn walk_object(&mut self, schema: &'static Value, pointer: &str, members: &Map<String, Value>) {
        let required = schema["required"].as_array();
        let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|it| it == name));
        for (name, value) in members {
            let property = &schema["properties"][name];
            if property.is_null() {
                continue;
            }
            let place = format!("{pointer}/{name}");
            // null for what may be null is as good as nothing
            if is_required(name) && property["nullable"] != true {
                self.take_away(pointer, name);
            }
            match value {
                Value::Object(_) | Value::Array(_) => {
                    self.put(&place, json!("soon"), "a word as");
                }
                _ => self.put(&place, json!({"more": []}), "an object as"),
            }
            self.spoil_scalar(property, &place, value);
            self.walk(property, &place, value);
        }
    }

    /// Values of the right kind that are none of those allowed.
    fn spoil_scalar(&mut self, schema: &'static Value, pointer: &str, value: &Value) {
        let schema = resolve(self.contract, schema, value);
        let is_text = value.is_string();
        if is_text && schema["enum"].is_array() {
            self.put(pointer, json!("NoSuchWord"), "an unknown word as");
        } else if is_text && schema["format"] == "uuid" {
            self.put(pointer, json!("no-guid"), "no GUID as");
        } else if matches!(
            schema["type"].as_str(),
            Some("integer" | "number" | "boolean")
        ) {
            self.put(pointer, json!("many"), "a word as");
        }
    }

    fn put(&mut self, pointer: &str, value: Value, what: &str) {
        let mut body = self.body.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        self.all.push(Forbidden {
            body,
            what: format!("{what} `{pointer}`"),
        });
    }

    fn take_away(&mut self, pointer: &str, name: &str) {
        let mut body = self.body.clone();
        let members = body.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        members.remove(name);
        self.all.push(Forbidden {
            body,
            what: format!("no `{pointer}/{name}`"),
        });
    }
}
