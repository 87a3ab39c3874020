//! Orders in the other restaurants that are built in: a chain of coffee shops, and a dark kitchen.

use iiko_emulator::{Config, Pace, scenario::Scenario};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk,
    handler::Handler,
    orders::{discount_type, require_whole},
};

async fn desk_in(scenario: &str, api_login: &str) -> Desk {
    let config = Config {
        scenario: Scenario::named(scenario).unwrap(),
        pace: Pace::Stepped,
        ..Config::default()
    };
    Desk::open_as(api_login, config).await
}

/// A place where orders are made.
struct Place {
    organization: Value,
    group: Value,
    menu: Value,
}

impl Place {
    async fn of(desk: &Desk, organization: &str, group: &str) -> Self {
        let control = desk.control();
        let organization = control.organization(organization).unwrap();
        let group = control.terminal_group(organization, group).unwrap();
        let menu = json!({"organizationId": organization});
        Self {
            organization: json!(organization),
            group: json!(group),
            menu: desk.ask("/api/1/nomenclature", menu).await,
        }
    }

    fn id(&self, list: &str, key: &str, word: &str) -> Value {
        let mut rows = self.menu[list].as_array().unwrap().iter();
        rows.find(|it| it[key] == word).unwrap()["id"].clone()
    }

    fn line(&self, dish: &str, size: &str, price: u32, modifiers: &[(&str, &str)]) -> Value {
        let modifiers = modifiers.iter().map(|(code, group)| {
            let group = self.id("groups", "name", group);
            json!({"productId": self.id("products", "code", code), "productGroupId": group, "amount": 1})
        });
        json!({
            "type": "Product", "productId": self.id("products", "code", dish), "amount": 1, "price": price,
            "productSizeId": self.id("sizes", "name", size), "modifiers": modifiers.collect::<Vec<_>>(),
        })
    }

    async fn ordered(&self, desk: &Desk, order: Value) -> Value {
        let id = Uuid::new_v4();
        let mut order = order;
        order["id"] = json!(id);
        let body = json!({
            "organizationId": self.organization, "terminalGroupId": self.group, "order": order,
        });
        desk.ask("/api/1/deliveries/create", body).await;
        desk.control().settle();
        let body = json!({"organizationId": self.organization, "orderIds": [id]});
        desk.ask("/api/1/deliveries/by_id", body).await["orders"][0].clone()
    }
}

/// The discount of the dictionary that has this name.
async fn discount(desk: &Desk, place: &Place, name: &str) -> Value {
    let id = discount_type(desk, place.organization.as_str().unwrap(), name).await;
    json!({"discounts": [{"type": "RMS", "discountTypeId": id}]})
}

#[tokio::test]
async fn a_coffee_is_ordered_ahead_in_kaliningrad() {
    let desk = desk_in("coffee-chain", "coffee-kaliningrad").await;
    let place = Place::of(&desk, "Тёплый Меридиан, Калининград", "Калининград, зал").await;
    let cappuccino = |modifiers: &[(&str, &str)]| {
        let (cup, croissant) = (
            place.line("COF-01", "M, 350 мл", 249, modifiers),
            json!({"type": "Product", "productId": place.id("products", "code", "PASTRY-08"), "amount": 1, "price": 189}),
        );
        json!([cup, croissant])
    };
    let order = |items: Value, more: Value| {
        let mut order = more;
        order["phone"] = json!("+79990000061");
        order["orderServiceType"] = json!("DeliveryByClient");
        order["customer"] = json!({"type": "regular", "name": "Агата"});
        order["items"] = items;
        order
    };
    // without milk it is no cappuccino
    let refused = place
        .ordered(&desk, order(cappuccino(&[]), json!({})))
        .await;
    let sentence = refused["errorInfo"]["message"].as_str().unwrap();
    assert!(
        sentence.ends_with("invalid group amount: min = 1, max = 1, actual = 0"),
        "{sentence}"
    );

    let oats = [("MOD-MILK-03", "Молоко"), ("MOD-SYR-04", "Сироп")];
    let made = place
        .ordered(&desk, order(cappuccino(&oats), json!({})))
        .await;
    // 249 + 60 + 55 of the bar, less 5 %, and 189 of the bakery
    assert_eq!(made["order"]["sum"].to_string(), "534.8", "{made}");
    require_whole(&made["order"]);
    let now = desk.control().state().now + chrono::TimeDelta::hours(2);
    let created = made["order"]["whenCreated"].as_str().unwrap();
    assert!(
        now.to_string().starts_with(&created[..16]),
        "{created} of {now}"
    );

    let own_cup = discount(&desk, &place, "Со своим стаканом").await;
    let made = place
        .ordered(
            &desk,
            order(cappuccino(&oats), json!({"discountsInfo": own_cup})),
        )
        .await;
    assert_eq!(
        made["order"]["sum"].to_string(),
        "516.6",
        "10 % off what comes from the bar"
    );
    let evening = discount(&desk, &place, "Вечерняя выпечка").await;
    let refused = place
        .ordered(
            &desk,
            order(cappuccino(&oats), json!({"discountsInfo": evening})),
        )
        .await;
    assert_eq!(
        refused["errorInfo"]["code"],
        "DiscountCardTypeModeForbidden"
    );

    // the other cities are not this login's
    let elsewhere = desk
        .control()
        .organization("Тёплый Меридиан, Нижний Новгород")
        .unwrap();
    let body = json!({
        "organizationId": elsewhere, "terminalGroupId": place.group, "order": order(cappuccino(&oats), json!({})),
    });
    let (status, code, _) = desk.post("/api/1/deliveries/create", body).await.refusal();
    assert_eq!((status, code.as_str()), (400, "ORGANIZATION_DENIED"));
}

#[tokio::test]
async fn the_brands_of_a_dark_kitchen_do_not_see_each_others_orders() {
    let mut desk = desk_in("dark-kitchen", "dark-burgers").await;
    let place = Place::of(&desk, "Кухонный цех «Три очага»", "Угрюмый Бык").await;
    let order = |service: &str, more: Value| {
        let mut order = more;
        order["phone"] = json!("+79990000001");
        order["orderServiceType"] = json!(service);
        order["customer"] = json!({"type": "one-time", "name": "Гость"});
        order["items"] =
            json!([place.line("BULL-01", "Две котлеты", 579, &[("MOD-BUN-01", "Булочка")])]);
        order
    };
    let fetched = place
        .ordered(&desk, order("DeliveryByClient", json!({})))
        .await;
    assert_eq!(
        fetched["errorInfo"]["code"], "OrderTypeNotFound",
        "nobody comes to a dark kitchen"
    );
    let coordinates = json!({"latitude": 55.78, "longitude": 37.55});
    let point = json!({"coordinates": coordinates});
    let brought = |mut more: Value| {
        more["deliveryPoint"] = point.clone();
        order("DeliveryByCourier", more)
    };
    let coupon = json!({"loyaltyInfo": {"coupon": "BULL-001"}});
    let made = place.ordered(&desk, brought(coupon)).await;
    assert_eq!(
        made["order"]["sum"].to_string(),
        "463.2",
        "a fifth off: {made}"
    );
    assert_eq!(made["order"]["sourceKey"], "ugryumy-byk");
    require_whole(&made["order"]);
    let late = discount(&desk, &place, "Опоздали с доставкой").await;
    let made = place
        .ordered(&desk, brought(json!({"discountsInfo": late})))
        .await;
    assert_eq!(made["order"]["sum"].to_string(), "492.15");

    desk.log_in("dark-asia").await;
    let body = json!({"organizationId": place.organization, "orderIds": [made["id"]]});
    assert_eq!(
        desk.ask("/api/1/deliveries/by_id", body).await["orders"],
        json!([])
    );
}

#[test]
fn a_price_order_of_what_is_not_sold_is_refused() {
    let text = include_str!("../../scenarios/demo.toml");
    let row = "product = \"PIZZA-01\", size = \"s30\"";
    for (wrong, why) in [
        (
            "product = \"PIZZA-0I\", size = \"s30\"",
            "no product `PIZZA-0I`",
        ),
        (
            "product = \"PIZZA-01\", size = \"s3O\"",
            "`PIZZA-01` has no size `s3O`",
        ),
        (
            "product = \"TEA-01\", size = \"s30\"",
            "`TEA-01` has no size `s30`",
        ),
    ] {
        assert!(text.contains(row));
        let error = Scenario::from_toml(&text.replacen(row, wrong, 1)).unwrap_err();
        assert!(format!("{error:#}").ends_with(why), "{error:#}");
    }
}

#[tokio::test]
async fn the_brands_of_a_dark_kitchen_know_nothing_of_each_other() {
    let mut desk = desk_in("dark-kitchen", "dark-asia").await;
    let mut asia = Handler::open().await;
    let organization = desk.organization("Кухонный цех «Три очага»");
    let statuses = json!({"orderStatuses": ["WaitCooking"], "errors": true});
    let filter =
        json!({"deliveryOrderFilter": statuses, "stopListUpdateFilter": {"updates": true}});
    let settings =
        json!({"organizationId": organization, "webHooksUri": asia.url, "webHooksFilter": filter});
    desk.ask("/api/1/webhooks/update_settings", settings).await;

    desk.log_in("dark-burgers").await;
    let place = Place::of(&desk, "Кухонный цех «Три очага»", "Угрюмый Бык").await;
    let coordinates = json!({"latitude": 55.78, "longitude": 37.55});
    let order = json!({
        "phone": "+79990000001", "orderServiceType": "DeliveryByCourier",
        "deliveryPoint": {"coordinates": coordinates}, "customer": {"type": "one-time", "name": "Гость"},
        "items": [place.line("BULL-01", "Две котлеты", 579, &[("MOD-BUN-01", "Булочка")])],
    });
    let made = place.ordered(&desk, order).await;
    assert_eq!(made["creationStatus"], "Success", "{made}");
    let control = desk.control();
    let of = control.organization("Кухонный цех «Три очага»").unwrap();
    let group = control.terminal_group(of, "Угрюмый Бык").unwrap();
    let dish = control.product(of, "BULL-01").unwrap();
    control
        .stop(of, group, dish, None, rust_decimal::Decimal::ZERO)
        .unwrap();
    control.send_webhooks().await;
    assert!(asia.heard().is_empty());

    desk.log_in("dark-asia").await;
    let lists = json!({"organizationIds": [organization]});
    let lists = desk.ask("/api/1/stop_lists", lists).await;
    let mut groups = lists["terminalGroupStopLists"][0]["items"]
        .as_array()
        .unwrap()
        .iter();
    assert!(groups.all(|it| it["terminalGroupId"] != json!(group)));
    let comment =
        json!({"organizationId": organization, "orderId": made["id"], "comment": "чужое"});
    let command = desk.ask("/api/1/deliveries/change_comment", comment).await;
    control.settle();
    let asked = json!({"organizationId": organization, "correlationId": command["correlationId"]});
    let status = desk.ask("/api/1/commands/status", asked).await;
    assert_eq!(status["state"], "Error", "{status}");
}
