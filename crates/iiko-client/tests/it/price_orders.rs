//! iikoServer over a scripted server that counts its license slots and answers with the bodies of the vendor's guide: its
//! shapes, key by key, with our own ids.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use iiko_client::server::{
    Error, Login, MenuChange, MenuChangeDraft, MenuChangeQuery, Server, Status,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

const LIST: &str = include_str!("../fixtures/price_orders/list.json");
const BY_ID: &str = include_str!("../fixtures/price_orders/by_id.json");
const BY_NUMBER: &str = include_str!("../fixtures/price_orders/by_number.json");
const CREATE: &str = include_str!("../fixtures/price_orders/create.json");
const CREATED: &str = include_str!("../fixtures/price_orders/created.json");

/// The wrapper of the guide's answers, written back as it came.
#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    result: String,
    errors: Option<Vec<Value>>,
    response: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<i64>,
}

#[derive(Clone, Default)]
struct Office {
    slots: Arc<AtomicI64>,
    logins: Arc<AtomicUsize>,
    /// What the login answers in place of a key.
    entrance: Arc<Mutex<Option<(StatusCode, &'static str)>>>,
    /// What is sent to log out.
    exits: Arc<Mutex<Vec<String>>>,
    /// Answers of the next document calls, first come first served; then the list.
    script: Arc<Mutex<Vec<(StatusCode, &'static str)>>>,
    written: Arc<Mutex<Vec<String>>>,
    version: Arc<Mutex<&'static str>>,
}

/// JSON without the spaces and line breaks between its tokens.
fn minified(json: &str) -> String {
    let mut is_text = false;
    let mut is_escaped = false;
    let kept = json.chars().filter(|c| {
        let is_quote = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        is_text ^= is_quote;
        is_text || !c.is_whitespace()
    });
    kept.collect()
}

fn told(body: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn documents(State(office): State<Office>) -> Response {
    let mut script = office.script.lock().unwrap();
    match script.is_empty() {
        true => told(LIST),
        false => script.remove(0).into_response(),
    }
}

async fn write(State(office): State<Office>, body: String) -> Response {
    office.written.lock().unwrap().push(body);
    told(CREATED)
}

async fn by_number(Query(query): Query<HashMap<String, String>>) -> Response {
    assert_eq!(query["documentNumber"], "0006");
    told(BY_NUMBER)
}

async fn by_id() -> Response {
    told(BY_ID)
}

async fn log_in(State(office): State<Office>, body: String) -> Response {
    // the SHA-1 of "secret", as the server wants it
    assert!(
        body.contains("e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"),
        "{body}"
    );
    office.slots.fetch_add(1, Ordering::SeqCst);
    let number = office.logins.fetch_add(1, Ordering::SeqCst);
    let entrance = *office.entrance.lock().unwrap();
    match entrance {
        Some(answer) => answer.into_response(),
        None => format!("0f0f0f0f-0000-4000-8000-{number:012}").into_response(),
    }
}

async fn log_out(State(office): State<Office>, body: String) -> &'static str {
    office.exits.lock().unwrap().push(body);
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
        .route("/resto/api/auth", post(log_in))
        .route("/resto/api/logout", post(log_out))
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
        assert_eq!((list.items.len(), list.revision), (3, Some(187_706)));
    }
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

fn is_written_unchanged<T: DeserializeOwned + Serialize>(body: &str) {
    let read: T = serde_json::from_str(body).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), minified(body));
}

#[test]
fn the_bodies_of_the_guide_are_read_and_written_to_the_byte() {
    is_written_unchanged::<Envelope<Vec<MenuChange>>>(LIST);
    is_written_unchanged::<MenuChange>(BY_ID);
    is_written_unchanged::<Vec<MenuChange>>(BY_NUMBER);
    is_written_unchanged::<MenuChangeDraft>(CREATE);
    is_written_unchanged::<Envelope<MenuChange>>(CREATED);
}

#[tokio::test]
async fn the_calls_of_the_guide_are_answered_wrapped_bare_or_as_a_list_and_lose_nothing() {
    let (_, server) = start().await;
    let text = |orders: &[MenuChange]| serde_json::to_string(orders).unwrap();
    let list = server.menu_changes(&month()).await.unwrap();
    assert_eq!(
        format!(
            r#"{{"result":"SUCCESS","errors":[],"response":{},"revision":{}}}"#,
            text(&list.items),
            list.revision.unwrap()
        ),
        minified(LIST)
    );
    let [scheduled, draft, excluded] = &list.items[..] else {
        panic!("{list:?}");
    };
    let schedule = scheduled.schedule.as_ref().unwrap();
    assert_eq!(
        (schedule.name.as_deref(), &*schedule.periods[0].begin),
        (Some("Блинный час"), "16:00")
    );
    assert_eq!(draft.status, Status::New);
    assert!(!excluded.items[0].include_for_categories[0].include);
    assert_eq!(excluded.items[0].prices_for_categories, []);

    let by_id = server.menu_change_by_id(draft.id).await.unwrap();
    assert_eq!(&by_id, draft);
    assert_eq!(text(&[by_id]), minified(BY_NUMBER));
    let by_number = server.menu_changes_by_number("0006").await.unwrap();
    assert_eq!(text(&by_number), minified(BY_NUMBER));
    server.close().await;
}

#[tokio::test]
async fn an_order_is_created_to_the_byte_as_the_guide_writes_it() {
    let (office, server) = start().await;
    let draft: MenuChangeDraft = serde_json::from_str(CREATE).unwrap();
    let made = server.create_menu_change(&draft).await.unwrap();
    assert_eq!(office.written.lock().unwrap()[..], [minified(CREATE)]);
    let envelope: Envelope<MenuChange> = serde_json::from_str(CREATED).unwrap();
    assert_eq!(made, envelope.response);
    server.close().await;
}

/// Everything but ids may be `null`, and one such order must not hide the others.
#[tokio::test]
async fn a_null_reads_as_if_nothing_stood_there() {
    let (office, server) = start().await;
    let order = r#"{"result":"SUCCESS","errors":null,"revision":null,"response":[
        {"id":"0bde0000-0000-4000-8000-000000000009","dateIncoming":null,"documentNumber":null,"status":null,"comment":null,
         "shortName":null,"deletePreviousMenu":null,"schedule":null,"dateTo":null,"items":[
            {"num":null,"departmentId":"6d1f0000-0000-4000-8000-000000000001","productId":"9c0d0000-0000-4000-8000-000000000001",
             "productSizeId":null,"including":null,"price":null,"dishOfDay":null,"flyerProgram":null,"pricesForCategories":null,
             "includeForCategories":[{"categoryId":"ca7e0000-0000-4000-8000-000000000001","include":null}]}]},
        {"id":"0bde0000-0000-4000-8000-000000000010","items":null,
         "schedule":{"id":"5c4e0000-0000-4000-8000-000000000001","name":null,"periods":[{"begin":null,"end":null,"daysOfWeek":null}]}}]}"#;
    let nothing = r#"{"result":"SUCCESS","errors":[],"response":null}"#;
    office
        .script
        .lock()
        .unwrap()
        .extend([(StatusCode::OK, order), (StatusCode::OK, nothing)]);
    let orders = server.menu_changes(&month()).await.unwrap().items;
    assert_eq!(orders[0].status, Status::default());
    assert_eq!(
        (&orders[0].date_to, orders[0].items[0].price),
        (&None, None)
    );
    assert!(!orders[0].items[0].include_for_categories[0].include);
    assert!(orders[1].items.is_empty());
    assert_eq!(server.menu_changes(&month()).await.unwrap().items, []);
    server.close().await;
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
        assert_eq!(
            office.slots.load(Ordering::SeqCst),
            0,
            "after {status} {body}"
        );
        server.close().await;
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
async fn a_key_that_cannot_be_read_is_logged_out_with_as_it_came() {
    let (office, server) = start().await;
    *office.entrance.lock().unwrap() = Some((StatusCode::OK, " token=0f0f0f0f & more\r\n"));
    let error = server.menu_changes(&month()).await.unwrap_err();
    let Error::Unreadable {
        operation: "auth", ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert!(!format!("{error} {error:?}").contains("0f0f"), "{error:?}");
    assert_eq!(
        office.exits.lock().unwrap()[..],
        ["key=token%3D0f0f0f0f+%26+more"]
    );
    assert_eq!(office.slots.load(Ordering::SeqCst), 0);
    server.close().await;
}

#[tokio::test]
async fn a_page_in_place_of_the_login_or_of_an_answer_is_no_refusal() {
    let page = "<html><head><title>Вход в сеть</title></head></html>";
    let (office, server) = start().await;
    for status in [StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED] {
        // the session is renewed once, in case it was the server after all
        let twice = [(status, page), (status, page)];
        *office.script.lock().unwrap() = twice.to_vec();
        let error = server.menu_changes(&month()).await.unwrap_err();
        assert!(matches!(error, Error::NotIiko { .. }), "{error:?}");
        assert_eq!(office.slots.load(Ordering::SeqCst), 0);
    }
    *office.entrance.lock().unwrap() = Some((StatusCode::UNAUTHORIZED, page));
    let error = server.menu_changes(&month()).await.unwrap_err();
    assert!(matches!(error, Error::NotIiko { .. }), "{error:?}");
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
