//! Both logins and the life of a token.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use iiko_emulator::{Config, Emulator};
use serde_json::{Value, json};

use crate::{Desk, PARKOVAYA};

fn claims(token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

#[tokio::test]
async fn both_logins_give_a_token_that_opens_the_door() {
    let mut desk = Desk::open().await;
    let answer = desk
        .ask(
            "/api/v2/access_token",
            json!({"appId": "15", "clientSecret": "demo-secret", "apiKey": "demo"}),
        )
        .await;
    desk.token = answer["token"].as_str().unwrap().to_owned();
    let organizations = desk.ask("/api/1/organizations", json!({})).await;
    assert_eq!(organizations["organizations"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_token_says_when_it_expires_and_keeps_its_word() {
    let lifetime = Duration::from_secs(15 * 60);
    let desk = Desk::open_with(Config {
        token_lifetime: lifetime,
        ..Config::default()
    })
    .await;
    let claims = claims(&desk.token);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(),
        15 * 60
    );
    assert_eq!(claims["iss"], "iiko");

    desk.control()
        .advance_clock(lifetime - Duration::from_secs(5));
    assert_eq!(
        desk.post("/api/1/organizations", json!({})).await.status,
        200
    );
    desk.control().advance_clock(Duration::from_secs(6));
    assert_eq!(
        desk.post("/api/1/organizations", json!({}))
            .await
            .refusal()
            .0,
        401
    );
}

#[tokio::test]
async fn unknown_logins_and_applications_are_refused_by_name() {
    let desk = Desk::open().await;
    let check = async |path: &str, body: Value, login: &str| {
        let expected = (
            401,
            "UNAUTHORIZED".to_owned(),
            format!("Login {login} is not authorized"),
        );
        assert_eq!(desk.post(path, body).await.refusal(), expected);
    };
    check(
        "/api/1/access_token",
        json!({"apiLogin": "0a1b2c3d"}),
        "0a1b2c3d",
    )
    .await;
    let v2 = "/api/v2/access_token";
    check(
        v2,
        json!({"appId": "15", "clientSecret": "demo-secret", "apiKey": "other"}),
        "other",
    )
    .await;
    check(
        v2,
        json!({"appId": "15", "clientSecret": "wrong", "apiKey": "demo"}),
        "demo",
    )
    .await;
    check(
        v2,
        json!({"appId": "16", "clientSecret": "demo-secret", "apiKey": "demo"}),
        "demo",
    )
    .await;
}

#[tokio::test]
async fn missing_foreign_and_withdrawn_tokens_are_refused() {
    let mut desk = Desk::open().await;
    let own = std::mem::take(&mut desk.token);
    assert_eq!(
        desk.post("/api/1/organizations", json!({}))
            .await
            .refusal()
            .0,
        401
    );

    let other = Desk::open().await;
    desk.token = other.token.clone();
    assert_eq!(
        desk.post("/api/1/organizations", json!({}))
            .await
            .refusal()
            .0,
        401
    );

    desk.token = own;
    assert_eq!(
        desk.post("/api/1/organizations", json!({})).await.status,
        200
    );
    desk.control().expire_tokens();
    assert_eq!(
        desk.post("/api/1/organizations", json!({}))
            .await
            .refusal()
            .0,
        401
    );
}

#[tokio::test]
async fn a_token_comes_as_a_bare_string_where_that_is_switched_on() {
    let mut desk = Desk::open().await;
    desk.control().set_token_bare(true);
    let answer = desk
        .ask("/api/1/access_token", json!({"apiLogin": "demo"}))
        .await;
    desk.token = answer.as_str().unwrap().to_owned();
    assert_eq!(
        desk.post("/api/1/organizations", json!({})).await.status,
        200
    );
}

#[tokio::test]
async fn a_hundred_emulators_live_in_one_process() {
    let emulators: Vec<Emulator> = (0..100)
        .map(|_| Emulator::start(Config::default()).unwrap())
        .collect();
    let first = emulators[0].control();
    let organization = first.organization(PARKOVAYA).unwrap();
    first
        .remove_product(
            organization,
            first.product(organization, "PIZZA-01").unwrap(),
        )
        .unwrap();
    let http = reqwest::Client::builder().build().unwrap();
    let login = async |emulator: &Emulator| {
        let url = format!("{}/api/1/access_token", emulator.url());
        let answer = http.post(url).body(r#"{"apiLogin": "demo"}"#).send().await;
        answer.unwrap().status()
    };
    let answers = futures::future::join_all(emulators.iter().map(login)).await;
    assert!(answers.iter().all(reqwest::StatusCode::is_success));
    for emulator in &emulators[1..] {
        let control = emulator.control();
        assert_eq!(control.calls("access_token"), 1);
        assert!(control.product(organization, "PIZZA-01").is_ok());
    }
}
