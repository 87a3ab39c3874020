//! Who may come in, for how long, and what a token allows.

use std::time::Duration;

use hub_api::accounts::{self, NewToken, Scope};
use hub_testkit::{TestHub, TestHubOptions};
use iiko_client::clock::Clock;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A hub whose time stands still until the test moves it.
async fn hub_and_clock() -> (TestHub, Clock) {
    let clock = Clock::manual("2026-11-22T12:00:00Z".parse().unwrap());
    let options = TestHubOptions {
        clock: clock.clone(),
        ..TestHubOptions::default()
    };
    (TestHub::start_with(options).await, clock)
}

async fn status_with(hub: &TestHub, token: &str, method: Method, path: &str) -> u16 {
    let request = hub.request(method, path).bearer_auth(token);
    request.send().await.unwrap().status().as_u16()
}

async fn log_in(hub: &TestHub, username: &str, password: &str) -> hub_testkit::Answer {
    let body = json!({ "username": username, "password": password });
    hub.post("/api/v1/auth/login", &body).await
}

#[tokio::test]
async fn a_login_holds_for_twelve_hours() {
    let (hub, clock) = hub_and_clock().await;
    let login = log_in(&hub, hub.username(), hub.password().expose_secret())
        .await
        .expect(200);
    assert_eq!(login["token_type"], "bearer");
    assert_eq!(login["expires_at"], "2026-11-23T00:00:00Z");
    let token = login["access_token"].as_str().unwrap();
    clock.advance(HOUR * 11);
    let path = "/api/v1/iiko/settings";
    assert_eq!(status_with(&hub, token, Method::GET, path).await, 200);
    clock.advance(HOUR);
    assert_eq!(status_with(&hub, token, Method::GET, path).await, 401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike_and_guessing_is_slowed_down() {
    let (hub, clock) = hub_and_clock().await;
    let wrong = log_in(&hub, hub.username(), "not the password").await;
    let unknown = log_in(&hub, "nobody", "not the password").await;
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.json["code"], "invalid_credentials");
    assert_eq!(wrong.text, unknown.text);
    for _ in 0..9 {
        assert_eq!(log_in(&hub, hub.username(), "guess").await.status, 401);
    }
    let password = hub.password().expose_secret();
    let slowed = log_in(&hub, hub.username(), password).await;
    assert_eq!(slowed.status, 429);
    assert_eq!(slowed.headers["retry-after"], "300");
    clock.advance(Duration::from_secs(300));
    log_in(&hub, hub.username(), password).await.expect(200);
}

#[tokio::test]
async fn a_new_password_ends_the_logins_before_it() {
    let (hub, _) = hub_and_clock().await;
    let login = log_in(&hub, hub.username(), hub.password().expose_secret())
        .await
        .expect(200);
    let token = login["access_token"].as_str().unwrap();
    let new = "a much better password";
    accounts::set_password(hub.engine().db(), hub.username(), new.into())
        .await
        .unwrap();
    let path = "/api/v1/sync/history";
    assert_eq!(status_with(&hub, token, Method::GET, path).await, 401);
    log_in(&hub, hub.username(), new).await.expect(200);
}

#[tokio::test]
async fn an_api_token_does_what_its_scope_says_until_it_expires() {
    let (hub, clock) = hub_and_clock().await;
    let setting = hub.connect_demo().await;
    let now = clock.now();
    let wanted = NewToken {
        name: "cron".to_owned(),
        scope: Scope::Sync,
        expires_at: Some(now + HOUR * 24 * 90),
    };
    let created = accounts::create_api_token(hub.engine().db(), wanted, now)
        .await
        .unwrap();
    let token = created.token.expose_secret();
    clock.advance(HOUR * 24 * 60);
    let sync = format!("/api/v1/sync/stoplist?setting_id={setting}");
    assert_eq!(status_with(&hub, token, Method::POST, &sync).await, 200);
    let products = "/api/v1/data/products";
    assert_eq!(status_with(&hub, token, Method::GET, products).await, 200);
    let settings = "/api/v1/iiko/settings";
    assert_eq!(status_with(&hub, token, Method::GET, settings).await, 403);
    clock.advance(HOUR * 24 * 31);
    assert_eq!(status_with(&hub, token, Method::GET, products).await, 401);
}

#[tokio::test]
async fn a_token_is_stored_as_its_hash_and_its_last_use_once_a_minute() {
    let (hub, clock) = hub_and_clock().await;
    let last_use = "SELECT last_used_at::text FROM api_tokens WHERE revoked_at IS NULL";
    hub.get("/api/v1/sync/history").await.expect(200);
    let first = hub.sql_value(last_use).await;
    assert_ne!(first, "NULL");
    clock.advance(Duration::from_secs(30));
    hub.get("/api/v1/sync/history").await.expect(200);
    assert_eq!(hub.sql_value(last_use).await, first);
    clock.advance(Duration::from_secs(30));
    hub.get("/api/v1/sync/history").await.expect(200);
    assert_ne!(hub.sql_value(last_use).await, first);

    let stored = format!(
        "SELECT count(*) FROM api_tokens WHERE to_jsonb(api_tokens)::text LIKE '%{}%'",
        hub.token()
    );
    assert_eq!(hub.sql_value(&stored).await, "0");
    let hash = "SELECT token_hash = sha256($$TOKEN$$::bytea) FROM api_tokens"
        .replace("TOKEN", hub.token());
    assert_eq!(hub.sql_value(&hash).await, "t");
}

#[tokio::test]
async fn a_wrong_login_names_the_field_that_is_missing() {
    let (hub, _) = hub_and_clock().await;
    let missing = hub
        .post("/api/v1/auth/login", &json!({ "username": "admin" }))
        .await;
    assert_eq!(missing.status, 422);
    assert_eq!(missing.json["field"], "password");
    assert_eq!(missing.json["status"], Value::from(422));
}
