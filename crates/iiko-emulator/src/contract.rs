//! The contract as the emulator needs it: which operations there are, and what their bodies look like.
//!
//! Read from the same two files that the types are generated from, once per process and only when the first body is
//! checked, so that an emulator starts in no time and a hundred of them share one copy.

use std::{collections::HashMap, fmt, sync::OnceLock};

use serde::{Deserialize, Deserializer, de};

/// One contract: operations and the schemas they refer to. There are two, and each has names of its own.
#[derive(Debug)]
pub(crate) struct Contract {
    bodies: HashMap<String, Bodies>,
    schemas: HashMap<String, Schema>,
}

/// The contract that has an operation at `path` (in lower case), and the operation's bodies.
pub(crate) fn find(path: &str) -> Option<(&'static Contract, &'static Bodies)> {
    contracts()
        .iter()
        .find_map(|contract| Some((contract, contract.bodies.get(path)?)))
}

fn contracts() -> &'static [Contract; 2] {
    static CONTRACTS: OnceLock<[Contract; 2]> = OnceLock::new();
    CONTRACTS.get_or_init(|| {
        [
            Contract::read(include_str!("../../../contract/iiko-cloud.json")),
            Contract::read(include_str!("../../../contract/menu-by-id.json")),
        ]
    })
}

/// What one operation takes and gives.
#[derive(Debug)]
pub(crate) struct Bodies {
    /// `None` where the operation has no body.
    pub(crate) request: Option<Schema>,
    pub(crate) response: Option<Schema>,
}

/// A schema of the contract, in the dialect it is written in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Schema {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Kind>,
    pub(crate) format: Option<String>,
    pub(crate) nullable: bool,
    #[serde(rename = "enum")]
    pub(crate) values: Vec<serde_json::Value>,
    #[serde(deserialize_with = "in_order")]
    pub(crate) properties: Vec<(String, Schema)>,
    pub(crate) required: Vec<String>,
    pub(crate) items: Option<Box<Schema>>,
    #[serde(rename = "allOf")]
    pub(crate) all_of: Vec<Schema>,
    #[serde(rename = "oneOf")]
    pub(crate) one_of: Vec<Schema>,
    pub(crate) discriminator: Option<Discriminator>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Discriminator {
    pub(crate) property_name: String,
    pub(crate) mapping: HashMap<String, String>,
}

impl Contract {
    fn read(text: &str) -> Self {
        let document: Document =
            serde_json::from_str(text).expect("the contract is compiled in and valid");
        let bodies = document.paths.into_iter().map(|(path, item)| {
            let response = item
                .post
                .responses
                .into_values()
                .next()
                .and_then(Content::schema);
            let request = item.post.request_body.and_then(Content::schema);
            (path.to_lowercase(), Bodies { request, response })
        });
        Self {
            bodies: bodies.collect(),
            schemas: document.components.schemas,
        }
    }

    /// The schema that stands behind references, and its name where it has one.
    pub(crate) fn resolve<'c>(&'c self, schema: &'c Schema) -> (&'c Schema, Option<&'c str>) {
        let reference = schema
            .reference
            .as_deref()
            .or_else(|| schema.all_of.first()?.reference.as_deref());
        match reference {
            None => (schema, None),
            Some(reference) => {
                let name = reference.rsplit('/').next().unwrap_or(reference);
                self.named(name)
                    .map_or((schema, None), |found| (found, Some(name)))
            }
        }
    }

    /// The schema of an object with a discriminator: the one its `type`-like member names.
    pub(crate) fn chosen(
        &self,
        discriminator: &Discriminator,
        word: &str,
    ) -> Option<(&Schema, &str)> {
        let name = discriminator.mapping.get(word)?.rsplit('/').next()?;
        let (key, schema) = self.schemas.get_key_value(name)?;
        Some((schema, key))
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Schema> {
        self.schemas.get(name)
    }
}

#[derive(Deserialize)]
struct Document {
    paths: HashMap<String, PathItem>,
    components: Components,
}

#[derive(Deserialize)]
struct Components {
    schemas: HashMap<String, Schema>,
}

#[derive(Deserialize)]
struct PathItem {
    post: Post,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    request_body: Option<Content>,
    responses: HashMap<String, Content>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    content: HashMap<String, Media>,
}

#[derive(Deserialize)]
struct Media {
    schema: Option<Schema>,
}

impl Content {
    fn schema(self) -> Option<Schema> {
        self.content.into_values().next()?.schema
    }
}

/// The members of a map in the order of the text: answers keep the order of the contract.
fn in_order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Schema)>, D::Error> {
    struct Members;

    impl<'de> de::Visitor<'de> for Members {
        type Value = Vec<(String, Schema)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map of properties")
        }

        fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(member) = map.next_entry()? {
                members.push(member);
            }
            Ok(members)
        }
    }

    deserializer.deserialize_map(Members)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn every_operation_of_both_files_is_known() {
        for path in [
            "/api/1/stop_lists",
            "/api/2/menu/by_id",
            "/api/1/order/init_by_posorder",
        ] {
            assert!(
                find(path).is_some_and(|(_, bodies)| bodies.request.is_some()),
                "{path}"
            );
        }
        assert!(find("/api/2/menu").is_some_and(|(_, bodies)| bodies.request.is_none()));
        assert!(find("/api/1/external_menus").is_none());
    }
}
