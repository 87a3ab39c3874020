//! What may be added to a dish, and in which sizes it is sold.

use serde_json::{Value, json};

use crate::{
    desk_of,
    orders::{code, fate, line, modifier, size},
    quiet_desk,
};

#[tokio::test]
async fn modifiers_keep_their_own_limits_where_they_have_some() {
    let desk = quiet_desk().await;
    let with = async |dish: &str, modifiers: Value| {
        let mut dish = line(&desk, dish, "1", "300");
        dish["modifiers"] = modifiers;
        let order = fate(&desk, json!({"items": [dish]})).await;
        let sentence = order["errorInfo"]["message"].clone();
        sentence.as_str().unwrap_or_default().to_owned()
    };
    let (burger, dip) = (Some("Добавить в бургер"), Some("Соус к блюду"));
    let egg = async |amount| modifier(&desk, "MOD-BURG-04", burger, amount).await;
    assert_eq!(with("BURG-01", json!([egg(1).await])).await, "");
    let refused = with("BURG-01", json!([egg(2).await])).await;
    assert!(
        refused.ends_with("min = 0, max = 1, actual = 2"),
        "{refused}"
    );
    // a most of 0 is no limit where the group's children have none of their own
    let sauce = modifier(&desk, "MOD-DIP-01", dip, 2).await;
    assert_eq!(with("START-03", json!([sauce])).await, "");
    let bread = async |amount| modifier(&desk, "MOD-BREAD", None, amount).await;
    assert_eq!(with("SOUP-01", json!([bread(2).await])).await, "");
    let refused = with("SOUP-01", json!([bread(3).await])).await;
    assert!(
        refused.ends_with("min = 0, max = 2, actual = 3"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_simple_modifier_that_must_be_there_is_missed() {
    let bread = "modifiers = [{ code = \"MOD-BREAD\", max = 2 }] },\n  { code = \"SOUP-03\"";
    let text = include_str!("../../scenarios/demo.toml");
    assert!(text.contains(bread));
    let text = text.replacen(bread, &bread.replacen("max", "min = 1, max", 1), 1);
    let desk = desk_of(&text).await;
    let soup = |modifiers: Value| {
        let mut soup = line(&desk, "SOUP-02", "1", "289");
        soup["modifiers"] = modifiers;
        json!({"items": [soup]})
    };
    let refused = fate(&desk, soup(json!([]))).await;
    let sentence = refused["errorInfo"]["message"].as_str().unwrap();
    assert!(
        sentence.ends_with("min = 1, max = 2, actual = 0"),
        "{sentence}"
    );
    let bread = modifier(&desk, "MOD-BREAD", None, 1).await;
    assert_eq!(
        fate(&desk, soup(json!([bread]))).await["creationStatus"],
        "Success"
    );
}

#[tokio::test]
async fn a_size_that_is_not_sold_is_refused_though_others_are() {
    let desk = quiet_desk().await;
    let crust = modifier(&desk, "MOD-CRUST-01", Some("Тесто и борт"), 1).await;
    let ordered = async |size: Value| {
        let mut pizza = line(&desk, "PIZZA-16", "1", "869");
        pizza["productSizeId"] = size;
        pizza["modifiers"] = json!([crust]);
        code(&fate(&desk, json!({"items": [pizza]})).await).clone()
    };
    assert_eq!(ordered(size(&desk, "30 см").await).await, Value::Null);
    let excluded = ordered(size(&desk, "35 см").await).await;
    assert_eq!(excluded, "ProductExludedFromMenu");
    assert_eq!(
        ordered(size(&desk, "25 см").await).await,
        "ProductSizeNotFound"
    );
}

#[tokio::test]
async fn halves_keep_the_limits_of_their_dishes() {
    let desk = quiet_desk().await;
    let size = size(&desk, "30 см").await;
    let crust = modifier(&desk, "MOD-CRUST-01", Some("Тесто и борт"), 1).await;
    let extra = Some("Добавить в пиццу");
    let half = |dish: &str, modifiers: Value| {
        let product = &line(&desk, dish, "1", "300")["productId"];
        json!({"productId": product, "price": 300, "modifiers": modifiers})
    };
    let with = async |common: Value, first: Value| {
        let pizza = json!({
            "type": "Compound", "amount": 1, "productSizeId": size, "commonModifiers": common,
            "primaryComponent": half("PIZZA-01", first), "secondaryComponent": half("PIZZA-02", json!([])),
        });
        let order = fate(&desk, json!({"items": [pizza]})).await;
        let sentence = order["errorInfo"]["message"].clone();
        sentence.as_str().unwrap_or_default().to_owned()
    };
    let hot = async |amount| modifier(&desk, "MOD-EXTRA-04", extra, amount).await;
    assert_eq!(with(json!([crust]), json!([hot(1).await])).await, "");
    let refused = with(json!([crust]), json!([hot(2).await])).await;
    assert!(refused.ends_with("max = 1, actual = 2"), "{refused}");
    let refused = with(json!([crust, hot(1).await]), json!([hot(1).await])).await;
    assert!(refused.ends_with("max = 1, actual = 2"), "{refused}");
    let bread = modifier(&desk, "MOD-BREAD", None, 1).await;
    let refused = with(json!([crust]), json!([bread])).await;
    assert!(refused.contains("does not have modifier"), "{refused}");
    let refused = with(json!([]), json!([crust])).await;
    assert!(
        refused.ends_with("actual = 0"),
        "the other half has no crust: {refused}"
    );
}
