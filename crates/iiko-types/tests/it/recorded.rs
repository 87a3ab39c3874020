//! Answers recorded from real restaurants decode, and come out again as they went in.
//!
//! The recordings are not part of the repository; where they are absent the tests say so and pass.

use std::{fs, path::PathBuf};

use iiko_types::{decode, endpoint::Endpoint, menu_by_id::MenuById, operations, schemas};
use serde::{Serialize, de::DeserializeOwned};

use crate::tree::Tree;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/iiko/recorded")
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn recording(name: &str) -> Option<String> {
    let text = fs::read_to_string(folder().join(name)).ok();
    if text.is_none() {
        println!("skipped: the recording `{name}` is not here");
    }
    text
}

/// Decodes a recording, encodes it, compares; hands out what was decoded.
fn round_trip<T: Serialize + DeserializeOwned>(name: &str) -> Option<T> {
    let text = recording(name)?;
    let decoded: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let encoded = serde_json::to_string(&decoded).unwrap_or_else(|error| panic!("{name}: {error}"));
    let difference = Tree::read(&text).difference(&Tree::read(&encoded));
    assert_eq!(difference, None, "{name} does not survive");
    Some(decoded)
}

fn answer<E: Endpoint>(name: &str) -> Option<E::Response> {
    round_trip(name)
}

/// What each recording is: the path of an operation, `webhook` or `refusal`.
const RECORDINGS: [(&str, &str); 15] = [
    ("command-status-error.json", "/api/1/commands/status"),
    (
        "deliveries-create-response.json",
        "/api/1/deliveries/create",
    ),
    ("error.json", "refusal"),
    ("external-menu-v2.json", "/api/2/menu/by_id"),
    ("external-menu-v3.json", "/api/2/menu/by_id"),
    ("nomenclature-large-2025.json", "/api/1/nomenclature"),
    ("nomenclature-large-2026.json", "/api/1/nomenclature"),
    ("nomenclature-small-a.json", "/api/1/nomenclature"),
    ("nomenclature-small-b.json", "/api/1/nomenclature"),
    ("organizations.json", "/api/1/organizations"),
    ("payment-types.json", "/api/1/payment_types"),
    (
        "restaurant-sections.json",
        "/api/1/reserve/available_restaurant_sections",
    ),
    ("terminal-groups.json", "/api/1/terminal_groups"),
    ("webhook-delivery-order-update.json", "webhook"),
    ("webhook-stop-list-update.json", "webhook"),
];

#[test]
fn every_recording_decodes_and_loses_nothing() {
    for (name, path) in RECORDINGS {
        let Some(text) = recording(name) else {
            continue;
        };
        let report = match path {
            "webhook" => decode::webhook(&text),
            "refusal" => decode::refusal(&text),
            path => decode::answer(path, &text),
        };
        let report = report.unwrap_or_else(|error| panic!("{name}: {error}"));
        // the contract with its overlay knows all of it, too
        assert_eq!(report, decode::Report::default(), "{name}");
    }
    let Ok(folder) = fs::read_dir(folder()) else {
        return;
    };
    for file in folder {
        let name = file.expect("a file").file_name();
        let is_known = RECORDINGS.iter().any(|(known, _)| name == *known);
        assert!(is_known, "what is the recording {name:?}?");
    }
}

#[test]
fn a_whole_nomenclature_survives() {
    for name in ["large-2025", "large-2026", "small-a", "small-b"] {
        let file = format!("nomenclature-{name}.json");
        let Some(nomenclature) = answer::<operations::Nomenclature>(&file) else {
            continue;
        };
        let products = nomenclature.products.unwrap_or_default();
        assert!(!products.is_empty(), "{file} has products");
        // the published contract knows every property of the recorded products
        let unknown: Vec<_> = products
            .iter()
            .flat_map(|product| product.extra.keys())
            .collect();
        assert_eq!(unknown, Vec::<&String>::new(), "{file}");
    }
}

#[test]
fn organizations_survive_and_are_extended_ones() {
    let Some(answer) = answer::<operations::Organizations>("organizations.json") else {
        return;
    };
    for organization in answer.organizations.unwrap_or_default() {
        assert!(
            matches!(organization, schemas::OrganizationInfo::Extended(_)),
            "{organization:?}"
        );
    }
}

#[test]
fn dictionaries_survive() {
    answer::<operations::TerminalGroups>("terminal-groups.json");
    answer::<operations::PaymentTypes>("payment-types.json");
    answer::<operations::ReserveAvailableRestaurantSections>("restaurant-sections.json");
}

#[test]
fn answers_about_orders_survive() {
    answer::<operations::DeliveriesCreate>("deliveries-create-response.json");
    let Some(status) = answer::<operations::CommandsStatus>("command-status-error.json") else {
        return;
    };
    assert!(
        matches!(status, schemas::GetCommandStatusResponse::Error(_)),
        "{status:?}"
    );
}

#[test]
fn webhook_events_survive_and_are_told_apart() {
    use schemas::WebhookEvent;

    let delivery = round_trip::<Vec<WebhookEvent>>("webhook-delivery-order-update.json");
    for event in delivery.into_iter().flatten() {
        assert!(
            matches!(event, WebhookEvent::DeliveryOrderUpdate(_)),
            "{event:?}"
        );
    }
    let stop_list = round_trip::<Vec<WebhookEvent>>("webhook-stop-list-update.json");
    for event in stop_list.into_iter().flatten() {
        assert!(
            matches!(event, WebhookEvent::StopListUpdate(_)),
            "{event:?}"
        );
    }
}

#[test]
fn external_menus_survive_in_the_shape_that_was_asked_for() {
    for (name, version) in [
        ("external-menu-v2.json", None),
        ("external-menu-v3.json", Some(3)),
    ] {
        let Some(text) = recording(name) else {
            continue;
        };
        let mut request = schemas::MenuByIdRequest::new("4679", vec![], "ru");
        request.version = version;
        let answer: <operations::MenuById as Endpoint>::Response =
            serde_json::from_str(&text).expect("raw JSON");
        let menu = answer
            .read(&request)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let groups = match &menu {
            MenuById::V2(menu) => menu.item_categories.as_ref().map(Vec::len),
            MenuById::V3(menu) => menu.item_groups.as_ref().map(Vec::len),
            MenuById::V4(menu) => menu.item_groups.as_ref().map(Vec::len),
        };
        assert!(groups > Some(0), "{name} has groups");
        let encoded = menu.to_answer().expect("a menu is JSON");
        assert_eq!(
            Tree::read(&text).difference(&Tree::read(encoded.0.get())),
            None,
            "{name} does not survive"
        );
    }
}
