//! What a sync of the menu brings in, and what it must not.

use hub_testkit::TestHub;
use iiko_emulator::faults::{Fault, FaultRule};
use rust_decimal::Decimal;
use serde_json::json;

#[tokio::test]
async fn prices_stay_exact_to_the_kopeck() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let control = hub.emulator().control();
    let organization = control.organization("parkovaya").unwrap();
    for (code, price) in [
        ("SAUCE-01", "4.35"),
        ("SAUCE-02", "19.99"),
        ("SAUCE-03", "8.2"),
        ("SALAD-01", "1.15"),
        ("SALAD-02", "0.57"),
    ] {
        let product = control.product(organization, code).unwrap();
        control
            .set_price(
                organization,
                product,
                None,
                price.parse::<Decimal>().unwrap(),
            )
            .unwrap();
    }
    hub.sync("menu", setting).await;
    let products = hub
        .get(&format!(
            "/api/v1/data/products?organization_id={organization}&limit=1000"
        ))
        .await;
    for (code, price, kopecks) in [
        ("SAUCE-01", "4.35", 435),
        ("SAUCE-02", "19.99", 1999),
        ("SAUCE-03", "8.2", 820),
        ("SALAD-01", "1.15", 115),
        ("SALAD-02", "0.57", 57),
    ] {
        let list = products.json["products"].as_array().unwrap();
        let product = list.iter().find(|product| product["code"] == code).unwrap();
        assert_eq!(product["price"].to_string(), price, "{code}");
        assert_eq!(product["price_kopecks"], kopecks, "{code}");
        assert!(
            products.text.contains(&format!("\"price\":{price},")),
            "{code} is a plain number in the text itself"
        );
        let stored = format!(
            "SELECT price FROM products WHERE organization_id = '{organization}' AND code = '{code}'"
        );
        assert_eq!(
            hub.sql_value(&stored).await.parse::<Decimal>().unwrap(),
            price.parse().unwrap()
        );
    }
}

#[tokio::test]
async fn an_unchanged_revision_with_empty_lists_deletes_nothing() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    let living = "SELECT count(*) FROM products WHERE NOT is_deleted";
    let before = hub.sql_value(living).await;
    let stamp = hub
        .sql_value("SELECT max(synced_at)::text FROM products")
        .await;
    let calls = hub.emulator().control().calls("nomenclature");
    let answer = hub.sync("prices", setting).await;
    assert_eq!(hub.sql_value(living).await, before);
    assert_eq!(
        hub.emulator().control().calls("nomenclature"),
        calls + 2,
        "one probe for each organization, no download"
    );
    assert!(
        answer["synced"].as_i64().unwrap() > 0,
        "all rows are confirmed: {answer}"
    );
    assert_eq!(
        hub.sql_value(&format!(
            "SELECT count(*) FROM products WHERE synced_at <= '{stamp}'"
        ))
        .await,
        "0"
    );
}

#[tokio::test]
async fn a_price_that_moved_is_found_by_the_probe_and_asked_for_whole() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    let control = hub.emulator().control();
    let organization = control.organization("parkovaya").unwrap();
    let product = control.product(organization, "SOUP-01").unwrap();
    control
        .set_price(organization, product, None, Decimal::new(32150, 2))
        .unwrap();
    hub.sync("prices", setting).await;
    let price = format!(
        "SELECT price FROM products WHERE id = '{product}' AND organization_id = '{organization}'"
    );
    assert_eq!(
        hub.sql_value(&price).await.parse::<Decimal>().unwrap(),
        Decimal::new(32150, 2)
    );
}

#[tokio::test]
async fn modifiers_and_their_groups_are_never_dishes_or_categories() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    assert_eq!(
        hub.sql_value("SELECT count(*) FROM products WHERE lower(type) = 'modifier'")
            .await,
        "0"
    );
    assert_eq!(
        hub.sql_value("SELECT count(*) FROM products JOIN modifiers USING (organization_id, id)")
            .await,
        "0"
    );
    assert_eq!(
        hub.sql_value(
            "SELECT count(*) FROM categories JOIN modifier_groups USING (organization_id, id)"
        )
        .await,
        "0"
    );
    for organization in hub.emulator().control().state().organizations {
        let count = |table: &str| {
            format!(
                "SELECT count(*) FROM {table} WHERE organization_id = '{}' AND NOT is_deleted",
                organization.id
            )
        };
        let marked = format!(
            "SELECT count(*) FROM products WHERE organization_id = '{}'",
            organization.id
        );
        assert_eq!(
            hub.sql_value(&marked).await,
            organization.dishes.to_string()
        );
        assert_eq!(
            hub.sql_value(&count("modifiers")).await,
            organization.modifiers.to_string()
        );
        assert_eq!(
            hub.sql_value(&count("modifier_groups")).await,
            organization.modifier_groups.to_string()
        );
        assert_eq!(
            hub.sql_value(&count("categories")).await,
            organization.groups.to_string()
        );
    }
    let categories = hub.get("/api/v1/data/categories").await.expect(200);
    assert!(
        categories["categories"]
            .as_array()
            .unwrap()
            .iter()
            .all(|category| category["name"] != "Тесто и борт")
    );
}

#[tokio::test]
async fn one_dish_in_two_organizations_keeps_two_prices_stops_and_visibilities() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let control = hub.emulator().control();
    let (one, other) = (
        control.organization("parkovaya").unwrap(),
        control.organization("naberezhnaya").unwrap(),
    );
    let dish = control.product(one, "SALAD-01").unwrap();
    assert_eq!(
        dish,
        control.product(other, "SALAD-01").unwrap(),
        "the scenario sells one id in both"
    );
    for group in control
        .state()
        .organizations
        .iter()
        .find(|it| it.id == other)
        .unwrap()
        .terminal_groups
        .clone()
    {
        control
            .stop(other, group.id, dish, None, Decimal::ZERO)
            .unwrap();
    }
    hub.sync("full", setting).await;
    hub.psql(&format!(
        "UPDATE products SET is_visible = FALSE WHERE id = '{dish}' AND organization_id = '{one}';"
    ))
    .await;
    hub.sync("full", setting).await;
    let rows = hub
        .sql(&format!(
            "SELECT organization_id = '{one}', price, is_visible, is_available FROM products WHERE id = '{dish}' ORDER BY 1 DESC"
        ))
        .await;
    assert_eq!(rows[0][0], "t");
    assert_ne!(rows[0][1], rows[1][1], "each has its own price: {rows:?}");
    assert_eq!(
        (&rows[0][2..], &rows[1][2..]),
        (
            &["f".to_owned(), "t".to_owned()][..],
            &["t".to_owned(), "f".to_owned()][..]
        )
    );
}

#[tokio::test]
async fn what_disappears_is_marked_and_comes_back_with_its_local_values() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    let control = hub.emulator().control();
    let organization = control.organization("parkovaya").unwrap();
    let dish = control.product(organization, "SOUP-02").unwrap();
    hub.psql(&format!(
        "UPDATE products SET seo_title = 'Наш суп' WHERE id = '{dish}';"
    ))
    .await;
    control.remove_product(organization, dish).unwrap();
    hub.sync("menu", setting).await;
    let state = format!(
        "SELECT is_deleted, deleted_at IS NOT NULL, seo_title FROM products WHERE id = '{dish}' AND organization_id = '{organization}'"
    );
    assert_eq!(hub.sql(&state).await, [["t", "t", "Наш суп"]]);
    let list = hub
        .get(&format!(
            "/api/v1/data/products?organization_id={organization}&limit=1000"
        ))
        .await;
    assert!(!list.text.contains(&dish.to_string()));
    let list = hub
        .get(&format!(
            "/api/v1/data/products?organization_id={organization}&limit=1000&include_deleted=true"
        ))
        .await;
    assert!(list.text.contains(&dish.to_string()));
    control.restore_product(organization, dish).unwrap();
    hub.sync("menu", setting).await;
    assert_eq!(hub.sql(&state).await, [["f", "f", "Наш суп"]]);
    assert_eq!(
        hub.sql(&format!("SELECT change FROM menu_changes WHERE entity_id = '{dish}' AND organization_id = '{organization}' AND change <> 'changed' ORDER BY id")).await,
        [["created"], ["deleted"], ["restored"]]
    );
}

#[tokio::test]
async fn a_second_run_writes_nothing_but_synced_at() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("full", setting).await;
    let mut before = Vec::new();
    for table in [
        "categories",
        "products",
        "modifier_groups",
        "modifiers",
        "combos",
        "terminal_groups",
        "payment_types",
    ] {
        before.push((table, contents(&hub, table).await));
    }
    let changes = hub.sql_value("SELECT count(*) FROM menu_changes").await;
    hub.sync("full", setting).await;
    for (table, rows) in before {
        assert_eq!(contents(&hub, table).await, rows, "{table}");
    }
    assert_eq!(
        hub.sql_value("SELECT count(*) FROM menu_changes").await,
        changes
    );
}

async fn contents(hub: &TestHub, table: &str) -> String {
    hub.sql_value(&format!("SELECT md5(string_agg((to_jsonb(t) - 'synced_at')::text, '' ORDER BY organization_id, id)) FROM {table} AS t")).await
}

#[tokio::test]
async fn an_empty_or_shrunken_menu_stops_the_answer_and_force_takes_it() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    let control = hub.emulator().control();
    let organization = control.organization("parkovaya").unwrap();
    let ours = json!({ "setting_id": setting, "organization_id": organization.to_string() });
    let living = format!(
        "SELECT count(*) FROM products WHERE organization_id = '{organization}' AND NOT is_deleted"
    );
    let before = hub.sql_value(&living).await;

    control.add_fault(FaultRule::new("nomenclature", Fault::EmptyMenu));
    let empty = hub.post("/api/v1/sync/menu", &ours).await.expect(409);
    assert_eq!(
        (&empty["status"], &empty["code"]),
        (&json!("failed"), &json!("empty_menu"))
    );
    control.clear_faults();

    let mut menu: serde_json::Value =
        serde_json::from_slice(&crate::iiko::nomenclature(&hub, organization).await).unwrap();
    let products = menu["products"].as_array_mut().unwrap();
    products.truncate(products.len() / 2);
    control
        .set_nomenclature(organization, menu.to_string().as_bytes())
        .unwrap();
    let shrunken = hub.post("/api/v1/sync/menu", &ours).await.expect(409);
    assert_eq!(shrunken["code"], "shrunken_menu");
    assert_eq!(hub.sql_value(&living).await, before, "nothing was changed");
    assert_eq!(hub.sql_value("SELECT count(*) FROM sync_history WHERE status = 'failed' AND error_message IS NOT NULL").await, "2");

    let mut forced = ours.clone();
    forced["force"] = true.into();
    hub.post("/api/v1/sync/menu", &forced).await.expect(200);
    assert_ne!(hub.sql_value(&living).await, before);
}

#[tokio::test]
async fn prices_that_all_fall_to_zero_stop_the_answer() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    let control = hub.emulator().control();
    let organization = control.organization("parkovaya").unwrap();
    let mut menu: serde_json::Value =
        serde_json::from_slice(&crate::iiko::nomenclature(&hub, organization).await).unwrap();
    for product in menu["products"].as_array_mut().unwrap() {
        for size in product["sizePrices"].as_array_mut().unwrap() {
            size["price"]["currentPrice"] = 0.into();
        }
    }
    control
        .set_nomenclature(organization, menu.to_string().as_bytes())
        .unwrap();
    let answer = hub
        .post(
            "/api/v1/sync/menu",
            &json!({ "setting_id": setting, "organization_id": organization.to_string() }),
        )
        .await
        .expect(409);
    assert_eq!(answer["code"], "zero_prices");
}

#[tokio::test]
async fn flags_in_the_additional_information_become_fields_and_broken_json_a_warning() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let answer = hub.sync("menu", setting).await;
    assert!(
        hub.sql_value("SELECT count(*) FROM products WHERE minimal_sum AND discount")
            .await
            .parse::<i64>()
            .unwrap()
            > 0
    );
    assert!(
        hub.sql_value(
            "SELECT count(*) FROM products WHERE labels_ids = '{6621,6615}' AND recommend"
        )
        .await
        .parse::<i64>()
        .unwrap()
            > 0
    );
    let warnings = answer["results"]["products"]["warnings"]
        .as_array()
        .expect("a warning about the broken JSON");
    assert!(
        warnings
            .iter()
            .all(|warning| warning.as_str().unwrap().contains("additional information")),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn a_switch_that_is_off_keeps_what_is_there_and_still_fills_new_rows() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.put(
        &format!("/api/v1/iiko/settings/{setting}"),
        &json!({ "refresh_names": false, "refresh_prices": false }),
    )
    .await
    .expect(200);
    hub.sync("menu", setting).await;
    let control = hub.emulator().control();
    let organization = control.organization("parkovaya").unwrap();
    let dish = control.product(organization, "SOUP-01").unwrap();
    let state = format!(
        "SELECT name, price FROM products WHERE id = '{dish}' AND organization_id = '{organization}'"
    );
    let before = hub.sql(&state).await;
    control
        .rename_product(organization, dish, "Совсем другой суп")
        .unwrap();
    control
        .set_price(organization, dish, None, Decimal::ONE_THOUSAND)
        .unwrap();
    hub.sync("menu", setting).await;
    assert_eq!(hub.sql(&state).await, before);
    hub.put(
        &format!("/api/v1/iiko/settings/{setting}"),
        &json!({ "refresh_names": true, "refresh_prices": true }),
    )
    .await
    .expect(200);
    hub.sync("menu", setting).await;
    assert_eq!(
        hub.sql(&state).await[0][0],
        "Совсем другой суп",
        "switched on again, the value of today comes in"
    );
}
