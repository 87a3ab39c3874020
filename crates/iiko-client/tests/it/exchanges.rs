//! What the observer sees, and what it never does.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use iiko_client::{Exchange, ExchangeObserver};
use iiko_types::{operations::StopLists, schemas::StopListsRequest};

use crate::server::{
    API_LOGIN, CORRELATION_ID, STOP_LISTS_PATH, Server, cut, json, refusal, stop_lists, token,
};

/// Keeps what it is told.
#[derive(Default)]
pub(crate) struct Log(Mutex<Vec<Exchange>>);

impl Log {
    pub(crate) fn seen(&self) -> Vec<Exchange> {
        self.0.lock().unwrap().clone()
    }
}

impl ExchangeObserver for Log {
    fn exchanged(&self, exchange: &Exchange) {
        self.0.lock().unwrap().push(exchange.clone());
    }
}

fn request() -> StopListsRequest {
    StopListsRequest::new(vec![])
}

#[tokio::test]
async fn each_exchange_is_seen_and_none_tells_a_secret() {
    let server = Server::start(|seen| match seen.nth {
        1 => refusal(401, "Token token-1 is expired"),
        2 => refusal(500, &format!("Login {API_LOGIN} met a fault")),
        _ => stop_lists(),
    })
    .await;
    let log = Arc::new(Log::default());
    let client = server.builder().observer(log.clone()).build().unwrap();
    client.stop_lists(&request()).await.unwrap();

    let exchanges = log.seen();
    let seen: Vec<_> = exchanges
        .iter()
        .map(|exchange| (exchange.operation, exchange.status))
        .collect();
    assert_eq!(
        seen,
        [
            ("access_token", Some(200)),
            ("stop_lists", Some(401)),
            ("access_token", Some(200)),
            ("stop_lists", Some(500)),
            ("stop_lists", Some(200)),
        ]
    );
    let login = &exchanges[0];
    assert_eq!(login.url, format!("{}/api/1/access_token", server.url()));
    assert_eq!(login.method, "POST");
    assert_eq!(login.request_body, r#"{"apiLogin":"****"}"#);
    assert_eq!(login.response_body, "**** (an answer with a token)");
    assert_eq!(login.correlation_id.as_deref(), Some(CORRELATION_ID));
    assert!(
        exchanges[1].response_body.contains("Token **** is expired"),
        "{}",
        exchanges[1].response_body
    );
    assert!(
        exchanges[3]
            .response_body
            .contains("Login **** met a fault"),
        "{}",
        exchanges[3].response_body
    );
    let all = format!("{exchanges:?} {client:?}");
    for secret in [API_LOGIN, "token-1", "token-2"] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[tokio::test]
async fn a_refused_login_names_no_login() {
    let server = Server::start_async(|_| {
        Box::pin(async { refusal(401, &format!("Login {API_LOGIN} is not authorized")) })
    })
    .await;
    let log = Arc::new(Log::default());
    let client = server.builder().observer(log.clone()).build().unwrap();
    let error = client.stop_lists(&request()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the login was refused at `access_token` (401): Login **** is not authorized"
    );
    let all = format!("{error:?} {:?}", log.seen());
    assert!(!all.contains(API_LOGIN), "{all}");
}

#[tokio::test]
async fn what_did_not_come_whole_is_seen_with_what_came() {
    let server =
        Server::start(|_| cut(r#"{"correlationId":"c-1","terminalGroupStopLists":[{"#)).await;
    let log = Arc::new(Log::default());
    let client = server
        .builder()
        .retries(0)
        .observer(log.clone())
        .build()
        .unwrap();
    client.stop_lists(&request()).await.unwrap_err();
    let exchange = log.seen()[1].clone();
    assert_eq!(exchange.status, Some(200));
    assert_eq!(exchange.correlation_id.as_deref(), Some("c-1"));
    assert!(
        exchange
            .response_body
            .starts_with(r#"{"correlationId":"c-1""#)
    );
    assert_eq!(
        exchange.error.as_deref(),
        Some("torn answer to `stop_lists` (200): it breaks off after 50 bytes")
    );
}

#[tokio::test]
async fn a_large_answer_is_seen_cut_and_handed_over_whole() {
    let body = format!(
        r#"{{"correlationId":"c-1","text":"{}"}}"#,
        "слово ".repeat(100_000)
    );
    let size = body.len();
    let server = Server::start_async(move |seen| {
        let answer = if seen.path.ends_with("access_token") {
            token(1)
        } else {
            json(200, &body)
        };
        Box::pin(std::future::ready(answer))
    })
    .await;
    let log = Arc::new(Log::default());
    let client = server.builder().observer(log.clone()).build().unwrap();
    let answer = client.send_bytes::<StopLists>(&request()).await.unwrap();
    assert_eq!(
        (answer.bytes.len(), answer.correlation_id.as_deref()),
        (size, Some("c-1"))
    );
    let seen = log.seen()[1].response_body.clone();
    assert!(
        seen.len() <= iiko_client::BODY_LIMIT_BYTES + 100,
        "{}",
        seen.len()
    );
    assert!(seen.ends_with(&format!("… (cut, {size} bytes)")));
}

#[tokio::test]
async fn an_exchange_that_nobody_waits_for_any_more_is_seen_too() {
    let server = Server::start_async(|seen| {
        Box::pin(async move {
            if seen.path == STOP_LISTS_PATH {
                std::future::pending().await
            } else {
                token(seen.nth)
            }
        })
    })
    .await;
    let log = Arc::new(Log::default());
    let client = server.builder().observer(log.clone()).build().unwrap();
    let request = request();
    {
        let mut dropped = Box::pin(client.stop_lists(&request));
        while server.count(STOP_LISTS_PATH) == 0 {
            assert!(futures::poll!(&mut dropped).is_pending());
            tokio::task::yield_now().await;
        }
        assert_eq!(log.seen().len(), 1, "the login");
    }
    let exchanges = log.seen();
    assert_eq!(exchanges.len(), 2);
    let exchange = &exchanges[1];
    assert_eq!(
        (
            exchange.operation,
            exchange.status,
            exchange.error.as_deref()
        ),
        ("stop_lists", None, Some("dropped by the caller"))
    );
    assert_eq!(exchange.request_body, r#"{"organizationIds":[]}"#);
    assert_eq!(exchange.response_body, "");
    assert!(exchange.duration > Duration::ZERO);
}
