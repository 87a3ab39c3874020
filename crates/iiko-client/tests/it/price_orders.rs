//! iikoServer over a scripted server that counts its license slots.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use iiko_client::server::{Login, MenuChangeDraft, MenuChangeQuery, Server};
use serde_json::{Value, json};

#[derive(Clone, Default)]
struct Office {
    slots: Arc<AtomicI64>,
    logins: Arc<AtomicUsize>,
    /// Answers of the next document calls, first come first served; then the list.
    script: Arc<Mutex<Vec<(StatusCode, &'static str)>>>,
    written: Arc<Mutex<Vec<Value>>>,
    version: Arc<Mutex<&'static str>>,
}

fn order() -> Value {
    json!({
        "id": "aaaaaaaa-0000-4000-8000-000000000001", "dateIncoming": "2026-10-01", "documentNumber": "0007", "status": "PROCESSED",
        "shortName": "", "deletePreviousMenu": false, "dateTo": "2026-10-30",
        "items": [{
            "num": 1, "departmentId": "bbbbbbbb-0000-4000-8000-000000000001", "productId": "cccccccc-0000-4000-8000-000000000001",
            "productSizeId": null, "including": true, "price": 0, "dishOfDay": false, "flyerProgram": false,
            "includeForCategories": [{ "categoryId": "dddddddd-0000-4000-8000-000000000001", "include": true }],
            "pricesForCategories": [{ "categoryId": "dddddddd-0000-4000-8000-000000000001", "price": 100 }]
        }]
    })
}

async fn documents(State(office): State<Office>) -> Response {
    let mut script = office.script.lock().unwrap();
    if script.is_empty() {
        let body = json!({ "result": "SUCCESS", "errors": [], "response": [order()], "revision": 187_706 });
        return (
            [(header::CONTENT_TYPE, "application/json")],
            body.to_string(),
        )
            .into_response();
    }
    let (status, body) = script.remove(0);
    (status, body).into_response()
}

async fn write(State(office): State<Office>, body: Bytes) -> Response {
    office
        .written
        .lock()
        .unwrap()
        .push(serde_json::from_slice(&body).unwrap());
    let answer = json!({ "result": "SUCCESS", "errors": [], "response": order() });
    (
        [(header::CONTENT_TYPE, "application/json")],
        answer.to_string(),
    )
        .into_response()
}

async fn by_number(Query(query): Query<HashMap<String, String>>) -> Response {
    assert_eq!(query["documentNumber"], "0007");
    (
        [(header::CONTENT_TYPE, "application/json")],
        json!([order()]).to_string(),
    )
        .into_response()
}

async fn by_id() -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        order().to_string(),
    )
        .into_response()
}

async fn log_in(State(office): State<Office>, body: String) -> Response {
    // the SHA-1 of "secret", as the server wants it
    assert!(
        body.contains("e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"),
        "{body}"
    );
    office.slots.fetch_add(1, Ordering::SeqCst);
    let number = office.logins.fetch_add(1, Ordering::SeqCst);
    format!("0f0f0f0f-0000-4000-8000-{number:012}").into_response()
}

async fn log_out(State(office): State<Office>) -> &'static str {
    office.slots.fetch_sub(1, Ordering::SeqCst);
    "Logged out"
}

async fn info(State(office): State<Office>) -> String {
    format!(
        "<?xml version=\"1.0\"?><r><version>{}</version><edition>default</edition><serverState>STARTED_SUCCESSFULLY</serverState></r>",
        office.version.lock().unwrap()
    )
}

async fn start() -> (Office, Server) {
    let office = Office {
        version: Arc::new(Mutex::new("8.9.1")),
        ..Office::default()
    };
    let documents_path = "/resto/api/v2/documents/menuChange";
    let router = Router::new()
        .route("/resto/api/auth", post(log_in).get(log_in))
        .route("/resto/api/logout", post(log_out).get(log_out))
        .route("/resto/get_server_info.jsp", get(info))
        .route(documents_path, get(documents).post(write))
        .route(&format!("{documents_path}/byNumber"), get(by_number))
        .route(&format!("{documents_path}/byId"), get(by_id))
        .with_state(office.clone());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let login = Login::new("api", &"secret".into());
    let server = Server::builder(&address, login, chrono_tz::Europe::Moscow)
        .build()
        .unwrap();
    (office, server)
}

fn month() -> MenuChangeQuery {
    // a day that does not exist is the guide's own example of a valid request
    MenuChangeQuery::between("2026-09-01", "2026-09-31")
}

#[tokio::test]
async fn one_session_serves_many_calls_and_gives_its_slot_back() {
    let (office, server) = start().await;
    for _ in 0..3 {
        let list = server.menu_changes(&month()).await.unwrap();
        assert_eq!((list.items.len(), list.revision), (1, Some(187_706)));
    }
    assert_eq!(
        server.menu_changes_by_number("0007").await.unwrap().len(),
        1
    );
    let found = server
        .menu_change_by_id("aaaaaaaa-0000-4000-8000-000000000001".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        order(),
        "read and written unchanged"
    );
    assert_eq!(
        (
            office.logins.load(Ordering::SeqCst),
            office.slots.load(Ordering::SeqCst)
        ),
        (1, 1)
    );
    server.close().await;
    assert_eq!(office.slots.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn no_failure_keeps_a_slot() {
    for (status, body) in [
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            "java.lang.NullPointerException",
        ),
        (StatusCode::OK, "<html><body>Welcome</body></html>"),
        (StatusCode::FORBIDDEN, "Permission denied"),
        (
            StatusCode::OK,
            "{\"result\":\"ERROR\",\"errors\":[{\"value\":\"broken\"}]}",
        ),
    ] {
        let (office, server) = start().await;
        office.script.lock().unwrap().push((status, body));
        server.menu_changes(&month()).await.unwrap_err();
        assert_eq!(office.logins.load(Ordering::SeqCst), 1, "it did log in");
        server.close().await;
        assert_eq!(
            office.slots.load(Ordering::SeqCst),
            0,
            "after {status} {body}"
        );
    }
}

#[tokio::test]
async fn a_forgotten_session_is_renewed_once_and_then_no_more() {
    let (office, server) = start().await;
    office
        .script
        .lock()
        .unwrap()
        .push((StatusCode::UNAUTHORIZED, "Token is expired or invalid"));
    server.menu_changes(&month()).await.unwrap();
    assert_eq!(office.logins.load(Ordering::SeqCst), 2);
    office.script.lock().unwrap().extend([
        (StatusCode::UNAUTHORIZED, "no"),
        (StatusCode::UNAUTHORIZED, "no"),
    ]);
    server.menu_changes(&month()).await.unwrap_err();
    assert_eq!(office.logins.load(Ordering::SeqCst), 3);
    server.close().await;
}

#[tokio::test]
async fn a_server_too_old_for_price_orders_is_refused_before_any_login() {
    let (office, server) = start().await;
    *office.version.lock().unwrap() = "7.7.5";
    let error = server.menu_changes(&month()).await.unwrap_err().to_string();
    assert!(error.contains("7.8"), "{error}");
    assert_eq!(office.logins.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_order_is_created_as_the_guide_writes_it_without_tax_fields_and_with_a_null_size() {
    let (office, server) = start().await;
    let mut body = order();
    body.as_object_mut().unwrap().remove("id");
    let draft: MenuChangeDraft = serde_json::from_value(body.clone()).unwrap();
    server.create_menu_change(&draft).await.unwrap();
    assert_eq!(office.written.lock().unwrap()[..], [body]);
    server.close().await;
}

#[tokio::test]
async fn the_password_is_in_no_debug_output() {
    let (_, server) = start().await;
    let shown = format!("{server:?} {:?}", Login::new("api", &"secret".into()));
    assert!(
        !shown.contains("secret") && !shown.contains("e5e9fa1b"),
        "{shown}"
    );
}
