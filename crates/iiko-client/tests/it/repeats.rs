//! What is sent again and what is not.

use std::time::Duration;

use iiko_client::Error;
use iiko_types::{
    endpoint::Endpoint,
    ids::Guid,
    operations::{StopLists, StopListsClear},
    schemas::{ClearStopListRequest, StopListsRequest},
};
use serde_json::json;

use crate::{
    calls::Pay,
    server::{
        CORRELATION_ID, STOP_LISTS_PATH, Server, TOKEN_PATH, builder, cut, json, refusal,
        stop_lists,
    },
};

fn request() -> StopListsRequest {
    StopListsRequest::new(vec![])
}

#[tokio::test]
async fn a_read_is_repeated_after_a_fault_and_then_told() {
    let server = Server::start(|_| refusal(500, "Internal Server Error")).await;
    let error = server.client().stop_lists(&request()).await.unwrap_err();
    assert_eq!(
        (error.status(), error.correlation_id()),
        (Some(500), Some(CORRELATION_ID))
    );
    assert!(error.is_transient());
    assert_eq!(server.count(STOP_LISTS_PATH), 3);

    let server = Server::start(|seen| {
        if seen.nth < 3 {
            refusal(503, "")
        } else {
            stop_lists()
        }
    })
    .await;
    server.client().stop_lists(&request()).await.unwrap();
    assert_eq!(server.count(STOP_LISTS_PATH), 3);

    let server = Server::start(|_| refusal(500, "")).await;
    server
        .builder()
        .retries(0)
        .build()
        .unwrap()
        .stop_lists(&request())
        .await
        .unwrap_err();
    assert_eq!(server.count(STOP_LISTS_PATH), 1);
}

#[tokio::test]
async fn what_must_not_happen_twice_is_sent_once() {
    for answer in [
        || refusal(500, ""),
        || refusal(408, ""),
        || cut("{"),
        || json(200, "<html>"),
    ] {
        let server = Server::start(move |_| answer()).await;
        server.client().send::<Pay>(&json!({})).await.unwrap_err();
        assert_eq!(server.count(Pay::PATH), 1);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_torn_and_a_read_of_it_is_repeated() {
    let server =
        Server::start(|_| cut(r#"{"correlationId":"c-1","terminalGroupStopLists":[{"#)).await;
    let error = server
        .client()
        .send_bytes::<StopLists>(&request())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "torn answer to `stop_lists` (200): it breaks off after 50 bytes"
    );
    assert_eq!(error.correlation_id(), Some("c-1"));
    assert_eq!(server.count(STOP_LISTS_PATH), 3);
}

#[tokio::test]
async fn a_short_pause_is_waited_for_and_a_long_one_told() {
    let busy = |pause: &'static str| {
        let mut answer = refusal(429, "Too many requests within allowed period of time");
        answer
            .headers_mut()
            .insert("retry-after", pause.parse().unwrap());
        answer
    };
    let server = Server::start(move |seen| {
        if seen.nth == 1 {
            busy("0")
        } else {
            stop_lists()
        }
    })
    .await;
    server.client().stop_lists(&request()).await.unwrap();
    assert_eq!(server.count(STOP_LISTS_PATH), 2);

    let server = Server::start(move |_| busy("3600")).await;
    let error = server.client().stop_lists(&request()).await.unwrap_err();
    assert_eq!((error.status(), error.is_transient()), (Some(429), true));
    assert_eq!(server.count(STOP_LISTS_PATH), 1);
}

#[tokio::test]
async fn a_change_is_repeated_after_a_429_alone_and_an_order_not_even_then() {
    let busy = || {
        let mut answer = refusal(429, "");
        answer
            .headers_mut()
            .insert("retry-after", "0".parse().unwrap());
        answer
    };
    let clear = ClearStopListRequest::new(Guid::from_u128(1).into(), Guid::from_u128(2).into());
    let server = Server::start(move |seen| {
        if seen.nth == 1 {
            busy()
        } else {
            refusal(500, "")
        }
    })
    .await;
    let client = server.client();
    let error = client.stop_lists_clear(&clear).await.unwrap_err();
    assert_eq!(error.status(), Some(500));
    assert_eq!(server.count(StopListsClear::PATH), 2);
    let error = client.send::<Pay>(&json!({})).await.unwrap_err();
    assert_eq!(error.status(), Some(429));
    assert_eq!(server.count(Pay::PATH), 1);
}

#[tokio::test]
async fn no_answer_in_time_is_a_timeout_and_the_deadline_holds_for_the_whole_call() {
    let server = Server::start_async(|seen| {
        Box::pin(async move {
            if seen.path == TOKEN_PATH {
                crate::server::token(1)
            } else {
                std::future::pending().await
            }
        })
    })
    .await;
    let client = server
        .builder()
        .timeout(Duration::from_millis(50))
        .retries(1)
        .build()
        .unwrap();
    let error = client.stop_lists(&request()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Timeout {
                operation: "stop_lists",
                nothing_sent: false,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(server.count(STOP_LISTS_PATH), 2);

    let client = server
        .builder()
        .build()
        .unwrap()
        .with_deadline(Duration::from_millis(100));
    let error = client.stop_lists(&request()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Timeout {
                operation: "stop_lists",
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(server.count(STOP_LISTS_PATH), 3);
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = builder(&url)
        .build()
        .unwrap()
        .stop_lists(&request())
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Transport {
                operation: "access_token",
                nothing_sent: true,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_transient());
    assert_eq!(
        error.to_string(),
        "no answer to `access_token`: no connection to iiko"
    );
}
