//! Orders and outcomes found again: within which limits, by whom, and in what order.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA, desk_with,
    orders::{create, fate, line, pickup},
    quiet_desk,
};

fn local(desk: &Desk, days: i64) -> String {
    let at = desk.control().state().now + TimeDelta::days(days);
    at.format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

#[tokio::test]
async fn a_window_over_a_week_is_too_wide() {
    let desk = quiet_desk().await;
    let mut body = json!({"organizationIds": [desk.organization(PARKOVAYA)]});
    for path in [
        "by_delivery_date_and_status",
        "by_delivery_date_and_phone",
        "by_delivery_date_and_source_key_and_filter",
    ] {
        let path = format!("/api/1/deliveries/{path}");
        body["deliveryDateFrom"] = json!(local(&desk, -8));
        body["deliveryDateTo"] = json!(local(&desk, 0));
        let (status, code, _) = desk.post(&path, body.clone()).await.refusal();
        assert_eq!(
            (status, code.as_str()),
            (422, "TOO_MANY_DATA_REQUESTED"),
            "{path}"
        );
        body["deliveryDateFrom"] = json!(local(&desk, -7));
        assert_eq!(desk.post(&path, body.clone()).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_cursor_may_not_lie_further_back_than_three_hours() {
    let mut desk = quiet_desk().await;
    let first = fate(&desk, json!({})).await;
    let second = fate(&desk, json!({})).await;
    let cursor = first["timestamp"].as_i64().unwrap();
    let organization = desk.organization(PARKOVAYA);
    let since = json!({"organizationIds": [organization], "startRevision": cursor});
    let path = "/api/1/deliveries/by_revision";
    let found = desk.ask(path, since.clone()).await;
    let orders = found["ordersByOrganizations"][0]["orders"].as_array();
    let ids = orders.unwrap().iter().map(|it| &it["id"]);
    assert_eq!(ids.collect::<Vec<_>>(), [&second["id"]]);
    assert!(found["maxRevision"].as_i64() >= second["timestamp"].as_i64());
    let hours = Duration::from_secs(3 * 3600 + 60);
    desk.control().advance_clock(hours);
    desk.log_in("demo").await;
    let (status, _, sentence) = desk.post(path, since).await.refusal();
    assert_eq!(
        (status, sentence.as_str()),
        (400, "Passed revision is too old")
    );
}

#[tokio::test]
async fn a_login_with_a_source_stamps_its_orders_and_sees_no_others() {
    let logins = "[[logins]]\napi_login = \"site\"\nsource = \"site\"\n[[logins]]\napi_login = \"app\"\nsource = \"app\"\n";
    let mut desk = desk_with(&[("api_login = \"demo\"", logins)]).await;
    let sourced = |key: &str| json!({"sourceKey": key});
    let by_hand = fate(&desk, sourced("by-hand")).await;
    assert_eq!(by_hand["order"]["sourceKey"], "by-hand");
    desk.log_in("site").await;
    let of_site = fate(&desk, sourced("app")).await;
    assert_eq!(
        of_site["order"]["sourceKey"], "site",
        "the login's source wins"
    );

    let all = json!([by_hand["id"], of_site["id"]]);
    let seen = async |desk: &Desk, source_keys: Value| {
        let body = json!({
            "organizationId": desk.organization(PARKOVAYA), "orderIds": all, "sourceKeys": source_keys,
        });
        let by_id = desk.ask("/api/1/deliveries/by_id", body).await;
        let body = json!({
            "organizationIds": [desk.organization(PARKOVAYA)], "deliveryDateFrom": local(desk, -1), "sourceKeys": source_keys,
        });
        let by_status = desk
            .ask("/api/1/deliveries/by_delivery_date_and_status", body)
            .await;
        let ids = |orders: &Value| -> Vec<String> {
            let orders = orders.as_array().unwrap().iter();
            let mut ids: Vec<String> = orders
                .map(|it| it["order"]["sourceKey"].to_string())
                .collect();
            ids.sort();
            ids
        };
        let found = ids(&by_id["orders"]);
        assert_eq!(found, ids(&by_status["ordersByOrganizations"][0]["orders"]));
        found
    };
    assert_eq!(seen(&desk, Value::Null).await, ["\"site\""]);
    desk.log_in("app").await;
    assert_eq!(seen(&desk, Value::Null).await, Vec::<String>::new());
    desk.log_in("demo").await;
    assert_eq!(seen(&desk, Value::Null).await, ["\"by-hand\"", "\"site\""]);
    assert_eq!(seen(&desk, json!(["by-hand"])).await, ["\"by-hand\""]);

    // orders at tables alike
    desk.log_in("site").await;
    let usual = pickup(&desk, Uuid::new_v4());
    let id = Uuid::new_v4();
    let order = json!({"id": id, "items": usual["order"]["items"]});
    let body = json!({
        "organizationId": usual["organizationId"], "terminalGroupId": usual["terminalGroupId"], "order": order,
    });
    desk.ask("/api/1/order/create", body).await;
    desk.control().settle();
    let body = json!({"organizationIds": [usual["organizationId"]], "orderIds": [id]});
    let found = desk.ask("/api/1/order/by_id", body.clone()).await;
    assert_eq!(found["orders"][0]["order"]["sourceKey"], "site");
    desk.log_in("app").await;
    assert_eq!(
        desk.ask("/api/1/order/by_id", body).await["orders"],
        json!([])
    );
}

#[tokio::test]
async fn orders_are_sorted_by_what_is_asked_for() {
    let desk = quiet_desk().await;
    for (name, amount) in [("Белла", "3"), ("Анна", "1"), ("Вера", "2")] {
        let lines = json!([line(&desk, "TEA-01", amount, "100")]);
        fate(
            &desk,
            json!({"customer": {"type": "one-time", "name": name}, "items": lines}),
        )
        .await;
    }
    let sorted = async |more: Value| {
        let mut body = more;
        body["organizationIds"] = json!([desk.organization(PARKOVAYA)]);
        let path = "/api/1/deliveries/by_delivery_date_and_source_key_and_filter";
        let found = desk.ask(path, body).await;
        let orders = found["ordersByOrganizations"][0]["orders"]
            .as_array()
            .unwrap();
        let names = orders
            .iter()
            .map(|it| it["order"]["customer"]["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<String>>()
    };
    let by = |property: &str, direction: &str| json!({"sortProperty": property, "sortDirection": direction});
    assert_eq!(
        sorted(by("Sum", "Ascending")).await,
        ["Анна", "Вера", "Белла"]
    );
    assert_eq!(
        sorted(by("Sum", "Descending")).await,
        ["Белла", "Вера", "Анна"]
    );
    assert_eq!(
        sorted(by("Customer", "Ascending")).await,
        ["Анна", "Белла", "Вера"]
    );
    assert_eq!(
        sorted(by("Number", "Descending")).await,
        ["Вера", "Анна", "Белла"]
    );
    assert_eq!(
        sorted(by("CompleteBefore", "Ascending")).await,
        ["Белла", "Анна", "Вера"]
    );
    let mut two = by("Customer", "Descending");
    two["rowsCount"] = json!(2);
    assert_eq!(sorted(two).await, ["Вера", "Белла"]);
    assert_eq!(sorted(json!({"searchText": "ан"})).await, ["Анна"]);
    assert_eq!(
        sorted(json!({"statuses": ["Closed"]})).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn the_outcome_of_a_command_is_forgotten_in_the_end() {
    let mut desk = quiet_desk().await;
    let (_, first) = create(&desk).await;
    desk.control().settle();
    let asked = async |desk: &Desk, id: &Value| {
        let body = json!({"organizationId": desk.organization(PARKOVAYA), "correlationId": id});
        desk.post("/api/1/commands/status", body).await
    };
    assert_eq!(asked(&desk, &first).await.status, 200);
    desk.control().advance_clock(Duration::from_secs(3600 + 60));
    desk.log_in("demo").await;
    let (_, second) = create(&desk).await;
    desk.control().settle();
    assert_eq!(asked(&desk, &second).await.status, 200);
    for gone in [first, json!(Uuid::new_v4())] {
        let (status, code, _) = asked(&desk, &gone).await.refusal();
        assert_eq!((status, code.as_str()), (410, "PASSED_COMMAND_NOT_FOUND"));
    }
}
