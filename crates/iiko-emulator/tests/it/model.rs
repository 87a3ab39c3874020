//! Random days of two restaurants, step by step: whatever is done in whatever order, some things stay true.
//!
//! - an order goes only forward, never beyond its end, and nobody brings what is fetched
//! - its sum is that of its lines and their modifiers, less its discounts, and it closes only when that is paid
//! - every change gets a revision that nothing had before
//! - a handler hears of every change that its filter wants, in order and as it was, and of no other
//! - a wallet loses what closed orders were paid with and gets what they earned; only they use up coupons
//!
//! What took effect is counted over all days, so that nothing of this is true of nothing.

mod deeds;
mod watch;

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
};

use iiko_types::{
    ids::{OrganizationId, TerminalGroupId},
    operations::ALL,
    schemas::{DeliveryStatus, RetrievedOrderStatus},
};
use proptest::{prelude::*, test_runner::Config as Cases};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use self::{
    deeds::{COUPONS, Deed, Kind, Making, deed},
    watch::{ENDS, Watched, filters},
};
use crate::{
    Desk, NABEREZHNAYA, PARKOVAYA,
    guests::{OLGA, balance},
    halls::{table, tomorrow},
    handler::Handler,
    orders::payment_type,
    quiet_desk,
};

/// Where orders are made, and what is needed for them.
struct Restaurant {
    organization: OrganizationId,
    group: TerminalGroupId,
    ice_cream: Value,
    lemonade: Value,
    topping: Value,
    toppings: Value,
    cash: Value,
    bonus: Value,
    discounts: Vec<Value>,
    /// The only one that is reserved.
    table: Value,
    tomorrow: String,
}

struct Day {
    desk: Desk,
    handler: Handler,
    restaurants: [Restaurant; 2],
    orders: Vec<Uuid>,
    watched: BTreeMap<Uuid, Watched>,
    /// The greatest revision that was ever seen.
    revision: i64,
    /// What the handler of each restaurant still has to hear.
    to_hear: [VecDeque<Value>; 2],
    /// What was sent: its word, and the body that asks what became of it.
    commands: RefCell<Vec<(&'static str, Value)>>,
}

/// How often something took effect.
type Tally = BTreeMap<&'static str, usize>;

/// The id of the row that has `word` under `key`.
fn id_in(rows: &Value, key: &str, word: &str) -> Value {
    let mut rows = rows.as_array().unwrap().iter();
    rows.find(|it| it[key] == word).unwrap()["id"].clone()
}

impl Restaurant {
    async fn open(desk: &Desk, name: &str, group: &str, menu: &Value, table: &Value) -> Self {
        let control = desk.control();
        let organization = control.organization(name).unwrap();
        let all = json!({"organizationIds": [organization]});
        let discounts = desk.ask("/api/1/discounts", all).await;
        let discounts = discounts["discounts"][0]["items"]
            .as_array()
            .unwrap()
            .iter();
        Self {
            organization,
            group: control.terminal_group(organization, group).unwrap(),
            ice_cream: id_in(&menu["products"], "code", "DESS-07"),
            lemonade: id_in(&menu["products"], "code", "LEMON-01"),
            topping: id_in(&menu["products"], "code", "MOD-TOP-01"),
            toppings: id_in(&menu["groups"], "name", "Топпинг"),
            cash: payment_type(desk, "CASH").await,
            bonus: payment_type(desk, "BONUS").await,
            discounts: discounts.map(|it| it["id"].clone()).collect(),
            table: table.clone(),
            tomorrow: tomorrow(desk),
        }
    }
}

impl Day {
    async fn begin() -> Self {
        let desk = quiet_desk().await;
        let control = desk.control();
        let organization = control.organization(PARKOVAYA).unwrap();
        let table = &table(&desk).await;
        // both sell the same dishes under the same ids
        let menu = json!({"organizationId": organization});
        let menu = desk.ask("/api/1/nomenclature", menu).await;
        let restaurants = [
            Restaurant::open(&desk, PARKOVAYA, "Парковая, зал", &menu, table).await,
            Restaurant::open(&desk, NABEREZHNAYA, "Набережная, касса", &menu, table).await,
        ];
        let handler = Handler::open().await;
        for (restaurant, filter) in restaurants.iter().zip(filters()) {
            let body = json!({
                "organizationId": restaurant.organization, "webHooksUri": handler.url, "webHooksFilter": filter,
            });
            desk.ask("/api/1/webhooks/update_settings", body).await;
        }
        Self {
            desk,
            handler,
            restaurants,
            orders: Vec::new(),
            watched: BTreeMap::new(),
            revision: 0,
            to_hear: [VecDeque::new(), VecDeque::new()],
            commands: RefCell::default(),
        }
    }

    async fn create(&self, id: Uuid) {
        let watched = &self.watched[&id];
        let restaurant = &self.restaurants[watched.place];
        let (path, body) = restaurant.creation(id, &watched.making);
        self.desk.ask(path, body).await;
    }

    /// Sends a command about one of the orders whose kind has such a one.
    async fn command(&self, order: usize, word: &'static str, mut body: Value) {
        let path = |kind: Kind| format!("/api/1/{}/{word}", kind.family());
        let has = |kind: Kind| ALL.iter().any(|it| it.path == path(kind));
        assert!(Kind::ALL.into_iter().any(has), "nothing has `{word}`");
        // what is meant for one status goes to an order that has it, where there is one
        let apt = match word {
            "confirm" => Some("Unconfirmed"),
            "cancel_confirmation" => Some("WaitCooking"),
            _ => None,
        };
        let is_apt = |it: &Watched| has(it.making.kind) && apt.is_some() && it.status() == apt;
        let found = self.nth(order, is_apt);
        let found = found.or_else(|| self.nth(order, |it| has(it.making.kind)));
        let Some((id, watched)) = found else {
            return;
        };
        let kind = watched.making.kind;
        let key = if kind == Kind::Banquet {
            "reserveId"
        } else {
            "orderId"
        };
        let organization = self.restaurants[watched.place].organization;
        body["organizationId"] = json!(organization);
        body[key] = json!(id);
        let answer = self.desk.ask(&path(kind), body).await;
        let asked = json!({
            "organizationId": organization, "correlationId": answer["correlationId"],
        });
        self.commands.borrow_mut().push((word, asked));
    }

    fn order(&self, number: usize) -> Option<(Uuid, &Watched)> {
        self.nth(number, |_| true)
    }

    /// One of the orders that are meant.
    fn nth(&self, number: usize, is_meant: impl Fn(&Watched) -> bool) -> Option<(Uuid, &Watched)> {
        let orders = self.orders.iter().map(|id| (*id, &self.watched[id]));
        let orders: Vec<_> = orders.filter(|(_, it)| is_meant(it)).collect();
        orders.get(number % orders.len().max(1)).copied()
    }

    async fn act(&mut self, deed: &Deed) {
        let control = self.desk.control();
        match deed {
            Deed::Create(place, making) => self.make(*place, making).await,
            Deed::Repeat(order) => {
                if let Some((id, _)) = self.order(*order) {
                    self.create(id).await;
                }
            }
            Deed::Step => drop(control.step()),
            Deed::Move(order, status) => self.move_to(*order, *status),
            Deed::Advance(order) => {
                // what is impossible is refused, and the invariants tell whether something happened all the same
                let is_on_its_way = |it: &Watched| {
                    it.making.kind.is_delivery() && it.status().is_none_or(|it| !ENDS.contains(&it))
                };
                if let Some((id, _)) = self.nth(*order, is_on_its_way) {
                    drop(control.advance_delivery(id));
                }
            }
            Deed::AddItems(order, amount) => {
                let lines = json!({"items": [self.restaurants[0].line(*amount, 1)]});
                self.command(*order, "add_items", lines).await;
            }
            Deed::ChangeItems(order, amount) => {
                let lines = json!({"items": [self.restaurants[0].line(*amount, 0)]});
                self.command(*order, "change_items", lines).await;
            }
            Deed::Pay(order, sum) => {
                let payments = json!({"payments": [self.restaurants[0].cash(*sum)]});
                self.command(*order, "add_payments", payments).await;
            }
            Deed::PayWithBonuses(order, sum) => {
                let payments = json!({"payments": [self.restaurants[0].bonuses(*sum)]});
                self.command(*order, "add_payments", payments).await;
            }
            Deed::Cancel(order) => {
                let why = json!({"cancelReason": "ClientRefused"});
                self.command(*order, "cancel", why).await;
            }
            Deed::CancelConfirmation(order) => {
                self.command(*order, "cancel_confirmation", json!({})).await;
            }
            Deed::Confirm(order) => self.command(*order, "confirm", json!({})).await,
            Deed::Close(order) => self.command(*order, "close", json!({})).await,
            Deed::Send => self.hear().await,
        }
    }

    async fn make(&mut self, place: usize, making: &Making) {
        let id = Uuid::new_v4();
        // only the first restaurant has tables to be reserved
        let place = if making.kind == Kind::Banquet {
            0
        } else {
            place
        };
        let watched = Watched {
            place,
            making: making.clone(),
            last: Value::Null,
        };
        self.orders.push(id);
        self.watched.insert(id, watched);
        self.create(id).await;
    }

    fn move_to(&self, order: usize, status: usize) {
        let Some((id, watched)) = self.order(order) else {
            return;
        };
        let control = self.desk.control();
        let deliveries = [
            DeliveryStatus::Unconfirmed,
            DeliveryStatus::WaitCooking,
            DeliveryStatus::CookingStarted,
            DeliveryStatus::CookingCompleted,
            DeliveryStatus::Waiting,
            DeliveryStatus::OnWay,
            DeliveryStatus::Delivered,
            DeliveryStatus::Closed,
            DeliveryStatus::Cancelled,
        ];
        let tables = [
            RetrievedOrderStatus::New,
            RetrievedOrderStatus::Bill,
            RetrievedOrderStatus::Closed,
        ];
        match watched.making.kind {
            Kind::Pickup | Kind::Courier => drop(control.move_delivery(id, &deliveries[status])),
            Kind::Table => drop(control.move_table_order(id, &tables[status % tables.len()])),
            Kind::Banquet => {}
        }
    }

    /// Looks at all orders, and at what has changed since.
    async fn look(&mut self) {
        let mut newest = self.revision;
        for now in self.all_orders().await {
            let id: Uuid = now["id"].as_str().unwrap().parse().unwrap();
            let watched = self.watched.get_mut(&id).unwrap();
            if now == watched.last {
                continue;
            }
            let timestamp = now["timestamp"].as_i64().unwrap();
            assert!(
                timestamp > self.revision,
                "a change without a revision of its own: {now}"
            );
            newest = newest.max(timestamp);
            // what is only on its way to the till is told to nobody
            let is_new = watched.last.is_null() && now["creationStatus"] == "InProgress";
            let place = watched.place;
            if watched.change_to(now.clone(), &filters()[place]) && !is_new {
                self.to_hear[place].push_back(now);
            }
        }
        self.revision = newest;
    }

    async fn all_orders(&self) -> Vec<Value> {
        let ids = |place: usize, kinds: &[Kind]| -> Vec<&Uuid> {
            let orders = self.watched.iter();
            let is_meant = |it: &Watched| it.place == place && kinds.contains(&it.making.kind);
            orders
                .filter(|(_, it)| is_meant(it))
                .map(|(id, _)| id)
                .collect()
        };
        let mut found = Vec::new();
        for (place, restaurant) in self.restaurants.iter().enumerate() {
            let organization = restaurant.organization;
            let deliveries = ids(place, &[Kind::Pickup, Kind::Courier]);
            let tables = ids(place, &[Kind::Table]);
            let reserves = ids(place, &[Kind::Banquet]);
            for (path, is_any, body, key) in [
                (
                    "/api/1/deliveries/by_id",
                    !deliveries.is_empty(),
                    json!({"organizationId": organization, "orderIds": deliveries}),
                    "orders",
                ),
                (
                    "/api/1/order/by_id",
                    !tables.is_empty(),
                    json!({"organizationIds": [organization], "orderIds": tables}),
                    "orders",
                ),
                (
                    "/api/1/reserve/status_by_id",
                    !reserves.is_empty(),
                    json!({"organizationId": organization, "reserveIds": reserves}),
                    "reserves",
                ),
            ] {
                if is_any {
                    let answer = self.desk.ask(path, body).await;
                    found.extend(answer[key].as_array().unwrap().iter().cloned());
                }
            }
        }
        found
    }

    /// Has what waits sent, and compares what came with what was seen.
    async fn hear(&mut self) {
        self.desk.control().send_webhooks().await;
        for call in self.handler.heard() {
            for event in call.events {
                let is_here = |it: &Restaurant| event["organizationId"] == json!(it.organization);
                let place = self.restaurants.iter().position(is_here).unwrap();
                let expected = self.to_hear[place].pop_front();
                assert_eq!(expected.as_ref(), Some(&event["eventInfo"]), "{event}");
            }
        }
        for missed in &self.to_hear {
            assert_eq!(missed, &VecDeque::new(), "nobody was told");
        }
    }

    /// In the evening everything is done, told and booked. Gives what took effect.
    async fn end(mut self) -> Tally {
        while self.desk.control().step() {
            self.look().await;
        }
        self.hear().await;
        let all = self.watched.values();
        assert!(
            all.clone()
                .all(|it| it.last["creationStatus"] != "InProgress")
        );
        let mut expected = Decimal::from(350);
        for closed in all.clone().filter(|it| it.is_closed()) {
            expected -= closed.paid_with_bonuses();
            if closed.making.by_olga {
                expected += closed.earned();
            }
        }
        assert!(expected >= Decimal::ZERO);
        assert_eq!(
            balance(&self.desk, OLGA).await,
            expected.normalize().to_string()
        );
        for (index, coupon) in COUPONS.iter().enumerate() {
            let used = all.clone().any(|it| it.has_used(index));
            let body =
                json!({"organizationId": self.restaurants[0].organization, "number": coupon});
            let found = self
                .desk
                .ask("/api/1/loyalty/iiko/coupons/info", body)
                .await;
            let activated = &found["couponInfo"][0]["whenActivated"];
            assert_eq!(activated.is_string(), used, "{coupon}");
        }
        self.count().await
    }

    async fn count(&self) -> Tally {
        let mut tally = Tally::new();
        let mut add = |what: &'static str, is_so: bool| {
            *tally.entry(what).or_default() += usize::from(is_so);
        };
        for (word, asked) in self.commands.take() {
            let status = self.desk.ask("/api/1/commands/status", asked).await;
            assert_ne!(status["state"], "InProgress", "{word}");
            add(word, status["state"] == "Success");
        }
        for order in self.watched.values() {
            let (is_closed, is_refused) = (order.is_closed(), order.is_refused());
            let is_paid_with_bonuses = is_closed && !order.paid_with_bonuses().is_zero();
            add("refused", is_refused);
            add(
                "reserved",
                order.making.kind == Kind::Banquet && !is_refused,
            );
            add("closed", is_closed);
            add("closed with bonuses", is_paid_with_bonuses);
            add("closed with earnings", is_closed && order.making.by_olga);
            add(
                "closed with a coupon",
                (0..COUPONS.len()).any(|it| order.has_used(it)),
            );
        }
        tally
    }
}

/// All that has to take effect.
const EFFECTS: [&str; 13] = [
    "add_items",
    "add_payments",
    "cancel",
    "cancel_confirmation",
    "change_items",
    "close",
    "closed",
    "closed with a coupon",
    "closed with bonuses",
    "closed with earnings",
    "confirm",
    "refused",
    "reserved",
];

/// Six days as a rule. What is rare may need some more, but not many.
#[test]
fn whatever_is_done_in_whatever_order() {
    const MOST_ROUNDS: usize = 12;
    let tally = RefCell::new(Tally::new());
    for _ in 0..MOST_ROUNDS {
        live_days(&tally);
        let tally = tally.borrow();
        println!("{tally:?}");
        if EFFECTS.iter().all(|what| tally.get(what) > Some(&0)) {
            return;
        }
    }
    panic!("something never took effect: {tally:?}");
}

fn live_days(tally: &RefCell<Tally>) {
    let config = Cases {
        cases: 6,
        failure_persistence: None,
        ..Cases::default()
    };
    proptest!(config, |(deeds in prop::collection::vec(deed(), 60..160))| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut day = Day::begin().await;
            for deed in &deeds {
                day.act(deed).await;
                if deed.changes_something() {
                    day.look().await;
                }
            }
            let effects = day.end().await;
            for (what, count) in effects {
                *tally.borrow_mut().entry(what).or_default() += count;
            }
        });
    });
}
