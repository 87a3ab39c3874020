//! Every box of iikoWeb's webhook form (`CONTRACTS.md` B8.3): who ticks it hears that, and nothing else.

use std::time::Duration;

use iiko_emulator::{Config, Pace};
use iiko_types::schemas::ReserveStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA,
    halls::{table, tomorrow},
    handler::{Handler, subscribe},
    orders::pickup,
};

/// How far the kitchen takes the dishes of a table.
const DISHES: [&str; 3] = ["CookingStarted", "CookingCompleted", "Served"];

/// The rest of a delivery's way by a courier.
const AFTER_READY_FOR_COOKING: [&str; 6] = [
    "CookingStarted",
    "CookingCompleted",
    "Waiting",
    "OnWay",
    "Delivered",
    "Closed",
];

/// A desk and a handler; each box is ticked alone, and the same day is played for it.
struct Day {
    desk: Desk,
    handler: Handler,
}

impl Day {
    async fn begin() -> Self {
        // it outlives all that is advanced here
        let token_lifetime = Duration::from_secs(10 * 24 * 3600);
        let desk = Desk::open_with(Config {
            pace: Pace::Stepped,
            token_lifetime,
            ..Config::default()
        });
        Self {
            desk: desk.await,
            handler: Handler::open().await,
        }
    }

    async fn tick(&self, filter: Value) {
        subscribe(&self.desk, &self.handler, filter).await;
    }

    /// What was told since the last look.
    async fn told(&mut self) -> Vec<Value> {
        self.desk.control().send_webhooks().await;
        let calls = self.handler.heard();
        calls.into_iter().flat_map(|call| call.events).collect()
    }

    async fn command(&self, path: &str, body: Value) {
        self.desk.ask(path, body).await;
        self.desk.control().settle();
    }

    fn of(&self, members: Value) -> Value {
        let mut body = pickup(&self.desk, Uuid::nil());
        body.as_object_mut().unwrap().remove("order");
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        body
    }

    async fn create(&self, phone: &str) -> Uuid {
        let id = Uuid::new_v4();
        let mut body = pickup(&self.desk, id);
        body["order"]["phone"] = json!(phone);
        body["order"]["orderServiceType"] = json!("DeliveryByCourier");
        let coordinates = json!({"latitude": 55.75, "longitude": 37.61});
        body["order"]["deliveryPoint"] = json!({"coordinates": coordinates});
        self.command("/api/1/deliveries/create", body).await;
        id
    }

    /// One delivery the whole way, one that is cancelled, one that the till refuses.
    async fn deliver(&self) {
        let control = self.desk.control();
        let id = self.create("+79990000001").await;
        control.move_delivery(id, &"Unconfirmed".into()).unwrap();
        // the way has a status that is passed by
        control.advance_delivery(id).unwrap();
        control
            .move_delivery(id, &"ReadyForCooking".into())
            .unwrap();
        for status in AFTER_READY_FOR_COOKING {
            control.advance_delivery(id).unwrap();
            let way = control.deliveries();
            let order = way.iter().find(|it| it.id == id).unwrap().order.as_ref();
            assert_eq!(order.unwrap().status, Some(status.into()));
        }
        let other = self.create("+79990000001").await;
        control.move_delivery(other, &"Cancelled".into()).unwrap();
        self.create("12").await;
    }

    async fn open_table(&self, table: &Value) -> Uuid {
        let id = Uuid::new_v4();
        let items = pickup(&self.desk, id)["order"]["items"].clone();
        let body = self.of(json!({
            "order": {"id": id, "tableIds": [table], "items": items},
            "createOrderSettings": {"servicePrint": true},
        }));
        self.command("/api/1/order/create", body).await;
        id
    }

    /// One order at a table the whole way, one that is deleted, one that the till refuses.
    async fn serve(&self) {
        let control = self.desk.control();
        let table = table(&self.desk).await;
        let id = self.open_table(&table).await;
        for dishes in DISHES {
            control.cook_table_order(id, &dishes.into()).unwrap();
        }
        control.move_table_order(id, &"Bill".into()).unwrap();
        // who pays, pays by himself
        control.set_pace(Pace::Auto { speed: 1 });
        control.advance_clock(Duration::from_secs(3600));
        control.set_pace(Pace::Stepped);
        let other = self.open_table(&table).await;
        control.move_table_order(other, &"Deleted".into()).unwrap();
        self.open_table(&json!(Uuid::nil())).await;
    }
}

fn statuses_of_dishes(event: &Value) -> Vec<&str> {
    let items = event["eventInfo"]["order"]["items"].as_array();
    let items = items.into_iter().flatten();
    items.filter_map(|item| item["status"].as_str()).collect()
}

/// Type and status of each event, in their order. Nothing is told twice.
fn told_of_orders(told: &[Value]) -> Vec<(&str, &str)> {
    require_once(told);
    let words = told.iter().map(|event| {
        let status = event["eventInfo"]["order"]["status"].as_str();
        (
            event["eventType"].as_str().unwrap(),
            status.unwrap_or_default(),
        )
    });
    words.collect()
}

fn require_once(told: &[Value]) {
    for (index, event) in told.iter().enumerate() {
        assert!(!told[..index].contains(event), "told twice: {event}");
    }
}

#[tokio::test]
async fn every_box_of_deliveries() {
    let mut day = Day::begin().await;
    for (status, count) in [
        ("Unconfirmed", 1),
        // two orders are taken, one of them twice
        ("WaitCooking", 3),
        ("ReadyForCooking", 1),
        ("CookingStarted", 1),
        ("CookingCompleted", 1),
        ("Waiting", 1),
        ("OnWay", 1),
        ("Delivered", 1),
        ("Closed", 1),
        ("Cancelled", 1),
    ] {
        let filter = json!({"deliveryOrderFilter": {"orderStatuses": [status]}});
        day.tick(filter).await;
        day.deliver().await;
        let expected = vec![("DeliveryOrderUpdate", status); count];
        assert_eq!(told_of_orders(&day.told().await), expected);
    }
    for (status, count) in [
        ("Added", 2),
        ("PrintedNotCooking", 1),
        ("CookingStarted", 1),
        ("CookingCompleted", 1),
        ("Served", 1),
    ] {
        let filter = json!({"deliveryOrderFilter": {"itemStatuses": [status]}});
        day.tick(filter).await;
        day.deliver().await;
        let told = day.told().await;
        require_once(&told);
        let types: Vec<&Value> = told.iter().map(|it| &it["eventType"]).collect();
        assert_eq!(types, vec!["DeliveryOrderUpdate"; count], "{status}");
        for event in told {
            assert_eq!(statuses_of_dishes(&event), [status]);
        }
    }
    day.tick(json!({"deliveryOrderFilter": {"errors": true}}))
        .await;
    day.deliver().await;
    let told = day.told().await;
    assert_eq!(told_of_orders(&told), [("DeliveryOrderError", "")]);
}

#[tokio::test]
async fn every_box_of_tables() {
    let mut day = Day::begin().await;
    for (status, count) in [("New", 2), ("Bill", 1), ("Closed", 1), ("Deleted", 1)] {
        let filter = json!({"tableOrderFilter": {"orderStatuses": [status]}});
        day.tick(filter).await;
        day.serve().await;
        let expected = vec![("TableOrderUpdate", status); count];
        assert_eq!(told_of_orders(&day.told().await), expected);
    }
    for (status, count) in [
        ("Added", 2),
        ("PrintedNotCooking", 2),
        ("CookingStarted", 1),
        ("CookingCompleted", 1),
        ("Served", 1),
    ] {
        let filter = json!({"tableOrderFilter": {"itemStatuses": [status]}});
        day.tick(filter).await;
        day.serve().await;
        let told = day.told().await;
        require_once(&told);
        let types: Vec<&Value> = told.iter().map(|it| &it["eventType"]).collect();
        assert_eq!(types, vec!["TableOrderUpdate"; count], "{status}");
        for event in told {
            assert_eq!(statuses_of_dishes(&event), [status]);
        }
    }
    day.tick(json!({"tableOrderFilter": {"errors": true}}))
        .await;
    day.serve().await;
    let told = day.told().await;
    assert_eq!(told_of_orders(&told), [("TableOrderError", "")]);
}

#[tokio::test]
async fn added_dishes_are_told_again() {
    let mut day = Day::begin().await;
    let filter = json!({"itemStatuses": ["Added"]});
    day.tick(json!({"deliveryOrderFilter": filter, "tableOrderFilter": filter}))
        .await;
    let id = day.create("+79990000001").await;
    let items = pickup(&day.desk, id)["order"]["items"].clone();
    let table = day.open_table(&table(&day.desk).await).await;
    assert_eq!(day.told().await.len(), 2);
    for (path, id) in [("deliveries", id), ("order", table)] {
        let body = day.of(json!({"orderId": id, "items": items}));
        day.command(&format!("/api/1/{path}/add_items"), body).await;
        assert_eq!(day.told().await.len(), 1, "{path}");
    }
}

impl Day {
    async fn reserve(&self, phone: &str) -> Uuid {
        let id = Uuid::new_v4();
        let body = self.of(json!({
            "id": id, "customer": {"type": "regular", "name": "Мария"}, "phone": phone, "durationInMinutes": 120,
            "shouldRemind": false, "tableIds": [table(&self.desk).await],
            "estimatedStartTime": tomorrow(&self.desk),
        }));
        self.command("/api/1/reserve/create", body).await;
        id
    }
}

fn statuses_of_reserves(told: &[Value]) -> Vec<&str> {
    let statuses = told.iter();
    let statuses = statuses.map(|event| event["eventInfo"]["reserve"]["status"].as_str());
    statuses.flatten().collect()
}

#[tokio::test]
async fn both_boxes_of_reserves() {
    let mut day = Day::begin().await;
    day.tick(json!({"reserveFilter": {"updates": true}})).await;
    let control = day.desk.control();
    let id = day.reserve("+79990000003").await;
    control.move_reserve(id, &ReserveStatus::Started).unwrap();
    assert!(control.move_reserve(id, &ReserveStatus::New).is_err());
    control.move_reserve(id, &ReserveStatus::Closed).unwrap();
    day.reserve("12").await;
    let told = day.told().await;
    assert_eq!(statuses_of_reserves(&told), ["New", "Started", "Closed"]);
    assert!(told.iter().all(|it| it["eventType"] == "ReserveUpdate"));
    assert_eq!(told.len(), 3);
    day.tick(json!({"reserveFilter": {"errors": true}})).await;
    day.reserve("+79990000003").await;
    day.reserve("12").await;
    let told = day.told().await;
    assert_eq!(
        (told.len(), &told[0]["eventType"]),
        (1, &json!("ReserveError"))
    );
}

#[tokio::test]
async fn reserves_begin_at_their_time_and_end_after_their_duration() {
    let day = Day::begin().await;
    let control = day.desk.control();
    let id = day.reserve("+79990000003").await;
    control.set_pace(Pace::Auto { speed: 1 });
    let status = || control.reserves()[0].reserve.clone().unwrap().status;
    let hours = |count: u64| control.advance_clock(Duration::from_secs(count * 3600));
    // tomorrow by UTC is tomorrow less the zone by the clock on the wall
    hours(20);
    assert_eq!(
        (control.reserves()[0].id, status()),
        (id, Some(ReserveStatus::New))
    );
    hours(2);
    assert_eq!(status(), Some(ReserveStatus::Started));
    hours(2);
    assert_eq!(status(), Some(ReserveStatus::Closed));
}

#[tokio::test]
async fn the_boxes_of_stop_lists_menus_shifts_and_business_hours() {
    let mut day = Day::begin().await;
    let control = day.desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    let tea = control.product(organization, "TEA-01").unwrap();
    let group = control
        .terminal_group(organization, "Парковая, зал")
        .unwrap();
    let of_all = json!({"organizationIds": [organization]});
    let couriers = day.desk.ask("/api/1/employees/couriers", of_all.clone());
    let courier = couriers.await["employees"][0]["items"][0]["id"].clone();
    let restrictions = day.desk.ask("/api/1/delivery_restrictions", of_all).await;
    let hours = restrictions["deliveryRestrictions"][0].clone();
    let boxes = [
        ("stopListUpdateFilter", "StopListUpdate", 2),
        ("nomenclatureUpdateFilter", "NomenclatureUpdate", 1),
        ("personalShiftFilter", "PersonalShift", 2),
        (
            "businessHoursAndMappingUpdateFilter",
            "BusinessHoursAndMappingUpdate",
            1,
        ),
    ];
    for (price, (filter, event_type, count)) in (210..).zip(boxes) {
        day.tick(json!({filter: {"updates": true}})).await;
        let shift = day.of(json!({"employeeId": courier}));
        let desk = &day.desk;
        desk.ask("/api/1/employees/shift/clockin", shift.clone())
            .await;
        desk.ask("/api/1/employees/shift/clockout", shift).await;
        desk.ask("/api/1/delivery_restrictions/update", hours.clone())
            .await;
        control
            .stop(organization, group, tea, None, 0.into())
            .unwrap();
        control.unstop(organization, group, tea, None).unwrap();
        control
            .set_price(organization, tea, None, price.into())
            .unwrap();
        let told = day.told().await;
        require_once(&told);
        let types: Vec<&Value> = told.iter().map(|it| &it["eventType"]).collect();
        assert_eq!(types, vec![event_type; count]);
        if event_type == "PersonalShift" {
            let opened: Vec<&Value> = told.iter().map(|it| &it["eventInfo"]["opened"]).collect();
            assert_eq!(opened, [true, false]);
        }
    }
}
