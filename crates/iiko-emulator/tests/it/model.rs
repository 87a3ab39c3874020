//! Random days of deliveries, step by step: whatever is done in whatever order, some things stay true.
//!
//! - an order goes only forward, never beyond its end, and nobody brings what is fetched
//! - its sum is that of its lines, and it closes only when that is paid
//! - every change gets a revision that nothing had before
//! - the events tell every status that was ever seen, in its order, and no other

use std::collections::BTreeMap;

use proptest::{prelude::*, test_runner::Config as Cases};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA,
    deliveries::{pickup, quiet_desk},
};

/// What somebody does next; orders are meant by their number, modulo how many there are.
#[derive(Clone, Debug)]
enum Deed {
    Create {
        by_courier: bool,
        amount: u32,
    },
    /// The till does one thing that is due.
    Step,
    Move(usize, &'static str),
    Advance(usize),
    AddItems(usize, u32),
    Pay(usize, u32),
    Cancel(usize),
    CancelConfirmation(usize),
    Confirm(usize),
    Close(usize),
    /// The same order again.
    Repeat(usize),
}

const WAY: [&str; 8] = [
    "Unconfirmed",
    "WaitCooking",
    "CookingStarted",
    "CookingCompleted",
    "Waiting",
    "OnWay",
    "Delivered",
    "Closed",
];

fn deed() -> impl Strategy<Value = Deed> {
    let order = 0..6_usize;
    let status = prop::sample::select(&WAY[..]);
    prop_oneof![
        3 => (any::<bool>(), 1..4_u32).prop_map(|(by_courier, amount)| Deed::Create { by_courier, amount }),
        6 => Just(Deed::Step),
        4 => (order.clone(), status).prop_map(|(order, status)| Deed::Move(order, status)),
        4 => order.clone().prop_map(Deed::Advance),
        2 => (order.clone(), 1..3_u32).prop_map(|(order, amount)| Deed::AddItems(order, amount)),
        3 => (order.clone(), 1..900_u32).prop_map(|(order, sum)| Deed::Pay(order, sum)),
        1 => order.clone().prop_map(Deed::Cancel),
        1 => order.clone().prop_map(Deed::CancelConfirmation),
        1 => order.clone().prop_map(Deed::Confirm),
        2 => order.clone().prop_map(Deed::Close),
        1 => order.prop_map(Deed::Repeat),
    ]
}

/// What was seen of an order.
#[derive(Default)]
struct Seen {
    by_courier: bool,
    statuses: Vec<String>,
    timestamp: i64,
    last: Value,
}

struct Day {
    desk: Desk,
    orders: Vec<Uuid>,
    seen: BTreeMap<Uuid, Seen>,
    /// The greatest revision that was ever seen.
    revision: i64,
    cash: Value,
}

impl Day {
    async fn begin() -> Self {
        let desk = quiet_desk().await;
        let types = json!({"organizationIds": [desk.organization(PARKOVAYA)]});
        let types = desk.ask("/api/1/payment_types", types).await;
        let mut types = types["paymentTypes"].as_array().unwrap().iter();
        let cash = types.find(|it| it["paymentTypeKind"] == "Cash" && it["isDeleted"] == false);
        let cash = cash.unwrap()["id"].clone();
        Self {
            desk,
            orders: Vec::new(),
            seen: BTreeMap::new(),
            revision: 0,
            cash,
        }
    }

    async fn create(&mut self, id: Uuid, by_courier: bool, amount: u32) {
        let mut body = pickup(&self.desk, id);
        body["order"]["items"][0]["amount"] = json!(amount);
        if by_courier {
            body["order"]["orderServiceType"] = json!("DeliveryByCourier");
            let coordinates = json!({"latitude": 55.75, "longitude": 37.61});
            body["order"]["deliveryPoint"] = json!({"coordinates": coordinates});
        }
        self.desk.ask("/api/1/deliveries/create", body).await;
    }

    async fn command(&self, path: &str, order: usize, mut body: Value) {
        let Some(id) = self.order(order) else { return };
        body["organizationId"] = json!(self.desk.organization(PARKOVAYA));
        body["orderId"] = json!(id);
        self.desk
            .ask(&format!("/api/1/deliveries/{path}"), body)
            .await;
    }

    fn order(&self, number: usize) -> Option<Uuid> {
        let count = self.orders.len().max(1);
        self.orders.get(number % count).copied()
    }

    async fn act(&mut self, deed: &Deed) {
        let control = self.desk.control();
        match deed {
            Deed::Create { by_courier, amount } => {
                let id = Uuid::new_v4();
                self.orders.push(id);
                let seen = self.seen.entry(id).or_default();
                seen.by_courier = *by_courier;
                self.create(id, *by_courier, *amount).await;
            }
            Deed::Repeat(order) => {
                if let Some(id) = self.order(*order) {
                    self.create(id, false, 9).await;
                }
            }
            Deed::Step => drop(control.step()),
            // what is impossible is refused, and the invariants tell whether something happened all the same
            Deed::Move(order, status) => {
                if let Some(id) = self.order(*order) {
                    drop(control.move_delivery(id, &(*status).into()));
                }
            }
            Deed::Advance(order) => {
                if let Some(id) = self.order(*order) {
                    drop(control.advance_delivery(id));
                }
            }
            Deed::AddItems(order, amount) => {
                let tea = pickup(&self.desk, Uuid::nil())["order"]["items"][0].clone();
                let mut line = tea;
                line["amount"] = json!(amount);
                self.command("add_items", *order, json!({"items": [line]}))
                    .await;
            }
            Deed::Pay(order, sum) => {
                let cash =
                    json!({"paymentTypeKind": "Cash", "sum": sum, "paymentTypeId": self.cash});
                self.command("add_payments", *order, json!({"payments": [cash]}))
                    .await;
            }
            Deed::Cancel(order) => self.command("cancel", *order, json!({})).await,
            Deed::CancelConfirmation(order) => {
                self.command("cancel_confirmation", *order, json!({})).await;
            }
            Deed::Confirm(order) => self.command("confirm", *order, json!({})).await,
            Deed::Close(order) => self.command("close", *order, json!({})).await,
        }
    }

    /// Looks at all orders, and at what has changed since.
    async fn look(&mut self) {
        if self.orders.is_empty() {
            return;
        }
        let body =
            json!({"organizationId": self.desk.organization(PARKOVAYA), "orderIds": self.orders});
        let answer = self.desk.ask("/api/1/deliveries/by_id", body).await;
        let mut newest = self.revision;
        for now in answer["orders"].as_array().unwrap() {
            let id: Uuid = now["id"].as_str().unwrap().parse().unwrap();
            let seen = self.seen.get_mut(&id).unwrap();
            if *now == seen.last {
                continue;
            }
            let timestamp = now["timestamp"].as_i64().unwrap();
            assert!(
                timestamp > self.revision,
                "a change without a revision of its own: {now}"
            );
            newest = newest.max(timestamp);
            seen.change_to(now, timestamp);
        }
        self.revision = newest;
    }

    /// What the events told of each order.
    fn told(&self) -> BTreeMap<Uuid, Vec<String>> {
        let mut told: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
        let mut revision = 0;
        for event in self.desk.control().events() {
            let info = &event["eventInfo"];
            let timestamp = info["timestamp"].as_i64().unwrap();
            assert!(timestamp > revision, "events are out of order");
            revision = timestamp;
            let id: Uuid = info["id"].as_str().unwrap().parse().unwrap();
            let statuses = told.entry(id).or_default();
            if let Some(status) = info["order"]["status"].as_str()
                && statuses.last().is_none_or(|last| last != status)
            {
                statuses.push(status.to_owned());
            }
        }
        told
    }
}

impl Seen {
    fn change_to(&mut self, now: &Value, timestamp: i64) {
        self.timestamp = timestamp;
        let order = &now["order"];
        if let Some(status) = order["status"].as_str() {
            if let Some(last) = self.statuses.last() {
                self.check_way(last, status);
            }
            if self.statuses.last().is_none_or(|last| last != status) {
                self.statuses.push(status.to_owned());
            }
            check_money(order, status);
        }
        self.last = now.clone();
    }

    fn check_way(&self, from: &str, to: &str) {
        let place = |status: &str| WAY.iter().position(|it| *it == status);
        assert!(
            from == to || !["Closed", "Cancelled"].contains(&from),
            "{from} is the end, and then it was {to}"
        );
        assert!(
            self.by_courier || !["OnWay", "Delivered"].contains(&to),
            "somebody brings what is fetched"
        );
        let back = (from, to) == ("WaitCooking", "Unconfirmed");
        assert!(
            to == "Cancelled" || back || place(to) >= place(from),
            "from {from} back to {to}"
        );
    }
}

fn number(value: &Value) -> Decimal {
    value.to_string().parse().unwrap_or_default()
}

fn check_money(order: &Value, status: &str) {
    let lines = order["items"].as_array().unwrap();
    let whole: Decimal = lines.iter().map(|line| number(&line["resultSum"])).sum();
    assert_eq!(number(&order["sum"]), whole, "{order}");
    for line in lines {
        assert_eq!(
            number(&line["cost"]),
            number(&line["price"]) * number(&line["amount"]),
            "{line}"
        );
    }
    if status == "Closed" {
        let payments = order["payments"].as_array().unwrap();
        let paid: Decimal = payments.iter().map(|it| number(&it["sum"])).sum();
        assert!(paid >= whole, "closed, and {paid} of {whole} are paid");
        assert_eq!(number(&order["processedPaymentsSum"]), paid, "{order}");
    }
}

proptest! {
    #![proptest_config(Cases { cases: 40, failure_persistence: None, ..Cases::default() })]

    #[test]
    fn whatever_is_done_in_whatever_order(deeds in prop::collection::vec(deed(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut day = Day::begin().await;
            for deed in &deeds {
                day.act(deed).await;
                day.look().await;
            }
            while day.desk.control().step() {
                day.look().await;
            }
            let told = day.told();
            for (id, seen) in &day.seen {
                let told = told.get(id).cloned().unwrap_or_default();
                assert_eq!(told, seen.statuses, "order {id}");
                assert_ne!(seen.last["creationStatus"], "InProgress");
            }
        });
    }
}
