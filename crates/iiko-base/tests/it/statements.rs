//! The eleven statements of the guide, as the program's database user runs them in `psql`, and what a sync leaves of them.

use hub_testkit::TestHub;
use rust_decimal::Decimal;

const CATEGORY_IDS: &str =
    "SELECT id FROM categories WHERE name = 'Пицца' ORDER BY organization_id LIMIT 1";

/// The six updates, with ids taken from iiko.
fn updates(category_id: &str, product_id: &str) -> [String; 6] {
    [
        format!("UPDATE categories SET is_visible = FALSE WHERE id = '{category_id}';"),
        format!(
            "UPDATE categories SET \n  seo_title = 'Вкусная пицца в Москве',\n  seo_description = 'Доставка свежей пиццы за 30 минут'\n\
             WHERE id = '{category_id}';"
        ),
        "UPDATE categories SET sort_order = 10 WHERE name = 'Хиты продаж';".to_owned(),
        "UPDATE products SET is_visible = FALSE WHERE code = 'PIZZA-01';".to_owned(),
        format!(
            "UPDATE products SET tags = ARRAY['веган', 'острое', 'новинка'] \nWHERE id = '{product_id}';"
        ),
        format!(
            "UPDATE products SET image_urls = ARRAY[\n  'https://cdn.example.com/pizza-1.jpg',\n  \
             'https://cdn.example.com/pizza-2.jpg'\n] WHERE id = '{product_id}';"
        ),
    ]
}

const SELECTS: [&str; 5] = [
    "SELECT * FROM sync_history \nORDER BY started_at DESC \nLIMIT 10;",
    "SELECT * FROM sync_history \nWHERE status = 'failed'\nORDER BY started_at DESC;",
    "SELECT \n  sync_type, \n  COUNT(*) as total,\n  SUM(CASE WHEN status = 'success' THEN 1 ELSE 0 END) as success_count,\n  \
     AVG(duration_ms) as avg_duration_ms\nFROM sync_history\nGROUP BY sync_type;",
    "SELECT * FROM api_logs \nORDER BY created_at DESC \nLIMIT 20;",
    "SELECT * FROM api_logs \nWHERE response_status >= 400\nORDER BY created_at DESC;",
];

#[tokio::test]
async fn all_eleven_statements_run_and_the_six_updates_outlive_a_full_sync() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("full", setting).await;
    let category_id = hub.sql_value(CATEGORY_IDS).await;
    let product_id = hub
        .sql_value("SELECT id FROM products WHERE code = 'PIZZA-02' LIMIT 1")
        .await;
    let mut touched = 0;
    for update in updates(&category_id, &product_id) {
        let told = hub.psql(&update).await;
        touched += usize::from(told.starts_with("UPDATE"));
        assert!(!told.contains("UPDATE 0"), "{update} says {told}");
    }
    assert_eq!(touched, 6, "psql says what it did");
    for select in SELECTS {
        hub.psql(select).await;
    }
    let before = hub
        .sql_value("SELECT min(synced_at)::text FROM products")
        .await;

    hub.sync("full", setting).await;

    let values = |table: &str, columns: &str, condition: &str| {
        format!("SELECT DISTINCT {columns} FROM {table} WHERE {condition}")
    };
    assert_eq!(
        hub.sql(&values(
            "categories",
            "is_visible, seo_title, seo_description",
            &format!("id = '{category_id}'")
        ))
        .await,
        [[
            "f",
            "Вкусная пицца в Москве",
            "Доставка свежей пиццы за 30 минут"
        ]]
    );
    assert_eq!(
        hub.sql(&values("categories", "sort_order", "name = 'Хиты продаж'"))
            .await,
        [["10"]]
    );
    assert_eq!(
        hub.sql(&values("products", "is_visible", "code = 'PIZZA-01'"))
            .await,
        [["f"]]
    );
    assert_eq!(
        hub.sql(&values(
            "products",
            "array_to_string(tags, '|'), array_to_string(image_urls, '|')",
            &format!("id = '{product_id}'")
        ))
        .await,
        [[
            "веган|острое|новинка",
            "https://cdn.example.com/pizza-1.jpg|https://cdn.example.com/pizza-2.jpg"
        ]]
    );
    let moved = format!("SELECT count(*) FROM products WHERE synced_at <= '{before}'");
    assert_eq!(
        hub.sql_value(&moved).await,
        "0",
        "synced_at moves for unchanged rows too"
    );
}

#[tokio::test]
async fn a_value_set_to_what_iiko_says_today_stays_when_iiko_says_something_else_tomorrow() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    hub.psql("UPDATE categories SET sort_order = iiko_sort_order WHERE name = 'Хиты продаж';")
        .await;
    hub.psql("UPDATE products SET tags = iiko_tags, image_urls = iiko_image_urls WHERE code = 'PIZZA-01';").await;
    let mine = hub
        .sql("SELECT sort_order FROM categories WHERE name = 'Хиты продаж'")
        .await;
    let tags = hub.sql("SELECT organization_id, tags, image_urls FROM products WHERE code = 'PIZZA-01' ORDER BY 1").await;

    // tomorrow: another place in the menu, other tags, no picture
    let control = hub.emulator().control();
    for organization in control.state().organizations {
        let answer = crate::iiko::nomenclature(&hub, organization.id).await;
        let mut menu: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        for group in menu["groups"].as_array_mut().unwrap() {
            if group["name"] == "Хиты продаж" {
                group["order"] = 77.into();
            }
        }
        for product in menu["products"].as_array_mut().unwrap() {
            if product["code"] == "PIZZA-01" {
                product["tags"] = serde_json::json!(["другое"]);
                product["imageLinks"] = serde_json::json!([]);
            }
        }
        control
            .set_nomenclature(organization.id, menu.to_string().as_bytes())
            .unwrap();
    }
    hub.sync("menu", setting).await;

    assert_eq!(
        hub.sql("SELECT sort_order FROM categories WHERE name = 'Хиты продаж'")
            .await,
        mine
    );
    assert_eq!(
        hub.sql("SELECT DISTINCT iiko_sort_order FROM categories WHERE name = 'Хиты продаж'")
            .await,
        [["77"]],
        "iiko's own value stands beside"
    );
    assert_eq!(hub.sql("SELECT organization_id, tags, image_urls FROM products WHERE code = 'PIZZA-01' ORDER BY 1").await, tags);
    assert_eq!(
        hub.sql("SELECT DISTINCT iiko_tags::text FROM products WHERE code = 'PIZZA-01'")
            .await,
        [["{другое}"]]
    );
}

#[tokio::test]
async fn a_persons_edit_is_recorded_and_a_syncs_change_too() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    hub.psql("UPDATE products SET is_visible = FALSE WHERE code = 'PIZZA-02';")
        .await;
    let control = hub.emulator().control();
    let organization = control.organization("parkovaya").unwrap();
    let product = control.product(organization, "SAUCE-01").unwrap();
    control
        .set_price(organization, product, None, Decimal::new(2145, 2))
        .unwrap();
    hub.sync("prices", setting).await;
    assert_eq!(
        hub.sql("SELECT DISTINCT field, old_value, new_value, run_id IS NULL FROM menu_changes WHERE field = 'is_visible'").await,
        [["is_visible", "true", "false", "t"]]
    );
    assert_eq!(
        hub.sql("SELECT old_value, new_value, run_id IS NULL FROM menu_changes WHERE entity = 'products' AND field = 'price'").await,
        [["19.99", "21.45", "f"]]
    );
}
