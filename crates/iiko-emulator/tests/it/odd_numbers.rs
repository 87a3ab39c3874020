//! Numbers that nobody means: they are refused by name, and the emulator goes on.

use iiko_emulator::{Config, Pace};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Desk, NOBODY, control::send, orders::pickup};

/// The largest number that a decimal has.
const LARGEST: &str = "79228162514264337593543950335";

/// An order of which one member is another, at a path like `/items/0/price`.
fn order(desk: &Desk, place: &str, value: &Value) -> Value {
    let mut body = pickup(desk, Uuid::new_v4());
    // one that orders of every kind take
    body["order"]["customer"] = json!(null);
    body["createOrderSettings"] = json!({});
    body["order"]["discountsInfo"] =
        json!({"discounts": [{"type": "RMS", "discountTypeId": *NOBODY}]});
    body["order"]["payments"] =
        json!([{"paymentTypeKind": "Cash", "paymentTypeId": *NOBODY, "sum": 1}]);
    let tea = body["order"]["items"][0]["productId"].clone();
    body["order"]["items"][0]["modifiers"] = json!([{"productId": tea, "amount": 1, "price": 1}]);
    let (parent, name) = place.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value.clone();
    body
}

#[tokio::test]
async fn odd_numbers_are_refused_by_name_and_the_emulator_goes_on() {
    let desk = Desk::open_with(Config {
        pace: Pace::Auto { speed: 1000 },
        ..Config::default()
    })
    .await;
    let (organization, group) = desk.hall();
    let of = |members: Value| {
        let mut body = json!({"organizationId": organization, "terminalGroupId": group});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        body
    };
    // as text, which iiko reads too: as a number it would go out rounded
    let largest = json!(LARGEST);

    for (place, value) in [
        (
            "/createOrderSettings/transportToFrontTimeout",
            &json!(i64::MAX),
        ),
        ("/order/items/0/price", &largest),
        ("/order/items/0/amount", &largest),
        ("/order/items/0/modifiers/0/price", &largest),
        ("/order/items/0/modifiers/0/amount", &largest),
        ("/order/discountsInfo/discounts/0/sum", &largest),
        ("/order/payments/0/sum", &largest),
        ("/order/deliveryDuration", &json!(i64::MAX)),
    ] {
        let body = order(&desk, place, value);
        refused(&desk, "/api/1/deliveries/create", body.clone(), place).await;
        if !place.ends_with("deliveryDuration") {
            let asked = json!({"organizationId": organization, "order": body["order"]});
            let of_loyalty = !place.starts_with("/createOrderSettings");
            if of_loyalty {
                refused(&desk, "/api/1/loyalty/iiko/calculate", asked, place).await;
            }
            refused(&desk, "/api/1/order/create", body, place).await;
        }
    }
    let items = order(&desk, "/order/items/0/price", &largest)["order"]["items"].clone();
    refused(
        &desk,
        "/api/1/combo/calculate",
        of(json!({"items": items})),
        "/price",
    )
    .await;
    let mut items = order(&desk, "/order/items/0/amount", &largest)["order"]["items"].clone();
    refused(
        &desk,
        "/api/1/stop_lists/check",
        of(json!({"items": items})),
        "/amount",
    )
    .await;
    items[0]["balance"] = largest.clone();
    items[0]["amount"] = json!(1);
    refused(
        &desk,
        "/api/1/stop_lists/add",
        of(json!({"items": items})),
        "/balance",
    )
    .await;
    let reserve = json!({
        "customer": {"type": "regular", "name": "Гость"}, "phone": "+79990000001", "shouldRemind": false,
        "tableIds": [*NOBODY], "estimatedStartTime": "2026-12-01 12:00:00.000", "durationInMinutes": 1_000_000_000_000_i64,
    });
    refused(
        &desk,
        "/api/1/reserve/create",
        of(reserve),
        "/durationInMinutes",
    )
    .await;
    let offset = json!({"organizationIds": [organization], "offsetInSeconds": i64::MAX});
    let couriers = "/api/1/employees/couriers/locations/by_time_offset";
    refused(&desk, couriers, offset, "/offsetInSeconds").await;
    let wallet = of(json!({"customerId": *NOBODY, "walletId": *NOBODY, "sum": largest}));
    for path in ["topup", "chargeoff", "hold"] {
        let path = format!("/api/1/loyalty/iiko/customer/wallet/{path}");
        refused(&desk, &path, wallet.clone(), "/sum").await;
    }

    let fault = |fault: Value| json!({"operation": "combo", "fault": fault});
    for (route, body, name) in [
        (
            "clock",
            json!({"advance_seconds": u64::MAX}),
            "advance_seconds",
        ),
        (
            "tokens",
            json!({"lifetime_seconds": u64::MAX}),
            "lifetime_seconds",
        ),
        ("pace", json!({"kind": "auto", "speed": 0}), "speed"),
        ("pace", json!({"kind": "auto", "speed": u32::MAX}), "speed"),
        (
            "grow",
            json!({"organization": "parkovaya", "products": u32::MAX}),
            "products",
        ),
        (
            "price",
            json!({"organization": "parkovaya", "product": "TEA-01", "price": largest}),
            "price",
        ),
        (
            "stop",
            json!({"organization": "parkovaya", "terminal_group": "Парковая, зал", "product": "TEA-01", "balance": largest}),
            "balance",
        ),
        (
            "faults",
            fault(json!({"kind": "limit", "calls": 1, "seconds": u64::MAX})),
            "seconds",
        ),
        (
            "faults",
            fault(json!({"kind": "limit", "calls": 0, "seconds": 1})),
            "calls",
        ),
        (
            "faults",
            fault(json!({"kind": "latency", "milliseconds": u64::MAX})),
            "milliseconds",
        ),
        (
            "faults",
            fault(json!({"kind": "status", "status": 99})),
            "status",
        ),
    ] {
        let (status, why) = send(&desk, route, body).await;
        let sentence = why["error"].as_str().unwrap();
        assert!(
            status == 400 && sentence.contains(&format!("`{name}`")),
            "{route}: {why}"
        );
    }
    let revision = json!({"organization": "parkovaya", "revision": i64::MAX});
    assert_eq!(send(&desk, "revision", revision).await.0, 200);
    let name = json!({"organization": "parkovaya", "product": "TEA-01", "name": "Чай"});
    assert_eq!(send(&desk, "rename", name).await.0, 200);

    let login = json!({"apiLogin": "demo"});
    assert_eq!(desk.post("/api/1/access_token", login).await.status, 200);
    assert!(desk.emulator.is_alive());
}

async fn refused(desk: &Desk, path: &str, body: Value, place: &str) {
    let answer = desk.post(path, body).await;
    let name = place.rsplit('/').next().unwrap();
    let (status, _, sentence) = answer.refusal();
    assert!(
        status == 400 && sentence.contains(name),
        "{path} {place}: {}",
        answer.text
    );
}
