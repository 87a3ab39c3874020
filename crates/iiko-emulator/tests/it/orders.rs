//! Orders as tests make them: bodies, lines and payments of the demo restaurant, and what becomes of them.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Desk, PARKOVAYA};

/// The body of an order that is fetched: two teas, and a payment in cash for them where it is wanted.
pub(crate) fn pickup(desk: &Desk, id: Uuid) -> Value {
    let control = desk.control();
    let (organization, group) = desk.hall();
    let tea = control.product(organization, "TEA-01").unwrap();
    json!({
        "organizationId": organization, "terminalGroupId": group,
        "order": {
            "id": id, "phone": "+79990000001", "orderServiceType": "DeliveryByClient",
            "customer": {"type": "one-time", "name": "Гость"},
            "items": [{"type": "Product", "productId": tea, "amount": 2, "price": "199.50"}],
        },
    })
}

/// Sends an order that is fetched; gives its id and that of the command.
pub(crate) async fn create(desk: &Desk) -> (Uuid, Value) {
    let id = Uuid::new_v4();
    let created = desk.ask("/api/1/deliveries/create", pickup(desk, id)).await;
    (id, created["correlationId"].clone())
}

/// The same once the till has it.
pub(crate) async fn delivery(desk: &Desk) -> Uuid {
    let (id, _) = create(desk).await;
    desk.control().settle();
    id
}

/// What becomes of an order whose `order` is the usual one with these members.
pub(crate) async fn fate(desk: &Desk, members: Value) -> Value {
    let id = Uuid::new_v4();
    let mut body = pickup(desk, id);
    for (name, value) in members.as_object().unwrap() {
        body["order"][name] = value.clone();
    }
    desk.ask("/api/1/deliveries/create", body).await;
    desk.control().settle();
    by_id(desk, id).await
}

/// A delivery as it is told.
pub(crate) async fn by_id(desk: &Desk, id: Uuid) -> Value {
    let body = json!({"organizationId": desk.organization(PARKOVAYA), "orderIds": [id]});
    desk.ask("/api/1/deliveries/by_id", body).await["orders"][0].clone()
}

/// What became of a command.
pub(crate) async fn status_of(desk: &Desk, correlation_id: &Value) -> Value {
    let body =
        json!({"organizationId": desk.organization(PARKOVAYA), "correlationId": correlation_id});
    desk.ask("/api/1/commands/status", body).await
}

/// Why it was refused.
pub(crate) fn code(order: &Value) -> &Value {
    &order["errorInfo"]["code"]
}

/// The id of an order as it was answered.
pub(crate) fn id_of(order: &Value) -> Uuid {
    order["id"].as_str().unwrap().parse().unwrap()
}

/// A line of an order, of a dish without sizes.
pub(crate) fn line(desk: &Desk, dish: &str, amount: &str, price: &str) -> Value {
    let control = desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    let product = control.product(organization, dish).unwrap();
    json!({"type": "Product", "productId": product, "amount": amount, "price": price})
}

/// A modifier of the demo: its own id, and that of its group where it has one.
pub(crate) async fn modifier(
    desk: &Desk,
    modifier: &str,
    group: Option<&str>,
    amount: u32,
) -> Value {
    let body = json!({"organizationId": desk.organization(PARKOVAYA)});
    let menu = desk.ask("/api/1/nomenclature", body).await;
    let id_of = |list: &str, key: &str, word: &str| {
        let mut rows = menu[list].as_array().unwrap().iter();
        rows.find(|it| it[key] == word).unwrap()["id"].clone()
    };
    let group = group.map(|name| id_of("groups", "name", name));
    json!({
        "productId": id_of("products", "code", modifier), "productGroupId": group, "amount": amount,
    })
}

/// A size of the demo's scale.
pub(crate) async fn size(desk: &Desk, name: &str) -> Value {
    let body = json!({"organizationId": desk.organization(PARKOVAYA)});
    let menu = desk.ask("/api/1/nomenclature", body).await;
    let mut sizes = menu["sizes"].as_array().unwrap().iter();
    sizes.find(|it| it["name"] == name).unwrap()["id"].clone()
}

/// The id of the payment type of the dictionary that has this code.
pub(crate) async fn payment_type(desk: &Desk, code: &str) -> Value {
    let types = json!({"organizationIds": [desk.organization(PARKOVAYA)]});
    let types = desk.ask("/api/1/payment_types", types).await;
    let mut types = types["paymentTypes"].as_array().unwrap().iter();
    types.find(|it| it["code"] == code).unwrap()["id"].clone()
}

/// A payment in cash.
pub(crate) async fn cash(desk: &Desk, sum: u32) -> Value {
    json!({"paymentTypeKind": "Cash", "paymentTypeId": payment_type(desk, "CASH").await, "sum": sum})
}

/// The id of the discount of the dictionary that has this name.
pub(crate) async fn discount_type(desk: &Desk, organization: &str, name: &str) -> Value {
    let body = json!({"organizationIds": [organization]});
    let known = desk.ask("/api/1/discounts", body).await;
    let mut known = known["discounts"][0]["items"].as_array().unwrap().iter();
    known.find(|it| it["name"] == name).unwrap()["id"].clone()
}

/// A number of JSON, digit by digit.
pub(crate) fn number(value: &Value) -> Decimal {
    value.to_string().parse().unwrap_or_default()
}

/// The sum of an order is that of its lines and their modifiers.
pub(crate) fn require_whole(order: &Value) {
    let mut whole = Decimal::ZERO;
    for line in order["items"].as_array().unwrap() {
        let halves = ["primaryComponent", "secondaryComponent"].map(|half| &line[half]);
        for part in halves.into_iter().chain([line]) {
            whole += number(&part["resultSum"]);
            let modifiers = [&part["modifiers"], &part["commonModifiers"]];
            let modifiers = modifiers.into_iter().filter_map(Value::as_array).flatten();
            whole += modifiers
                .map(|it| number(&it["resultSum"]))
                .sum::<Decimal>();
        }
    }
    assert_eq!(whole, number(&order["sum"]), "{order}");
}
