//! How iiko says no, and where it is lenient.

use iiko_types::operations::ALL;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Desk, NOBODY, PARKOVAYA, orders::pickup};

#[tokio::test]
async fn an_organization_that_the_login_does_not_see_is_denied_by_name() {
    let desk = Desk::open().await;
    let nobody = NOBODY.as_str();
    let sentence = format!(
        "Passed organization(s) {nobody} doesn't belong to your api login included organization list."
    );
    let expected = (400, "ORGANIZATION_DENIED".to_owned(), sentence);
    let many = json!({"organizationIds": [desk.organization(PARKOVAYA), nobody]});
    for path in [
        "/api/1/organizations",
        "/api/1/terminal_groups",
        "/api/1/stop_lists",
        "/api/1/payment_types",
        "/api/1/deliveries/order_types",
        "/api/1/discounts",
    ] {
        assert_eq!(
            desk.post(path, many.clone()).await.refusal(),
            expected,
            "{path}"
        );
    }
    let one = json!({"organizationId": nobody});
    for path in ["/api/1/nomenclature", "/api/1/combo"] {
        assert_eq!(
            desk.post(path, one.clone()).await.refusal(),
            expected,
            "{path}"
        );
    }
    let one = json!({"organizationId": nobody, "terminalGroupId": nobody, "items": []});
    for path in ["add", "remove", "clear", "check"] {
        let path = format!("/api/1/stop_lists/{path}");
        assert_eq!(
            desk.post(&path, one.clone()).await.refusal(),
            expected,
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_excludes_each_other_is_refused_together() {
    let desk = Desk::open().await;
    let (kinds, ids) = (
        "Only one of this fields required: orderTypeId or orderServiceType.",
        "Only one of this fields required: orderIds or posOrderIds.",
    );
    let mut body = pickup(&desk, Uuid::new_v4());
    for (order_type, service, is_refused) in [
        (json!(NOBODY.as_str()), json!("DeliveryByClient"), true),
        (Value::Null, Value::Null, true),
        (Value::Null, json!("DeliveryByClient"), false),
    ] {
        body["order"]["orderTypeId"] = order_type;
        body["order"]["orderServiceType"] = service;
        let answer = desk.post("/api/1/deliveries/create", body.clone()).await;
        match is_refused {
            true => assert_eq!((answer.status, answer.refusal().2.as_str()), (400, kinds)),
            false => assert_eq!(answer.status, 200, "{}", answer.text),
        }
    }
    let id = body["order"]["id"].clone();
    for (order_ids, till_ids, is_refused) in [
        (json!([id]), json!([id]), true),
        (json!([]), Value::Null, true),
        (json!([]), json!([id]), false),
        (json!([id]), json!([]), false),
    ] {
        let body = json!({
            "organizationId": desk.organization(PARKOVAYA), "orderIds": order_ids, "posOrderIds": till_ids,
        });
        let answer = desk.post("/api/1/deliveries/by_id", body).await;
        match is_refused {
            true => assert_eq!((answer.status, answer.refusal().2.as_str()), (400, ids)),
            false => assert_eq!(answer.status, 200, "{}", answer.text),
        }
    }
}

/// Whether the body of the operation has members that must be there.
fn needs_something(contract: &Value, path: &str) -> bool {
    let body = &contract["paths"][path]["post"]["requestBody"]["content"];
    let media = body.as_object().and_then(|media| media.values().next());
    let reference = media.and_then(|media| media["schema"]["$ref"].as_str());
    reference.is_some_and(|reference| {
        let required = &contract.pointer(&reference[1..]).unwrap()["required"];
        required.as_array().is_some_and(|names| !names.is_empty())
    })
}

#[tokio::test]
async fn every_imitated_operation_refuses_a_body_without_what_it_needs() {
    let desk = Desk::open().await;
    let imitated = desk
        .http
        .get(format!("{}/_emulator/operations", desk.emulator.url()))
        .send()
        .await
        .unwrap();
    let imitated: Value = serde_json::from_str(&imitated.text().await.unwrap()).unwrap();
    let imitated = imitated.as_array().unwrap();
    let paths = imitated.iter().map(|it| it["path"].as_str().unwrap());
    let contract: Value =
        serde_json::from_str(include_str!("../../../../contract/iiko-cloud.json")).unwrap();
    // what misses its list later is refused in other words
    let is_meant =
        |path: &&str| !path.ends_with("/order/by_table") && needs_something(&contract, path);
    for path in paths.filter(is_meant) {
        let (status, code, sentence) = desk.post(path, json!({})).await.refusal();
        assert_eq!(
            (status, code.as_str()),
            (400, "INVALID_BODY_JSON_FORMAT"),
            "{path}"
        );
        assert!(
            sentence.starts_with("Required property '")
                && sentence.ends_with("line 1, position 2."),
            "{sentence}"
        );
    }
}

#[tokio::test]
async fn a_wrong_value_is_quoted_with_its_place() {
    let desk = Desk::open().await;
    let body = "{\n  \"organizationId\": null\n}";
    let expected = "Error converting value {null} to type 'System.Guid'. Path 'organizationId', line 2, position 24.";
    let refusal = desk.post_text("/api/1/nomenclature", body).await.refusal();
    assert_eq!(
        refusal,
        (
            400,
            "INVALID_BODY_JSON_FORMAT".to_owned(),
            expected.to_owned()
        )
    );
    let expected = "Error converting value \"abc\" to type 'System.Guid'. Path 'organizationIds[0]', line 1, position 25.";
    let refusal = desk
        .post("/api/1/stop_lists", json!({"organizationIds": ["abc"]}))
        .await
        .refusal();
    assert_eq!(refusal.2, expected);
    assert_eq!(
        desk.post_text("/api/1/stop_lists", "{\"organizationIds\":")
            .await
            .refusal()
            .0,
        400
    );
}

#[tokio::test]
async fn numbers_as_text_nulls_and_text_in_text_are_taken() {
    let desk = Desk::open().await;
    let one = desk.organization(PARKOVAYA).to_uppercase();
    let body = json!({"organizationId": one, "startRevision": "0", "unknown": {"a": [1]}});
    assert_eq!(
        desk.post("/api/1/nomenclature", body.clone()).await.status,
        200
    );
    assert_eq!(
        desk.post("/api/1/nomenclature", Value::String(body.to_string()))
            .await
            .status,
        200
    );

    let url = format!("{}/api/1/organizations/", desk.emulator.url());
    let bare = desk
        .http
        .post(url)
        .bearer_auth(&desk.token)
        .body("{\"organizationIds\": null}")
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), 200);
}

#[tokio::test]
async fn a_path_that_does_not_exist_looks_like_a_missing_right() {
    let desk = Desk::open().await;
    let expected = (
        401,
        "UNAUTHORIZED".to_owned(),
        "Right api/1/external_menus is not allowed for this ApiLogin.".to_owned(),
    );
    assert_eq!(
        desk.post("/api/1/external_menus", json!({}))
            .await
            .refusal(),
        expected
    );
}

#[tokio::test]
async fn what_is_not_imitated_says_so_by_name() {
    let desk = Desk::open().await;
    let (status, _, sentence) = desk
        .post("/api/nomenclature/v2/product/list", json!({}))
        .await
        .refusal();
    assert_eq!(
        (status, sentence.as_str()),
        (
            501,
            "Operation `nomenclature_product_list` is not imitated by the emulator."
        )
    );
    let mut known = 0;
    for operation in ALL {
        let status = desk.post(operation.path, json!({})).await.status;
        assert!(
            [200, 400, 410, 501].contains(&status),
            "{}: {status}",
            operation.path
        );
        known += 1;
    }
    assert_eq!(known, 327);
}

#[tokio::test]
async fn tables_are_asked_for_with_lists() {
    let desk = Desk::open().await;
    let one = desk.organization(PARKOVAYA);
    let body = json!({"organizationId": one, "tableId": *NOBODY});
    let (status, _, sentence) = desk.post("/api/1/order/by_table", body).await.refusal();
    let expected = "Value cannot be null. (Parameter 'organizationIds')";
    assert_eq!((status, sentence.as_str()), (400, expected));
}

#[tokio::test]
async fn an_object_where_a_word_belongs_is_told_as_the_reader_met_it() {
    let desk = Desk::open().await;
    let body = concat!(
        r#"{"organizationId": "3b000000-0000-4000-8000-000000000001", "order": {"phone": "+79990000001", "items": [],"#,
        "\n",
        r#""deliveryPoint": {"address": {"type": "legacy", "house": "7", "street": {"name": "Садовая", "city": {"name": "П"}}}}}}"#,
    );
    let answer = desk.post_text("/api/1/deliveries/create", body).await;
    let (status, code, sentence) = answer.refusal();
    assert_eq!((status, code.as_str()), (400, "INVALID_BODY_JSON_FORMAT"));
    assert_eq!(
        sentence,
        "Error reading string. Unexpected token: StartObject. Path 'order.deliveryPoint.address.street.city', line 2, position 101."
    );
}
