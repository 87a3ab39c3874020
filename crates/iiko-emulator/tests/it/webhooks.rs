//! Webhooks, as a handler of them sees them.

use std::{sync::Arc, time::Duration};

use iiko_emulator::{
    Pace,
    faults::{Fault, FaultRule},
};
use iiko_types::schemas::DeliveryStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, NABEREZHNAYA, PARKOVAYA,
    handler::{Call, Handler, next, subscribe, subscribe_to},
    orders::{delivery, pickup},
    quiet_desk,
};

fn all_of_deliveries() -> Value {
    let statuses = json!([
        "Unconfirmed",
        "WaitCooking",
        "CookingStarted",
        "CookingCompleted",
        "Waiting",
        "Closed",
        "Cancelled"
    ]);
    json!({"deliveryOrderFilter": {"orderStatuses": statuses, "errors": true}})
}

fn of_statuses(statuses: &[&str]) -> Vec<(String, String)> {
    let told = statuses
        .iter()
        .map(|status| ("DeliveryOrderUpdate".to_owned(), (*status).to_owned()));
    told.collect()
}

#[tokio::test]
async fn events_come_together_in_a_list_with_the_token() {
    let desk = quiet_desk().await;
    let mut handler = Handler::open().await;
    subscribe(&desk, &handler, all_of_deliveries()).await;
    let control = desk.control();
    let id = delivery(&desk).await;
    control
        .move_delivery(id, &DeliveryStatus::CookingStarted)
        .unwrap();
    assert!(handler.heard().is_empty(), "nobody told it to send");
    assert_eq!(
        (control.webhooks_waiting(), control.send_webhooks().await),
        (2, 1)
    );
    let calls = handler.heard();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].authorization, "invented-secret");
    assert_eq!(
        calls[0].told(),
        of_statuses(&["WaitCooking", "CookingStarted"])
    );
    // the SDK reads them and finds the secret
    let body = serde_json::to_vec(&calls[0].events).unwrap();
    let events = iiko_client::webhook::parse(&body).unwrap();
    assert!(events.len() == 2 && events.iter().all(|it| it.event.is_ok()));
    let sent = control.webhooks_sent();
    assert_eq!(
        (sent.len(), sent[0].attempt, sent[0].status),
        (1, 1, Some(200))
    );
}

#[tokio::test]
async fn a_handler_hears_what_its_filters_want() {
    let desk = quiet_desk().await;
    let mut handler = Handler::open().await;
    let control = desk.control();
    let told = async |handler: &mut Handler| {
        control.send_webhooks().await;
        let calls = handler.heard();
        calls.iter().flat_map(Call::told).collect::<Vec<_>>()
    };
    // one status, one status of lines
    let filter = json!({"deliveryOrderFilter": {"orderStatuses": ["Waiting"], "itemStatuses": ["CookingStarted"]}});
    subscribe(&desk, &handler, filter).await;
    let id = delivery(&desk).await;
    for status in ["CookingStarted", "CookingCompleted", "Waiting"] {
        control.move_delivery(id, &status.into()).unwrap();
    }
    assert_eq!(
        told(&mut handler).await,
        of_statuses(&["CookingStarted", "Waiting"])
    );
    // errors are wanted or not
    let mut wrong = pickup(&desk, Uuid::new_v4());
    wrong["order"]["phone"] = json!("12");
    desk.ask("/api/1/deliveries/create", wrong.clone()).await;
    control.settle();
    assert_eq!(told(&mut handler).await, []);
    subscribe(&desk, &handler, all_of_deliveries()).await;
    wrong["order"]["id"] = json!(Uuid::new_v4());
    desk.ask("/api/1/deliveries/create", wrong).await;
    control.settle();
    assert_eq!(
        told(&mut handler).await,
        [("DeliveryOrderError".to_owned(), String::new())]
    );
}

#[tokio::test]
async fn stop_lists_menus_and_whatever_else_are_told() {
    let desk = quiet_desk().await;
    let mut handler = Handler::open().await;
    let updates = json!({"updates": true});
    let filter = json!({"stopListUpdateFilter": updates, "nomenclatureUpdateFilter": updates});
    subscribe(&desk, &handler, filter).await;
    let control = desk.control();
    let (organization, group) = desk.hall();
    let tea = control.product(organization, "TEA-01").unwrap();
    control
        .stop(organization, group, tea, None, 0.into())
        .unwrap();
    control
        .set_price(organization, tea, None, 210.into())
        .unwrap();
    control
        .raise_event(organization, "KitchenOrderUpdate", &json!({"id": 7}))
        .unwrap();
    control
        .raise_event(organization, "SomethingNew", &json!({"more": true}))
        .unwrap();
    control.send_webhooks().await;
    let calls = handler.heard();
    let types: Vec<String> = calls[0].told().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        types,
        [
            "StopListUpdate",
            "NomenclatureUpdate",
            "KitchenOrderUpdate",
            "SomethingNew"
        ]
    );
    assert_eq!(
        calls[0].events[0]["eventInfo"],
        json!({"terminalGroupsStopListsUpdates": [{"id": group, "isFull": true}]})
    );
    assert_eq!(calls[0].events[3]["eventInfo"], json!({"more": true}));
}

#[tokio::test]
async fn a_handler_that_fails_is_called_again_and_given_up_at_last() {
    let desk = quiet_desk().await;
    let mut handler = Handler::open().await;
    subscribe(&desk, &handler, all_of_deliveries()).await;
    let control = desk.control();
    *handler.answers.lock().unwrap() = vec![200, 503, 500];
    delivery(&desk).await;
    assert_eq!(control.send_webhooks().await, 1);
    let calls = handler.heard();
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| call.events == calls[0].events));
    *handler.answers.lock().unwrap() = vec![500; 9];
    delivery(&desk).await;
    assert_eq!(control.send_webhooks().await, 0);
    assert_eq!((handler.heard().len(), control.webhooks_waiting()), (4, 0));
    let attempts: Vec<usize> = control
        .webhooks_sent()
        .iter()
        .map(|it| it.attempt)
        .collect();
    assert_eq!(attempts, [1, 2, 3, 1, 2, 3, 4]);
}

#[tokio::test]
async fn webhooks_are_lost_doubled_late_and_out_of_order_on_demand() {
    let desk = quiet_desk().await;
    let mut handler = Handler::open().await;
    subscribe(&desk, &handler, all_of_deliveries()).await;
    let control = desk.control();
    let mut sent_under = async |fault: Fault| {
        control.add_fault(FaultRule::new("webhook", fault).times(1));
        let id = delivery(&desk).await;
        control.move_delivery(id, &DeliveryStatus::Waiting).unwrap();
        control.send_webhooks().await;
        let calls = handler.heard();
        calls.iter().map(Call::told).collect::<Vec<_>>()
    };
    let usual = of_statuses(&["WaitCooking", "Waiting"]);
    assert_eq!(sent_under(Fault::WebhookLost).await, Vec::<Vec<_>>::new());
    assert_eq!(
        sent_under(Fault::WebhookDoubled).await,
        [usual.clone(), usual.clone()]
    );
    let reordered = of_statuses(&["Waiting", "WaitCooking"]);
    assert_eq!(sent_under(Fault::WebhookReordered).await, [reordered]);
    assert_eq!(sent_under(Fault::WebhookLate).await, Vec::<Vec<_>>::new());
    assert_eq!(control.webhooks_waiting(), 2);
    control.send_webhooks().await;
    assert_eq!(handler.heard()[0].told(), usual);
    assert!(control.faults().iter().all(|it| it.spoiled == 1));
}

#[tokio::test]
async fn in_the_automatic_pace_webhooks_come_by_themselves() {
    let desk = Desk::open().await;
    desk.control().set_pace(Pace::Auto { speed: 10_000 });
    let mut handler = Handler::open().await;
    subscribe(&desk, &handler, all_of_deliveries()).await;
    desk.ask("/api/1/deliveries/create", pickup(&desk, Uuid::new_v4()))
        .await;
    let mut told = Vec::new();
    while !told.ends_with(&of_statuses(&["Closed"])) {
        told.extend(next(&mut handler).await.told());
    }
    let way = [
        "WaitCooking",
        "CookingStarted",
        "CookingCompleted",
        "Waiting",
        "Closed",
    ];
    assert_eq!(told, of_statuses(&way));
}

#[tokio::test]
async fn in_the_automatic_pace_a_handler_that_fails_is_called_again_and_the_emulator_goes_on() {
    let desk = Desk::open().await;
    desk.control().set_pace(Pace::Auto { speed: 10_000 });
    let mut handler = Handler::open().await;
    *handler.answers.lock().unwrap() = vec![200, 500];
    let updates = json!({"updates": true});
    subscribe(
        &desk,
        &handler,
        json!({"nomenclatureUpdateFilter": updates}),
    )
    .await;
    let organization = desk.control().organization(PARKOVAYA).unwrap();
    desk.control().set_revision(organization, 7).unwrap();
    let calls = [next(&mut handler).await, next(&mut handler).await];
    assert_eq!(calls[0].events, calls[1].events);
    let login = json!({"apiLogin": "demo"});
    assert_eq!(desk.post("/api/1/access_token", login).await.status, 200);
}

#[tokio::test]
async fn faults_of_webhooks_come_together_and_are_written_down() {
    let desk = quiet_desk().await;
    let mut handler = Handler::open().await;
    subscribe(&desk, &handler, all_of_deliveries()).await;
    let control = desk.control();
    for fault in [
        Fault::WebhookLost,
        Fault::WebhookDoubled,
        Fault::Latency { milliseconds: 40 },
    ] {
        control.add_fault(FaultRule::new("webhook", fault));
    }
    delivery(&desk).await;
    let started = std::time::Instant::now();
    assert_eq!(control.send_webhooks().await, 1, "one of two is lost");
    assert!(started.elapsed() >= Duration::from_millis(40));
    assert_eq!(handler.heard().len(), 1);
    let sent = control.webhooks_sent();
    let lines: Vec<(usize, Option<u16>, usize)> = sent
        .iter()
        .map(|it| (it.attempt, it.status, it.faults.len()))
        .collect();
    assert_eq!(lines, [(0, None, 3), (1, Some(200), 3)]);
    assert!(control.faults().iter().all(|it| it.spoiled == 1));
}

#[tokio::test]
async fn a_fault_strikes_the_webhooks_it_means_and_no_others() {
    let desk = quiet_desk().await;
    let mut handler = Handler::open().await;
    subscribe(&desk, &handler, all_of_deliveries()).await;
    let control = desk.control();
    let lost = |login: &str| FaultRule {
        login: Some(login.to_owned()),
        ..FaultRule::new("webhook", Fault::WebhookLost).times(1)
    };
    control.add_fault(lost("other"));
    control.add_fault(FaultRule {
        operation: None,
        ..FaultRule::new("", Fault::CutJson).times(1)
    });
    control.send_webhooks().await;
    let own = pickup(&desk, Uuid::new_v4());
    // the one call that is spoiled
    desk.post("/api/1/deliveries/create", own).await;
    control.settle();
    control.send_webhooks().await;
    assert_eq!(handler.heard().len(), 1);
    let spoiled = || {
        let faults = control.faults();
        faults.iter().map(|it| it.spoiled).collect::<Vec<_>>()
    };
    assert_eq!(spoiled(), [0, 1]);
    control.add_fault(lost("demo"));
    delivery(&desk).await;
    control.send_webhooks().await;
    assert_eq!((handler.heard().len(), spoiled()), (0, vec![0, 1, 1]));
}

#[tokio::test]
async fn a_slow_handler_holds_up_no_other_and_hears_everything_in_its_order() {
    let desk = Desk::open().await;
    let control = desk.control();
    control.set_pace(Pace::Auto { speed: 10_000 });
    let (mut slow, mut quick) = (Handler::open().await, Handler::open().await);
    let updates = json!({"nomenclatureUpdateFilter": {"updates": true}});
    subscribe_to(&desk, PARKOVAYA, &slow, updates.clone()).await;
    subscribe_to(&desk, NABEREZHNAYA, &quick, updates).await;
    let change = |name: &str, number: i64| {
        let organization = control.organization(name).unwrap();
        control
            .raise_event(organization, "KitchenOrderUpdate", &json!({"id": number}))
            .unwrap();
    };
    let numbers = |call: &Call| {
        let events = call.events.iter();
        let numbers = events.map(|event| event["eventInfo"]["id"].as_i64().unwrap());
        numbers.collect::<Vec<_>>()
    };
    let gate = Arc::clone(&slow.gate);
    let held = gate.lock().await;
    change(PARKOVAYA, 1);
    let first = next(&mut slow).await;
    assert_eq!(numbers(&first), [1]);
    for number in 2..=4 {
        change(PARKOVAYA, number);
        change(NABEREZHNAYA, number);
        assert_eq!(numbers(&next(&mut quick).await), [number]);
    }
    assert!(slow.heard().is_empty());
    drop(held);
    assert_eq!(numbers(&next(&mut slow).await), [2, 3, 4]);
}

#[tokio::test]
async fn what_nobody_sends_does_not_grow_for_ever() {
    let desk = quiet_desk().await;
    let handler = Handler::open().await;
    subscribe(&desk, &handler, all_of_deliveries()).await;
    let control = desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    for number in 0..10_010 {
        control
            .raise_event(organization, "KitchenOrderUpdate", &json!(number))
            .unwrap();
    }
    assert_eq!(control.webhooks_waiting(), 10_000);
    let events = control.events();
    assert_eq!(
        (events.len(), &events[999]["eventInfo"]),
        (1_000, &json!(10_009))
    );
}

#[tokio::test]
async fn what_was_on_its_way_out_of_an_old_world_does_not_reach_the_new_one() {
    let mut desk = Desk::open().await;
    let mut handler = Handler::open().await;
    let control = desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    control.set_pace(Pace::Auto { speed: 1 });
    subscribe(&desk, &handler, json!({})).await;
    *handler.answers.lock().unwrap() = vec![500; 9];
    let raise = |number: u32| {
        let info = json!({"number": number});
        control
            .raise_event(organization, "KitchenOrderUpdate", &info)
            .unwrap();
    };
    raise(1);
    let first = next(&mut handler).await;
    assert_eq!(first.events[0]["eventInfo"]["number"], 1);

    control.reset().unwrap();
    handler.answers.lock().unwrap().clear();
    desk.log_in("demo").await;
    subscribe(&desk, &handler, json!({})).await;
    raise(2);
    let second = next(&mut handler).await;
    assert_eq!(second.events[0]["eventInfo"]["number"], 2);
    let sent = control.webhooks_sent();
    assert!(sent.iter().all(|it| it.attempt == 1), "{sent:?}");
}
