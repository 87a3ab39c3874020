//! The nomenclature as it moves: revisions, changes, growth.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{Desk, NABEREZHNAYA, PARKOVAYA};

async fn nomenclature(desk: &Desk, start_revision: Value) -> Value {
    let body =
        json!({"organizationId": desk.organization(PARKOVAYA), "startRevision": start_revision});
    desk.ask("/api/1/nomenclature", body).await
}

fn product<'j>(answer: &'j Value, code: &str) -> Option<&'j Value> {
    answer["products"]
        .as_array()
        .unwrap()
        .iter()
        .find(|product| product["code"] == code)
}

#[tokio::test]
async fn an_unchanged_revision_brings_empty_lists() {
    let desk = Desk::open().await;
    let full = nomenclature(&desk, Value::Null).await;
    let revision = &full["revision"];
    assert_eq!(revision, 1_760_000_000_000_i64);
    let nothing = nomenclature(&desk, revision.clone()).await;
    for key in ["groups", "productCategories", "products", "sizes"] {
        assert_eq!(nothing[key], json!([]), "{key}");
    }
    assert_eq!(&nothing["revision"], revision);
    assert_ne!(nothing["correlationId"], full["correlationId"]);

    let control = desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    let dish = control.product(organization, "SOUP-01").unwrap();
    control
        .set_price(organization, dish, None, Decimal::new(36125, 2))
        .unwrap();
    let changed = nomenclature(&desk, revision.clone()).await;
    assert!(changed["revision"].as_i64() > revision.as_i64());
    assert_eq!(
        changed["products"].as_array().unwrap().len(),
        full["products"].as_array().unwrap().len()
    );
}

#[tokio::test]
async fn changes_are_seen_at_once_and_can_be_taken_back() {
    let desk = Desk::open().await;
    let control = desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    let pizza = control.product(organization, "PIZZA-02").unwrap();
    let before = nomenclature(&desk, json!(0)).await;

    let size = control.size(organization, "30 см").unwrap();
    control
        .set_price(organization, pizza, Some(size), Decimal::new(67050, 2))
        .unwrap();
    control
        .rename_product(organization, pizza, "Пепперони новая")
        .unwrap();
    let hits = control.group(organization, "Хиты продаж").unwrap();
    control.rename_group(organization, hits, "Любимое").unwrap();
    let after = nomenclature(&desk, json!(0)).await;
    let rows = after["products"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["code"] == "PIZZA-02");
    let rows: Vec<&Value> = rows.collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row["name"], "Пепперони новая");
        let prices: Vec<String> = row["sizePrices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["price"]["currentPrice"].to_string())
            .collect();
        assert_eq!(
            prices,
            ["519", "670.50", "829"]
                .map(|it| it.trim_end_matches('0'))
                .map(str::to_owned)
        );
    }
    assert!(
        after["groups"]
            .as_array()
            .unwrap()
            .iter()
            .any(|group| group["name"] == "Любимое")
    );

    control.remove_product(organization, pizza).unwrap();
    assert_eq!(
        product(&nomenclature(&desk, json!(0)).await, "PIZZA-02"),
        None
    );
    control.restore_product(organization, pizza).unwrap();
    let restored = nomenclature(&desk, json!(0)).await;
    let order = |answer: &Value| -> Vec<Value> {
        answer["products"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].clone())
            .collect()
    };
    assert_eq!(order(&restored), order(&before));

    control.reset().unwrap();
    let reset = nomenclature(
        &Desk {
            token: login(&desk).await,
            ..desk
        },
        json!(0),
    )
    .await;
    assert_eq!(reset["products"], before["products"]);
}

async fn login(desk: &Desk) -> String {
    let answer = desk
        .ask("/api/1/access_token", json!({"apiLogin": "demo"}))
        .await;
    answer["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_menu_grows_to_any_size_and_shrinks_back() {
    let desk = Desk::open().await;
    let control = desk.control();
    let organization = control.organization(NABEREZHNAYA).unwrap();
    let body = json!({"organizationId": organization.to_string()});
    let before = desk.ask("/api/1/nomenclature", body.clone()).await;
    control.grow(organization, 2_000).unwrap();
    let grown = desk.ask("/api/1/nomenclature", body.clone()).await;
    let products = grown["products"].as_array().unwrap();
    let ids: std::collections::HashSet<&str> =
        products.iter().filter_map(|it| it["id"].as_str()).collect();
    assert_eq!((products.len(), ids.len()), (2_000, 1_999));
    control.grow(organization, 0).unwrap();
    assert_eq!(
        desk.ask("/api/1/nomenclature", body).await["products"],
        before["products"]
    );
}

#[tokio::test]
async fn a_revision_can_be_set_by_itself() {
    let desk = Desk::open().await;
    let control = desk.control();
    control
        .set_revision(control.organization(PARKOVAYA).unwrap(), 5)
        .unwrap();
    assert_eq!(nomenclature(&desk, json!(5)).await["products"], json!([]));
    assert_ne!(nomenclature(&desk, json!(4)).await["products"], json!([]));
}
