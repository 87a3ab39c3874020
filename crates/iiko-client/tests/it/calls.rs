//! What becomes of a call: where it goes, its answer, its error.

use axum::response::IntoResponse;
use iiko_client::{Client, Credentials, Denial, Error};
use iiko_types::{
    endpoint::{Effect, Endpoint},
    operations::StopLists,
    schemas::StopListsRequest,
};
use serde_json::{Value, json};

use crate::server::{STOP_LISTS_PATH, Server, TOKEN_PATH, builder, json, refusal, stop_lists};

/// Changes something and may be sent once only.
pub(crate) struct Pay;

impl Endpoint for Pay {
    const NAME: &'static str = "pay";
    const PATH: &'static str = "/api/1/pay";
    const EFFECT: Effect = Effect::Irreversible;
    const RESTRICTION_GROUP: &'static str = "Invented";
    const IS_COMMAND: bool = true;
    type Request = Value;
    type Response = Value;
}

fn request() -> StopListsRequest {
    StopListsRequest::new(vec![])
}

#[tokio::test]
async fn every_form_of_the_base_url_reaches_the_same_path() {
    let server = Server::start(|_| stop_lists()).await;
    for end in ["", "/", "/api", "/api/1", "/api/1/"] {
        builder(&format!("{}{end}", server.url()))
            .build()
            .unwrap()
            .stop_lists(&request())
            .await
            .unwrap();
    }
    assert_eq!(
        (server.count(TOKEN_PATH), server.count(STOP_LISTS_PATH)),
        (5, 5)
    );
}

#[tokio::test]
async fn a_base_url_that_is_none_is_refused_by_name_before_anything_is_sent() {
    let credentials = Credentials::V1 {
        api_login: "x".into(),
    };
    let error = Client::builder("api-ru.iiko.services", credentials)
        .build()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`base_url`: it is not a URL (relative URL without a base)"),
        "{error}"
    );
}

#[tokio::test]
async fn a_call_carries_who_asks_and_how_long_iiko_may_take() {
    let server = Server::start(|_| stop_lists()).await;
    server.client().stop_lists(&request()).await.unwrap();
    let seen = &server.seen(STOP_LISTS_PATH)[0];
    assert_eq!(seen.header("authorization"), "Bearer token-1");
    assert_eq!(seen.header("content-type"), "application/json");
    assert!(
        seen.header("user-agent").starts_with("iiko-base/"),
        "{}",
        seen.header("user-agent")
    );
    assert!(seen.header("accept-encoding").contains("gzip"));
    assert_eq!(seen.header("timeout"), "25");
    assert_eq!(seen.body, json!({"organizationIds": []}));
}

#[tokio::test]
async fn a_menu_may_take_longer() {
    let server = Server::start(|_| json(200, r#"{"correlationId":"x","externalMenus":[]}"#)).await;
    let _ = server.client().menu().await;
    assert_eq!(server.seen("/api/2/menu")[0].header("timeout"), "115");
}

#[tokio::test]
async fn bytes_come_as_they_were_sent() {
    const BODY: &str =
        "\r\n{ \"terminalGroupStopLists\" : [1.500, 1e3],\"correlationId\":\"abc-1\" }\n";
    let server = Server::start(|_| json(200, BODY)).await;
    let answer = server
        .client()
        .send_bytes::<StopLists>(&request())
        .await
        .unwrap();
    assert_eq!(
        (&answer.bytes[..], answer.correlation_id.as_deref()),
        (BODY.as_bytes(), Some("abc-1"))
    );
}

#[tokio::test]
async fn a_401_for_the_token_costs_one_login_and_one_repeat_whatever_the_effect() {
    for words in ["", "Token is expired"] {
        let server = Server::start(move |seen| {
            if seen.header("authorization") == "Bearer token-1" {
                refusal(401, words)
            } else {
                json(200, "{}")
            }
        })
        .await;
        let client = server.client();
        client.send::<Pay>(&json!({})).await.unwrap();
        assert_eq!((server.count(TOKEN_PATH), server.count(Pay::PATH)), (2, 2));
        client.send::<Pay>(&json!({})).await.unwrap();
        assert_eq!((server.count(TOKEN_PATH), server.count(Pay::PATH)), (2, 3));
    }
}

#[tokio::test]
async fn a_token_that_is_refused_twice_is_not_fetched_a_third_time() {
    let server = Server::start(|_| refusal(401, "Token is expired")).await;
    let error = server.client().stop_lists(&request()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unauthorized {
                operation: "stop_lists",
                denial: Denial::Token,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(
        (server.count(TOKEN_PATH), server.count(STOP_LISTS_PATH)),
        (2, 2)
    );
}

#[tokio::test]
async fn a_missing_right_and_a_blocked_login_are_final_at_once() {
    for (body, denial) in [
        (
            r#"{"errorDescription":"Right api/1/stop_lists is not allowed for this ApiLogin."}"#,
            Denial::Right,
        ),
        (
            r#""Right api/1/stop_lists is not allowed for this ApiLogin.""#,
            Denial::Right,
        ),
        (
            r#"{"errorDescription":"ApiLogin is inactive"}"#,
            Denial::Login,
        ),
    ] {
        let server = Server::start(move |_| json(401, body)).await;
        let error = server.client().stop_lists(&request()).await.unwrap_err();
        assert!(
            matches!(&error, Error::Unauthorized { denial: found, .. } if *found == denial),
            "{error:?}"
        );
        assert!(!error.is_transient());
        assert_eq!(
            (server.count(TOKEN_PATH), server.count(STOP_LISTS_PATH)),
            (1, 1)
        );
    }
}

#[tokio::test]
async fn a_refusal_keeps_all_that_iiko_said() {
    let server = Server::start(|_| {
        json(400, r#"{"correlationId":"c-1","errorDescription":"not yours, +79001234567","error":"ORGANIZATION_DENIED"}"#)
    })
    .await;
    let error = server.client().stop_lists(&request()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "iiko refused `stop_lists` (400): not yours, +7********67"
    );
    assert_eq!(
        (
            error.status(),
            error.code(),
            error.correlation_id(),
            error.operation()
        ),
        (
            Some(400),
            Some("ORGANIZATION_DENIED"),
            Some("c-1"),
            Some("stop_lists")
        )
    );
    assert!(
        error
            .raw()
            .unwrap()
            .starts_with(r#"{"correlationId":"c-1","#)
    );
    assert_eq!(
        server.count(STOP_LISTS_PATH),
        1,
        "what iiko refuses is not sent again"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_torn() {
    for (body, problem) in [
        (
            "<html><body>Bad gateway</body></html>",
            "a page of HTML or XML came instead of JSON",
        ),
        ("", "the body is empty"),
        (
            r#"{"correlationId":"c-1","terminalGroupStopLists":[{"#,
            "the JSON breaks off after 50 bytes",
        ),
        (
            r#"{"correlationId":"c-1","terminalGroupStopLists":[}"#,
            "it is not JSON (expected value at line 1 column 50)",
        ),
    ] {
        let server = Server::start(move |_| json(200, body)).await;
        let error = server.client().stop_lists(&request()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("torn answer to `stop_lists` (200): {problem}")
        );
        assert_eq!(
            error.correlation_id(),
            body.contains("c-1").then_some("c-1")
        );
        assert_eq!(error.raw(), Some(body));
        assert_eq!(server.count(STOP_LISTS_PATH), 1);
    }
}

#[tokio::test]
async fn json_of_another_operation_is_told_from_torn_json() {
    let server =
        Server::start(|_| json(200, r#"{"correlationId":"c-1","terminalGroupStopLists":7}"#)).await;
    let error = server.client().stop_lists(&request()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Decode {
                operation: "stop_lists",
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.correlation_id(), Some("c-1"));
    assert!(!error.is_transient());
}

/// `{"terminalGroupStopLists":[]}`, as `gzip -9` packs it.
const GZIPPED: [u8; 49] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 171, 86, 42, 73, 45, 202, 205, 204, 75, 204, 113, 47, 202,
    47, 45, 8, 46, 201, 47, 240, 201, 44, 46, 41, 86, 178, 138, 142, 173, 5, 0, 140, 80, 191, 126,
    29, 0, 0, 0,
];

#[tokio::test]
async fn a_packed_answer_is_unpacked() {
    let server = Server::start(|_| {
        (
            [
                ("content-type", "application/json"),
                ("content-encoding", "gzip"),
            ],
            GZIPPED,
        )
            .into_response()
    })
    .await;
    let (typed, raw) = server
        .client()
        .send_with_raw::<StopLists>(&request())
        .await
        .unwrap();
    assert_eq!(typed.terminal_group_stop_lists, Some(vec![]));
    assert_eq!(&raw.bytes[..], br#"{"terminalGroupStopLists":[]}"#);
}
