//! The token: who fetches it, and with what.

mod store;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::future::join_all;
use iiko_client::{Client, Credentials, Denial, Error};
use iiko_types::schemas::{
    GetAccessTokenRequest, GetAccessTokenV2Request, GetAccessTokenV2Response, StopListsRequest,
};
use serde_json::json;
use tokio::sync::Notify;

use crate::server::{API_LOGIN, STOP_LISTS_PATH, Server, TOKEN_PATH, json, refusal, stop_lists};

fn request() -> StopListsRequest {
    StopListsRequest::new(vec![])
}

#[tokio::test]
async fn two_hundred_callers_make_one_login() {
    let server = Server::start(|_| stop_lists()).await;
    let client = server.client();
    let calls = (0..200).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.stop_lists(&request()).await })
    });
    for answer in join_all(calls).await {
        answer.unwrap().unwrap();
    }
    assert_eq!(
        (server.count(TOKEN_PATH), server.count(STOP_LISTS_PATH)),
        (1, 200)
    );
}

#[tokio::test]
async fn two_hundred_callers_share_one_refused_login() {
    let all_wait = Arc::new(Notify::new());
    let held = Arc::clone(&all_wait);
    let server = Server::start_async(move |_| {
        let held = Arc::clone(&held);
        Box::pin(async move {
            held.notified().await;
            refusal(401, &format!("Login {API_LOGIN} is not authorized"))
        })
    })
    .await;
    let client = server.client();
    let request = request();
    let calls = join_all((0..200).map(|_| client.stop_lists(&request)));
    // All are polled once, and so stand in line, before the server may answer.
    let (answers, ()) = futures::join!(calls, async { all_wait.notify_one() });
    for answer in answers {
        let error = answer.unwrap_err();
        assert!(matches!(
            error,
            Error::Unauthorized {
                operation: "access_token",
                denial: Denial::Login,
                ..
            }
        ));
    }
    assert_eq!(
        (server.count(TOKEN_PATH), server.count(STOP_LISTS_PATH)),
        (1, 0)
    );
}

#[tokio::test]
async fn a_caller_who_leaves_in_the_middle_of_a_login_holds_up_nobody() {
    let server = Server::start_async(|seen| {
        Box::pin(async move {
            match (seen.path.as_str(), seen.nth) {
                (TOKEN_PATH, 1) => std::future::pending().await,
                (TOKEN_PATH, nth) => crate::server::token(nth),
                _ => stop_lists(),
            }
        })
    })
    .await;
    let client = server.client();
    let left = tokio::spawn({
        let client = client.clone();
        async move { client.stop_lists(&request()).await.map(drop) }
    });
    while server.count(TOKEN_PATH) == 0 {
        tokio::task::yield_now().await;
    }
    left.abort();
    client.stop_lists(&request()).await.unwrap();
    assert_eq!(server.count(TOKEN_PATH), 2);
}

#[tokio::test]
async fn a_token_comes_bare_or_in_an_object() {
    for body in [
        r#""bare""#,
        r#"{"token":"bare"}"#,
        r#"{"correlationId":"x","token":"bare","more":[]}"#,
    ] {
        let server = Server::start_async(move |seen| {
            let answer = if seen.path == TOKEN_PATH {
                json(200, body)
            } else {
                stop_lists()
            };
            Box::pin(std::future::ready(answer))
        })
        .await;
        server.client().stop_lists(&request()).await.unwrap();
        assert_eq!(
            server.seen(STOP_LISTS_PATH)[0].header("authorization"),
            "Bearer bare",
            "{body}"
        );
        let login = &server.seen(TOKEN_PATH)[0];
        assert_eq!(login.body, json!({"apiLogin": API_LOGIN}));
        assert_eq!(
            login.header("authorization"),
            "",
            "a login carries no token"
        );
    }
}

#[tokio::test]
async fn an_answer_without_a_token_is_torn_and_not_shown() {
    for body in [
        r#"{"tokens":"s3cret"}"#,
        r#"{"token":null,"x":"s3cret"}"#,
        "<html>s3cret",
        r#""""#,
        "",
    ] {
        let server =
            Server::start_async(move |_| Box::pin(std::future::ready(json(200, body)))).await;
        let error = server.client().stop_lists(&request()).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Torn {
                    operation: "access_token",
                    status: 200,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(
            !format!("{error:?} {error}").contains("s3cret"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn the_second_version_sends_all_three_parts() {
    let server = Server::start(|_| stop_lists()).await;
    let credentials = Credentials::V2 {
        app_id: "15".to_owned(),
        client_secret: "invented-secret".into(),
        api_key: "invented-key".into(),
    };
    let client = Client::builder(&server.url(), credentials).build().unwrap();
    client.stop_lists(&request()).await.unwrap();
    assert_eq!(
        server.seen("/api/v2/access_token")[0].body,
        json!({"appId": "15", "clientSecret": "invented-secret", "apiKey": "invented-key"})
    );
    assert_eq!(
        server.seen(STOP_LISTS_PATH)[0].header("authorization"),
        "Bearer token-1"
    );
}

#[tokio::test]
async fn the_deadline_of_who_logs_in_ends_no_other_call() {
    let logins = Arc::new(Mutex::new((0, 0)));
    let counted = Arc::clone(&logins);
    let server = Server::start_async(move |seen| {
        let counted = Arc::clone(&counted);
        Box::pin(async move {
            match (seen.path.as_str(), seen.nth) {
                (TOKEN_PATH, 1) => std::future::pending().await,
                (TOKEN_PATH, nth) => {
                    {
                        let mut logins = counted.lock().unwrap();
                        logins.0 += 1;
                        logins.1 = logins.1.max(logins.0);
                    }
                    for _ in 0..50 {
                        tokio::task::yield_now().await;
                    }
                    counted.lock().unwrap().0 -= 1;
                    crate::server::token(nth)
                }
                _ => stop_lists(),
            }
        })
    })
    .await;
    let client = server.client();
    let hasty = client.with_deadline(Duration::from_millis(50));
    let request = request();
    // Polled in this order: the hasty one logs in, the others stand in line behind it.
    let (own, others) = futures::join!(
        hasty.stop_lists(&request),
        join_all((0..50).map(|_| client.stop_lists(&request)))
    );
    let error = own.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    for answer in others {
        answer.unwrap();
    }
    assert_eq!(
        (server.count(TOKEN_PATH), server.count(STOP_LISTS_PATH)),
        (2, 50)
    );
    assert_eq!(logins.lock().unwrap().1, 1, "one login at a time");
}

#[tokio::test]
async fn who_cannot_wait_for_the_next_try_leaves_it_to_the_others() {
    let server = Server::start_async(|seen| {
        let answer = match (seen.path.as_str(), seen.nth) {
            (TOKEN_PATH, 1) => refusal(503, ""),
            (TOKEN_PATH, nth) => crate::server::token(nth),
            _ => stop_lists(),
        };
        Box::pin(std::future::ready(answer))
    })
    .await;
    let client = server
        .builder()
        .backoff(Duration::from_secs(5))
        .build()
        .unwrap();
    let hasty = client.with_deadline(Duration::from_secs(4));
    let request = request();
    let (own, other) = futures::join!(hasty.stop_lists(&request), client.stop_lists(&request));
    assert_eq!(own.unwrap_err().status(), Some(503));
    other.unwrap();
    assert_eq!(server.count(TOKEN_PATH), 2);
}

/// Both logins as calls of their own, with other credentials than the client's.
async fn log_in_by_hand(
    client: &Client,
) -> [(&'static str, Result<GetAccessTokenV2Response, Error>); 2] {
    let first = GetAccessTokenRequest::new("0b0b0b0b-other");
    let second = GetAccessTokenV2Request::new("15", "other-secret", "other-key");
    [
        (TOKEN_PATH, client.access_token(&first).await),
        (
            "/api/v2/access_token",
            client.access_token_v2(&second).await,
        ),
    ]
}

#[tokio::test]
async fn a_login_by_hand_is_one_call_without_a_token() {
    for body in [
        r#""by-hand""#,
        r#"{"correlationId":null,"token":"by-hand"}"#,
    ] {
        let server =
            Server::start_async(move |_| Box::pin(std::future::ready(json(200, body)))).await;
        for (path, answer) in log_in_by_hand(&server.client()).await {
            assert_eq!(answer.unwrap().token, Some("by-hand".into()), "{body}");
            let seen = server.seen(path);
            assert_eq!((seen.len(), seen[0].header("authorization")), (1, ""));
        }
        let other = json!({"apiLogin": "x"});
        let raw = server.client().send_raw(TOKEN_PATH, &other).await;
        assert_eq!(&raw.unwrap().bytes[..], body.as_bytes());
        assert_eq!(server.seen(TOKEN_PATH)[1].header("authorization"), "");
    }
}

#[tokio::test]
async fn a_login_by_hand_that_is_refused_is_not_tried_again() {
    let server = Server::start_async(|_| Box::pin(std::future::ready(refusal(401, "")))).await;
    for (path, answer) in log_in_by_hand(&server.client()).await {
        let error = answer.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Unauthorized {
                    denial: Denial::Login,
                    ..
                }
            ),
            "{error:?}"
        );
        assert_eq!(server.count(path), 1);
    }
}

#[tokio::test]
async fn an_odd_answer_to_a_login_by_hand_is_not_shown() {
    for body in [
        r#"["s3cret"]"#,
        r#"{"token":{"x":"s3cret"}}"#,
        r#"{"token":["s3cret"]}"#,
        r#""s3cret"#,
        "s3cret",
        "<html>s3cret",
        "12345678",
    ] {
        let server =
            Server::start_async(move |_| Box::pin(std::future::ready(json(200, body)))).await;
        for (_, answer) in log_in_by_hand(&server.client()).await {
            let error = answer.unwrap_err();
            let text = format!("{error:?} {error}");
            assert!(
                !text.contains("s3cret") && !text.contains("12345678"),
                "{text}"
            );
        }
        let raw = server.client().send_raw(TOKEN_PATH, &json!({})).await;
        assert!(!format!("{raw:?}").contains("s3cret"), "{raw:?}");
    }
}
