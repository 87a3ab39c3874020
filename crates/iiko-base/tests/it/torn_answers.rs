//! An answer that is none leaves everything as it was, and says so.

use hub_testkit::TestHub;
use iiko_emulator::faults::{Fault, FaultRule};
use serde_json::json;

async fn check(fault: Fault, code: &str, has_correlation_id: bool) {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("full", setting).await;
    let state = "SELECT md5(string_agg(to_jsonb(p)::text, '' ORDER BY organization_id, id)) FROM products AS p";
    let before = hub.sql_value(state).await;
    let control = hub.emulator().control();
    for code in ["SOUP-01", "SOUP-02"] {
        let organization = control.organization("parkovaya").unwrap();
        let product = control.product(organization, code).unwrap();
        control
            .rename_product(organization, product, "Не должно появиться")
            .unwrap();
    }
    control.add_fault(FaultRule::new("nomenclature", fault));

    let answer = hub
        .post("/api/v1/sync/menu", &json!({ "setting_id": setting }))
        .await;

    assert_eq!(answer.status, 502, "{}", answer.text);
    assert_eq!(answer.json["code"], code, "{}", answer.text);
    assert_eq!(answer.json["status"], "failed");
    assert_eq!(
        answer.json["correlation_id"].is_string(),
        has_correlation_id,
        "{}",
        answer.text
    );
    assert_eq!(
        hub.sql_value(state).await,
        before,
        "the tables stay as they were"
    );
    let rows = hub
        .sql("SELECT status, error_message <> '', error_code, correlation_id IS NOT NULL FROM sync_history WHERE sync_type = 'menu'")
        .await;
    let expected = [
        "failed",
        "t",
        code,
        if has_correlation_id { "t" } else { "f" },
    ];
    assert_eq!(rows, [expected, expected]);
    let served = hub.get("/api/v1/data/products").await.expect(200);
    assert_eq!(
        served["products"].as_array().unwrap().len(),
        100,
        "the old data is served"
    );
}

#[tokio::test]
async fn cut_json_changes_nothing() {
    check(Fault::CutJson, "iiko_torn_answer", true).await;
}

#[tokio::test]
async fn malformed_json_changes_nothing() {
    check(Fault::MalformedJson, "iiko_torn_answer", false).await;
}

#[tokio::test]
async fn html_instead_of_json_changes_nothing() {
    check(Fault::Html { status: 200 }, "iiko_torn_answer", false).await;
}

#[tokio::test]
async fn a_missing_list_changes_nothing_and_names_the_call() {
    check(Fault::MissingList, "iiko_torn_answer", true).await;
}

#[tokio::test]
async fn a_gateways_page_changes_nothing() {
    check(Fault::Html { status: 502 }, "iiko_failed", false).await;
}

#[tokio::test]
async fn an_error_of_iiko_changes_nothing_and_names_the_call() {
    check(
        Fault::Status {
            status: 500,
            retry_after: None,
        },
        "iiko_failed",
        true,
    )
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_changes_nothing() {
    check(Fault::DroppedBefore, "iiko_unreachable", false).await;
}

#[tokio::test]
async fn an_iiko_that_is_not_there_is_told_and_the_old_data_is_served() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    hub.put(
        &format!("/api/v1/iiko/settings/{setting}"),
        &json!({ "api_url": "http://127.0.0.1:9" }),
    )
    .await
    .expect(200);
    let answer = hub
        .post("/api/v1/sync/menu", &json!({ "setting_id": setting }))
        .await;
    assert_eq!(
        (answer.status, &answer.json["code"]),
        (502, &json!("iiko_unreachable")),
        "{}",
        answer.text
    );
    assert_eq!(
        hub.get("/api/v1/data/products").await.expect(200)["products"]
            .as_array()
            .unwrap()
            .len(),
        100
    );
}
