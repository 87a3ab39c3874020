//! The table of operations.

use std::collections::BTreeSet;

use iiko_types::{
    endpoint::{Effect, Endpoint},
    operations::{self, OperationInfo},
};

fn find(name: &str) -> &'static OperationInfo {
    operations::ALL
        .iter()
        .find(|operation| operation.name == name)
        .unwrap_or_else(|| panic!("no `{name}`"))
}

#[test]
fn every_path_has_one_operation() {
    let paths: BTreeSet<_> = operations::ALL
        .iter()
        .map(|operation| operation.path)
        .collect();
    assert_eq!((operations::ALL.len(), paths.len()), (327, 327));
}

#[test]
fn a_name_is_the_path_without_its_versions() {
    for operation in operations::ALL {
        let is_version = |part: &str| {
            part.trim_start_matches('v')
                .bytes()
                .all(|byte| byte.is_ascii_digit())
        };
        let parts = operation
            .path
            .split('/')
            .filter(|part| !part.is_empty() && *part != "api" && !is_version(part));
        let name = parts
            .collect::<Vec<_>>()
            .join("_")
            .replace('-', "_")
            .replace("posOrder", "pos_order");
        match operation.path {
            "/api/v2/access_token" => assert_eq!(operation.name, "access_token_v2"),
            "/api/menu/v3/by_id" => assert_eq!(operation.name, "menu_by_id_v3"),
            path => assert_eq!(operation.name, name, "{path}"),
        }
    }
}

/// What the last part of a path says of its effect.
fn effect_by_path(path: &str) -> Effect {
    let verb = path.rsplit('/').next().unwrap_or_default();
    let begins = |words: &[&str]| words.iter().any(|word| verb.starts_with(word));
    match verb {
        // creates a draft where it has no id
        "save" => Effect::Irreversible,
        "create" | "add_items" | "add_payment" | "add_payments" | "topup" | "chargeoff"
        | "hold" | "commit" | "close" | "send" => Effect::Irreversible,
        _ if begins(&["print_", "send_"]) => Effect::Irreversible,
        // finds what it made by the id, phone or card that it must name
        "create_or_update" => Effect::Change,
        "add" | "remove" | "clear" | "delete" | "restore" | "fire" | "update" | "cancel"
        | "confirm" | "lock" | "unlock" | "post" | "unpost" | "clockin" | "clockout" | "awake" => {
            Effect::Change
        }
        "add_customer" | "cancel_confirmation" | "cancel_hold" => Effect::Change,
        _ if begins(&[
            "change_", "delete_", "init_by_", "restore_", "set_", "update_",
        ]) =>
        {
            Effect::Change
        }
        _ => Effect::Read,
    }
}

#[test]
fn what_orders_pays_or_prints_may_not_be_repeated_and_what_only_reads_may() {
    for operation in operations::ALL {
        let expected = effect_by_path(operation.path);
        assert_eq!(operation.effect, expected, "{}", operation.path);
    }
}

#[test]
fn every_operation_counts_against_some_group() {
    let without: Vec<_> = operations::ALL
        .iter()
        .filter(|operation| operation.restriction_group.is_empty())
        .collect();
    assert!(without.is_empty(), "{without:?}");
    assert_eq!(operations::StopLists::RESTRICTION_GROUP, "Data: stoplists");
}

#[test]
fn orders_are_commands_and_reads_are_none() {
    assert!(find("deliveries_create").is_command);
    assert!(
        operations::ALL
            .iter()
            .filter(|operation| operation.effect == Effect::Read)
            .all(|read| !read.is_command)
    );
}
