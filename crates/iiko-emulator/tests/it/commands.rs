//! Commands: the tills that do them, or do not answer, and what is told of that.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use iiko_emulator::faults::{Fault, FaultRule};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA, desk_with,
    guests::{OLGA, bonuses},
    halls::{table, tomorrow},
    orders::{by_id, cash, delivery, fate, id_of, payment_type, pickup, status_of},
    quiet_desk,
};

/// Puts the till of [`pickup`]'s orders to sleep, or wakes it.
fn sleep(desk: &Desk, is_asleep: bool) {
    let control = desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    let group = control.terminal_group(organization, "Парковая, зал");
    control.set_asleep(group.unwrap(), is_asleep).unwrap();
}

async fn comment(desk: &Desk, id: Uuid) -> Value {
    let body = json!({"organizationId": desk.organization(PARKOVAYA), "orderId": id, "comment": "без сахара"});
    let path = "/api/1/deliveries/change_comment";
    desk.ask(path, body).await["correlationId"].clone()
}

#[tokio::test]
async fn a_till_that_sleeps_does_nothing_at_all() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let id = delivery(&desk).await;
    let before = by_id(&desk, id).await;
    sleep(&desk, true);
    let command = comment(&desk, id).await;
    assert!(control.step());
    assert_eq!(status_of(&desk, &command).await["state"], "InProgress");
    control.settle();
    let status = status_of(&desk, &command).await;
    assert_eq!(
        (&status["state"], &status["exception"]["description"]),
        (
            &json!("Error"),
            &json!("Command timeout expired, the terminal does not answer")
        )
    );
    assert_eq!(by_id(&desk, id).await, before);
}

#[tokio::test]
async fn a_till_that_wakes_in_time_does_what_waited_for_it() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let id = delivery(&desk).await;
    sleep(&desk, true);
    let command = comment(&desk, id).await;
    assert!(control.step());
    sleep(&desk, false);
    control.settle();
    assert_eq!(status_of(&desk, &command).await["state"], "Success");
    assert_eq!(by_id(&desk, id).await["order"]["comment"], "без сахара");
}

#[tokio::test]
async fn a_reserve_waits_for_its_till_as_long_as_it_says() {
    let desk = quiet_desk().await;
    let control = desk.control();
    sleep(&desk, true);
    let group = pickup(&desk, Uuid::nil())["terminalGroupId"].clone();
    let id = Uuid::new_v4();
    let body = json!({
        "id": id, "organizationId": desk.organization(PARKOVAYA), "terminalGroupId": group, "tableIds": [table(&desk).await],
        "customer": {"type": "regular", "name": "Мария"}, "phone": "+79990000003", "durationInMinutes": 120,
        "shouldRemind": false, "estimatedStartTime": tomorrow(&desk),
        "createReserveSettings": {"transportToFrontTimeout": 30},
    });
    desk.ask("/api/1/reserve/create", body).await;
    let status = || control.reserves()[0].creation_status.clone().unwrap();
    control.advance_clock(Duration::from_secs(29));
    assert_eq!(status().as_str(), "InProgress");
    control.advance_clock(Duration::from_secs(2));
    assert_eq!(status().as_str(), "Error");
}

#[tokio::test]
async fn what_came_of_a_command_names_its_order_and_till() {
    let desk = quiet_desk().await;
    let id = Uuid::new_v4();
    let mut body = pickup(&desk, id);
    body["order"]["phone"] = json!("12");
    let group = body["terminalGroupId"].clone();
    let created = desk.ask("/api/1/deliveries/create", body).await;
    desk.control().settle();
    let exception = status_of(&desk, &created["correlationId"]).await["exception"].clone();
    assert_eq!(
        (&exception["orderId"], &exception["terminalGroup"]),
        (&json!(id), &json!({"id": group, "name": "Парковая, зал"}))
    );
}

#[tokio::test]
async fn a_command_is_not_forgotten_before_it_is_done() {
    let desk = quiet_desk().await;
    let control = desk.control();
    sleep(&desk, true);
    let id = Uuid::new_v4();
    let mut body = pickup(&desk, id);
    body["createOrderSettings"] = json!({"transportToFrontTimeout": 3 * 3600});
    let created = desk.ask("/api/1/deliveries/create", body).await;
    control.set_token_lifetime(Duration::from_secs(24 * 3600));
    let login = json!({"apiLogin": "demo"});
    let token = desk.ask("/api/1/access_token", login).await["token"].clone();
    let desk = Desk {
        token: token.as_str().unwrap().to_owned(),
        ..desk
    };
    control.advance_clock(Duration::from_secs(2 * 3600));
    // another command clears away what is old
    comment(&desk, id).await;
    control.advance_clock(Duration::from_secs(2));
    let status = status_of(&desk, &created["correlationId"]).await;
    assert_eq!(status["state"], "InProgress");
    control.settle();
    assert_eq!(by_id(&desk, id).await["creationStatus"], "Error");
}

#[tokio::test]
async fn a_terminal_group_that_is_hidden_takes_no_orders() {
    let hidden = "hidden_terminal_groups = [\"parkovaya/zal\"]";
    let desk = desk_with(&[("api_login = \"demo\"", hidden)]).await;
    let control = desk.control();
    let mut body = pickup(&desk, Uuid::new_v4());
    let id: Uuid = body["order"]["id"].as_str().unwrap().parse().unwrap();
    desk.ask("/api/1/deliveries/create", body.clone()).await;
    control.settle();
    let order = by_id(&desk, id).await;
    assert_eq!(
        (&order["creationStatus"], &order["errorInfo"]["code"]),
        (&json!("Error"), &json!("TerminalGroupDisabled"))
    );
    // and none is sent there where nobody says where
    let id = Uuid::new_v4();
    body["order"]["id"] = json!(id);
    let hidden = body.as_object_mut().unwrap().remove("terminalGroupId");
    desk.ask("/api/1/deliveries/create", body.clone()).await;
    control.settle();
    let order = by_id(&desk, id).await;
    assert_eq!(order["creationStatus"], "Success");
    assert_ne!(Some(&order["order"]["terminalGroupId"]), hidden.as_ref());
    // the same at tables
    let items = body["order"]["items"].clone();
    let table = json!({"organizationId": body["organizationId"], "terminalGroupId": hidden, "order": {"items": items}});
    desk.ask("/api/1/order/create", table).await;
    control.settle();
    let error = control.table_orders()[0].error_info.clone().unwrap();
    assert_eq!(error.code.unwrap().as_str(), "TerminalGroupDisabled");
    // an order that nobody sent is of a login that may send it
    for _ in 0..4 {
        control.invent_order().unwrap();
    }
    control.settle();
    let orders = control.deliveries();
    let made = orders.iter().filter(|it| it.order.is_some());
    assert_eq!(made.count(), 5);
}

#[tokio::test]
async fn the_time_of_a_delivery_is_what_somebody_says() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let id = delivery(&desk).await;
    control.advance_delivery(id).unwrap();
    let before = by_id(&desk, id).await["order"]["whenCreated"].clone();
    let format = "%Y-%m-%d %H:%M:%S%.3f";
    let created = NaiveDateTime::parse_from_str(before.as_str().unwrap(), format).unwrap();
    let date = (created + TimeDelta::minutes(40)).format(format);
    let cash = json!([cash(&desk, 399).await]);
    for (path, more) in [
        ("add_payments", json!({"payments": cash})),
        ("close", json!({"deliveryDate": date.to_string()})),
    ] {
        let mut body = more;
        body["organizationId"] = json!(desk.organization(PARKOVAYA));
        body["orderId"] = json!(id);
        desk.ask(&format!("/api/1/deliveries/{path}"), body).await;
        control.settle();
    }
    let order = by_id(&desk, id).await["order"].clone();
    assert_eq!(
        (&order["status"], &order["whenDelivered"]),
        (&json!("Closed"), &json!(date.to_string()))
    );
    let events = control.events();
    let last = &events.last().unwrap()["eventInfo"]["order"];
    assert_eq!(last["whenDelivered"], order["whenDelivered"]);
}

#[tokio::test]
async fn a_draft_can_be_committed_again_after_it_failed() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let mut body = pickup(&desk, Uuid::new_v4());
    let id: Uuid = body["order"]["id"].as_str().unwrap().parse().unwrap();
    body["order"]["menuId"] = json!("4679");
    desk.ask("/api/1/deliveries/drafts/create", body).await;
    let refusal = Fault::TillRefuses {
        code: "Common".to_owned(),
        message: "Касса закрыта".to_owned(),
    };
    control.add_fault(FaultRule::new("deliveries_drafts_commit", refusal).times(1));
    let commit = json!({"organizationId": desk.organization(PARKOVAYA), "orderId": id});
    for expected in ["Error", "Success"] {
        let path = "/api/1/deliveries/drafts/commit";
        let answer = desk.ask(path, commit.clone()).await;
        assert_eq!(answer["orderInfo"]["creationStatus"], "InProgress");
        control.settle();
        assert_eq!(by_id(&desk, id).await["creationStatus"], expected);
    }
}

#[tokio::test]
async fn a_closing_that_is_refused_leaves_no_time_of_delivery() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let paid = async |bonus: u32| {
        let cash = json!({
            "paymentTypeKind": "Cash", "sum": 399 - bonus, "paymentTypeId": payment_type(&desk, "CASH").await,
        });
        let payments = [bonuses(&desk, "Phone", OLGA, bonus).await, cash];
        fate(&desk, json!({"payments": payments})).await
    };
    // both count on what is in the wallet
    let (first, second) = (paid(300).await, paid(100).await);
    while control.advance_delivery(id_of(&first)).is_ok() {}
    let body = json!({
        "organizationId": desk.organization(PARKOVAYA), "orderId": second["id"],
        "deliveryDate": "2030-01-01 12:00:00.000",
    });
    let closed = desk.ask("/api/1/deliveries/close", body).await;
    control.settle();
    assert_eq!(
        status_of(&desk, &closed["correlationId"]).await["state"],
        "Error"
    );
    assert_eq!(by_id(&desk, id_of(&second)).await, second);
}

/// Makes an order at a table of this, and sends it to the kitchen at once. Gives its id and what the command came to.
async fn printed_table_order(desk: &Desk, mut order: Value) -> (Uuid, Value) {
    let pickup = pickup(desk, Uuid::nil());
    let id = Uuid::new_v4();
    order["id"] = json!(id);
    let body = json!({
        "organizationId": pickup["organizationId"], "terminalGroupId": pickup["terminalGroupId"],
        "order": order, "createOrderSettings": {"servicePrint": true},
    });
    let created = desk.ask("/api/1/order/create", body).await;
    desk.control().settle();
    (id, status_of(desk, &created["correlationId"]).await)
}

#[tokio::test]
async fn what_is_made_or_added_at_a_table_is_printed_at_once_where_that_is_asked_for() {
    let desk = quiet_desk().await;
    let items = pickup(&desk, Uuid::nil())["order"]["items"].clone();
    let (id, status) = printed_table_order(&desk, json!({"items": items})).await;
    assert_eq!(status, json!({"state": "Success"}));
    let body = json!({
        "organizationId": desk.organization(PARKOVAYA), "orderId": id, "items": items,
        "addOrderItemsSettings": {"servicePrint": true},
    });
    let added = desk.ask("/api/1/order/add_items", body).await;
    desk.control().settle();
    let status = status_of(&desk, &added["correlationId"]).await;
    assert_eq!(status, json!({"state": "Success"}));
    let found = json!({"organizationIds": [desk.organization(PARKOVAYA)], "orderIds": [id]});
    let found = desk.ask("/api/1/order/by_id", found).await;
    let lines = found["orders"][0]["order"]["items"].as_array().unwrap();
    let statuses: Vec<&Value> = lines.iter().map(|line| &line["status"]).collect();
    assert_eq!(statuses, ["PrintedNotCooking", "PrintedNotCooking"]);
}

#[tokio::test]
async fn a_customer_who_is_refused_does_not_become_a_guest() {
    let desk = quiet_desk().await;
    let items = pickup(&desk, Uuid::nil())["order"]["items"].clone();
    let (id, _) = printed_table_order(&desk, json!({"items": items})).await;
    let of_order = |mut body: Value| {
        body["organizationId"] = json!(desk.organization(PARKOVAYA));
        body["orderId"] = json!(id);
        body
    };
    desk.ask("/api/1/order/cancel", of_order(json!({}))).await;
    desk.control().settle();
    let phone = "+79990000077";
    let customer = of_order(json!({"customer": {"name": "Мария", "phone": phone}}));
    let added = desk.ask("/api/1/order/add_customer", customer).await;
    desk.control().settle();
    assert_eq!(
        status_of(&desk, &added["correlationId"]).await["state"],
        "Error"
    );
    let guest =
        json!({"organizationId": desk.organization(PARKOVAYA), "type": "phone", "phone": phone});
    let found = desk.post("/api/1/loyalty/iiko/customer/info", guest).await;
    assert_eq!(found.status, 400);
}
