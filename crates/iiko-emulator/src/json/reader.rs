//! Reads a text, keeping count of lines, positions and the path, as Newtonsoft.Json does.

use super::{Json, NotJson, Place, Value};

/// Deeper bodies than this are refused: nothing of iiko's is, and the reader calls itself.
const MAX_DEPTH: usize = 64;

pub(super) struct Reader<'t> {
    rest: &'t str,
    place: Place,
    path: Vec<Step>,
}

enum Step {
    Key(String),
    Index(usize),
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            rest: text,
            place: Place {
                line: 1,
                position: 0,
            },
            path: Vec::new(),
        }
    }
}

impl Reader<'_> {
    /// One value and nothing behind it.
    pub(super) fn document(&mut self) -> Result<Json, NotJson> {
        self.skip_blanks();
        let json = self.value()?;
        self.skip_blanks();
        let Some(extra) = self.next() else {
            return Ok(json);
        };
        Err(self.error(format!(
            "Additional text encountered after finished reading JSON content: {extra}"
        )))
    }

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
        let begun = Place {
            position: self.place.position + 1,
            ..self.place
        };
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
            begun,
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
