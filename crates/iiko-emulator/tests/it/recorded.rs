//! Recorded answers: served as they are, and the measure of what the scenario serves.

use std::path::{Path, PathBuf};

use iiko_emulator::Config;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{Desk, PARKOVAYA};

/// A recorded file, where this machine has it.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn recorded(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/iiko/recorded")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no `{}` here", path.display());
    None
}

#[tokio::test]
async fn a_recorded_nomenclature_is_served_to_the_letter() {
    let Some(path) = recorded("nomenclature-large-2026.json") else {
        return;
    };
    let desk = Desk::open_with(Config {
        nomenclature: vec![path.clone()],
        ..Config::default()
    })
    .await;
    let organization = desk.organization("nomenclature-large-2026");
    let body = json!({"organizationId": organization, "startRevision": 0});
    let answer = desk.post("/api/1/nomenclature", body.clone()).await;
    let file = std::fs::read_to_string(path).unwrap();
    let own = |text: &str| {
        let id = serde_json::from_str::<Value>(text).unwrap()["correlationId"]
            .as_str()
            .unwrap()
            .to_owned();
        text.replacen(&id, "", 1)
    };
    assert!(
        own(&answer.text) == own(&file),
        "the answer differs from the recording"
    );
    let groups = desk
        .ask(
            "/api/1/terminal_groups",
            json!({"organizationIds": [organization]}),
        )
        .await;
    assert_eq!(
        groups["terminalGroups"][0]["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    // A change touches what it names and nothing else.
    let control = desk.control();
    let id = control.organization("nomenclature-large-2026").unwrap();
    let product = serde_json::from_str::<Value>(&file).unwrap()["products"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    control
        .set_price(id, product.parse().unwrap(), None, Decimal::new(12345, 2))
        .unwrap();
    let changed = desk.ask("/api/1/nomenclature", body).await;
    let mut expected: Value = serde_json::from_str(&file).unwrap();
    for row in expected["products"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .filter(|row| row["id"] == product.as_str())
    {
        row["sizePrices"][0]["price"]["currentPrice"] = json!(123.45);
    }
    assert!(changed["products"] == expected["products"] && changed["groups"] == expected["groups"]);
}

#[tokio::test]
async fn one_recording_can_follow_another() {
    let (Some(first), Some(second)) = (
        recorded("nomenclature-small-a.json"),
        recorded("nomenclature-small-b.json"),
    ) else {
        return;
    };
    let desk = Desk::open_with(Config {
        nomenclature: vec![first],
        ..Config::default()
    })
    .await;
    let control = desk.control();
    let organization = control.organization("nomenclature-small-a").unwrap();
    control
        .set_nomenclature(organization, &std::fs::read(&second).unwrap())
        .unwrap();
    let answer = desk
        .ask(
            "/api/1/nomenclature",
            json!({"organizationId": organization.to_string()}),
        )
        .await;
    let expected: Value = serde_json::from_slice(&std::fs::read(second).unwrap()).unwrap();
    assert!(answer["products"] == expected["products"]);
    assert!(
        control
            .set_nomenclature(organization, b"{\"groups\":[]}")
            .is_err()
    );
}

/// Keys with the kinds of their values; where both kinds occur null yields.
fn shape(json: &Value, path: &str, into: &mut std::collections::BTreeMap<String, &'static str>) {
    let kind = match json {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(items) => {
            items
                .iter()
                .for_each(|item| shape(item, &format!("{path}[]"), into));
            "list"
        }
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(key, member)| shape(member, &format!("{path}.{key}"), into));
            "object"
        }
    };
    let known = into.entry(path.to_owned()).or_insert(kind);
    if *known == "null" {
        *known = kind;
    }
}

/// What the scenario has nothing of: groups of guests' tags, taxes of external menus.
const ABSENT: &[&str] = &[
    ".customerTagGroups[]",
    ".itemCategories[].items[].taxCategory.",
];

#[tokio::test]
async fn the_scenario_serves_the_keys_that_iiko_serves() {
    let desk = Desk::open().await;
    let one = desk.organization(PARKOVAYA);
    let many = json!({"organizationIds": [one]});
    let menu = |version: u32| json!({"externalMenuId": "4679", "organizationIds": [one], "version": version, "language": "ru"});
    let extended = json!({"organizationIds": [one], "returnAdditionalInfo": true});
    let pairs = [
        ("organizations.json", "/api/1/organizations", extended),
        (
            "terminal-groups.json",
            "/api/1/terminal_groups",
            many.clone(),
        ),
        ("payment-types.json", "/api/1/payment_types", many),
        (
            "nomenclature-large-2026.json",
            "/api/1/nomenclature",
            json!({"organizationId": one}),
        ),
        ("external-menu-v2.json", "/api/2/menu/by_id", menu(2)),
        ("external-menu-v3.json", "/api/2/menu/by_id", menu(3)),
    ];
    let mut differences = Vec::new();
    for (name, path, body) in pairs {
        let Some(file) = recorded(name) else { return };
        let (mut theirs, mut ours) = Default::default();
        shape(
            &serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap(),
            "",
            &mut theirs,
        );
        shape(&desk.ask(path, body).await, "", &mut ours);
        let missing: Vec<_> = theirs
            .iter()
            .filter(|(key, _)| !ours.contains_key(*key))
            .filter(|(key, _)| !ABSENT.iter().any(|absent| key.starts_with(absent)))
            .collect();
        let other: Vec<_> = ours
            .iter()
            .filter(|(key, kind)| {
                theirs
                    .get(*key)
                    .is_some_and(|their| their != *kind && *their != "null" && **kind != "null")
            })
            .collect();
        if !missing.is_empty() || !other.is_empty() {
            differences.push(format!(
                "{name}: missing {missing:?}, of another kind {other:?}"
            ));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}
