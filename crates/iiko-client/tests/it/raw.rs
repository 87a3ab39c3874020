//! What has no type, and what is wanted beside the type.

use iiko_client::Error;
use iiko_types::{endpoint::Endpoint, operations::StopLists, schemas::StopListsRequest};
use serde_json::json;

use crate::server::{CORRELATION_ID, STOP_LISTS_PATH, Server, json, refusal};

const BODY: &str = r#"{"correlationId":"4687a3c4-0000-4000-8000-000000000002","terminalGroupStopLists":[],"new":1.50}"#;

#[tokio::test]
async fn the_raw_answer_stands_beside_the_typed_one() {
    let server = Server::start(|_| json(200, BODY)).await;
    let request = StopListsRequest::new(vec![]);
    let (typed, raw) = server
        .client()
        .send_with_raw::<StopLists>(&request)
        .await
        .unwrap();
    assert_eq!(typed.terminal_group_stop_lists, Some(vec![]));
    assert_eq!(&raw.bytes[..], BODY.as_bytes());
    assert_eq!(raw.correlation_id.as_deref(), Some(CORRELATION_ID));
    assert_eq!(raw.decode::<StopLists>().unwrap(), typed);
}

#[tokio::test]
async fn any_path_can_be_sent_json() {
    let server = Server::start(|_| json(200, r#"{"correlationId":"c-1","x":1}"#)).await;
    let answer = server
        .client()
        .send_raw("/api/9/new_thing", &json!({"a": [1]}))
        .await
        .unwrap();
    assert_eq!(&answer.bytes[..], br#"{"correlationId":"c-1","x":1}"#);
    let seen = &server.seen("/api/9/new_thing")[0];
    assert_eq!(seen.body, json!({"a": [1]}));
    assert_eq!(seen.header("authorization"), "Bearer token-1");
}

#[tokio::test]
async fn a_path_is_repeated_only_where_it_is_known_to_change_nothing() {
    let server = Server::start(|_| refusal(500, "")).await;
    let client = server.client();
    let error = client.send_raw("/api/9/new", &json!({})).await.unwrap_err();
    assert_eq!(error.operation(), Some("send_raw"));
    assert_eq!(server.count("/api/9/new"), 1);
    let error = client
        .send_raw(STOP_LISTS_PATH, &json!({}))
        .await
        .unwrap_err();
    assert_eq!(error.operation(), Some(StopLists::NAME));
    assert_eq!(server.count(STOP_LISTS_PATH), 3);
}

#[tokio::test]
async fn what_is_no_path_is_not_sent() {
    let server = Server::start(|_| json(200, "{}")).await;
    for path in [
        "",
        "api/1/x",
        "/api/1/x?a=1",
        "/api/1/../x",
        "@evil.example/",
    ] {
        let error = server
            .client()
            .send_raw(path, &json!({}))
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Config { field: "path", .. }),
            "{path}: {error:?}"
        );
    }
}

#[tokio::test]
async fn the_ids_of_the_organizations_are_at_hand() {
    const ORGANIZATIONS: &str = r#"{"organizations":[
        {"responseType":"Simple","id":"00000000-0000-4000-8000-000000000001","name":"A"},
        {"responseType":"New","id":"00000000-0000-4000-8000-000000000002"}]}"#;
    let server = Server::start(|_| json(200, ORGANIZATIONS)).await;
    let ids = server.client().organizations_ids().await.unwrap();
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(
        ids,
        [
            "00000000-0000-4000-8000-000000000001",
            "00000000-0000-4000-8000-000000000002"
        ]
    );
}

#[tokio::test]
async fn nothing_but_json_and_no_body_at_all_is_a_success_of_any_path() {
    for body in ["{\"a\":", "Service Unavailable", "<html></html>", "OK"] {
        let server = Server::start(move |_| json(200, body)).await;
        for path in ["/api/9/new", STOP_LISTS_PATH] {
            let error = server
                .client()
                .send_raw(path, &json!({}))
                .await
                .unwrap_err();
            assert!(matches!(error, Error::Torn { .. }), "{body}: {error:?}");
        }
    }
    for body in ["", " \r\n", "null", "[]"] {
        let server = Server::start(move |_| json(200, body)).await;
        let answer = server.client().send_raw("/api/9/new", &json!({})).await;
        assert_eq!(&answer.unwrap().bytes[..], body.as_bytes());
    }
}
