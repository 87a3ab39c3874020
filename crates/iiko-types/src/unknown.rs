//! What the contract does not know is kept, so that it survives a round trip.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};

use crate::json::Json;

/// Properties of an object that the contract does not name.
pub type Extra = BTreeMap<String, Json>;

/// A value that an enum of the contract does not list: a word or an integer, whichever came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue {
    text: String,
    number: Option<i64>,
}

impl UnknownValue {
    /// The word; the digits where it is a number.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number, where it is no word.
    pub fn as_number(&self) -> Option<i64> {
        self.number
    }
}

impl From<&str> for UnknownValue {
    fn from(word: &str) -> Self {
        Self {
            text: word.to_owned(),
            number: None,
        }
    }
}

impl From<i64> for UnknownValue {
    fn from(number: i64) -> Self {
        Self {
            text: number.to_string(),
            number: Some(number),
        }
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for UnknownValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.number {
            Some(number) => serializer.serialize_i64(number),
            None => serializer.serialize_str(&self.text),
        }
    }
}
