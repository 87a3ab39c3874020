//! JSON as iiko's parser sees it: every value knows its line and position, every number keeps its digits.
//!
//! `serde_json` tells positions only of syntax errors and turns numbers without a home into floats. iiko (Newtonsoft.Json)
//! quotes line and position of a value whose *type* is wrong, and prices must stay exact on the way through. So bodies are
//! read into this small tree, checked, and printed again for `serde_json` to decode.

use std::fmt::Write as _;

/// A value and the place where it ended, counted as Newtonsoft counts: the line, and the characters of it read so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Json {
    pub(crate) value: Value,
    pub(crate) place: Place,
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

/// Deeper bodies than this are refused: nothing of iiko's is, and the reader calls itself.
const MAX_DEPTH: usize = 64;

impl Json {
    pub(crate) fn parse(text: &str) -> Result<Self, NotJson> {
        let mut reader = Reader {
            rest: text,
            place: Place {
                line: 1,
                position: 0,
            },
            path: Vec::new(),
        };
        reader.skip_blanks();
        let json = reader.value()?;
        reader.skip_blanks();
        match reader.peek() {
            None => Ok(json),
            Some(extra) => {
                reader.next();
                let sentence = format!(
                    "Additional text encountered after finished reading JSON content: {extra}"
                );
                Err(reader.error(sentence))
            }
        }
    }

    pub(crate) fn new(value: Value) -> Self {
        Self {
            value,
            place: Place::default(),
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

struct Reader<'t> {
    rest: &'t str,
    place: Place,
    path: Vec<Step>,
}

enum Step {
    Key(String),
    Index(usize),
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.rest = &self.rest[character.len_utf8()..];
        if character == '\n' {
            self.place.line += 1;
            self.place.position = 0;
        } else {
            self.place.position += 1;
        }
        Some(character)
    }

    fn skip_blanks(&mut self) {
        while self
            .peek()
            .is_some_and(|character| character.is_whitespace() || character == '\u{feff}')
        {
            self.next();
        }
    }

    fn error(&self, sentence: impl Into<String>) -> NotJson {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        NotJson {
            sentence: sentence.into(),
            path,
            place: self.place,
        }
    }

    fn value(&mut self) -> Result<Json, NotJson> {
        if self.path.len() > MAX_DEPTH {
            return Err(self.error(format!(
                "The reader's MaxDepth of {MAX_DEPTH} has been exceeded."
            )));
        }
        let value = match self.peek() {
            None => return Err(self.error("Unexpected end when reading JSON.")),
            Some('{') => self.object()?,
            Some('[') => self.list()?,
            Some('"') => Value::Text(self.text()?),
            Some('t') => self.word("true", Value::Bool(true))?,
            Some('f') => self.word("false", Value::Bool(false))?,
            Some('n') => self.word("null", Value::Null)?,
            Some(digit) if digit == '-' || digit.is_ascii_digit() => self.number()?,
            Some(other) => {
                return Err(self.error(format!(
                    "Unexpected character encountered while parsing value: {other}."
                )));
            }
        };
        Ok(Json {
            value,
            place: self.place,
        })
    }

    fn object(&mut self) -> Result<Value, NotJson> {
        self.next();
        let mut members = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Err(self.error("Unexpected end when reading JSON.")),
                Some('}') => break,
                Some('"') => {}
                Some(other) => {
                    return Err(
                        self.error(format!("Invalid property identifier character: {other}."))
                    );
                }
            }
            let key = self.text()?;
            self.skip_blanks();
            match self.peek() {
                None => return Err(self.error("Unexpected end when reading JSON.")),
                Some(':') => self.next(),
                Some(other) => {
                    let sentence = format!(
                        "Invalid character after parsing property name. Expected ':' but got: {other}."
                    );
                    return Err(self.error(sentence));
                }
            };
            self.skip_blanks();
            self.path.push(Step::Key(key.clone()));
            let json = self.value()?;
            members.push((key, json));
            self.after_value('}')?;
            self.path.pop();
        }
        self.next();
        Ok(Value::Object(members))
    }

    fn list(&mut self) -> Result<Value, NotJson> {
        self.next();
        let mut items = Vec::new();
        loop {
            self.skip_blanks();
            if self.peek() == Some(']') {
                break;
            }
            self.path.push(Step::Index(items.len()));
            items.push(self.value()?);
            self.after_value(']')?;
            self.path.pop();
        }
        self.next();
        Ok(Value::List(items))
    }

    /// Reads the comma behind a value, if one stands there; the closing bracket stays. A trailing comma passes, as it does at iiko.
    fn after_value(&mut self, closing: char) -> Result<(), NotJson> {
        self.skip_blanks();
        match self.peek() {
            Some(',') => {
                self.next();
                Ok(())
            }
            Some(bracket) if bracket == closing => Ok(()),
            Some(other) => Err(self.error(format!(
                "After parsing a value an unexpected character was encountered: {other}."
            ))),
            None => Err(self.error("Unexpected end when reading JSON.")),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, NotJson> {
        for expected in word.chars() {
            if self.next() != Some(expected) {
                return Err(self.error(format!(
                    "Error parsing {}.",
                    if word == "null" {
                        "null value"
                    } else {
                        "boolean value"
                    }
                )));
            }
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, NotJson> {
        let mut literal = String::new();
        while let Some(character) = self
            .peek()
            .filter(|it| it.is_ascii_digit() || matches!(it, '-' | '+' | '.' | 'e' | 'E'))
        {
            literal.push(character);
            self.next();
        }
        if serde_json::from_str::<&serde_json::value::RawValue>(&literal).is_err() {
            return Err(self.error(format!("Input string '{literal}' is not a valid number.")));
        }
        Ok(Value::Number(literal))
    }

    fn text(&mut self) -> Result<String, NotJson> {
        self.next();
        let mut content = String::new();
        loop {
            match self.next() {
                None => return Err(self.error("Unterminated string. Expected delimiter: \".")),
                Some('"') => return Ok(content),
                Some('\\') => content.push(self.escaped()?),
                Some(other) => content.push(other),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, NotJson> {
        Ok(match self.next() {
            Some('"') => '"',
            Some('\\') => '\\',
            Some('/') => '/',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let first = self.code_unit()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                if !self.rest.starts_with("\\u") {
                    return Ok(char::REPLACEMENT_CHARACTER);
                }
                self.next();
                self.next();
                let second = self.code_unit()?.wrapping_sub(0xdc00);
                char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second & 0x3ff))
                    .unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some(other) => return Err(self.error(format!("Bad JSON escape sequence: \\{other}."))),
            None => return Err(self.error("Unterminated string. Expected delimiter: \".")),
        })
    }

    fn code_unit(&mut self) -> Result<u32, NotJson> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.next().and_then(|character| character.to_digit(16));
            unit =
                unit * 16 + digit.ok_or_else(|| self.error("Invalid Unicode escape sequence."))?;
        }
        Ok(unit)
    }
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
