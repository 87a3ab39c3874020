//! A body made up from its schema.

use serde_json::{Map, Value, json};

use super::contract::{Contract, referred};

/// How deep a schema may hold itself.
const DEPTH: usize = 2;

/// What is put into the sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Every property with a value.
    All,
    /// What the contract requires.
    Required,
    /// `null` wherever it may stand.
    Nulls,
    /// Everything, and in each object properties that the contract does not know.
    Extras,
    /// Words, numbers and kinds of objects that the contract does not know.
    UnknownWords,
    /// Everything, with numbers for words and words for numbers in enums.
    OtherKind,
    /// Everything, with one member of one union wherever that union stands.
    Member { union: String, member: usize },
}

/// How many styles there are.
pub(crate) const STYLES: usize = 7;

impl Style {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::All => "everything",
            Self::Required => "what is required",
            Self::Nulls => "nulls",
            Self::Extras => "unknown properties",
            Self::UnknownWords => "unknown words",
            Self::OtherKind => "numbers for words",
            Self::Member { .. } => "each member of a union",
        }
    }
}

pub(crate) struct Sample {
    pub(crate) text: String,
    /// How many properties the contract does not know.
    pub(crate) unknown_fields: usize,
    /// How many values the contract does not know.
    pub(crate) unknown_values: usize,
}

pub(crate) fn sample(contract: &Contract, schema: &Value, style: Style, seed: u64) -> Sample {
    let mut sampler = Sampler {
        contract,
        style,
        random: Random(seed),
        inside: vec![],
        unknown_fields: 0,
        unknown_values: 0,
    };
    let value = sampler.value(schema).expect("a body is not endless");
    Sample {
        text: with_decimals(&value),
        unknown_fields: sampler.unknown_fields,
        unknown_values: sampler.unknown_values,
    }
}

/// Around a decimal in a [`Value`], which itself holds no more than a float does.
const DECIMAL: [&str; 2] = ["<decimal>", "</decimal>"];

fn with_decimals(value: &Value) -> String {
    let [begin, end] = DECIMAL;
    let text = value.to_string().replace(&format!("\"{begin}"), "");
    text.replace(&format!("{end}\""), "")
}

struct Sampler<'a> {
    contract: &'a Contract,
    style: Style,
    random: Random,
    /// The schemas around, to end those that hold themselves.
    inside: Vec<String>,
    unknown_fields: usize,
    unknown_values: usize,
}

impl Sampler<'_> {
    /// Nothing where the schema holds itself too often.
    fn value(&mut self, schema: &Value) -> Option<Value> {
        if let Some(all) = schema["allOf"].as_array() {
            return self.value(all.first().expect("`allOf` of one"));
        }
        if let Some(reference) = schema.get("$ref") {
            return self.named(referred(reference));
        }
        if let Some(shapes) = schema["x-keeps"].as_array() {
            let shape = self.random.choose(shapes).as_str().expect("a name");
            return self.named(shape);
        }
        if schema.get("enum").is_some() {
            // one word that is not said to be open is a plain string
            let is_plain = schema["enum"]
                .as_array()
                .is_some_and(|words| words.len() == 1)
                && schema["x-open"] != true;
            return Some(if is_plain {
                schema["enum"][0].clone()
            } else {
                self.word(schema)
            });
        }
        Some(match schema["type"].as_str() {
            Some("array") => {
                let length = 1 + self.random.below(if self.inside.len() > 3 { 1 } else { 2 });
                let items = (0..length).filter_map(|_| self.value(&schema["items"]));
                Value::Array(items.collect())
            }
            Some("object") if schema["additionalProperties"].is_object() => {
                if schema["x-empty-as-list"] == true && self.random.below(3) == 0 {
                    json!([])
                } else {
                    let value = self.value(&schema["additionalProperties"])?;
                    json!({ self.random.guid(): value })
                }
            }
            Some("object") => json!({}),
            _ => self.random.scalar(schema),
        })
    }

    fn named(&mut self, name: &str) -> Option<Value> {
        let contract = self.contract;
        let schema = &contract.schemas[name];
        if self.inside.iter().filter(|around| *around == name).count() >= DEPTH {
            return None;
        }
        if schema.get("enum").is_some() {
            return Some(self.word(schema));
        }
        self.inside.push(name.to_owned());
        let value = if schema.get("oneOf").is_some() {
            self.member(name, schema)
        } else {
            self.object(name, schema)
        };
        self.inside.pop();
        value
    }

    fn word(&mut self, schema: &Value) -> Value {
        let words = schema["enum"].as_array().expect("an enum has words");
        let is_number = match self.style {
            Style::UnknownWords => schema["type"] == "integer",
            Style::OtherKind => schema["type"] != "integer",
            Style::All | Style::Required | Style::Nulls | Style::Extras | Style::Member { .. } => {
                return self.random.choose(words).clone();
            }
        };
        self.unknown_values += 1;
        match is_number {
            true => json!(1000 + self.random.below(1000)),
            false => json!(format!("Unheard-of «{}»", self.random.below(1000))),
        }
    }

    fn member(&mut self, name: &str, schema: &Value) -> Option<Value> {
        let members = schema["oneOf"].as_array().expect("a list");
        let fallback = schema["x-fallback"]
            .as_str()
            .expect("a union has a fallback");
        let is_kind = schema.get("x-fallback-variant").is_some();
        let kinds = members.len() + usize::from(is_kind);
        let chosen = match &self.style {
            Style::Member { union, member } if union == name => *member,
            Style::UnknownWords if !is_kind => {
                let tag = schema["discriminator"]["propertyName"]
                    .as_str()
                    .expect("a tag");
                let mut object = self.named(fallback)?;
                // the tag may be an enum of its own in the fallback; it is one unknown value all the same
                let is_enum = object
                    .get(tag)
                    .is_some_and(|word| word.to_string().contains("Unheard-of"));
                if !is_enum {
                    self.unknown_values += 1;
                }
                object[tag] = json!(format!("Unheard-of kind {}", self.random.below(1000)));
                return Some(object);
            }
            _ => self.random.below(kinds),
        };
        match members.get(chosen) {
            Some(member) => self.named(referred(&member["$ref"])),
            None => {
                let mut object = self.named(fallback)?;
                let mapping = &schema["discriminator"]["mapping"];
                let tag = schema["discriminator"]["propertyName"]
                    .as_str()
                    .expect("a tag");
                if object[tag]
                    .as_str()
                    .is_some_and(|kind| mapping.get(kind).is_some())
                {
                    object.as_object_mut()?.remove(tag);
                }
                Some(object)
            }
        }
    }

    fn object(&mut self, name: &str, schema: &Value) -> Option<Value> {
        let mut object = Map::new();
        let is_required = |property: &str| {
            let mut required = schema["required"].as_array().into_iter().flatten();
            required.any(|name| name == property)
        };
        let choice = self.contract.choices.get(name);
        let chosen = choice.map(|choice| self.random.choose(choice));
        let is_left_out = |property: &String| {
            choice.is_some_and(|choice| choice.contains(property)) && chosen != Some(property)
        };
        let properties = schema["properties"].as_object().into_iter().flatten();
        for (property, kind) in properties.filter(|(property, _)| !is_left_out(property)) {
            let value = match (&self.style, is_required(property)) {
                (Style::Required, false) => continue,
                (Style::Nulls, false) => Some(Value::Null),
                (Style::Nulls, true) if kind["nullable"] == true => Some(Value::Null),
                (_, is_required) => match self.value(kind) {
                    None if is_required => return None,
                    value => value,
                },
            };
            if let Some(value) = value {
                object.insert(property.clone(), value);
            }
        }
        if let Some((tag, value)) = self.contract.tags.get(name) {
            object.insert(tag.clone(), json!(value));
        }
        if self.style == Style::Extras {
            for number in 0..=self.random.below(2) {
                let [begin, end] = DECIMAL;
                let long = json!(format!("{begin}1234567890.123456789012345678{end}"));
                let unknown = [
                    json!({"deep": [1, {"deeper": null}, long], "flag": true}),
                    long,
                    json!("«новое» \"\\ \u{1F355}"),
                    json!(12.75),
                    json!([]),
                    json!(i64::MAX),
                ];
                object.insert(
                    format!("xUnheardOf{number}"),
                    self.random.choose(&unknown).clone(),
                );
                self.unknown_fields += 1;
            }
        }
        Some(Value::Object(object))
    }
}

/// Numbers that look random and come back with their seed (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).expect("a small number");
        usize::try_from(self.next() % limit).expect("a small number")
    }

    fn choose<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }

    fn guid(&mut self) -> String {
        let (one, two) = (self.next(), self.next());
        let guid = format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            one >> 32,
            (one >> 16) & 0xffff,
            one & 0xffff,
            two >> 48,
            two & 0xffff_ffff_ffff
        );
        if self.below(3) == 0 {
            guid.to_uppercase()
        } else {
            guid
        }
    }

    fn time(&mut self) -> String {
        let (date, clock) = (self.date(), self.clock());
        match self.below(4) {
            0 => format!("{date} {clock}"),
            1 => format!("{date}T{clock}.5"),
            _ => format!("{date} {clock}.{:03}", self.below(1000)),
        }
    }

    fn date(&mut self) -> String {
        let (year, month, day) = (
            2000 + self.below(40),
            1 + self.below(12),
            1 + self.below(28),
        );
        format!("{year}-{month:02}-{day:02}")
    }

    fn clock(&mut self) -> String {
        let (hours, minutes, seconds) = (self.below(24), self.below(60), self.below(60));
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    }

    /// A decimal with up to 28 digits, which no float holds.
    fn decimal(&mut self) -> Value {
        let text = match self.below(5) {
            0 => format!("{}", self.below(10_000)),
            1 => format!("-{}.{:02}", self.below(10_000), self.below(100)),
            2 => format!("{}.000", self.below(100)),
            3 => format!("{}e-2", 1 + self.below(100_000)),
            _ => format!(
                "{}.{:018}",
                self.below(1_000_000_000),
                self.next() % 1_000_000_000_000_000_000
            ),
        };
        let [begin, end] = DECIMAL;
        json!(format!("{begin}{text}{end}"))
    }

    fn scalar(&mut self, schema: &Value) -> Value {
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("string"), Some("uuid")) => json!(self.guid()),
            (Some("string"), Some("iiko-date-time")) => json!(self.time()),
            (Some("string"), Some("time-span")) => json!(self.clock()),
            (Some("string"), Some("date")) => json!(self.date()),
            (Some("string"), Some("date-time")) => {
                json!(format!("{}T{}+03:00", self.date(), self.clock()))
            }
            (Some("string"), None) => {
                let texts = [
                    "",
                    "Пицца «Четыре сыра»",
                    "line\nbreak \"quoted\" \\",
                    "\u{1F355}",
                    "0001",
                    "true",
                ];
                json!(*self.choose(&texts))
            }
            (Some("boolean"), None) => json!(self.below(2) == 0),
            (Some("integer"), Some("int32")) => json!(self.below(100_000)),
            (Some("integer"), Some("int64")) => json!(self.next() >> 1),
            (Some("number"), Some("decimal")) => self.decimal(),
            (None, None) => json!({"any": [self.decimal(), "two", null]}),
            other => panic!("the contract has a new type: {other:?}"),
        }
    }
}
