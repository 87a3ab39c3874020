//! JSON that nobody described, kept to the last digit.
//!
//! `serde_json::Value` would make floats of its numbers, and `arbitrary_precision` would break tagged types in the whole
//! workspace; so it stays the text that it was.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

use crate::decode::compare::{Kind, kind, number};

/// Any JSON, as it came. Compared by value: properties in any order, `1.5` equals `1.50`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// `null`, which is a value of its own here.
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// Reads it as a type that knows more of it.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.text())
    }

    /// As a tree. Its numbers are floats, which hold 15 to 17 digits.
    pub fn to_value(&self) -> Value {
        self.read().expect("it was read as JSON before")
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self(to_raw_value(&value).expect("a tree of values is JSON"))
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        is_same(self.text(), other.text())
    }
}

fn is_same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    match (kind(one), kind(other)) {
        (Kind::Object, Kind::Object) => {
            let parse = |text| serde_json::from_str::<BTreeMap<String, &RawValue>>(text);
            let (Ok(one), Ok(other)) = (parse(one), parse(other)) else {
                return false;
            };
            one.keys().eq(other.keys())
                && one
                    .values()
                    .zip(other.values())
                    .all(|(one, other)| is_same(one.get(), other.get()))
        }
        (Kind::List, Kind::List) => {
            let parse = |text| serde_json::from_str::<Vec<&RawValue>>(text);
            let (Ok(one), Ok(other)) = (parse(one), parse(other)) else {
                return false;
            };
            one.len() == other.len()
                && one
                    .iter()
                    .zip(&other)
                    .all(|(one, other)| is_same(one.get(), other.get()))
        }
        (Kind::Text, Kind::Text) => {
            let parse = |text| serde_json::from_str::<String>(text).ok();
            parse(one).is_some_and(|one| Some(one) == parse(other))
        }
        (Kind::Number, Kind::Number) => number(one).is_some_and(|one| Some(one) == number(other)),
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Json;
    use crate::schemas::{GetCommandStatusResponse, StopListItem};

    fn read(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    const LONG: &str = "9999999999.999999999999999999";

    #[test]
    fn unknown_and_undescribed_numbers_keep_all_digits() {
        let id = "00000000-0000-0000-0000-000000000007";
        let text = format!(r#"{{"productId":"{id}","vat":{{"rates":[{LONG}]}}}}"#);
        let item: StopListItem = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&item).unwrap(), text);

        let text = format!(r#"{{"state":"Error","exception":{{"sum":{LONG}}}}}"#);
        let status: GetCommandStatusResponse = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&status).unwrap(), text);
    }

    #[test]
    fn values_are_compared_and_not_texts() {
        for (one, other) in [
            ("1.50", "15e-1"),
            (
                r#"{"a": 1, "b": [true, null]}"#,
                r#"{"b":[true,null],"a":1.0}"#,
            ),
            (r#""\u0041""#, r#""A""#),
        ] {
            assert_eq!(read(one), read(other));
        }
        for (one, other) in [
            (LONG, "9999999999.999999999999999998"),
            ("null", "false"),
            ("true", "false"),
            ("1", "\"1\""),
            ("[1]", "[1,1]"),
            ("[1,2]", "[2,1]"),
            ("{}", "[]"),
            (r#"{"a":1}"#, r#"{"a":1,"b":null}"#),
        ] {
            assert_ne!(read(one), read(other));
        }
    }

    #[test]
    fn it_is_made_of_values_and_becomes_values_again() {
        let value = json!({"deep": [1, {"a": null}]});
        assert_eq!(Json::from(value.clone()).to_value(), value);
        assert_eq!(
            serde_json::from_value::<Json>(value.clone())
                .unwrap()
                .to_value(),
            value
        );
        assert_eq!(serde_json::to_value(Json::null()).unwrap(), json!(null));
        assert_eq!(read("[1, 2]").read::<Vec<i64>>().unwrap(), [1, 2]);
        assert_eq!(format!("{:?}", read("[1]")), "[1]");
    }
}
