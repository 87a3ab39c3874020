//! Writes out what iiko writes out: members without a value are there, as null.
//!
//! The generated types leave out what is `None`, since in requests null and absent are the same. iiko's answers name
//! nearly every member of an object, and clients were written against that.

use crate::{
    contract::{Contract, Kind, Schema},
    json::{Json, Value},
};

/// Members that come only when they are filled (`cloud-api.md` 3.3, 6, recorded answers), by schema.
const SPARSE: &[(&str, &str)] = &[
    ("CheckStopListResponse", "rejectedItems"),
    ("ExtendedOrganizationInfo", "externalData"),
    ("MenuPrice", "*"),
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
        let word = match json.get(&discriminator.property_name).map(|tag| &tag.value) {
            Some(Value::Text(word)) => word,
            Some(_) | None => return,
        };
        if let Some((chosen, name)) = contract.chosen(discriminator, word) {
            complete_as(contract, chosen, name, json);
        }
        return;
    }
    match (&mut json.value, schema.kind) {
        (Value::Object(members), Some(Kind::Object)) if !schema.properties.is_empty() => {
            let mut left = std::mem::take(members);
            for (property_name, property) in &schema.properties {
                let found = left.iter().position(|(key, _)| key == property_name);
                match found.map(|index| left.remove(index)) {
                    Some((key, mut member)) => {
                        complete(contract, property, &mut member);
                        members.push((key, member));
                    }
                    None if is_sparse(name, property_name) => {}
                    None => members.push((property_name.clone(), Json::new(Value::Null))),
                }
            }
            members.append(&mut left);
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
