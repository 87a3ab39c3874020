//! Reads a text once as if it were JSON, remembering which key a value stands under. Never fails: what is torn or no
//! JSON at all is copied, its parts masked as plain text.

use std::borrow::Cow;

use crate::redact::{MASK, Redactor, phone, words};

/// What a key says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Phone,
    Secret,
}

/// JSON inside a string of JSON is followed to this depth.
const DEEPEST: usize = 4;

pub(crate) fn redact<'a>(redactor: &Redactor, text: &'a str, depth: usize) -> Cow<'a, str> {
    let known = redactor.forget_known(text);
    if depth >= DEEPEST || !known.contains(['"', '{', '[']) {
        let redacted = words::redact(&known);
        return if redacted == text {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(redacted)
        };
    }
    let mut scan = Scan {
        redactor,
        depth,
        out: String::with_capacity(known.len()),
        open: Vec::new(),
        key: None,
    };
    // In front of JSON there may be words: `400: {"errorDescription": …`
    scan.run(&known);
    if scan.out == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(scan.out)
    }
}

struct Scan<'a> {
    redactor: &'a Redactor,
    depth: usize,
    out: String,
    /// Kinds of the objects and arrays that are open.
    open: Vec<Kind>,
    /// Kind of the key whose value comes next.
    key: Option<Kind>,
}

impl Scan<'_> {
    fn run(&mut self, mut rest: &str) {
        while let Some(first) = rest.chars().next() {
            match first {
                '"' => {
                    let (content, after, closed) = split_string(&rest[1..]);
                    self.string(content, closed, after.trim_start().starts_with(':'));
                    rest = after;
                }
                '{' | '[' => {
                    let kind = self.take_kind();
                    self.open.push(kind);
                    self.out.push(first);
                    rest = &rest[1..];
                }
                '}' | ']' | ',' => {
                    if first != ',' {
                        self.open.pop();
                    }
                    self.key = None;
                    self.out.push(first);
                    rest = &rest[1..];
                }
                ':' => {
                    self.out.push(first);
                    rest = &rest[1..];
                }
                _ => {
                    let end = rest
                        .find(['"', '{', '}', '[', ']', ','])
                        .unwrap_or(rest.len());
                    self.bare(&rest[..end]);
                    rest = &rest[end..];
                }
            }
        }
    }

    /// The kind of the value that begins here. A secret stays one all the way down.
    fn take_kind(&mut self) -> Kind {
        let outer = self.open.last().copied().unwrap_or(Kind::Plain);
        match (outer, self.key.take()) {
            (Kind::Secret, _) | (_, Some(Kind::Secret)) => Kind::Secret,
            (_, Some(Kind::Phone)) => Kind::Phone,
            (outer, Some(Kind::Plain) | None) => outer,
        }
    }

    fn string(&mut self, content: &str, closed: bool, is_key: bool) {
        let text = unescape(content);
        let masked = if closed && is_key {
            self.key = Some(kind_of_key(&text));
            Cow::Owned(words::redact(&self.redactor.forget_known(&text)))
        } else {
            match self.take_kind() {
                Kind::Secret if text.is_empty() => Cow::Borrowed(""),
                Kind::Secret => Cow::Borrowed(MASK),
                Kind::Phone => Cow::Owned(words::redact(&phone::mask_all_digits(&text))),
                Kind::Plain => redact(self.redactor, &text, self.depth + 1),
            }
        };
        self.out.push('"');
        if masked == text {
            self.out.push_str(content);
        } else {
            let quoted = serde_json::Value::from(masked.as_ref()).to_string();
            self.out.push_str(&quoted[1..quoted.len() - 1]);
        }
        if closed {
            self.out.push('"');
        }
    }

    /// A number, a word, the space between; or any text, where this is no JSON.
    fn bare(&mut self, text: &str) {
        let value = text.trim();
        if value.is_empty() {
            self.out.push_str(text);
            return;
        }
        let kind = self.take_kind();
        let masked = match kind {
            Kind::Secret if value == "null" => Cow::Borrowed(value),
            Kind::Secret => Cow::Borrowed(MASK),
            Kind::Phone => Cow::Owned(phone::mask_all_digits(value)),
            Kind::Plain => Cow::Owned(words::redact(value)),
        };
        if masked == value {
            self.out.push_str(text);
            return;
        }
        let (before, after) = text
            .split_once(value)
            .expect("a trimmed text is a part of itself");
        self.out.push_str(before);
        // Inside of something this is JSON, where a masked number has to become a string.
        let quote = if self.open.is_empty() { "" } else { "\"" };
        self.out.extend([quote, masked.as_ref(), quote, after]);
    }
}

/// Splits behind the opening quote: content, rest, and whether there was a closing one.
fn split_string(text: &str) -> (&str, &str, bool) {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return (&text[..at], &text[at + 1..], true),
            _ => {}
        }
    }
    (text, "", false)
}

/// What a JSON string says; an escape that is none or was cut stays as it is.
fn unescape(content: &str) -> Cow<'_, str> {
    if !content.contains('\\') {
        return Cow::Borrowed(content);
    }
    let mut out = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (decoded, length) = read_escape(&rest[at..]);
        out.push(decoded);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn read_escape(text: &str) -> (char, usize) {
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'"') => ('"', 2),
        Some(b'/') => ('/', 2),
        Some(b'\\') => ('\\', 2),
        Some(b'u') => match (read_unit(text), text.get(6..).and_then(read_unit)) {
            (Some(high @ 0xD800..0xDC00), Some(low @ 0xDC00..0xE000)) => {
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                (
                    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                    12,
                )
            }
            (Some(unit), _) => (
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER),
                6,
            ),
            (None, _) => ('\\', 1),
        },
        Some(_) | None => ('\\', 1),
    }
}

/// Reads `\uXXXX` at the beginning.
fn read_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())?
}

fn kind_of_key(key: &str) -> Kind {
    if words::names_a_secret(key) {
        Kind::Secret
    } else if phone::is_named_by(key) {
        Kind::Phone
    } else {
        Kind::Plain
    }
}
