//! A walk through a decoded value that notes what the contract does not know.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Finding, Report,
    compare::{self, Kind},
};
use crate::{
    endpoint::NoBody,
    ids,
    json::Json,
    map::ListOrMap,
    number::ExactDecimal,
    secret::Secret,
    time::{LocalTime, TimeSpan, UtcTime},
    union::Tagged,
    unknown::Extra,
};

/// A type of this crate that knows what in it is unknown.
pub trait Inspect {
    /// Notes what the contract does not know, here and below.
    fn inspect(&self, place: &mut Place);
}

/// Where the walk stands, and what it found so far.
#[derive(Debug, Default)]
pub struct Place {
    path: String,
    unknown_fields: Found,
    unknown_values: Found,
    losses: Found,
    /// How many values are unknown, those inside of unknown ones counted.
    strangeness: usize,
}

/// By place without positions and what was found there: first place and count.
type Found = BTreeMap<(String, String), (String, usize)>;

impl Place {
    pub(super) fn top() -> Self {
        Self::default()
    }

    pub(super) fn into_report(self) -> Report {
        let findings = |found: Found| {
            let findings = found
                .into_iter()
                .map(|((place, what), (first, count))| Finding {
                    place,
                    what,
                    first,
                    count,
                });
            findings.collect()
        };
        Report {
            unknown_fields: findings(self.unknown_fields),
            unknown_values: findings(self.unknown_values),
            losses: findings(self.losses),
        }
    }

    pub(crate) fn field(&mut self, name: &str, value: &dyn Inspect) {
        self.below(name, |place| value.inspect(place));
    }

    /// Properties that the contract does not name.
    pub(crate) fn extra(&mut self, extra: &Extra) {
        for (name, value) in extra {
            self.strangeness += size(&value.to_value());
            self.below(name, |place| {
                let kind = match compare::kind(value.text()) {
                    Kind::Flag(_) => "a flag",
                    kind => kind.name(),
                };
                note(&mut place.unknown_fields, &place.path, kind.to_owned());
            });
        }
    }

    /// A word or a number that an enum does not list.
    pub(crate) fn unknown_value(&mut self, value: &dyn fmt::Display, of: &str) {
        self.strangeness += 1;
        let what = format!("`{value}` is no {of}");
        note(&mut self.unknown_values, &self.path, what);
    }

    /// An object whose tag is none of its union's.
    pub(crate) fn unknown_kind(&mut self, object: &impl Serialize, tag: &str, of: &str) {
        let object = serde_json::to_value(object).unwrap_or_default();
        let kind = object[tag].clone();
        self.below(tag, |place| match kind {
            Value::String(word) => place.unknown_value(&word, of),
            Value::Null => {
                let what = format!("absent, so that it is no {of}");
                note(&mut place.unknown_values, &place.path, what);
            }
            other => place.unknown_value(&other, of),
        });
    }

    /// Notes where `decoded`, encoded again, is not what `text` was.
    pub(crate) fn compare(
        &mut self,
        text: &str,
        decoded: &impl Serialize,
    ) -> Result<(), serde_json::Error> {
        let encoded = serde_json::to_string(decoded)?;
        compare::compare(text.trim(), &encoded, self)
    }

    /// Goes on with that of several readings of the same text which knows most of it.
    pub(crate) fn best_of<const N: usize>(
        &mut self,
        readings: [Result<Self, serde_json::Error>; N],
    ) {
        let readings = readings.into_iter().flatten();
        match readings.min_by_key(|reading| reading.strangeness) {
            Some(reading) => {
                self.unknown_fields.extend(reading.unknown_fields);
                self.unknown_values.extend(reading.unknown_values);
                self.losses.extend(reading.losses);
            }
            None => self.loss("decodes in none of its shapes".to_owned()),
        }
    }

    pub(super) fn loss(&mut self, what: String) {
        note(&mut self.losses, &self.path, what);
    }

    pub(super) fn below(&mut self, name: &str, walk: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        walk(self);
        self.path.truncate(length);
    }

    pub(super) fn element(&mut self, index: usize, walk: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        let written = write!(self.path, "[{index}]");
        debug_assert!(written.is_ok(), "a string takes everything");
        walk(self);
        self.path.truncate(length);
    }
}

fn note(found: &mut Found, path: &str, what: String) {
    let first = if path.is_empty() { "$" } else { path };
    let entry = found
        .entry((without_positions(first), what))
        .or_insert_with(|| (first.to_owned(), 0));
    entry.1 += 1;
}

/// How many values there are in a value.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(object) => 1 + object.values().map(size).sum::<usize>(),
    }
}

/// `items[17].sizes[0]` is `items[].sizes[]`.
fn without_positions(path: &str) -> String {
    let mut parts = path.split('[');
    let mut place = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        place.push('[');
        place.push_str(rest);
    }
    place
}

impl<T: Inspect> Inspect for Option<T> {
    fn inspect(&self, place: &mut Place) {
        if let Some(value) = self {
            value.inspect(place);
        }
    }
}

impl<T: Inspect> Inspect for Box<T> {
    fn inspect(&self, place: &mut Place) {
        (**self).inspect(place);
    }
}

impl<T: Inspect> Inspect for Vec<T> {
    fn inspect(&self, place: &mut Place) {
        for (index, item) in self.iter().enumerate() {
            place.element(index, |place| item.inspect(place));
        }
    }
}

impl<T: Inspect> Inspect for BTreeMap<String, T> {
    fn inspect(&self, place: &mut Place) {
        for (key, value) in self {
            place.below(key, |place| value.inspect(place));
        }
    }
}

impl<T: Inspect> Inspect for ListOrMap<T> {
    fn inspect(&self, place: &mut Place) {
        self.0.inspect(place);
    }
}

impl<T: Inspect> Inspect for Tagged<T> {
    fn inspect(&self, place: &mut Place) {
        self.0.inspect(place);
    }
}

/// Types in which nothing can be unknown.
macro_rules! plain {
    ($($name:ty,)*) => {$(
        impl Inspect for $name {
            fn inspect(&self, _: &mut Place) {}
        }
    )*};
}

plain! {
    bool,
    i32,
    i64,
    String,
    Secret,
    Json,
    NoBody,
    Uuid,
    ids::OrganizationId,
    ids::TerminalGroupId,
    ids::ProductId,
    ids::ProductGroupId,
    ids::SizeId,
    ids::PaymentTypeId,
    ids::CorrelationId,
    ExactDecimal,
    LocalTime,
    UtcTime,
    TimeSpan,
    NaiveDate,
    DateTime<FixedOffset>,
}
