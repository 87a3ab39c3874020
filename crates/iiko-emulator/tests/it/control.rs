//! Control over HTTP.

use serde_json::{Value, json};

use crate::{Desk, PARKOVAYA};

async fn send(desk: &Desk, route: &str, body: Value) -> (u16, Value) {
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
    let url = format!("{}/_emulator/{route}", desk.emulator.url());
    serde_json::from_str(
        &desk
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
    )
    .unwrap()
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
