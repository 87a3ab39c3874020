//! Recorded answers: served as they are, and the measure of what the scenario serves.

mod shapes;

use std::path::{Path, PathBuf};

use iiko_emulator::Config;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{Desk, PARKOVAYA};

/// A recorded file, where this machine has the recordings. Where it has them, one that is missing is a mistake.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn recorded(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/iiko/recorded");
    if !folder.exists() {
        println!("skipped: no `{}` here", folder.display());
        return None;
    }
    let path = folder.join(name);
    assert!(path.exists(), "there is no `{}`", path.display());
    Some(path)
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

#[tokio::test]
async fn a_recorded_external_menu_is_served_to_whoever_asks_in_its_version() {
    let (Some(second), Some(third)) = (
        recorded("external-menu-v2.json"),
        recorded("external-menu-v3.json"),
    ) else {
        return;
    };
    let desk = Desk::open_with(Config {
        external_menus: vec![second.clone(), third],
        ..Config::default()
    })
    .await;
    let expected: Value = serde_json::from_slice(&std::fs::read(second).unwrap()).unwrap();
    let listed = desk.ask("/api/2/menu", json!({})).await;
    let listed = listed["externalMenus"].as_array().unwrap();
    let id = expected["id"].to_string().replace('"', "");
    assert!(listed.iter().any(|menu| menu["id"] == id.as_str()));
    let organization = desk.organization(PARKOVAYA);
    let body = |version: u32| json!({"externalMenuId": id, "organizationIds": [organization], "version": version});
    let served = desk.ask("/api/2/menu/by_id", body(2)).await;
    let categories = |menu: &Value| menu["itemCategories"].as_array().unwrap().len();
    assert_eq!(categories(&served), categories(&expected));
    let price = served.pointer("/itemCategories/0/items/0/itemSizes/0/prices/0");
    assert_eq!(price.unwrap()["organizationId"], organization.as_str());
    let (status, _, sentence) = desk.post("/api/2/menu/by_id", body(3)).await.refusal();
    assert_eq!(status, 400);
    assert!(sentence.contains("recorded in version 2"), "{sentence}");
}
