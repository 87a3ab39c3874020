//! JSON as a tree in which only what iiko means can differ: numbers by value, GUIDs in lower case, times by instant,
//! properties in any order and without those that are `null`.

use std::collections::BTreeMap;

use iiko_types::{number::ExactDecimal, time::LocalTime};
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Flag(bool),
    Number(ExactDecimal),
    Text(String),
    List(Vec<Tree>),
    Object(BTreeMap<String, Tree>),
}

impl Tree {
    pub(crate) fn read(text: &str) -> Self {
        match text.as_bytes().first() {
            Some(b'{') => {
                let object: BTreeMap<String, Box<RawValue>> =
                    serde_json::from_str(text).expect("an object");
                let read = object
                    .into_iter()
                    .map(|(key, value)| (key, Self::read(value.get())));
                Self::Object(read.filter(|(_, value)| *value != Self::Null).collect())
            }
            Some(b'[') => {
                let list: Vec<Box<RawValue>> = serde_json::from_str(text).expect("a list");
                Self::List(list.iter().map(|item| Self::read(item.get())).collect())
            }
            Some(b'"') => Self::Text(normal(serde_json::from_str(text).expect("a string"))),
            Some(b'n') => Self::Null,
            Some(b't' | b'f') => Self::Flag(text == "true"),
            _ => Self::Number(text.parse().expect("a number")),
        }
    }

    /// Where two trees differ first, for the message of a failing test.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Object(one), Self::Object(two)) => {
                let missing = one
                    .keys()
                    .find(|key| !two.contains_key(*key))
                    .map(|key| format!(".{key}: lost"));
                let added = two
                    .keys()
                    .find(|key| !one.contains_key(*key))
                    .map(|key| format!(".{key}: added"));
                let below = || {
                    one.iter().find_map(|(key, value)| {
                        value.difference(&two[key]).map(|at| format!(".{key}{at}"))
                    })
                };
                missing.or(added).or_else(below)
            }
            (Self::List(one), Self::List(two)) if one.len() == two.len() => {
                let mut pairs = one.iter().zip(two).enumerate();
                pairs.find_map(|(index, (one, two))| {
                    one.difference(two).map(|at| format!("[{index}]{at}"))
                })
            }
            (one, two) => (one != two).then(|| format!(": {one:?} is now {two:?}")),
        }
    }
}

fn normal(text: String) -> String {
    if let Ok(id) = text.parse::<Uuid>() {
        return id.to_string();
    }
    text.parse::<LocalTime>()
        .map_or(text, |time| time.to_string())
}
