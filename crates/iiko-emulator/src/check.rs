//! Checks a body against the contract and makes it decodable, strict and lenient where iiko is.
//!
//! Strict: a required member that is missing or null, a GUID that is none, a word that the enum does not know, a value of
//! another kind. Lenient: numbers as strings, unknown members, null for what may be left out, a body that is JSON text
//! inside a JSON string. Sentences are Newtonsoft.Json's, with the path of the value and the place where it ends.

pub(crate) mod bounds;
mod scalar;

use crate::{
    contract::{Contract, Kind, Schema},
    json::{Json, NotJson, Place, Value},
    refusal::Refusal,
};

/// Reads `text` as a body of the operation at `path`, of `schema`, with members renamed by `aliases` first, and gives the
/// text to decode.
pub(crate) fn check_body(
    contract: &Contract,
    schema: &Schema,
    aliases: &[(&str, &str)],
    path: &str,
    text: &str,
) -> Result<String, Refusal> {
    let mut json = read(text)?;
    if let Value::Object(members) = &mut json.value {
        for (alias, name) in aliases {
            if !members.iter().any(|(key, _)| key == name) {
                for (key, _) in members.iter_mut().filter(|(key, _)| key == alias) {
                    (*name).clone_into(key);
                }
            }
        }
    }
    if json.value == Value::Null {
        return Err(Refusal::invalid_body(
            "A non-empty request body is required.",
        ));
    }
    let check = Check { contract };
    let fitting = check.value(schema, json, "")?;
    bounds::check(path, &fitting)?;
    Ok(fitting.print())
}

/// Refuses a body without `name` as iiko's own code does, which some members reach unread. What is no JSON, or no object,
/// is refused elsewhere.
pub(crate) fn require_argument(name: &'static str, text: &str) -> Result<(), Refusal> {
    let Value::Object(members) = read(text)?.value else {
        return Ok(());
    };
    let mut members = members.iter();
    match members.any(|(key, json)| key.eq_ignore_ascii_case(name) && json.value != Value::Null) {
        true => Ok(()),
        false => Err(Refusal::null_argument(name)),
    }
}

/// JSON, or JSON text inside a JSON string.
fn read(text: &str) -> Result<Json, Refusal> {
    let json = Json::parse(text.trim_start_matches('\u{feff}')).map_err(refuse_syntax)?;
    match &json.value {
        Value::Text(inner) => Json::parse(inner).map_err(refuse_syntax),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
            Ok(json)
        }
    }
}

fn refuse_syntax(error: NotJson) -> Refusal {
    sentence_at(&error.sentence, &error.path, error.place)
}

fn sentence_at(sentence: &str, path: &str, place: Place) -> Refusal {
    Refusal::invalid_body(format!(
        "{sentence} Path '{path}', line {}, position {}.",
        place.line, place.position
    ))
}

struct Check<'c> {
    contract: &'c Contract,
}

impl Check<'_> {
    /// A value that must be there.
    fn value(&self, schema: &Schema, json: Json, path: &str) -> Result<Json, Refusal> {
        let (schema, name) = self.contract.resolve(schema);
        if !schema.values.is_empty() {
            return scalar::choice(schema, name.unwrap_or("System.String"), json, path);
        }
        match schema.kind {
            Some(Kind::Object) => self.object(schema, json, path),
            Some(Kind::Array) => self.list(schema, json, path),
            Some(Kind::String) => scalar::string(schema, json, path),
            Some(Kind::Integer) => scalar::integer(json, path),
            Some(Kind::Number) => scalar::decimal(json, path),
            Some(Kind::Boolean) => scalar::boolean(json, path),
            None if !schema.one_of.is_empty() => self.one_of(schema, json, path),
            None => Ok(json),
        }
    }

    fn object(&self, schema: &Schema, mut json: Json, path: &str) -> Result<Json, Refusal> {
        let Value::Object(members) = &mut json.value else {
            return Err(cannot_convert(&json, "System.Object", path));
        };
        let mut fitting: Vec<(String, Json)> = Vec::with_capacity(members.len());
        for (key, member) in members.drain(..) {
            // Newtonsoft finds members whatever their case.
            let property = schema
                .properties
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(&key));
            let Some((name, property)) = property else {
                fitting.push((key, member));
                continue;
            };
            let inner = join(path, name);
            let is_required = schema.required.contains(name);
            let (resolved, _) = self.contract.resolve(property);
            if !is_required && reads_as_absent(&member, resolved) {
                continue;
            }
            if is_required
                && member.value == Value::Null
                && !property.nullable
                && is_reference(resolved)
            {
                let sentence = format!("Required property '{name}' expects a value but got null.");
                return Err(sentence_at(&sentence, path, member.place));
            }
            fitting.retain(|(earlier, _)| earlier != name);
            if member.value == Value::Null && property.nullable {
                fitting.push((name.clone(), member));
                continue;
            }
            fitting.push((name.clone(), self.value(property, member, &inner)?));
        }
        for (name, property) in &schema.properties {
            if schema.required.contains(name)
                && !property.nullable
                && !fitting.iter().any(|(key, _)| key == name)
            {
                let sentence = format!("Required property '{name}' not found in JSON.");
                return Err(sentence_at(&sentence, path, json.place));
            }
        }
        json.value = Value::Object(fitting);
        Ok(json)
    }

    fn list(&self, schema: &Schema, mut json: Json, path: &str) -> Result<Json, Refusal> {
        let Value::List(items) = &mut json.value else {
            return Err(cannot_convert(
                &json,
                "System.Collections.Generic.List",
                path,
            ));
        };
        let Some(item_schema) = &schema.items else {
            return Ok(json);
        };
        let mut fitting = Vec::with_capacity(items.len());
        for (index, item) in items.drain(..).enumerate() {
            fitting.push(self.value(item_schema, item, &format!("{path}[{index}]"))?);
        }
        json.value = Value::List(fitting);
        Ok(json)
    }

    fn one_of(&self, schema: &Schema, json: Json, path: &str) -> Result<Json, Refusal> {
        let Some(discriminator) = &schema.discriminator else {
            return Ok(json);
        };
        let Value::Object(_) = &json.value else {
            return Err(cannot_convert(&json, "System.Object", path));
        };
        let word = match json
            .get(&discriminator.property_name)
            .map(|json| &json.value)
        {
            Some(Value::Text(word)) => word.clone(),
            Some(_) | None => {
                let sentence = format!(
                    "Required property '{}' not found in JSON.",
                    discriminator.property_name
                );
                return Err(sentence_at(&sentence, path, json.place));
            }
        };
        match self.contract.chosen(discriminator, &word) {
            Some((chosen, _)) => self.object(chosen, json, path),
            None => {
                let inner = join(path, &discriminator.property_name);
                Err(sentence_at(
                    &format!("Error converting value \"{word}\" to type 'System.Type'."),
                    &inner,
                    json.place,
                ))
            }
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Null for what may be left out is left out, and so is an empty string where a value is no string.
fn reads_as_absent(json: &Json, schema: &Schema) -> bool {
    let is_plain_string = schema.kind == Some(Kind::String) && schema.format.is_none();
    match &json.value {
        Value::Null => true,
        Value::Text(text) => text.is_empty() && !is_plain_string,
        Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => false,
    }
}

/// What is an object, a list or a string in .NET: its null is refused in other words than a GUID's.
fn is_reference(schema: &Schema) -> bool {
    match schema.kind {
        Some(Kind::Object | Kind::Array) | None => true,
        Some(Kind::String) => schema.format.is_none() && schema.values.is_empty(),
        Some(Kind::Integer | Kind::Number | Kind::Boolean) => false,
    }
}

fn cannot_convert(json: &Json, type_name: &str, path: &str) -> Refusal {
    let sentence = match &json.value {
        Value::Object(_) => format!(
            "Cannot deserialize the current JSON object (e.g. {{\"name\":\"value\"}}) into type '{type_name}' because the type requires another JSON value to deserialize correctly."
        ),
        Value::List(_) => format!(
            "Cannot deserialize the current JSON array (e.g. [1,2,3]) into type '{type_name}' because the type requires another JSON value to deserialize correctly."
        ),
        Value::Null => format!("Error converting value {{null}} to type '{type_name}'."),
        Value::Text(text) => format!("Error converting value \"{text}\" to type '{type_name}'."),
        Value::Number(literal) => {
            format!("Error converting value {literal} to type '{type_name}'.")
        }
        Value::Bool(flag) => {
            let word = if *flag { "True" } else { "False" };
            format!("Error converting value {word} to type '{type_name}'.")
        }
    };
    sentence_at(&sentence, path, json.place)
}

#[cfg(test)]
mod tests {
    use super::check_body;
    use crate::contract;

    fn checked(path: &str, body: &str) -> Result<String, String> {
        let (contract, bodies) = contract::find(path).unwrap();
        check_body(
            contract,
            bodies.request.as_ref().unwrap(),
            &[("apiLogin", "apiKey")],
            "/api/v2/access_token",
            body,
        )
        .map_err(|refusal| refusal.description)
    }

    #[test]
    fn what_iiko_takes_is_taken_and_straightened() {
        let check = |path: &str, body: &str, expected: &str| {
            assert_eq!(checked(path, body).as_deref(), Ok(expected))
        };
        let nomenclature = "/api/1/nomenclature";
        check(
            nomenclature,
            r#"{"organizationId":"{3B000000-0000-4000-8000-000000000001}","startRevision":"12","more":[1.50]}"#,
            r#"{"organizationId":"3b000000-0000-4000-8000-000000000001","startRevision":12,"more":[1.50]}"#,
        );
        check(
            nomenclature,
            r#""{\"organizationId\":\"3b000000-0000-4000-8000-000000000001\",\"startRevision\":null}""#,
            r#"{"organizationId":"3b000000-0000-4000-8000-000000000001"}"#,
        );
        check(
            "/api/1/organizations",
            r#"{"returnAdditionalInfo":"true","organizationIds":null}"#,
            r#"{"returnAdditionalInfo":true}"#,
        );
        check(
            "/api/2/menu/by_id",
            r#"{"externalMenuId":4679,"organizationIds":[]}"#,
            r#"{"externalMenuId":"4679","organizationIds":[]}"#,
        );
        check(
            "/api/v2/access_token",
            r#"{"appId":15,"clientSecret":"s","apiLogin":"demo"}"#,
            r#"{"appId":"15","clientSecret":"s","apiKey":"demo"}"#,
        );
        check(
            "/api/1/organizations/settings",
            r#"{"parameters":["addressformattype"]}"#,
            r#"{"parameters":["AddressFormatType"]}"#,
        );
    }

    #[test]
    fn what_iiko_refuses_is_refused_with_its_place() {
        let check = |path: &str, body: &str, expected: &str| {
            assert_eq!(checked(path, body).unwrap_err(), expected)
        };
        let nomenclature = "/api/1/nomenclature";
        check(
            nomenclature,
            "{}",
            "Required property 'organizationId' not found in JSON. Path '', line 1, position 2.",
        );
        check(
            nomenclature,
            "{\n  \"organizationId\": null\n}",
            "Error converting value {null} to type 'System.Guid'. Path 'organizationId', line 2, position 24.",
        );
        check(
            nomenclature,
            r#"{"organizationId": "abc"}"#,
            "Error converting value \"abc\" to type 'System.Guid'. Path 'organizationId', line 1, position 24.",
        );
        check(
            nomenclature,
            r#"{"organizationId":"3b000000-0000-4000-8000-000000000001","startRevision":"soon"}"#,
            "Could not convert string to integer: soon. Path 'startRevision', line 1, position 79.",
        );
        check(
            "/api/1/stop_lists/add",
            r#"{"organizationId":"3b000000-0000-4000-8000-000000000001","terminalGroupId":"3b000000-0000-4000-8000-000000000001","items":[{"balance":1,"productId":null}]}"#,
            "Error converting value {null} to type 'System.Guid'. Path 'items[0].productId', line 1, position 152.",
        );
        check(
            "/api/1/organizations/settings",
            r#"{"parameters":["Shoes"]}"#,
            "Error converting value \"Shoes\" to type 'OrganizationSettingsParameters'. Path 'parameters[0]', line 1, position 22.",
        );
        check(
            nomenclature,
            "[]",
            "Cannot deserialize the current JSON array (e.g. [1,2,3]) into type 'System.Object' because the type requires another JSON value to deserialize correctly. Path '', line 1, position 2.",
        );
        check(
            "/api/1/payment_types",
            r#"{"organizationIds":null}"#,
            "Required property 'organizationIds' expects a value but got null. Path '', line 1, position 23.",
        );
        check(
            nomenclature,
            "null",
            "A non-empty request body is required.",
        );
    }
}
