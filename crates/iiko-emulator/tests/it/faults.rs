//! Mischief on demand, and the record of what was asked.

use std::time::{Duration, Instant};

use iiko_emulator::faults::{Fault, FaultRule};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Answer, Desk, PARKOVAYA,
    orders::{by_id, pickup, status_of},
    quiet_desk,
};

const PATH: &str = "/api/1/nomenclature";

async fn spoiled(desk: &Desk, fault: Fault) -> Result<Answer, reqwest::Error> {
    desk.control()
        .add_fault(FaultRule::new("nomenclature", fault).times(1));
    let body = json!({"organizationId": desk.organization(PARKOVAYA)}).to_string();
    let answer = desk.try_post(PATH, &body).await;
    assert_eq!(
        desk.post_text(PATH, &body).await.status,
        200,
        "once and no more"
    );
    answer
}

#[tokio::test]
async fn statuses_come_with_bodies_of_iiko_and_a_hint_when_to_return() {
    let desk = Desk::open().await;
    for status in [401, 403, 408, 429, 500] {
        let answer = spoiled(
            &desk,
            Fault::Status {
                status,
                retry_after: None,
            },
        )
        .await
        .unwrap();
        assert_eq!(answer.refusal().0, status);
    }
    let rule = FaultRule::new(
        "stop_lists",
        Fault::Status {
            status: 429,
            retry_after: Some(7),
        },
    );
    desk.control().add_fault(rule);
    let url = format!("{}/api/1/stop_lists", desk.emulator.url());
    let response = desk
        .http
        .post(url)
        .bearer_auth(&desk.token)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            &response.headers()["retry-after"]
        ),
        (429, &"7".parse().unwrap())
    );
}

#[tokio::test]
async fn answers_are_torn_in_every_way() {
    let desk = Desk::open().await;
    let html = spoiled(&desk, Fault::Html { status: 502 }).await.unwrap();
    assert!(
        html.status == 502 && html.text.starts_with("<html>"),
        "{html:?}"
    );
    for fault in [Fault::CutJson, Fault::MalformedJson] {
        let answer = spoiled(&desk, fault).await.unwrap();
        assert!(answer.status == 200 && serde_json::from_str::<Value>(&answer.text).is_err());
    }
    for fault in [Fault::DroppedBefore, Fault::DroppedAfter] {
        assert!(spoiled(&desk, fault).await.unwrap_err().is_request());
    }
    let empty = spoiled(&desk, Fault::EmptyMenu).await.unwrap().json();
    assert_eq!(
        (&empty["products"], &empty["groups"]),
        (&json!([]), &json!([]))
    );
    let missing = spoiled(&desk, Fault::MissingList).await.unwrap().json();
    assert_eq!(
        missing.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["correlationId", "revision"]
    );
}

#[tokio::test]
async fn an_answer_dropped_after_the_change_leaves_the_change() {
    let desk = Desk::open().await;
    let control = desk.control();
    let (organization, group) = desk.hall();
    let stops = || control.state().organizations[0].stops;
    let before = stops();
    let body =
        json!({"organizationId": organization.to_string(), "terminalGroupId": group.to_string()})
            .to_string();
    control.add_fault(FaultRule::new("stop_lists_clear", Fault::DroppedBefore).times(1));
    assert!(
        desk.try_post("/api/1/stop_lists/clear", &body)
            .await
            .is_err()
    );
    assert_eq!(stops(), before);
    control.add_fault(FaultRule::new("stop_lists_clear", Fault::DroppedAfter).times(1));
    assert!(
        desk.try_post("/api/1/stop_lists/clear", &body)
            .await
            .is_err()
    );
    assert!(stops() < before);
}

#[tokio::test]
async fn latency_comes_before_the_answer_and_with_other_faults() {
    let desk = Desk::open().await;
    let late = FaultRule {
        operation: None,
        ..FaultRule::new("", Fault::Latency { milliseconds: 60 })
    };
    desk.control().add_fault(late);
    let started = Instant::now();
    let answer = spoiled(
        &desk,
        Fault::Status {
            status: 500,
            retry_after: None,
        },
    )
    .await
    .unwrap();
    assert_eq!(answer.status, 500);
    assert!(started.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn calls_are_counted_and_faults_told() {
    let desk = Desk::open().await;
    let control = desk.control();
    control.forget_exchanges();
    let _ = spoiled(&desk, Fault::DroppedAfter).await;
    desk.post("/api/1/external_menus", json!({})).await;
    assert_eq!(
        (control.calls("nomenclature"), control.calls("stop_lists")),
        (2, 0)
    );
    let exchanges = control.exchanges();
    let seen: Vec<(Option<&str>, Option<u16>, usize)> = exchanges
        .iter()
        .map(|it| (it.operation.as_deref(), it.status, it.faults.len()))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("nomenclature"), None, 1),
            (Some("nomenclature"), Some(200), 0),
            (None, Some(401), 0)
        ]
    );
    assert!(
        exchanges
            .iter()
            .all(|it| it.login.as_deref() == Some("demo"))
    );
    let faults = control.faults();
    assert_eq!((faults[0].seen, faults[0].spoiled), (2, 1));
    assert!(control.remove_fault(faults[0].id) && control.faults().is_empty());
}

#[tokio::test]
async fn an_answer_can_come_in_drops() {
    let desk = Desk::open().await;
    let started = Instant::now();
    let answer = spoiled(&desk, Fault::SlowDrip { milliseconds: 80 })
        .await
        .unwrap();
    assert!(answer.json()["products"].is_array());
    assert!(started.elapsed() >= Duration::from_millis(75));
}

#[tokio::test]
async fn a_token_can_expire_before_its_time() {
    let desk = Desk::open().await;
    desk.control()
        .add_fault(FaultRule::new("combo", Fault::TokenExpired).times(1));
    assert_eq!(desk.post("/api/1/combo", json!({})).await.refusal().0, 401);
    assert_eq!(
        desk.post("/api/1/organizations", json!({})).await.status,
        401
    );
    let login = json!({"apiLogin": "demo"});
    assert_eq!(desk.post("/api/1/access_token", login).await.status, 200);
}

#[tokio::test]
async fn too_many_calls_are_refused_until_there_is_room() {
    let desk = Desk::open().await;
    let limit = Fault::Limit {
        calls: 2,
        seconds: 60,
    };
    desk.control()
        .add_fault(FaultRule::new("organizations", limit));
    let statuses = async || {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(desk.post("/api/1/organizations", json!({})).await.status);
        }
        statuses
    };
    assert_eq!(statuses().await, [200, 200, 429]);
    desk.control().advance_clock(Duration::from_secs(61));
    assert_eq!(statuses().await, [200, 200, 429]);
}

#[tokio::test]
async fn a_till_refuses_what_the_cloud_has_taken() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let refusal = Fault::TillRefuses {
        code: "PriceChanged".to_owned(),
        message: "Цена изменилась".to_owned(),
    };
    control.add_fault(FaultRule::new("deliveries_create", refusal.clone()).times(1));
    let id = Uuid::new_v4();
    let created = desk
        .ask("/api/1/deliveries/create", pickup(&desk, id))
        .await;
    control.settle();
    let order = by_id(&desk, id).await;
    assert_eq!(
        (&order["creationStatus"], &order["errorInfo"]["code"]),
        (&json!("Error"), &json!("PriceChanged"))
    );
    let status = status_of(&desk, &created["correlationId"]).await;
    assert_eq!(status["exception"]["description"], "Цена изменилась");
    assert_eq!(control.events()[0]["eventType"], "DeliveryOrderError");

    let whole = Uuid::new_v4();
    desk.ask("/api/1/deliveries/create", pickup(&desk, whole))
        .await;
    control.settle();
    let before = by_id(&desk, whole).await;
    control.add_fault(FaultRule::new("deliveries_change_comment", refusal).times(1));
    let change = json!({"organizationId": desk.organization(PARKOVAYA), "orderId": whole, "comment": "без сахара"});
    let changed = desk.ask("/api/1/deliveries/change_comment", change).await;
    control.settle();
    assert_eq!(
        status_of(&desk, &changed["correlationId"]).await["state"],
        "Error"
    );
    assert_eq!(by_id(&desk, whole).await, before);
}

#[tokio::test]
async fn a_fault_of_a_login_strikes_who_asks_for_a_token_too() {
    let desk = Desk::open().await;
    let refusing = Fault::Status {
        status: 500,
        retry_after: None,
    };
    desk.control().add_fault(FaultRule {
        login: Some("demo".to_owned()),
        ..FaultRule::new("access_token", refusing)
    });
    let ask = async |body: Value| desk.post("/api/1/access_token", body).await.status;
    assert_eq!(ask(json!({"apiLogin": "demo"})).await, 500);
    assert_eq!(ask(json!({"apiLogin": "0a1b2c3d"})).await, 401);
}

#[tokio::test]
async fn faults_leave_alone_and_do_not_count_what_they_cannot_change() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let everywhere = |fault| FaultRule {
        operation: None,
        ..FaultRule::new("", fault)
    };
    let refusal = Fault::TillRefuses {
        code: "Common".to_owned(),
        message: "Нет".to_owned(),
    };
    control.add_fault(everywhere(refusal).times(1));
    control.add_fault(everywhere(Fault::TokenExpired).times(1));
    let login = json!({"apiLogin": "demo"});
    assert_eq!(desk.post("/api/1/access_token", login).await.status, 200);
    let spoiled = || {
        let faults = control.faults();
        faults.iter().map(|it| it.spoiled).collect::<Vec<_>>()
    };
    assert_eq!(spoiled(), [0, 0]);
    assert_eq!(
        desk.post("/api/1/organizations", json!({})).await.status,
        401
    );
    assert_eq!(spoiled(), [0, 1]);
}

#[tokio::test]
async fn who_does_not_wait_is_answered_408_and_it_is_done_all_the_same() {
    let desk = quiet_desk().await;
    let late = Fault::Latency {
        milliseconds: 60_000,
    };
    let rule = FaultRule::new("deliveries_create", late);
    desk.control().add_fault(rule);
    let id = Uuid::new_v4();
    let url = format!("{}/api/1/deliveries/create", desk.emulator.url());
    let request = desk.http.post(url).bearer_auth(&desk.token);
    let request = request.header("Timeout", "0").json(&pickup(&desk, id));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 408);
    assert_eq!(by_id(&desk, id).await["creationStatus"], "InProgress");
}

#[tokio::test]
#[should_panic(expected = "there is no `stoplists`")]
async fn a_fault_of_an_operation_that_is_not_there_ends_the_test() {
    let desk = Desk::open().await;
    desk.control()
        .add_fault(FaultRule::new("stoplists", Fault::CutJson));
}
