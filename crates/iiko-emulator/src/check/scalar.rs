//! Values without members: words, strings, GUIDs, times, numbers, flags.

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{cannot_convert, sentence_at};
use crate::{
    contract::Schema,
    json::{Json, Value},
    refusal::Refusal,
};

pub(super) fn choice(
    schema: &Schema,
    type_name: &str,
    mut json: Json,
    path: &str,
) -> Result<Json, Refusal> {
    let mut words = schema.values.iter();
    let found = match &json.value {
        Value::Text(text) => words.find(|word| match word.as_str() {
            Some(word) => word.eq_ignore_ascii_case(text),
            None => word.to_string() == *text,
        }),
        Value::Number(literal) => words.find(|word| word.to_string() == *literal),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => None,
    };
    let Some(found) = found else {
        return Err(cannot_convert(&json, type_name, path));
    };
    json.value = match found.as_str() {
        Some(word) => Value::Text(word.to_owned()),
        None => Value::Number(found.to_string()),
    };
    Ok(json)
}

pub(super) fn string(schema: &Schema, mut json: Json, path: &str) -> Result<Json, Refusal> {
    let format = schema.format.as_deref();
    let text = match &json.value {
        Value::Text(text) => text.clone(),
        Value::Number(literal) if format.is_none() => literal.clone(),
        Value::Bool(flag) if format.is_none() => flag.to_string(),
        // met for `street.city` (`cloud-api.md` 8.2); that other words of any length are read alike is a guess
        Value::List(_) if format.is_none() => return Err(unwanted("StartArray", &json, path)),
        Value::Object(_) if format.is_none() => return Err(unwanted("StartObject", &json, path)),
        Value::Null | Value::Number(_) | Value::Bool(_) | Value::List(_) | Value::Object(_) => {
            let type_name = if format == Some("uuid") {
                "System.Guid"
            } else {
                "System.String"
            };
            return Err(cannot_convert(&json, type_name, path));
        }
    };
    let fitting = match format {
        Some("uuid") => match Uuid::parse_str(&text) {
            Ok(id) => id.to_string(),
            Err(_) => return Err(cannot_convert(&json, "System.Guid", path)),
        },
        Some("iiko-date-time") => match local_time(&text) {
            Some(time) => time.format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
            None => {
                return Err(sentence_at(
                    &format!("Could not convert string to DateTime: {text}."),
                    path,
                    json.place,
                ));
            }
        },
        Some(_) | None => text,
    };
    json.value = Value::Text(fitting);
    Ok(json)
}

fn unwanted(token: &str, json: &Json, path: &str) -> Refusal {
    let sentence = format!("Error reading string. Unexpected token: {token}.");
    sentence_at(&sentence, path, json.begun)
}

fn local_time(text: &str) -> Option<NaiveDateTime> {
    [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.fZ",
    ]
    .into_iter()
    .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

pub(super) fn integer(mut json: Json, path: &str) -> Result<Json, Refusal> {
    let literal = match &json.value {
        Value::Number(literal) => literal.clone(),
        Value::Text(text) => text.trim().to_owned(),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => {
            return Err(cannot_convert(&json, "System.Int64", path));
        }
    };
    let whole = literal.parse::<i64>().ok().or_else(|| {
        let decimal: Decimal = literal.parse().ok()?;
        decimal
            .is_integer()
            .then(|| i64::try_from(decimal).ok())
            .flatten()
    });
    let Some(whole) = whole else {
        return Err(sentence_at(
            &format!("Could not convert string to integer: {literal}."),
            path,
            json.place,
        ));
    };
    json.value = Value::Number(whole.to_string());
    Ok(json)
}

pub(super) fn decimal(mut json: Json, path: &str) -> Result<Json, Refusal> {
    let literal = match &json.value {
        Value::Number(_) => return Ok(json),
        Value::Text(text) => text.trim().to_owned(),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => {
            return Err(cannot_convert(&json, "System.Decimal", path));
        }
    };
    let Ok(decimal) = literal.parse::<Decimal>() else {
        return Err(sentence_at(
            &format!("Could not convert string to decimal: {literal}."),
            path,
            json.place,
        ));
    };
    json.value = Value::Number(decimal.to_string());
    Ok(json)
}

pub(super) fn boolean(mut json: Json, path: &str) -> Result<Json, Refusal> {
    let flag = match &json.value {
        Value::Bool(flag) => *flag,
        Value::Text(text) if text.eq_ignore_ascii_case("true") => true,
        Value::Text(text) if text.eq_ignore_ascii_case("false") => false,
        Value::Text(text) => {
            return Err(sentence_at(
                &format!("Could not convert string to boolean: {text}."),
                path,
                json.place,
            ));
        }
        Value::Number(literal) => literal != "0",
        Value::Null | Value::List(_) | Value::Object(_) => {
            return Err(cannot_convert(&json, "System.Boolean", path));
        }
    };
    json.value = Value::Bool(flag);
    Ok(json)
}
