//! Reading categories and products over REST.

use std::collections::BTreeSet;

use hub_api::accounts::{self, NewToken, Scope};
use hub_testkit::TestHub;
use secrecy::ExposeSecret;

#[tokio::test]
async fn products_come_in_pages_of_a_hundred_that_do_not_overlap() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("full", setting).await;
    let first = hub.get("/api/v1/data/products").await.expect(200);
    assert_eq!(first["products"].as_array().unwrap().len(), 100);
    let mut seen = BTreeSet::new();
    let mut offset = 0;
    loop {
        let page = hub
            .get(&format!("/api/v1/data/products?limit=37&offset={offset}"))
            .await
            .expect(200);
        let page = page["products"].as_array().unwrap();
        for product in page {
            let key = (
                product["organization_id"].to_string(),
                product["id"].to_string(),
            );
            assert!(seen.insert(key), "{product} comes twice");
        }
        if page.len() < 37 {
            break;
        }
        offset += 37;
    }
    let all = hub
        .sql_value("SELECT count(*) FROM products WHERE NOT is_deleted")
        .await;
    assert_eq!(seen.len().to_string(), all);
}

#[tokio::test]
async fn a_category_filters_by_every_folder_a_dish_stands_in() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("full", setting).await;
    let places = hub
        .sql(
            "SELECT product_id, category_id, organization_id FROM product_categories
             WHERE (organization_id, product_id) IN (
                 SELECT organization_id, product_id FROM product_categories GROUP BY 1, 2 HAVING count(*) = 2
             ) ORDER BY organization_id, product_id LIMIT 2",
        )
        .await;
    assert_eq!(
        places.len(),
        2,
        "the scenario shows one dish in two folders"
    );
    for place in places {
        let path = format!(
            "/api/v1/data/products?category_id={}&organization_id={}",
            place[1], place[2]
        );
        let found = hub.get(&path).await.expect(200);
        assert!(
            found["products"]
                .as_array()
                .unwrap()
                .iter()
                .any(|product| product["id"] == place[0].as_str())
        );
    }
}

#[tokio::test]
async fn a_product_has_the_eleven_fields_of_the_guide_first_and_then_the_rest() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("full", setting).await;
    let text = hub.get("/api/v1/data/products?limit=1").await.text;
    let keys = [
        "id",
        "iiko_id",
        "category_id",
        "name",
        "description",
        "code",
        "price",
        "is_available",
        "is_visible",
        "weight",
        "synced_at",
        "organization_id",
        "price_kopecks",
        "sku",
        "type",
        "measure_unit",
        "energy_value",
        "fats",
        "proteins",
        "carbs",
        "image_urls",
        "tags",
        "seo_title",
        "seo_description",
        "sort_order",
        "is_in_menu",
        "sizes",
        "labels_ids",
        "recommend",
        "minimal_sum",
        "discount",
        "local_fields",
    ];
    let mut from = 0;
    for key in keys {
        let found = text[from..]
            .find(&format!("\"{key}\":"))
            .unwrap_or_else(|| panic!("{key} is missing or out of order in {text}"));
        from += found;
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_told_and_a_readers_token_starts_no_sync() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    for path in [
        "/api/v1/data/products",
        "/api/v1/sync/history",
        "/api/v1/iiko/settings",
    ] {
        let answer = hub
            .request(reqwest::Method::GET, path)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{path}");
    }
    for path in [
        "/",
        "/health",
        "/ready",
        "/api/v1/openapi.json",
        "/api/v1/docs/",
    ] {
        let answer = hub
            .request(reqwest::Method::GET, path)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    let reader = NewToken {
        name: "reader".to_owned(),
        scope: Scope::Read,
        expires_at: None,
    };
    let created = accounts::create_api_token(hub.engine().db(), reader, hub.engine().clock().now())
        .await
        .unwrap();
    let token = created.token.expose_secret();
    let read = hub
        .request(reqwest::Method::GET, "/api/v1/data/products")
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    assert_eq!(read.status(), 200);
    let sync = hub
        .request(
            reqwest::Method::POST,
            &format!("/api/v1/sync/menu?setting_id={setting}"),
        )
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    assert_eq!(sync.status(), 403);
}
