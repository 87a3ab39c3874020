//! A recorded answer of `menu/by_id`, served as it is: in the version it was recorded in, for whichever organizations ask.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use iiko_types::ids::OrganizationId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is kept of a recording.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recording {
    /// The answer, to the letter.
    text: String,
    /// 2, 3 or 4.
    pub(crate) version: i32,
    /// The organizations that the recording has prices of, in the order in which it names them.
    organization_ids: Vec<String>,
}

/// Number and name of a menu, and its recording.
pub(super) struct Read {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) revision: i64,
    pub(super) recording: Recording,
}

impl Recording {
    /// Reads an answer of `POST /api/2/menu/by_id`.
    pub(super) fn read(text: &str) -> anyhow::Result<Read> {
        let menu: Value = serde_json::from_str(text).context("no JSON")?;
        let version = match (&menu["itemCategories"], &menu["itemGroups"]) {
            (Value::Array(_), _) => 2,
            (_, Value::Array(_)) if menu["formatVersion"] == 4 => 4,
            (_, Value::Array(_)) => 3,
            _ => anyhow::bail!(
                "no answer of `menu/by_id`: neither `itemCategories` nor `itemGroups`"
            ),
        };
        let id = match &menu["id"] {
            Value::Number(id) => id.as_i64(),
            Value::String(id) => id.parse().ok(),
            _ => None,
        };
        let id = id.context("`id` is no number")?;
        let mut known = BTreeMap::new();
        collect_organizations(&menu, &mut known);
        let mut found: Vec<(usize, String)> = known.into_iter().map(|(id, at)| (at, id)).collect();
        found.sort_unstable();
        ensure!(!found.is_empty(), "no price names an organization");
        Ok(Read {
            id,
            name: menu["name"].as_str().unwrap_or_default().to_owned(),
            revision: menu["revision"].as_i64().unwrap_or_default(),
            recording: Self {
                text: text.to_owned(),
                version,
                organization_ids: found.into_iter().map(|(_, id)| id).collect(),
            },
        })
    }

    /// The answer for those who ask: the first of them stands where the recording's first organization stood, and so on.
    pub(crate) fn answer(&self, asking: &[OrganizationId]) -> String {
        let mut text = self.text.clone();
        for (recorded, asking) in self.organization_ids.iter().zip(asking) {
            text = text.replace(recorded.as_str(), &asking.to_string());
        }
        text
    }
}

/// Ids of organizations in prices, with the place in the order of their first appearance.
fn collect_organizations(json: &Value, known: &mut BTreeMap<String, usize>) {
    let mut add = |id: &Value| {
        if let Some(id) = id.as_str() {
            let next = known.len();
            known.entry(id.to_owned()).or_insert(next);
        }
    };
    match json {
        Value::Array(items) => items.iter().for_each(|it| collect_organizations(it, known)),
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("organizationId", id) => add(id),
                    ("organizations", Value::Array(ids)) => ids.iter().for_each(&mut add),
                    _ => {}
                }
            }
            members
                .values()
                .for_each(|it| collect_organizations(it, known));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use iiko_types::ids::OrganizationId;
    use uuid::Uuid;

    use super::Recording;

    #[test]
    fn whoever_asks_stands_where_the_recorded_organization_stood() {
        let text = r#"{"id":"77","name":"Сайт","itemGroups":[{"items":[{"itemSizes":[
            {"prices":[{"organizations":["aaaa"],"price":1.50},{"organizations":["bbbb"],"price":null}]}]}]}]}"#;
        let menu = Recording::read(text).unwrap();
        assert_eq!((menu.id, menu.recording.version), (77, 3));
        let one = OrganizationId(Uuid::from_u128(1));
        let answer = menu.recording.answer(&[one]);
        assert!(answer.contains(&format!(r#"{{"organizations":["{one}"],"price":1.50}}"#)));
        assert!(answer.contains("bbbb"));
    }

    #[test]
    fn what_is_no_menu_says_so() {
        let check = |text: &str, sentence: &str| {
            let problem = Recording::read(text).map(|menu| menu.id).unwrap_err();
            assert_eq!(problem.to_string(), sentence);
        };
        check("[", "no JSON");
        check(
            r#"{"groups":[]}"#,
            "no answer of `menu/by_id`: neither `itemCategories` nor `itemGroups`",
        );
        check(r#"{"itemGroups":[]}"#, "`id` is no number");
        check(
            r#"{"id":1,"itemGroups":[]}"#,
            "no price names an organization",
        );
    }
}
