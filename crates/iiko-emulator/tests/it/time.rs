//! Time: how it passes, how it is moved on, and what lives in it.

use std::{collections::HashSet, time::Duration};

use chrono::{NaiveDateTime, TimeDelta};
use iiko_emulator::{Config, Pace};
use iiko_types::schemas::DeliveryStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk,
    control::until,
    desk_with,
    orders::{by_id, cash, create, pickup},
    quiet_desk,
};

/// In the pace of a restaurant: within a test nothing falls due by itself, only because the clock is moved on.
async fn slow_desk() -> Desk {
    Desk::open_with(Config {
        pace: Pace::Auto { speed: 1 },
        ..Config::default()
    })
    .await
}

fn local(time: &Value) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(time.as_str().unwrap(), "%Y-%m-%d %H:%M:%S%.f").unwrap()
}

#[tokio::test]
async fn an_hour_of_the_clock_is_an_hour_of_the_restaurant() {
    let desk = slow_desk().await;
    let (id, _) = create(&desk).await;
    desk.control().advance_clock(Duration::from_secs(3000));
    let order = by_id(&desk, id).await["order"].clone();
    assert_eq!(order["status"], "Closed");
    let cooked = local(&order["whenClosed"]) - local(&order["whenPrinted"]);
    assert_eq!(
        cooked.num_seconds(),
        60 + 720 + 120 + 60,
        "each step at its time"
    );
}

#[tokio::test]
async fn the_stepped_clock_stands_and_what_is_due_happens_when_it_is_moved_on() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let noon = control.state().now;
    let (id, _) = create(&desk).await;
    assert_eq!(control.state().now, noon);
    control.advance_clock(Duration::from_millis(500));
    assert_eq!(by_id(&desk, id).await["creationStatus"], "InProgress");
    control.advance_clock(Duration::from_secs(60));
    let order = by_id(&desk, id).await;
    assert_eq!(order["creationStatus"], "Success");
    assert_eq!(
        order["order"]["status"], "WaitCooking",
        "orders move only when somebody moves them"
    );
    assert_eq!(
        control.state().now - noon,
        TimeDelta::milliseconds(60_500),
        "and no further"
    );
}

#[tokio::test]
async fn orders_live_on_when_the_pace_changes() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let (id, _) = create(&desk).await;
    control.settle();
    control.set_pace(Pace::Auto { speed: 100_000 });
    until(async || by_id(&desk, id).await["order"]["status"] == "Closed").await;
    // and stay where they are when it is stepped again
    control.set_pace(Pace::Auto { speed: 1 });
    let (id, _) = create(&desk).await;
    control.advance_clock(Duration::from_secs(2));
    control.set_pace(Pace::Stepped);
    assert!(!control.step());
    assert_eq!(by_id(&desk, id).await["order"]["status"], "WaitCooking");
}

#[tokio::test]
async fn orders_of_a_snapshot_live_on_where_orders_do() {
    let here = quiet_desk().await;
    let (id, _) = create(&here).await;
    here.control().settle();
    let there = Desk::open_with(Config {
        pace: Pace::Auto { speed: 100_000 },
        ..Config::default()
    })
    .await;
    let snapshot = here.control().snapshot().unwrap();
    there.control().restore(&snapshot).unwrap();
    let there = Desk {
        token: here.token.clone(),
        ..there
    };
    until(async || by_id(&there, id).await["order"]["status"] == "Closed").await;
}

#[tokio::test]
async fn what_happens_by_itself_has_a_correlation_id_of_its_own() {
    let desk = slow_desk().await;
    let control = desk.control();
    let (id, created) = create(&desk).await;
    control.advance_clock(Duration::from_secs(2));
    let other = desk.ask("/api/1/organizations", json!({})).await["correlationId"].clone();
    control
        .move_delivery(id, &DeliveryStatus::CookingCompleted)
        .unwrap();
    control.advance_clock(Duration::from_secs(3000));
    let events = control.events();
    assert_eq!(events[0]["correlationId"], created);
    let ids: HashSet<String> = events
        .iter()
        .map(|event| event["correlationId"].to_string())
        .chain([other.to_string()])
        .collect();
    assert_eq!(ids.len(), events.len() + 1, "{ids:?}");
}

#[tokio::test]
async fn what_was_finished_is_forgotten_after_ninety_days() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let (closed, _) = create(&desk).await;
    let (open, _) = create(&desk).await;
    control.settle();
    while control.advance_delivery(closed).is_ok() {}
    let known = || {
        let known: HashSet<_> = control.deliveries().into_iter().map(|it| it.id).collect();
        known
    };
    let day = Duration::from_secs(24 * 3600);
    control.advance_clock(89 * day);
    assert_eq!(known(), HashSet::from([closed, open]));
    control.advance_clock(2 * day);
    assert_eq!(known(), HashSet::from([open]));
}

#[tokio::test]
async fn where_the_till_sleeps_orders_wait_and_go_on_when_it_is_woken() {
    let desk = slow_desk().await;
    let control = desk.control();
    let (id, _) = create(&desk).await;
    control.advance_clock(Duration::from_secs(10));
    let (_, group) = desk.hall();
    control.set_asleep(group, true).unwrap();
    control.advance_clock(Duration::from_secs(1500));
    assert_eq!(by_id(&desk, id).await["order"]["status"], "WaitCooking");
    control.set_asleep(group, false).unwrap();
    control.advance_clock(Duration::from_secs(1500));
    assert_eq!(by_id(&desk, id).await["order"]["status"], "Closed");
}

#[tokio::test]
async fn an_order_that_waited_for_its_money_goes_on_when_it_is_paid() {
    let desk = desk_with(&[(
        "inn = \"7700000001\"",
        "rules = { paid_before_courier = true }",
    )])
    .await;
    let control = desk.control();
    control.set_pace(Pace::Auto { speed: 1 });
    let id = Uuid::new_v4();
    let mut body = pickup(&desk, id);
    body["order"]["orderServiceType"] = json!("DeliveryByCourier");
    body["order"]["deliveryPoint"] =
        json!({"coordinates": {"latitude": 55.75, "longitude": 37.61}, "comment": "у фонтана"});
    desk.ask("/api/1/deliveries/create", body.clone()).await;
    control.advance_clock(Duration::from_secs(1500));
    assert_eq!(by_id(&desk, id).await["order"]["status"], "Waiting");
    let paid = json!({"organizationId": body["organizationId"], "orderId": id, "payments": [cash(&desk, 399).await]});
    desk.ask("/api/1/deliveries/add_payments", paid).await;
    control.advance_clock(Duration::from_secs(1500));
    assert_eq!(by_id(&desk, id).await["order"]["status"], "Closed");
}
