//! Connections over REST: secrets go in and never come out, and what was read can be sent back.

use hub_testkit::TestHub;
use serde_json::{Value, json};

const SETTINGS: &str = "/api/v1/iiko/settings";

#[tokio::test]
async fn a_secret_goes_in_sealed_and_never_comes_out() {
    let hub = TestHub::start().await;
    let body = json!({
        "api_url": hub.emulator().url(),
        "login_kind": "v2",
        "api_key": "a-very-secret-key",
        "app_id": "15",
        "client_secret": "a-client-secret",
        "webhook_secret": "a-webhook-secret",
    });
    let created = hub.post(SETTINGS, &body).await;
    let listed = hub.get(SETTINGS).await;
    for text in [&created.text, &listed.text] {
        assert!(
            !text.contains("-secret-key")
                && !text.contains("-client-secret")
                && !text.contains("-webhook-secret"),
            "{text}"
        );
    }
    let view = created.expect(201);
    assert_eq!(view["api_key"], Value::Null);
    assert_eq!(view["webhook_secret"], Value::Null);
    for set in ["has_api_key", "has_client_secret", "has_webhook_secret"] {
        assert_eq!(view[set], true, "{set}");
    }
    let in_the_clear =
        "SELECT count(*) FROM iiko_settings WHERE encode(api_key_sealed, 'escape') LIKE '%secret%'";
    assert_eq!(hub.sql_value(in_the_clear).await, "0");
}

#[tokio::test]
async fn what_was_read_can_be_sent_back() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let path = format!("{SETTINGS}/{setting}");
    let mut read = hub.get(SETTINGS).await.expect(200)[0].clone();
    let mut written = hub.put(&path, &read).await.expect(200);
    read["updated_at"] = Value::Null;
    written["updated_at"] = Value::Null;
    assert_eq!(read, written);
    let test = hub
        .post(
            "/api/v1/iiko/test-connection",
            &json!({ "setting_id": setting }),
        )
        .await
        .expect(200);
    assert_eq!(test["status"], "ok");
}

#[tokio::test]
async fn another_default_organization_moves_to_the_front() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let path = format!("{SETTINGS}/{setting}");
    let before = hub.get(SETTINGS).await.expect(200)[0]["organization_ids"].clone();
    let second = before[1].clone();
    let after = hub
        .put(&path, &json!({ "organization_id": second }))
        .await
        .expect(200);
    assert_eq!(after["organization_id"], second);
    assert_eq!(after["organization_ids"], json!([second, before[0]]));
}

#[tokio::test]
async fn an_organization_is_served_by_one_connection_and_the_refusal_names_it() {
    let hub = TestHub::start().await;
    let first = hub.connect_demo().await;
    let taken = hub.get(SETTINGS).await.expect(200)[0]["organization_id"].clone();
    let body =
        json!({ "api_url": hub.emulator().url(), "api_key": "demo", "organization_id": taken });
    let refused = hub.post(SETTINGS, &body).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.json["code"], "organization_taken");
    let detail = refused.json["detail"].as_str().unwrap();
    assert!(detail.contains(&first.to_string()), "{detail}");
    assert_eq!(
        hub.sql_value("SELECT count(*) FROM iiko_settings").await,
        "1"
    );
}

#[tokio::test]
async fn a_connection_is_tested_by_body_or_query_and_a_refused_login_is_iikos_fault() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let path = "/api/v1/iiko/test-connection";
    let by_query = hub
        .post_empty(&format!("{path}?setting_id={setting}"))
        .await
        .expect(200);
    assert!(
        by_query["organizations"]
            .as_array()
            .is_some_and(|seen| seen.len() > 1),
        "{by_query}"
    );
    assert_eq!(hub.post_empty(path).await.status, 422);
    assert_eq!(
        hub.post(path, &json!({ "setting_id": 77 })).await.status,
        404
    );
    hub.put(
        &format!("{SETTINGS}/{setting}"),
        &json!({ "api_key": "wrong" }),
    )
    .await
    .expect(200);
    let refused = hub.post(path, &json!({ "setting_id": setting })).await;
    assert_eq!(refused.status, 502);
    assert_eq!(refused.json["code"], "iiko_unauthorized");
    assert!(
        refused.json["correlation_id"].is_string(),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn a_removed_connection_is_gone_and_what_it_brought_stays() {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    hub.sync("menu", setting).await;
    let path = format!("{SETTINGS}/{setting}");
    assert_eq!(hub.delete(&path).await.expect(200)["status"], "ok");
    let again = hub.delete(&path).await;
    assert_eq!(again.status, 404);
    assert_eq!(again.json["code"], "unknown_setting");
    assert_eq!(hub.get(SETTINGS).await.expect(200), json!([]));
    assert_eq!(
        hub.sql_value("SELECT count(*) > 0 FROM products WHERE NOT is_deleted")
            .await,
        "t"
    );
}

#[tokio::test]
async fn a_wrong_field_of_a_connection_is_named() {
    let hub = TestHub::start().await;
    for (body, field) in [
        (json!({}), "api_key"),
        (json!({ "api_key": 5 }), "api_key"),
        (json!({ "api_key": "k", "api_url": "iiko" }), "api_url"),
        (json!({ "api_key": "k", "login_kind": "v3" }), "login_kind"),
        (json!({ "api_key": "k", "login_kind": "v2" }), "app_id"),
        (
            json!({ "api_key": "k", "max_loss_percent": 101 }),
            "max_loss_percent",
        ),
        (
            json!({ "api_key": "k", "organization_ids": ["no-guid"] }),
            "organization_ids",
        ),
    ] {
        let refused = hub.post(SETTINGS, &body).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.text);
        assert_eq!(refused.json["field"], field, "{body}: {}", refused.text);
    }
    assert_eq!(
        hub.sql_value("SELECT count(*) FROM iiko_settings").await,
        "0"
    );
}
