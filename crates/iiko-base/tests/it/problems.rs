//! What a caller is told when something is wrong, and what surrounds every answer.

use hub_testkit::TestHub;
use reqwest::{Method, StatusCode};
use serde_json::Value;

async fn problem(request: reqwest::RequestBuilder, status: u16, code: &str) -> Value {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), status, "{code}");
    assert_eq!(
        answer.headers()["content-type"],
        "application/problem+json",
        "{code}"
    );
    assert!(answer.headers().contains_key("x-request-id"), "{code}");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["status"], status, "{body}");
    assert!(
        body["title"].is_string() && body["detail"].is_string(),
        "{body}"
    );
    body
}

#[tokio::test]
async fn every_refusal_is_a_problem_with_a_stable_code() {
    let hub = TestHub::start().await;
    let request = |method, path: &str| hub.request(method, path).bearer_auth(hub.token());
    problem(request(Method::GET, "/api/v1/nothing"), 404, "not_found").await;
    problem(request(Method::GET, "/nothing"), 404, "not_found").await;
    problem(
        request(Method::GET, "/api/v1/sync/menu"),
        405,
        "method_not_allowed",
    )
    .await;
    problem(
        hub.request(Method::GET, "/api/v1/data/products"),
        401,
        "unauthorized",
    )
    .await;
    let product = "/api/v1/data/products/00000000-0000-0000-0000-00000000dead";
    problem(request(Method::GET, product), 404, "unknown_product").await;
    let run = "/api/v1/sync/runs/00000000-0000-0000-0000-00000000dead";
    problem(request(Method::GET, run), 404, "unknown_run").await;

    let sync = "/api/v1/sync/menu";
    let broken = problem(
        request(Method::POST, sync).body("{\"setting_id\": }"),
        400,
        "malformed_body",
    )
    .await;
    assert!(
        broken["detail"]
            .as_str()
            .unwrap()
            .contains("line 1 column 16"),
        "{broken}"
    );
    let text = problem(
        request(Method::POST, sync).body("{\"setting_id\": \"1\"}"),
        422,
        "invalid_parameter",
    )
    .await;
    assert_eq!(text["field"], "setting_id");
    let array = request(Method::POST, sync).body("[1]");
    problem(array, 422, "invalid_parameter").await;
    let large = request(Method::POST, sync).body(" ".repeat(1024 * 1024 + 1));
    problem(large, 413, "body_too_large").await;
}

#[tokio::test]
async fn a_wrong_query_parameter_is_refused_by_name_and_an_unknown_one_ignored() {
    let hub = TestHub::start().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("offset=-1", "offset"),
        ("is_available=maybe", "is_available"),
        ("organization_id=", "organization_id"),
    ] {
        let refused = hub.get(&format!("/api/v1/data/products?{query}")).await;
        assert_eq!(refused.status, 422, "{query}: {}", refused.text);
        assert_eq!(refused.json["field"], field, "{query}: {}", refused.text);
    }
    hub.get("/api/v1/data/products?colour=green")
        .await
        .expect(200);
    assert_eq!(hub.get("/api/v1/sync/history?limit=1001").await.status, 422);
}

#[tokio::test]
async fn an_answer_is_compressed_for_those_who_can_read_it() {
    let hub = TestHub::start().await;
    // the hub's own test client would unpack the answer and drop the header
    let http = reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .build()
        .unwrap();
    let url = format!("{}/api/v1/openapi.json", hub.url());
    let answer = async |encoding: &str| {
        let request = http.get(&url).header("accept-encoding", encoding);
        let answer = request.send().await.unwrap();
        answer.headers().get("content-encoding").cloned()
    };
    assert_eq!(answer("gzip").await.unwrap(), "gzip");
    assert_eq!(answer("identity").await, None);
}

#[tokio::test]
async fn a_database_without_a_migration_is_not_ready_though_the_process_lives() {
    let hub = TestHub::start().await;
    hub.get("/ready").await.expect(200);
    hub.sql(
        "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)",
    )
    .await;
    problem(
        hub.request(Method::GET, "/ready"),
        503,
        "migrations_missing",
    )
    .await;
    hub.get("/health").await.expect(200);
}

#[tokio::test]
async fn the_page_of_the_api_asks_nobody_else() {
    let hub = TestHub::start().await;
    for path in [
        "/api/v1/docs/",
        "/api/v1/docs/swagger-initializer.js",
        "/api/v1/docs/index.css",
    ] {
        let answer = hub.request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let text = answer.text().await.unwrap();
        assert!(
            !text.contains("http://") && !text.contains("https://") && !text.contains("src=\"//"),
            "{path}: {text}"
        );
    }
}
