//! Control over HTTP.

use serde_json::{Value, json};

use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA,
    orders::{by_id, pickup},
    quiet_desk,
};

/// Posts to a route of control: status and answer.
pub(crate) async fn send(desk: &Desk, route: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/_emulator/{route}", desk.emulator.url());
    let response = desk
        .http
        .post(url)
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_str(&response.text().await.unwrap()).unwrap(),
    )
}

async fn get(desk: &Desk, route: &str) -> Value {
    desk.get(&format!("/_emulator/{route}")).await.json()
}

#[tokio::test]
async fn everything_can_be_changed_with_curl() {
    let desk = Desk::open().await;
    let done = (200, json!({"done": true}));
    let pizza = json!({"organization": "parkovaya", "product": "PIZZA-01", "size": "30 см", "price": 610.5});
    assert_eq!(send(&desk, "price", pizza).await, done);
    let name = json!({"organization": "parkovaya", "product": "SOUP-01", "name": "Борщ"});
    assert_eq!(send(&desk, "rename", name).await, done);
    let folder = json!({"organization": PARKOVAYA, "group": "Супы", "name": "Первое"});
    assert_eq!(send(&desk, "rename", folder).await, done);
    let dish = json!({"organization": "parkovaya", "product": "TEA-01"});
    let id = desk
        .control()
        .product(desk.control().organization(PARKOVAYA).unwrap(), "TEA-01")
        .unwrap();
    assert_eq!(send(&desk, "remove", dish.clone()).await, done);
    assert_eq!(send(&desk, "remove", dish).await.0, 400);
    let back = json!({"organization": "parkovaya", "product": id.to_string()});
    assert_eq!(send(&desk, "restore", back).await, done);
    let stop = json!({"organization": "parkovaya", "terminal_group": "Парковая, зал", "product": "TEA-01"});
    assert_eq!(send(&desk, "stop", stop.clone()).await, done);
    assert_eq!(send(&desk, "unstop", stop).await, done);
    let group = json!({"organization": "parkovaya", "terminal_group": "Парковая, зал"});
    assert_eq!(send(&desk, "sleep", group.clone()).await, done);
    assert_eq!(send(&desk, "awake", group).await, done);
    assert_eq!(
        send(
            &desk,
            "grow",
            json!({"organization": "parkovaya", "products": 300})
        )
        .await,
        done
    );
    assert_eq!(
        get(&desk, "state").await["organizations"][0]["product_rows"],
        300
    );
    assert_eq!(
        send(
            &desk,
            "revision",
            json!({"organization": "parkovaya", "revision": 7})
        )
        .await,
        done
    );
    assert_eq!(
        send(&desk, "clock", json!({"advance_seconds": 4000})).await,
        done
    );
    assert_eq!(
        desk.post("/api/1/organizations", json!({})).await.status,
        401
    );
    assert_eq!(
        send(
            &desk,
            "tokens",
            json!({"bare": true, "lifetime_seconds": 900})
        )
        .await,
        done
    );
    assert_eq!(send(&desk, "strict", json!({"strict": true})).await, done);
    let state = get(&desk, "state").await;
    assert_eq!(
        (&state["token_is_bare"], &state["is_strict"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(send(&desk, "reset", json!({})).await, done);
    assert_eq!(
        get(&desk, "state").await["organizations"][0]["product_rows"],
        157
    );
    assert_eq!(get(&desk, "exchanges").await, json!([]));
}

#[tokio::test]
async fn faults_are_ordered_listed_and_taken_back() {
    let desk = Desk::open().await;
    let rule = json!({"operation": "combo", "times": 2, "fault": {"kind": "status", "status": 429, "retry_after": 3}});
    assert_eq!(send(&desk, "faults", rule).await, (200, json!({"id": 1})));
    assert_eq!(desk.post("/api/1/combo", json!({})).await.status, 429);
    let faults = get(&desk, "faults").await;
    assert_eq!(
        (&faults[0]["seen"], &faults[0]["spoiled"]),
        (&json!(1), &json!(1))
    );
    let url = format!("{}/_emulator/faults/1", desk.emulator.url());
    desk.http.delete(url).send().await.unwrap();
    assert_eq!(get(&desk, "faults").await, json!([]));
}

#[tokio::test]
async fn a_change_that_cannot_be_made_says_why() {
    let desk = Desk::open().await;
    let (status, answer) = send(
        &desk,
        "price",
        json!({"organization": "moon", "product": "x", "price": 1}),
    )
    .await;
    assert_eq!(
        (status, &answer["error"]),
        (400, &json!("no organization `moon`"))
    );
    assert_eq!(
        send(&desk, "price", json!({"organisation": "moon"}))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn time_and_orders_are_moved_with_curl() {
    let desk = quiet_desk().await;
    let done = (200, json!({"done": true}));
    let id = Uuid::new_v4();
    desk.ask("/api/1/deliveries/create", pickup(&desk, id))
        .await;
    assert_eq!(send(&desk, "step", json!({})).await, done);
    assert_eq!(
        send(&desk, "step", json!({})).await,
        (200, json!({"done": false}))
    );
    let on = json!({"delivery": id});
    assert_eq!(send(&desk, "move", on.clone()).await, done);
    let status = async || by_id(&desk, id).await["order"]["status"].clone();
    assert_eq!(status().await, "CookingStarted");
    let packed = json!({"delivery": id, "status": "Waiting"});
    assert_eq!(send(&desk, "move", packed.clone()).await, done);
    let (refused, why) = send(&desk, "move", packed).await;
    assert_eq!(
        (refused, &why["error"]),
        (
            400,
            &json!(format!(
                "delivery {id}: Delivery cannot be moved from status Waiting to Waiting."
            ))
        )
    );
    assert_eq!(send(&desk, "move", json!({})).await.0, 400);
    // who has not paid pays at the till
    assert_eq!(send(&desk, "move", on).await, done);
    let delivery = get(&desk, "deliveries").await[0]["order"].clone();
    assert_eq!(
        (
            &delivery["status"],
            delivery["processedPaymentsSum"].to_string()
        ),
        (&json!("Closed"), "399".to_owned())
    );
    // taken, printed in the kitchen, and three statuses more
    assert_eq!(get(&desk, "events").await.as_array().map(Vec::len), Some(5));
    assert_eq!(
        get(&desk, "webhooks").await,
        json!({"waiting": 0, "sent": []})
    );
    assert_eq!(
        send(&desk, "webhooks/send", json!({})).await,
        (200, json!({"taken": 0}))
    );
    for nothing in ["table_orders", "reserves", "notifications", "messages"] {
        assert_eq!(get(&desk, nothing).await, json!([]), "{nothing}");
    }

    let next = Uuid::new_v4();
    desk.ask("/api/1/deliveries/create", pickup(&desk, next))
        .await;
    assert_eq!(send(&desk, "settle", json!({})).await, done);
    assert_eq!(by_id(&desk, next).await["creationStatus"], "Success");
    let fast = json!({"kind": "auto", "speed": 100_000});
    assert_eq!(send(&desk, "pace", fast).await, done);
    let last = Uuid::new_v4();
    desk.ask("/api/1/deliveries/create", pickup(&desk, last))
        .await;
    until(async || by_id(&desk, last).await["order"]["status"] == "Closed").await;
}

/// What an emulator in the automatic pace does soon.
pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    let waited = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap();
}

#[tokio::test]
async fn a_snapshot_goes_on_elsewhere() {
    let here = quiet_desk().await;
    let control = here.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    let tea = control.product(organization, "TEA-01").unwrap();
    control
        .rename_product(organization, tea, "Чай дня")
        .unwrap();
    let (taken, waiting) = (Uuid::new_v4(), Uuid::new_v4());
    here.ask("/api/1/deliveries/create", pickup(&here, taken))
        .await;
    control.settle();
    here.ask("/api/1/deliveries/create", pickup(&here, waiting))
        .await;
    let snapshot = get(&here, "snapshot").await;

    let there = Desk::open().await;
    there.control().set_pace(iiko_emulator::Pace::Stepped);
    assert_eq!(
        send(&there, "snapshot", snapshot.clone()).await,
        (200, json!({"done": true}))
    );
    // tokens went along
    let there = Desk {
        token: here.token.clone(),
        ..there
    };
    for desk in [&here, &there] {
        desk.control().settle();
    }
    let told = async |desk: &Desk| {
        let menu = json!({"organizationId": organization});
        let mut menu = desk.ask("/api/1/nomenclature", menu).await;
        menu["correlationId"] = json!(null);
        // links to pictures lead to each its own
        let menu = menu.to_string().replace(&desk.emulator.url(), "");
        let stops = json!({"organizationIds": [organization]});
        let mut stops = desk.ask("/api/1/stop_lists", stops).await;
        stops["correlationId"] = json!(null);
        (menu, stops, by_id(desk, taken).await)
    };
    let (menu, stops, order) = told(&there).await;
    let (same_menu, same_stops, same_order) = told(&here).await;
    assert!(menu == same_menu && menu.contains("Чай дня"));
    assert_eq!((stops, order), (same_stops, same_order));
    assert_eq!(by_id(&there, waiting).await["creationStatus"], "Success");

    let mut old = snapshot;
    old["form"] = json!(0);
    let (status, why) = send(&there, "snapshot", old).await;
    assert_eq!(
        (status, &why["error"]),
        (
            400,
            &json!("the snapshot has form 0, this emulator reads form 3")
        )
    );
    assert_eq!(send(&there, "snapshot", json!({"form": 3})).await.0, 400);
    assert_eq!(by_id(&there, taken).await["creationStatus"], "Success");
}

#[tokio::test]
async fn a_reset_can_begin_another_scenario() {
    let desk = Desk::open().await;
    let names = get(&desk, "scenarios").await;
    for name in names.as_array().unwrap() {
        let body = json!({"scenario": name});
        assert_eq!(send(&desk, "reset", body).await.0, 200, "{name}");
    }
    let (status, why) = send(&desk, "reset", json!({"scenario": "moon"})).await;
    assert_eq!(status, 400);
    assert!(
        why["error"]
            .as_str()
            .unwrap()
            .starts_with("no scenario is named `moon`; there are demo"),
        "{why}"
    );
}

#[tokio::test]
async fn a_fault_that_cannot_be_is_refused() {
    let desk = Desk::open().await;
    let fault = json!({"kind": "cut_json"});
    let (status, why) = send(
        &desk,
        "faults",
        json!({"operation": "stoplists", "fault": fault}),
    )
    .await;
    assert_eq!(status, 400);
    assert!(
        why["error"].as_str().unwrap().contains("`stoplists`"),
        "{why}"
    );
    let share = json!({"operation": "stop_lists", "percent": 101, "fault": fault});
    assert_eq!(send(&desk, "faults", share).await.0, 400);
    let refusal = json!({"kind": "till_refuses", "code": "Common", "message": "Нет"});
    for (operation, fault) in [
        ("webhook", json!({"kind": "status", "status": 500})),
        ("combo", json!({"kind": "webhook_lost"})),
        ("server/auth", json!({"kind": "token_expired"})),
        ("access_token", json!({"kind": "token_expired"})),
        ("deliveries_create", json!({"kind": "empty_menu"})),
        ("deliveries_by_id", refusal.clone()),
    ] {
        let rule = json!({"operation": operation, "fault": fault});
        let (status, why) = send(&desk, "faults", rule).await;
        let sentence = format!(
            "`fault`: `{}` changes nothing about `{operation}`",
            fault["kind"].as_str().unwrap()
        );
        assert_eq!((status, &why["error"]), (400, &json!(sentence)));
    }
    for (operation, fault) in [
        (
            json!("webhook"),
            json!({"kind": "latency", "milliseconds": 1}),
        ),
        (json!("deliveries_create"), refusal.clone()),
        (json!(null), refusal),
    ] {
        let rule = json!({"operation": operation, "fault": fault});
        assert_eq!(send(&desk, "faults", rule).await.0, 200);
    }
}
