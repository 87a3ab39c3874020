//! JSON as iiko's parser sees it: every value knows its line and position, every number keeps its digits.
//!
//! `serde_json` tells positions only of syntax errors and turns numbers without a home into floats. iiko (Newtonsoft.Json)
//! quotes line and position of a value whose *type* is wrong, and prices must stay exact on the way through. So bodies are
//! read into this small tree, checked, and printed again for `serde_json` to decode.

mod reader;

use std::fmt::Write as _;

use self::reader::Reader;

/// A value and the place where it ended, counted as Newtonsoft counts: the line, and the characters of it read so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Json {
    pub(crate) value: Value,
    pub(crate) place: Place,
    /// The same once its first character was read: where a bracket is met that nobody wants.
    pub(crate) begun: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// The literal as written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    /// In the order of the text; a key that stands twice stays twice, the last one wins.
    Object(Vec<(String, Json)>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) position: usize,
}

/// Why a text is no JSON, in Newtonsoft's words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotJson {
    pub(crate) sentence: String,
    pub(crate) path: String,
    pub(crate) place: Place,
}

impl Json {
    pub(crate) fn parse(text: &str) -> Result<Self, NotJson> {
        Reader::new(text).document()
    }

    pub(crate) fn new(value: Value) -> Self {
        Self {
            value,
            place: Place::default(),
            begun: Place::default(),
        }
    }

    /// The member of an object; `null` reads as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        match &self.value {
            Value::Object(members) => members
                .iter()
                .rev()
                .find(|(key, json)| key == name && json.value != Value::Null)
                .map(|(_, json)| json),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {
                None
            }
        }
    }

    pub(crate) fn print(&self) -> String {
        let mut text = String::new();
        self.print_into(&mut text);
        text
    }

    fn print_into(&self, text: &mut String) {
        match &self.value {
            Value::Null => text.push_str("null"),
            Value::Bool(true) => text.push_str("true"),
            Value::Bool(false) => text.push_str("false"),
            Value::Number(literal) => text.push_str(literal),
            Value::Text(content) => print_text(content, text),
            Value::List(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    item.print_into(text);
                }
                text.push(']');
            }
            Value::Object(members) => {
                text.push('{');
                for (index, (key, item)) in members.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    print_text(key, text);
                    text.push(':');
                    item.print_into(text);
                }
                text.push('}');
            }
        }
    }
}

fn print_text(content: &str, text: &mut String) {
    text.push('"');
    for character in content.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(control)); // a String takes everything
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Json, NotJson, Place};

    #[test]
    fn a_text_is_printed_as_it_was_read() {
        for text in [
            r#"{"a":[1,-2.50,3e5,999.827500000000000000],"b":null,"c":true,"d":"Сырный \"соус\" \n"}"#,
            "[]",
            "{}",
            "\"x\"",
        ] {
            assert_eq!(Json::parse(text).unwrap().print(), text);
        }
        assert_eq!(
            Json::parse(r#""\u0416\ud83c\udf55""#).unwrap().print(),
            "\"Ж🍕\""
        );
    }

    #[test]
    fn a_value_knows_where_it_ended() {
        let json = Json::parse("{\n  \"a\": {\"b\": null},\n  \"c\": 12\n}").unwrap();
        assert_eq!(
            json.get("a").unwrap().place,
            Place {
                line: 2,
                position: 18
            }
        );
        assert_eq!(
            json.get("c").unwrap().place,
            Place {
                line: 3,
                position: 9
            }
        );
        assert_eq!(
            json.place,
            Place {
                line: 4,
                position: 1
            }
        );
    }

    #[test]
    fn what_is_no_json_is_refused_in_iikos_words() {
        let check = |text: &str, sentence: &str, path: &str, line: usize, position: usize| {
            let expected = NotJson {
                sentence: sentence.to_owned(),
                path: path.to_owned(),
                place: Place { line, position },
            };
            assert_eq!(Json::parse(text).unwrap_err(), expected, "{text}");
        };
        check("", "Unexpected end when reading JSON.", "", 1, 0);
        check(
            "x",
            "Unexpected character encountered while parsing value: x.",
            "",
            1,
            0,
        );
        check(
            "{\"a\": [1, }",
            "Unexpected character encountered while parsing value: }.",
            "a[1]",
            1,
            10,
        );
        check("{\"a\": 1", "Unexpected end when reading JSON.", "a", 1, 7);
        check(
            "{\"a\": \"b",
            "Unterminated string. Expected delimiter: \".",
            "a",
            1,
            8,
        );
        check(
            "{} {}",
            "Additional text encountered after finished reading JSON content: {",
            "",
            1,
            4,
        );
    }
}
