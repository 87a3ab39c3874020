//! Menus of real restaurants, recorded; they are not in the repository, and where they are absent these tests say so.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use hub_testkit::TestHub;
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// The file's bytes, or `None` with a message.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn recorded(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/iiko/recorded")
        .join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("skipped: {} is not on this machine", path.display());
    }
    bytes
}

/// A hub with one organization that serves what the test puts there.
async fn hub_with(menu: &[u8]) -> (TestHub, i32, iiko_types::ids::OrganizationId) {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let organization = hub.emulator().control().organization("parkovaya").unwrap();
    hub.put(
        &format!("/api/v1/iiko/settings/{setting}"),
        &json!({ "organization_ids": [organization.to_string()] }),
    )
    .await
    .expect(200);
    hub.emulator()
        .control()
        .set_nomenclature(organization, menu)
        .unwrap();
    (hub, setting, organization)
}

type Row = Vec<String>;

/// Everything that lives in the file, counted without any of the hub's code: one set of rows for each table.
fn expected(menu: &[u8]) -> BTreeMap<&'static str, BTreeSet<Row>> {
    let menu: Value = serde_json::from_slice(menu).unwrap();
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| "NULL".to_owned(), str::to_owned)
    };
    let lives = |value: &&Value| value["isDeleted"] != true;
    let flag = |value: &Value| {
        if value.as_bool().unwrap_or(false) {
            "t".to_owned()
        } else {
            "f".to_owned()
        }
    };
    let number = |value: &Value| {
        value.as_number().map_or("NULL".to_owned(), |it| {
            it.to_string()
                .parse::<Decimal>()
                .unwrap()
                .normalize()
                .to_string()
        })
    };
    let mut tables: BTreeMap<&'static str, BTreeSet<Row>> = BTreeMap::new();
    for group in menu["groups"].as_array().unwrap().iter().filter(lives) {
        let table = if group["isGroupModifier"] == true {
            "modifier_groups"
        } else {
            "categories"
        };
        let row = vec![
            text(&group["id"]),
            text(&group["name"]),
            text(&group["parentGroup"]),
        ];
        tables.entry(table).or_default().insert(row);
    }
    for product in menu["products"].as_array().unwrap().iter().filter(lives) {
        let id = text(&product["id"]);
        let table = if text(&product["type"]).eq_ignore_ascii_case("modifier") {
            "modifiers"
        } else {
            "products"
        };
        tables
            .entry(table)
            .or_default()
            .insert(vec![id.clone(), text(&product["name"])]);
        tables.entry("places").or_default().insert(vec![
            id.clone(),
            text(&product["parentGroup"]),
            product["order"].to_string(),
        ]);
        for size in product["sizePrices"].as_array().unwrap() {
            tables.entry("prices").or_default().insert(vec![
                id.clone(),
                text(&size["sizeId"]),
                number(&size["price"]["currentPrice"]),
                flag(&size["price"]["isIncludedInMenu"]),
            ]);
        }
        for modifier in product["modifiers"].as_array().unwrap() {
            tables.entry("modifier links").or_default().insert(vec![
                id.clone(),
                "NULL".to_owned(),
                text(&modifier["id"]),
                number(&modifier["minAmount"]),
                number(&modifier["maxAmount"]),
            ]);
        }
        for group in product["groupModifiers"].as_array().unwrap() {
            tables.entry("group links").or_default().insert(vec![
                id.clone(),
                text(&group["id"]),
                number(&group["minAmount"]),
                number(&group["maxAmount"]),
                number(&group["defaultAmount"]),
                number(&group["freeOfChargeAmount"]),
                flag(&group["required"]),
            ]);
            for child in group["childModifiers"].as_array().unwrap() {
                tables.entry("modifier links").or_default().insert(vec![
                    id.clone(),
                    text(&group["id"]),
                    text(&child["id"]),
                    number(&child["minAmount"]),
                    number(&child["maxAmount"]),
                ]);
            }
        }
    }
    tables
}

/// The ids of products that the file marks as deleted.
fn marked(menu: &[u8]) -> BTreeSet<String> {
    let menu: Value = serde_json::from_slice(menu).unwrap();
    let products = menu["products"].as_array().unwrap().iter();
    products
        .filter(|product| product["isDeleted"] == true)
        .map(|product| product["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The living rows of the tables, as the same sets.
async fn mirrored(hub: &TestHub) -> BTreeMap<&'static str, BTreeSet<Row>> {
    let queries = [
        ("categories", "SELECT id, name, parent_id FROM categories WHERE NOT is_deleted"),
        ("modifier_groups", "SELECT id, name, parent_id FROM modifier_groups WHERE NOT is_deleted"),
        ("products", "SELECT id, name FROM products WHERE NOT is_deleted"),
        ("modifiers", "SELECT id, name FROM modifiers WHERE NOT is_deleted"),
        ("places", "SELECT product_id, category_id, sort_order FROM product_categories JOIN living USING (product_id) WHERE NOT is_deleted"),
        (
            "prices",
            "SELECT product_id, size_id, trim_scale(price), is_in_menu FROM product_sizes JOIN living USING (product_id) WHERE NOT is_deleted",
        ),
        (
            "group links",
            "SELECT product_id, modifier_group_id, min_amount, max_amount, default_amount, free_amount, is_required
             FROM product_modifier_groups JOIN living USING (product_id) WHERE NOT is_deleted",
        ),
        (
            "modifier links",
            "SELECT product_id, modifier_group_id, modifier_id, min_amount, max_amount
             FROM product_modifiers JOIN living USING (product_id) WHERE NOT is_deleted",
        ),
    ];
    let living = "WITH living AS (
        SELECT id AS product_id FROM products WHERE NOT is_deleted UNION SELECT id FROM modifiers WHERE NOT is_deleted
    )";
    let mut tables = BTreeMap::new();
    for (table, query) in queries {
        let rows = hub.sql(&format!("{living} {query}")).await;
        if !rows.is_empty() {
            tables.insert(table, rows.into_iter().collect());
        }
    }
    tables
}

async fn deleted_products(hub: &TestHub) -> BTreeSet<String> {
    let rows = hub.sql("SELECT id FROM products WHERE is_deleted UNION SELECT id FROM modifiers WHERE is_deleted").await;
    rows.into_iter().map(|mut row| row.remove(0)).collect()
}

fn assert_same(
    expected: &BTreeMap<&'static str, BTreeSet<Row>>,
    found: &BTreeMap<&'static str, BTreeSet<Row>>,
) {
    assert_eq!(
        expected.keys().collect::<Vec<_>>(),
        found.keys().collect::<Vec<_>>()
    );
    for (table, rows) in expected {
        let missing: Vec<_> = rows.difference(&found[table]).take(3).collect();
        let extra: Vec<_> = found[table].difference(rows).take(3).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "{table}: missing {missing:?}, too much {extra:?}"
        );
    }
}

#[tokio::test]
async fn every_recorded_menu_is_found_whole_in_the_tables_and_a_second_run_changes_nothing() {
    for name in [
        "nomenclature-large-2025.json",
        "nomenclature-large-2026.json",
        "nomenclature-small-a.json",
        "nomenclature-small-b.json",
    ] {
        let Some(menu) = recorded(name) else { continue };
        let (hub, setting, _) = hub_with(&menu).await;
        hub.sync("menu", setting).await;
        assert_same(&expected(&menu), &mirrored(&hub).await);
        assert_eq!(deleted_products(&hub).await, marked(&menu));
        let contents = "SELECT md5(string_agg((to_jsonb(p) - 'synced_at')::text, '' ORDER BY id)) FROM products AS p";
        let before = hub.sql_value(contents).await;
        let stamp = hub
            .sql_value("SELECT max(synced_at)::text FROM products")
            .await;
        hub.sync("menu", setting).await;
        assert_eq!(hub.sql_value(contents).await, before, "{name}");
        let stale = format!(
            "SELECT count(*) FROM products WHERE NOT is_deleted AND synced_at <= '{stamp}'"
        );
        assert_eq!(hub.sql_value(&stale).await, "0", "{name}");
        assert_eq!(
            hub.sql_value("SELECT count(*) FROM menu_changes WHERE change <> 'created'")
                .await,
            "0",
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_year_of_one_restaurant_gives_the_right_additions_changes_and_deletions() {
    let (Some(old), Some(new)) = (
        recorded("nomenclature-large-2025.json"),
        recorded("nomenclature-large-2026.json"),
    ) else {
        return;
    };
    let (hub, setting, organization) = hub_with(&old).await;
    hub.sync("menu", setting).await;
    hub.emulator()
        .control()
        .set_nomenclature(organization, &new)
        .unwrap();
    hub.sync("menu", setting).await;
    assert_same(&expected(&new), &mirrored(&hub).await);

    let ids = |menu: &[u8]| -> BTreeMap<String, bool> {
        let menu: Value = serde_json::from_slice(menu).unwrap();
        let rows = menu["products"].as_array().unwrap().iter();
        rows.map(|product| {
            (
                product["id"].as_str().unwrap().to_owned(),
                product["isDeleted"] == true,
            )
        })
        .collect()
    };
    let (before, after) = (ids(&old), ids(&new));
    let vanished: BTreeSet<_> = before
        .keys()
        .filter(|id| !after.contains_key(*id))
        .cloned()
        .collect();
    let deleted = deleted_products(&hub).await;
    assert_eq!(deleted, &vanished | &marked(&new));
    assert!(vanished.len() > 50, "the recordings differ by that much");
    let count = |change: &str| {
        format!(
            "SELECT count(DISTINCT entity_id) FROM menu_changes WHERE entity IN ('products', 'modifiers') AND change = '{change}' AND run_id = (SELECT run_id FROM sync_history ORDER BY id DESC LIMIT 1)"
        )
    };
    let added = after.keys().filter(|id| !before.contains_key(*id)).count();
    assert_eq!(hub.sql_value(&count("created")).await, added.to_string());
    let newly_deleted = deleted
        .iter()
        .filter(|id| before.get(*id) == Some(&false))
        .count();
    assert_eq!(
        hub.sql_value(&count("deleted")).await,
        newly_deleted.to_string()
    );
    assert_ne!(hub.sql_value(&count("changed")).await, "0");
}
