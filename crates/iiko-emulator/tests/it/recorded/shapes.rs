//! What the scenario serves beside what iiko served: the same keys with values of the same kind. Every difference stands
//! in [`EXPLAINED`], or the test fails; one that is there no longer has to leave the list.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::recorded;
use crate::{
    Desk, PARKOVAYA,
    orders::{by_id, payment_type, pickup, status_of},
    quiet_desk,
};

/// File, beginning of the key, why it differs. `+` is ours alone, `-` is the recording's alone.
const EXPLAINED: &[(&str, &str, &str)] = &[
    ("command-status-error.json", "+ .errorReason", NEWER),
    (
        "deliveries-create-response.json",
        "+ .orderInfo.externalNumber",
        NEWER,
    ),
    (
        "deliveries-create-response.json",
        "+ .orderInfo.posId",
        NEWER,
    ),
    (ORDER, "+ [].eventInfo.order.items[].codes", NEWER),
    (ORDER, "+ [].eventInfo.order.lockedAt", NEWER),
    (
        ORDER,
        "+ [].eventInfo.order.loyaltyInfo.dynamicDiscounts",
        NEWER,
    ),
    (ORDER, "+ [].eventInfo.order.phoneExtension", NEWER),
    (ORDER, "+ [].eventInfo.order.priceCategory", NEWER),
    (ORDER, "+ [].eventInfo.order.trackingLink", NEWER),
];

const ORDER: &str = "webhook-delivery-order-update.json";

/// The recording is of 2021 to 2024; today's description has it.
const NEWER: &str = "came after the recording";

/// Keys with the kinds of their values; where both kinds occur null yields.
fn shape(json: &Value, path: &str, into: &mut BTreeMap<String, &'static str>) {
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

/// Whether a key is missing where its object is there. What an empty list or a null would hold nobody knows.
fn is_lacked(key: &str, from: &BTreeMap<String, &'static str>) -> bool {
    let parent = match key.strip_suffix("[]") {
        Some(list) => list,
        None => key.rsplit_once('.').map_or("", |(parent, _)| parent),
    };
    !from.contains_key(key) && from.get(parent) == Some(&"object")
}

/// What differs: keys that one of the two lacks, kinds that are not the same.
fn differences(theirs: &Value, ours: &Value) -> BTreeSet<String> {
    let (mut their, mut our) = Default::default();
    shape(theirs, "", &mut their);
    shape(ours, "", &mut our);
    let lacking = |of: &BTreeMap<String, &'static str>,
                   sign: &str,
                   other: &BTreeMap<String, &'static str>| {
        let keys = of.keys().filter(|key| is_lacked(key, other));
        keys.map(|key| format!("{sign} {key}")).collect::<Vec<_>>()
    };
    let kinds = our.iter().filter_map(|(key, kind)| {
        let their = their.get(key)?;
        let differs = their != kind && *their != "null" && *kind != "null";
        differs.then(|| format!("! {key}: {their}, {kind} here"))
    });
    let missing = lacking(&their, "-", &our);
    let more = lacking(&our, "+", &their);
    kinds.chain(missing).chain(more).collect()
}

/// The answers of the scenario to what the recordings answer.
async fn served(desk: &Desk) -> BTreeMap<&'static str, Value> {
    let one = desk.organization(PARKOVAYA);
    let many = json!({"organizationIds": [one]});
    let menu = |version: u32| json!({"externalMenuId": "4679", "organizationIds": [one], "version": version, "language": "ru"});
    let extended = json!({"organizationIds": [one], "returnAdditionalInfo": true});
    let ask = async |path: &str, body: Value| desk.ask(path, body).await;
    let denied = json!({"organizationId": Uuid::nil()});
    let groups = ask("/api/1/terminal_groups", many.clone()).await;
    let group = &groups["terminalGroups"][0]["items"][0]["id"];
    let sections = json!({"terminalGroupIds": [group], "returnSchema": false});
    BTreeMap::from([
        (
            "organizations.json",
            ask("/api/1/organizations", extended).await,
        ),
        ("terminal-groups.json", groups.clone()),
        (
            "payment-types.json",
            ask("/api/1/payment_types", many).await,
        ),
        (
            "nomenclature-large-2026.json",
            ask("/api/1/nomenclature", json!({"organizationId": one})).await,
        ),
        (
            "external-menu-v2.json",
            ask("/api/2/menu/by_id", menu(2)).await,
        ),
        (
            "external-menu-v3.json",
            ask("/api/2/menu/by_id", menu(3)).await,
        ),
        (
            "restaurant-sections.json",
            ask("/api/1/reserve/available_restaurant_sections", sections).await,
        ),
        (
            "error.json",
            desk.post("/api/1/nomenclature", denied).await.json(),
        ),
        (
            "deliveries-create-response.json",
            refused_create(desk).await,
        ),
        ("command-status-error.json", refused_command(desk).await),
        ("webhook-delivery-order-update.json", told_order(desk).await),
        ("webhook-stop-list-update.json", told_stop(desk)),
    ])
}

/// An order that is fetched, with an address: the till refuses it, as in the recording.
fn with_address(desk: &Desk) -> Value {
    let mut body = pickup(desk, Uuid::new_v4());
    body["order"]["deliveryPoint"] = json!({"comment": "у фонтана"});
    body
}

async fn refused_create(desk: &Desk) -> Value {
    desk.ask("/api/1/deliveries/create", with_address(desk))
        .await
}

async fn refused_command(desk: &Desk) -> Value {
    let created = refused_create(desk).await;
    desk.control().settle();
    status_of(desk, &created["correlationId"]).await
}

/// What is told of an order that the recording's restaurant also had: paid beforehand, taken by an operator.
async fn told_order(desk: &Desk) -> Value {
    let id = Uuid::new_v4();
    let mut body = pickup(desk, id);
    let one = body["organizationId"].clone();
    let card = payment_type(desk, "CARD").await;
    let couriers = desk
        .ask(
            "/api/1/employees/couriers",
            json!({"organizationIds": [one]}),
        )
        .await;
    let order = &mut body["order"];
    order["operatorId"] = couriers["employees"][0]["items"][0]["id"].clone();
    order["payments"] = json!([{"paymentTypeKind": "Card", "paymentTypeId": card, "sum": 399,
        "isProcessedExternally": true}]);
    order["externalNumber"] = json!("W-1");
    order["comment"] = json!("без лука");
    order["guests"] = json!({"count": 2});
    desk.ask("/api/1/deliveries/create", body).await;
    desk.control().settle();
    assert_eq!(by_id(desk, id).await["creationStatus"], "Success");
    let told = desk.control().events().into_iter().rev();
    let told = told.filter(|event| event["eventType"] == "DeliveryOrderUpdate");
    Value::Array(told.take(1).collect())
}

fn told_stop(desk: &Desk) -> Value {
    let control = desk.control();
    let one = control.organization(PARKOVAYA).unwrap();
    let group = control.terminal_group(one, "Парковая, зал").unwrap();
    let tea = control.product(one, "TEA-01").unwrap();
    control
        .stop(one, group, tea, None, rust_decimal::Decimal::ZERO)
        .unwrap();
    Value::Array(control.events().into_iter().rev().take(1).collect())
}

#[tokio::test]
async fn the_scenario_serves_the_keys_that_iiko_serves() {
    let desk = quiet_desk().await;
    let mut unexplained = Vec::new();
    let mut used = BTreeSet::new();
    for (name, ours) in served(&desk).await {
        let Some(file) = recorded(name) else { continue };
        let theirs = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        for difference in differences(&theirs, &ours) {
            let reason = EXPLAINED
                .iter()
                .find(|(of, begin, _)| *of == name && difference.starts_with(begin));
            match reason {
                Some(reason) => drop(used.insert(reason)),
                None => unexplained.push(format!("{name}: {difference}")),
            }
        }
        let left = EXPLAINED
            .iter()
            .filter(|it| it.0 == name && !used.contains(it));
        unexplained.extend(left.map(|it| format!("{name}: {} is explained and not there", it.1)));
    }
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}
