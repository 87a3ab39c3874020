//! Writes out what iiko writes out: members without a value are there, as null.
//!
//! The generated types leave out what is `None`, since in requests null and absent are the same. iiko's answers name
//! nearly every member of an object, and clients were written against that.

use std::collections::BTreeMap;

use crate::{
    contract::{Contract, Kind, Schema},
    json::{Json, Value},
};

/// Members that come only when they are filled (`cloud-api.md` 3.3, 6, recorded answers), by schema.
const SPARSE: &[(&str, &str)] = &[
    ("CheckStopListResponse", "rejectedItems"),
    ("ExtendedOrganizationInfo", "externalData"),
    ("MenuPrice", "organizationId"),
    ("MenuPrice", "organizations"),
    ("MenuPrice", "taxCategoryId"),
    ("OrganizationSettings", "*"),
    ("SimpleOrganizationInfo", "externalData"),
    ("TerminalGroup", "externalData"),
    ("TerminalGroup", "posVersion"),
];

/// Puts every member of `schema` into `json`, in the order of the contract.
pub(crate) fn complete(contract: &Contract, schema: &Schema, json: &mut Json) {
    let (schema, name) = contract.resolve(schema);
    complete_as(contract, schema, name.unwrap_or_default(), json);
}

/// The same for the schema called `name`.
pub(crate) fn complete_named(contract: &Contract, name: &str, json: &mut Json) {
    if let Some(schema) = contract.named(name) {
        complete_as(contract, schema, name, json);
    }
}

fn complete_as(contract: &Contract, schema: &Schema, name: &str, json: &mut Json) {
    if let Some(discriminator) = &schema.discriminator {
        let Some(Value::Text(word)) = json.get(&discriminator.property_name).map(|tag| &tag.value)
        else {
            return;
        };
        if let Some((chosen, name)) = contract.chosen(discriminator, word) {
            complete_as(contract, chosen, name, json);
        }
        return;
    }
    if let [dish, combo] = &schema.one_of[..] {
        // items of a menu in version 4
        let word = json.get("type").map(|word| &word.value);
        let is_combo = word == Some(&Value::Text("COMBO".to_owned()));
        return complete(contract, if is_combo { combo } else { dish }, json);
    }
    match (&mut json.value, schema.kind) {
        (Value::Object(members), Some(Kind::Object)) if !schema.properties.is_empty() => {
            let mut left: BTreeMap<String, Json> = std::mem::take(members).into_iter().collect();
            for (property_name, property) in &schema.properties {
                match left.remove(property_name) {
                    Some(mut member) => {
                        complete(contract, property, &mut member);
                        members.push((property_name.clone(), member));
                    }
                    None if is_sparse(name, property_name) => {}
                    None => members.push((property_name.clone(), Json::new(Value::Null))),
                }
            }
            members.extend(left);
        }
        (Value::List(items), Some(Kind::Array)) => {
            if let Some(item_schema) = &schema.items {
                for item in items {
                    complete(contract, item_schema, item);
                }
            }
        }
        _ => {}
    }
}

fn is_sparse(schema: &str, property: &str) -> bool {
    SPARSE
        .iter()
        .any(|(name, sparse)| *name == schema && (*sparse == "*" || *sparse == property))
}

#[cfg(test)]
mod tests {
    use super::complete;
    use crate::{contract, json::Json};

    #[test]
    fn members_without_a_value_are_written_as_null() {
        let check = |path: &str, answer: &str, expected: &str| {
            let (contract, bodies) = contract::find(path).unwrap();
            let mut json = Json::parse(answer).unwrap();
            complete(contract, bodies.response.as_ref().unwrap(), &mut json);
            assert_eq!(json.print(), expected);
        };
        check(
            "/api/1/terminal_groups",
            r#"{"terminalGroups":[{"items":[{"id":"a","more":1}]}],"terminalGroupsInSleep":[]}"#,
            r#"{"correlationId":null,"terminalGroups":[{"organizationId":null,"items":[{"id":"a","organizationId":null,"name":null,"address":null,"timeZone":null,"more":1}]}],"terminalGroupsInSleep":[]}"#,
        );
        check(
            "/api/1/organizations",
            r#"{"correlationId":"c","organizations":[{"responseType":"Simple","id":"a","name":"b"}]}"#,
            r#"{"correlationId":"c","organizations":[{"responseType":"Simple","id":"a","name":"b","code":null}]}"#,
        );
    }
}
