//! Loyalty at the till: gifts that are taken off, and what is refused.

use iiko_types::schemas::DeliveryStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA, desk_with,
    guests::{OLGA, balance, bonuses, wallet},
    orders::{by_id, cash, fate, id_of, line, number, pickup, require_whole},
    quiet_desk,
};

fn olga() -> Value {
    json!({"type": "regular", "name": "Ольга"})
}

/// What `calculate` promises an order, taken together.
async fn promised(desk: &Desk, order: Value) -> String {
    let body = json!({"organizationId": desk.organization(PARKOVAYA), "order": order});
    let answer = desk.ask("/api/1/loyalty/iiko/calculate", body).await;
    let programs = answer["loyaltyProgramResults"].as_array().unwrap().iter();
    let discounts = programs.flat_map(|it| it["discounts"].as_array().unwrap());
    let sum: rust_decimal::Decimal = discounts.map(|it| number(&it["discountSum"])).sum();
    sum.normalize().to_string()
}

#[tokio::test]
async fn what_calculate_promises_is_taken_off_the_order() {
    let desk = quiet_desk().await;
    let coupon = json!({"coupon": "FIRST-001"});
    let mut asked = pickup(&desk, Uuid::new_v4())["order"].clone();
    asked["loyaltyInfo"] = coupon.clone();
    assert_eq!(promised(&desk, asked).await, "200");
    let made = fate(&desk, json!({"loyaltyInfo": coupon})).await;
    let order = &made["order"];
    assert_eq!(order["sum"].to_string(), "199", "{order}");
    assert_eq!(
        order["discounts"][0]["discountType"]["name"],
        "Первый заказ"
    );
    require_whole(order);

    let more = json!({
        "organizationId": desk.organization(PARKOVAYA), "orderId": made["id"], "items": [line(&desk, "SOUP-02", "1", "289")],
    });
    desk.ask("/api/1/deliveries/add_items", more).await;
    desk.control().settle();
    let order = by_id(&desk, id_of(&made)).await["order"].clone();
    assert_eq!(order["sum"].to_string(), "488");
    require_whole(&order);

    // the coupon is used up when the order is closed
    let second = fate(&desk, json!({"loyaltyInfo": coupon})).await;
    assert_eq!(second["order"]["sum"].to_string(), "199");
    let control = desk.control();
    while control.advance_delivery(id_of(&made)).is_ok() {}
    let third = fate(&desk, json!({"loyaltyInfo": coupon})).await;
    assert_eq!(third["order"]["sum"].to_string(), "399");
}

#[tokio::test]
async fn a_guest_of_a_category_gets_what_is_for_it() {
    let desk = quiet_desk().await;
    let of_olga = json!({"phone": OLGA, "customer": olga()});
    assert_eq!(
        fate(&desk, of_olga).await["order"]["sum"].to_string(),
        "379.05"
    );
    let one_time = fate(&desk, json!({"phone": OLGA})).await;
    assert_eq!(
        one_time["order"]["sum"].to_string(),
        "399",
        "one-time guests take no part"
    );
    let elsewhere = desk_with(&[("inn = \"7700000001\"", "no_loyalty = true")]).await;
    let order = fate(&elsewhere, json!({"phone": OLGA, "customer": olga()})).await;
    assert_eq!(order["order"]["sum"].to_string(), "399");
}

#[tokio::test]
async fn a_price_that_was_shown_can_be_frozen() {
    let desk = quiet_desk().await;
    let position = Uuid::new_v4();
    let mut tea = line(&desk, "TEA-01", "2", "199.50");
    tea["positionId"] = json!(position);
    let shown = json!({
        "type": "iikoCard", "programId": Uuid::new_v4(), "programName": "Скидка",
        "discountItems": [{"positionId": position, "sum": 99, "amount": 1}],
    });
    let asked = |is_fixed: bool| {
        json!({
            "phone": OLGA, "customer": olga(), "items": [tea],
            "discountsInfo": {"discounts": [shown], "fixedLoyaltyDiscounts": is_fixed},
        })
    };
    let fixed = fate(&desk, asked(true)).await;
    assert_eq!(fixed["order"]["sum"].to_string(), "300");
    let open = fate(&desk, asked(false)).await;
    assert_eq!(
        open["order"]["sum"].to_string(),
        "285",
        "5 % of what was left"
    );
    require_whole(&open["order"]);
}

async fn table_order(desk: &Desk, mut order: Value) -> Value {
    let usual = pickup(desk, Uuid::new_v4());
    order["id"] = json!(Uuid::new_v4());
    order["items"] = json!([line(desk, "TEA-01", "2", "200")]);
    let body = json!({
        "organizationId": usual["organizationId"], "terminalGroupId": usual["terminalGroupId"], "order": order,
    });
    desk.ask("/api/1/order/create", body).await;
    desk.control().settle();
    table_order_by_id(desk, &order["id"]).await
}

async fn table_order_by_id(desk: &Desk, id: &Value) -> Value {
    let body = json!({"organizationIds": [desk.organization(PARKOVAYA)], "orderIds": [id]});
    desk.ask("/api/1/order/by_id", body).await["orders"][0].clone()
}

#[tokio::test]
async fn an_order_at_a_table_is_rewarded_and_settled_too() {
    let desk = quiet_desk().await;
    let order = json!({
        "phone": OLGA, "customer": olga(), "loyaltyInfo": {"coupon": "FIRST-002"},
        "payments": [bonuses(&desk, "Phone", OLGA, 80).await],
    });
    let order = table_order(&desk, order).await;
    // 400, less 5 % and 200
    assert_eq!(order["order"]["sum"].to_string(), "180", "{order}");
    require_whole(&order["order"]);
    let with = |mut body: Value| {
        body["organizationId"] = json!(desk.organization(PARKOVAYA));
        body["orderId"] = order["id"].clone();
        body
    };
    let rest = with(json!({"payments": [cash(&desk, 100).await]}));
    desk.ask("/api/1/order/add_payments", rest).await;
    desk.control().settle();
    desk.ask("/api/1/order/close", with(json!({}))).await;
    desk.control().settle();
    assert_eq!(
        table_order_by_id(&desk, &order["id"]).await["order"]["status"],
        "Closed"
    );
    // 350 − 80 + 5 % of 100
    assert_eq!(balance(&desk, OLGA).await, "275");
    let again = table_order(&desk, json!({"loyaltyInfo": {"coupon": "FIRST-002"}})).await;
    assert_eq!(again["order"]["sum"].to_string(), "400");
}

#[tokio::test]
async fn a_guest_who_comes_to_a_table_later_brings_the_discount() {
    let desk = quiet_desk().await;
    let order = table_order(&desk, json!({})).await;
    assert_eq!(order["order"]["sum"].to_string(), "400");
    let guest = json!({
        "organizationId": desk.organization(PARKOVAYA), "orderId": order["id"],
        "customer": {"name": "Ольга", "phone": OLGA},
    });
    desk.ask("/api/1/order/add_customer", guest).await;
    desk.control().settle();
    let order = table_order_by_id(&desk, &order["id"]).await;
    assert_eq!(order["order"]["sum"].to_string(), "380");
}

#[tokio::test]
async fn loyalty_says_no_in_its_own_codes() {
    let desk = desk_with(&[("inn = \"7700000002\"", "no_loyalty = true")]).await;
    let (guest, wallet, _) = wallet(&desk, OLGA).await;
    let organization = desk.organization(PARKOVAYA);
    let refusal = async |path: &str, mut body: Value| {
        if body["organizationId"].is_null() {
            body["organizationId"] = json!(organization);
        }
        let (status, code, _) = desk
            .post(&format!("/api/1/loyalty/iiko/{path}"), body)
            .await
            .refusal();
        assert_eq!(status, 400, "{path}: {code}");
        code
    };
    let of_wallet = |sum: i64| json!({"customerId": guest, "walletId": wallet, "sum": sum});
    let nobody = Uuid::new_v4();
    let other = desk.organization(crate::NABEREZHNAYA);
    for (path, body, code) in [
        (
            "program",
            json!({"organizationId": other}),
            "Common_OrganizationNotFound",
        ),
        (
            "customer/info",
            json!({"type": "phone", "phone": "+79990000099"}),
            "Transport_WrongCustomerNumber",
        ),
        (
            "customer/create_or_update",
            json!({"id": nobody, "name": "Мария"}),
            "Transport_WrongCustomerNumber",
        ),
        (
            "customer/wallet/topup",
            of_wallet(0),
            "Validation_IncorrectSum",
        ),
        (
            "customer/wallet/chargeoff",
            of_wallet(351),
            "Validation_NotEnoughMoney",
        ),
        (
            "customer/wallet/hold",
            of_wallet(351),
            "Validation_NotEnoughMoney",
        ),
        (
            "customer/wallet/topup",
            json!({"customerId": guest, "walletId": nobody, "sum": 1}),
            "Validation_WalletNotFound",
        ),
        (
            "customer/wallet/cancel_hold",
            json!({"transactionId": nobody}),
            "Validation_TransactionNotFound",
        ),
        (
            "customer_category/add",
            json!({"customerId": guest, "categoryId": nobody}),
            "Validation_CategoryNotFound",
        ),
        (
            "customer/program/add",
            json!({"customerId": guest, "programId": nobody}),
            "Validation_ProgramNotFound",
        ),
    ] {
        assert_eq!(refusal(path, body).await, code, "{path}");
    }
    let mut empty = pickup(&desk, Uuid::new_v4())["order"].clone();
    empty["items"] = json!([]);
    assert_eq!(
        refusal("calculate", json!({"order": empty})).await,
        "Validation_IncorrectOrder"
    );
}

#[tokio::test]
async fn counters_take_words_as_every_other_operation_takes_its_body() {
    let desk = quiet_desk().await;
    let (guest, _, _) = wallet(&desk, OLGA).await;
    let order = fate(&desk, json!({"phone": OLGA, "customer": olga()})).await;
    while desk.control().advance_delivery(id_of(&order)).is_ok() {}
    assert_eq!(
        by_id(&desk, id_of(&order)).await["order"]["status"],
        DeliveryStatus::Closed.as_str()
    );
    let path = "/api/1/loyalty/iiko/get_counters";
    let body = |mut more: Value| {
        more["organizationId"] = json!(desk.organization(PARKOVAYA));
        more["guestIds"] = json!([guest]);
        more
    };
    let asked = body(json!({"periods": ["allTime"], "metrics": ["OrdersCount", "OrdersSum"]}));
    let found = desk.ask(path, asked.clone()).await;
    let count = json!({"guestId": guest, "period": "AllTime", "metric": "OrdersCount", "value": 1});
    assert_eq!(found["counters"][0], count);
    assert_eq!(found["counters"][1]["value"].to_string(), "379.05");
    let inside = json!(asked.to_string()).to_string();
    assert_eq!(desk.post_text(path, &inside).await.json(), found);

    let (status, code, sentence) = desk
        .post(
            path,
            body(json!({"periods": [0], "metrics": ["OrdersSum"]})),
        )
        .await
        .refusal();
    assert_eq!((status, code.as_str()), (400, "INVALID_BODY_JSON_FORMAT"));
    assert!(
        sentence.contains("Error converting value 0")
            && sentence.contains("Path 'periods[0]', line 1, position"),
        "{sentence}"
    );
    let (status, _, sentence) = desk.post(path, json!({"guestIds": []})).await.refusal();
    assert_eq!(status, 400);
    assert!(
        sentence.contains("Required property 'organizationId' not found in JSON."),
        "{sentence}"
    );

    // without lists: everything there is, unless the scenario is strict
    let found = desk.ask(path, body(json!({}))).await;
    assert_eq!(found["counters"].as_array().map(Vec::len), Some(12));
    desk.control().set_strict(true);
    assert_eq!(desk.post(path, body(json!({}))).await.status, 500);
}

#[tokio::test]
async fn a_coupon_that_gave_nothing_is_not_used_up() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let discounts = json!({"organizationIds": [desk.organization(PARKOVAYA)]});
    let known = desk.ask("/api/1/discounts", discounts).await;
    let mut known = known["discounts"][0]["items"].as_array().unwrap().iter();
    let own = known.find(|it| it["isManual"] == true && it["mode"] == "Percent");
    let coupon = json!({"coupon": "FIRST-001"});
    let own = json!({"discounts": [{"type": "RMS", "discountTypeId": own.unwrap()["id"]}]});
    // with a discount of the restaurant loyalty gives nothing
    let first = fate(&desk, json!({"loyaltyInfo": coupon, "discountsInfo": own})).await;
    assert_eq!(first["creationStatus"], "Success", "{first}");
    while control.advance_delivery(id_of(&first)).is_ok() {}
    let second = fate(&desk, json!({"loyaltyInfo": coupon})).await;
    assert_eq!(second["order"]["sum"].to_string(), "199");
}

#[tokio::test]
async fn a_phone_belongs_to_one_guest_and_has_digits() {
    let desk = quiet_desk().await;
    let path = "/api/1/loyalty/iiko/customer/create_or_update";
    let of = |body: Value| {
        let mut body = body;
        body["organizationId"] = json!(desk.organization(PARKOVAYA));
        body
    };
    let one = desk.ask(path, of(json!({"phone": "+79990000071"}))).await;
    desk.ask(path, of(json!({"phone": "+79990000072"}))).await;
    let taken = of(json!({"id": one["id"], "phone": "+79990000072"}));
    assert_eq!(
        desk.post(path, taken).await.refusal().1,
        "Validation_IncorrectPhone"
    );
    let word = of(json!({"phone": "abc"}));
    assert_eq!(
        desk.post(path, word).await.refusal().1,
        "Validation_IncorrectPhone"
    );
    let own = of(json!({"id": one["id"], "phone": "+7 (999) 000-00-71"}));
    assert_eq!(desk.ask(path, own).await["id"], one["id"]);
}
