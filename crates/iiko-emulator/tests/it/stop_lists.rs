//! Stop lists: read, added to, taken from, cleared and checked.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{Desk, NABEREZHNAYA, PARKOVAYA};

/// The rows of an organization as `(terminal group, sku, size, balance)`.
async fn rows(desk: &Desk, name: &str) -> Vec<(String, String, bool, String)> {
    let body = json!({"organizationIds": [desk.organization(name)], "returnSize": true});
    let answer = desk.ask("/api/1/stop_lists", body).await;
    let wrappers = answer["terminalGroupStopLists"].as_array().unwrap();
    assert_eq!(wrappers.len(), 1);
    let mut rows = Vec::new();
    for group in wrappers[0]["items"].as_array().unwrap() {
        for item in group["items"].as_array().unwrap() {
            assert_eq!(
                item["dateAdd"].as_str().map(str::len),
                Some("2026-03-01 09:15:00.000".len())
            );
            rows.push((
                group["terminalGroupId"].as_str().unwrap().to_owned(),
                item["sku"].as_str().unwrap().to_owned(),
                !item["sizeId"].is_null(),
                item["balance"].to_string(),
            ));
        }
    }
    rows.sort();
    rows
}

#[tokio::test]
async fn stops_and_remainders_of_the_scenario_are_listed() {
    let desk = Desk::open().await;
    let balances: Vec<(String, bool, String)> = rows(&desk, PARKOVAYA)
        .await
        .into_iter()
        .map(|(_, sku, size, balance)| (sku, size, balance))
        .collect();
    let has = |sku: &str, size: bool, balance: &str| {
        balances.contains(&(sku.to_owned(), size, balance.to_owned()))
    };
    assert_eq!(balances.len(), 7);
    assert!(
        has("SOUP-04", false, "0") && has("DESS-03", false, "4") && has("MAIN-01", false, "2.5")
    );
    assert!(has("PIZZA-03", true, "0") && has("MOD-EXTRA-04", false, "0"));

    // without sizes, and one group alone
    let control = desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    let group = control
        .terminal_group(organization, "Парковая, зал")
        .unwrap()
        .to_string();
    let body = json!({"organizationIds": [organization.to_string()], "terminalGroupsIds": [group]});
    let answer = desk.ask("/api/1/stop_lists", body).await;
    let groups = answer["terminalGroupStopLists"][0]["items"]
        .as_array()
        .unwrap();
    assert_eq!(
        (groups.len(), &groups[0]["terminalGroupId"]),
        (1, &json!(group))
    );
    assert!(
        groups[0]["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["sizeId"].is_null())
    );
}

#[tokio::test]
async fn what_is_added_is_listed_until_it_is_removed() {
    let desk = Desk::open().await;
    let control = desk.control();
    let organization = control.organization(NABEREZHNAYA).unwrap();
    let group = control
        .terminal_group(organization, "Набережная, касса")
        .unwrap();
    let dish = control.product(organization, "SALAD-03").unwrap();
    let before = rows(&desk, NABEREZHNAYA).await;
    let with = |items: Value| json!({"organizationId": organization.to_string(), "terminalGroupId": group.to_string(), "items": items});
    let add = with(json!([{"productId": dish.to_string(), "balance": "1.5"}]));
    assert_eq!(
        desk.ask("/api/1/stop_lists/add", add)
            .await
            .as_object()
            .unwrap()
            .len(),
        1
    );
    let row = (
        group.to_string(),
        "SALAD-03".to_owned(),
        false,
        "1.5".to_owned(),
    );
    assert!(rows(&desk, NABEREZHNAYA).await.contains(&row));

    // an order that needs more than there is left
    let item = |amount: u32| json!([{"type": "Product", "productId": dish.to_string(), "amount": amount, "price": 349}]);
    let rejected = desk.ask("/api/1/stop_lists/check", with(item(2))).await;
    assert_eq!(rejected["rejectedItems"][0]["sku"], "SALAD-03");
    let fine = desk.ask("/api/1/stop_lists/check", with(item(1))).await;
    assert_eq!(
        fine.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["correlationId"]
    );

    let remove = with(json!([{"productId": dish.to_string()}]));
    desk.ask("/api/1/stop_lists/remove", remove).await;
    assert_eq!(rows(&desk, NABEREZHNAYA).await, before);

    desk.ask("/api/1/stop_lists/clear", with(json!([]))).await;
    assert_eq!(rows(&desk, NABEREZHNAYA).await.len(), 1);
}

#[tokio::test]
async fn stops_come_and_go_by_control() {
    let desk = Desk::open().await;
    let control = desk.control();
    let (organization, group) = desk.hall();
    let dish = control.product(organization, "TEA-01").unwrap();
    control
        .stop(organization, group, dish, None, Decimal::ZERO)
        .unwrap();
    assert!(
        rows(&desk, PARKOVAYA)
            .await
            .iter()
            .any(|(_, sku, ..)| sku == "TEA-01")
    );
    assert!(control.unstop(organization, group, dish, None).unwrap());
    assert!(!control.unstop(organization, group, dish, None).unwrap());
    control.clear_stops(organization).unwrap();
    assert_eq!(rows(&desk, PARKOVAYA).await, []);
}

#[tokio::test]
async fn what_the_organization_does_not_have_cannot_be_stopped() {
    let desk = Desk::open().await;
    let control = desk.control();
    let (here, there) = (
        control.organization(PARKOVAYA).unwrap(),
        control.organization(NABEREZHNAYA).unwrap(),
    );
    let own = control
        .terminal_group(here, "Парковая, зал")
        .unwrap()
        .to_string();
    let foreign = control
        .terminal_group(there, "Набережная, касса")
        .unwrap()
        .to_string();
    let dish = control.product(here, "TEA-01").unwrap().to_string();
    let add = async |group: &str, product: &str| {
        let body = json!({"organizationId": here.to_string(), "terminalGroupId": group,
            "items": [{"productId": product, "balance": 0}]});
        desk.post("/api/1/stop_lists/add", body).await.status
    };
    assert_eq!(add(&own, &dish).await, 200);
    assert_eq!(add(&foreign, &dish).await, 400);
    assert_eq!(add(&own, &crate::NOBODY).await, 400);
}
