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

#[test]
fn what_orders_or_pays_may_not_be_repeated() {
    for name in [
        "deliveries_create",
        "order_create",
        "order_add_payments",
        "loyalty_iiko_customer_wallet_topup",
    ] {
        assert_eq!(find(name).effect, Effect::Irreversible, "{name}");
    }
    for name in [
        "nomenclature",
        "stop_lists",
        "commands_status",
        "menu_by_id",
    ] {
        assert_eq!(find(name).effect, Effect::Read, "{name}");
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
