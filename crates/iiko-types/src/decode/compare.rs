//! Whether two JSON texts mean the same to iiko: properties in any order and without those that are `null`, numbers by
//! value, GUIDs in any case, times by instant.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Place;
use crate::time::{LocalTime, TimeSpan};

/// Notes every difference at its place.
pub(super) fn compare(
    before: &str,
    after: &str,
    place: &mut Place,
) -> Result<(), serde_json::Error> {
    if before == after {
        return Ok(());
    }
    match (kind(before), kind(after)) {
        (Kind::Object, Kind::Object) => {
            let (before, after) = (properties(before)?, properties(after)?);
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            let mut result = Ok(());
            for name in names {
                place.below(name, |place| match (before.get(name), after.get(name)) {
                    (Some(before), Some(after)) => {
                        let compared = compare(before.get(), after.get(), place);
                        if compared.is_err() {
                            result = compared;
                        }
                    }
                    (Some(_), None) => place.loss("lost".to_owned()),
                    (None, Some(_)) => place.loss("added".to_owned()),
                    (None, None) => {}
                });
            }
            result
        }
        (Kind::List, Kind::List) => {
            let (before, after): (Vec<&RawValue>, Vec<&RawValue>) =
                (serde_json::from_str(before)?, serde_json::from_str(after)?);
            if before.len() != after.len() {
                let what = format!("{} elements are now {}", before.len(), after.len());
                place.loss(what);
                return Ok(());
            }
            let mut result = Ok(());
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                place.element(index, |place| {
                    let compared = compare(before.get(), after.get(), place);
                    if compared.is_err() {
                        result = compared;
                    }
                });
            }
            result
        }
        // some back ends send an empty map as an empty list
        (Kind::Object, Kind::List) | (Kind::List, Kind::Object)
            if is_empty(before) && is_empty(after) =>
        {
            Ok(())
        }
        (Kind::Text, Kind::Text) => {
            let (before, after): (String, String) =
                (serde_json::from_str(before)?, serde_json::from_str(after)?);
            if !is_same_text(&before, &after) {
                place.loss("the text is another one".to_owned());
            }
            Ok(())
        }
        (Kind::Number, Kind::Number) => {
            if number(before).is_none() || number(before) != number(after) {
                place.loss("the number is another one".to_owned());
            }
            Ok(())
        }
        // iiko's tills send some numbers as strings
        (Kind::Text, Kind::Number) => {
            let text: String = serde_json::from_str(before)?;
            if number(text.trim()).is_none() || number(text.trim()) != number(after) {
                place.loss("the number is another one".to_owned());
            }
            Ok(())
        }
        (before, after) => {
            place.loss(format!("{} is now {}", before.name(), after.name()));
            Ok(())
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Flag(bool),
    Number,
    Text,
    List,
    Object,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(true) => "true",
            Self::Flag(false) => "false",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// Told by the first letter: both texts are valid JSON by now.
pub(crate) fn kind(text: &str) -> Kind {
    match text.as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::List,
        Some(b'"') => Kind::Text,
        Some(b'n') => Kind::Null,
        Some(b't') => Kind::Flag(true),
        Some(b'f') => Kind::Flag(false),
        Some(_) | None => Kind::Number,
    }
}

fn properties(text: &str) -> Result<BTreeMap<String, &RawValue>, serde_json::Error> {
    let mut properties: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
    properties.retain(|_, value| value.get() != "null");
    Ok(properties)
}

fn is_empty(text: &str) -> bool {
    text[1..text.len() - 1].trim().is_empty()
}

fn is_same_text(before: &str, after: &str) -> bool {
    fn both<T: PartialEq>(before: Option<T>, after: Option<T>) -> bool {
        before.is_some() && before == after
    }
    before == after
        || both(before.parse::<Uuid>().ok(), after.parse::<Uuid>().ok())
        || both(instant(before), instant(after))
        || both(
            before.parse::<TimeSpan>().ok(),
            after.parse::<TimeSpan>().ok(),
        )
}

/// A time without a zone counts as UTC here: only two times of the same property are ever compared.
fn instant(text: &str) -> Option<NaiveDateTime> {
    let without_zone = text.strip_suffix('Z').unwrap_or(text);
    let local = || without_zone.parse().map(|time: LocalTime| time.0).ok();
    let zoned = || DateTime::parse_from_rfc3339(text).map(|time| time.naive_utc());
    local().or_else(|| zoned().ok())
}

/// Sign, digits and exponent of a number, the same for `1.50`, `15e-1` and `1.5`. Unlike a decimal it holds any digits.
pub(crate) fn number(text: &str) -> Option<(bool, String, i64)> {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let exponent: i64 = exponent.parse().ok()?;
    let significant = digits.trim_end_matches('0');
    let dropped = digits.len() - significant.len();
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let shift = i64::try_from(dropped).ok()? - i64::try_from(fraction.len()).ok()?;
    Some((
        is_negative,
        significant.to_owned(),
        exponent.checked_add(shift)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn losses(before: &str, after: &str) -> Vec<String> {
        let mut place = Place::top();
        compare(before, after, &mut place).unwrap();
        let losses = place.into_report().losses;
        losses.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        for (before, after) in [
            ("{\"a\":1, \"b\":null}", "{\"a\":1.0}"),
            ("[1.50, -0.0, 2e3]", "[15e-1,0,2000]"),
            (
                "\"01330000-6BEC-AC1F-BF3E-08DD5A5A5A5A\"",
                "\"01330000-6bec-ac1f-bf3e-08dd5a5a5a5a\"",
            ),
            ("\"2024-11-17T13:36:35.1Z\"", "\"2024-11-17 13:36:35.100\""),
            ("\"2024-11-17T13:36:35+03:00\"", "\"2024-11-17T10:36:35Z\""),
            ("\"9:30\"", "\"09:30:00\""),
            ("\"4.350\"", "4.35"),
            ("{ }", "[]"),
            ("\"\\u0041\"", "\"A\""),
        ] {
            assert_eq!(losses(before, after), Vec::<String>::new(), "{before}");
        }
    }

    #[test]
    fn every_difference_is_told_with_its_place() {
        for (before, after, expected) in [
            ("{\"a\":{\"b\":1}}", "{\"a\":{}}", "a.b: lost"),
            ("{}", "{\"a\":0}", "a: added"),
            ("[[1,2]]", "[[1]]", "[]: 2 elements are now 1"),
            (
                "[1,2,3]",
                "[1,3,4]",
                "[]: the number is another one (2 times, first at [1])",
            ),
            ("\"a\"", "\"A\"", "$: the text is another one"),
            (
                "\"2024-11-17 13:36:35.1234567\"",
                "\"2024-11-17 13:36:35.123\"",
                "$: the text is another one",
            ),
            (
                "0.33333333333333333333333333333333333",
                "0.3333333333333333333333333333",
                "$: the number is another one",
            ),
            ("true", "false", "$: true is now false"),
            ("[null]", "[{}]", "[]: null is now an object"),
            ("\"ten\"", "10", "$: the number is another one"),
        ] {
            assert_eq!(losses(before, after), [expected], "{before}");
        }
    }
}
