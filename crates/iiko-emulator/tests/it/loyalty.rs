//! Loyalty at the till: gifts that are taken off, wallets that pay, and what is refused.

use iiko_types::schemas::DeliveryStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA,
    deliveries::{by_id, pickup, quiet_desk, status_of},
    house_rules::{code, desk_with, fate},
    money::{line, number, require_whole},
};

/// A guest of the demo, with 350 in her wallet and 5 % off.
pub(crate) const OLGA: &str = "+79990000021";
/// A guest with 12.50.
const PETR: &str = "+79990000022";

fn olga() -> Value {
    json!({"type": "regular", "name": "Ольга"})
}

pub(crate) async fn payment_type(desk: &Desk, code: &str) -> Value {
    let types = json!({"organizationIds": [desk.organization(PARKOVAYA)]});
    let types = desk.ask("/api/1/payment_types", types).await;
    let mut types = types["paymentTypes"].as_array().unwrap().iter();
    types.find(|it| it["code"] == code).unwrap()["id"].clone()
}

/// A payment with bonuses of whom the credential names.
pub(crate) async fn bonuses(desk: &Desk, scope: &str, credential: &str, sum: u32) -> Value {
    json!({
        "paymentTypeKind": "LoyaltyCard", "paymentTypeId": payment_type(desk, "BONUS").await, "sum": sum,
        "paymentAdditionalData": {"type": "LoyaltyCard", "credential": credential, "searchScope": scope},
    })
}

async fn cash(desk: &Desk, sum: u32) -> Value {
    json!({"paymentTypeKind": "Cash", "paymentTypeId": payment_type(desk, "CASH").await, "sum": sum})
}

/// The wallet of a guest: its id, and what is in it.
async fn wallet(desk: &Desk, phone: &str) -> (Value, Value, String) {
    let body =
        json!({"organizationId": desk.organization(PARKOVAYA), "type": "phone", "phone": phone});
    let guest = desk.ask("/api/1/loyalty/iiko/customer/info", body).await;
    let wallet = &guest["walletBalances"][0];
    let balance = number(&wallet["balance"]).normalize().to_string();
    (guest["id"].clone(), wallet["id"].clone(), balance)
}

pub(crate) async fn balance(desk: &Desk, phone: &str) -> String {
    wallet(desk, phone).await.2
}

fn id_of(order: &Value) -> Uuid {
    order["id"].as_str().unwrap().parse().unwrap()
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
async fn bonuses_are_paid_by_whom_the_credential_names() {
    let desk = quiet_desk().await;
    let paid = async |scope: &str, credential: &str, sum: u32| {
        let payment = bonuses(&desk, scope, credential, sum).await;
        fate(&desk, json!({"payments": [payment]})).await
    };
    let refused = async |scope: &str, credential: &str, sum: u32| {
        let order = paid(scope, credential, sum).await;
        assert_eq!(order["creationStatus"], "Error", "{order}");
        code(&order).as_str().unwrap().to_owned()
    };
    let unknown = "Iikocard51PaymentCredentialNotFound";
    assert_eq!(refused("Phone", "+79990000099", 10).await, unknown);
    assert_eq!(refused("CardNumber", OLGA, 10).await, unknown);
    assert_eq!(
        refused("FindFaceId", OLGA, 10).await,
        "Iikocard51PaymentSearchScopeNotFound"
    );
    assert_eq!(refused("Phone", OLGA, 351).await, "Common");
    assert_eq!(refused("Phone", PETR, 13).await, "Common");
    let mut nobody = bonuses(&desk, "Phone", OLGA, 10).await;
    nobody["paymentAdditionalData"] = Value::Null;
    let order = fate(&desk, json!({"payments": [nobody]})).await;
    assert_eq!(
        code(&order),
        "Iikocard51PaymentAdditionalDataCanNotBeParsed"
    );

    // the order's phone is somebody else's
    let order = paid("CardTrack", "7700021", 300).await;
    let other = paid("Phone", "+7 (999) 000-00-21", 100).await;
    let control = desk.control();
    while control.advance_delivery(id_of(&order)).is_ok() {}
    assert_eq!(
        by_id(&desk, id_of(&order)).await["order"]["status"],
        "Closed"
    );
    assert_eq!(balance(&desk, OLGA).await, "50");
    // what two orders count on is paid by the first that closes
    while control.advance_delivery(id_of(&other)).is_ok() {}
    assert_eq!(
        by_id(&desk, id_of(&other)).await["order"]["status"],
        "Waiting"
    );
    let closed = json!({"organizationId": desk.organization(PARKOVAYA), "orderId": other["id"]});
    let closed = desk.ask("/api/1/deliveries/close", closed).await;
    control.settle();
    assert_eq!(
        status_of(&desk, &closed["correlationId"]).await["state"],
        "Error"
    );
    assert_eq!(balance(&desk, OLGA).await, "50");
}

#[tokio::test]
async fn payments_of_one_order_do_not_take_more_than_the_wallet_has() {
    let desk = quiet_desk().await;
    let order = fate(
        &desk,
        json!({"payments": [bonuses(&desk, "Phone", OLGA, 200).await]}),
    )
    .await;
    let more = async |path: &str, sum: u32| {
        let body = json!({
            "organizationId": desk.organization(PARKOVAYA), "orderId": order["id"],
            "payments": [bonuses(&desk, "Phone", OLGA, sum).await],
        });
        let sent = desk.ask(&format!("/api/1/deliveries/{path}"), body).await;
        desk.control().settle();
        status_of(&desk, &sent["correlationId"]).await["state"].clone()
    };
    assert_eq!(more("add_payments", 151).await, "Error");
    assert_eq!(more("add_payments", 150).await, "Success");
    assert_eq!(more("change_payments", 350).await, "Success");
}

async fn transactions(desk: &Desk, guest: &Value) -> Vec<(String, String, String)> {
    let now = desk.control().state().now;
    let date = |days: i64| {
        let at = now + chrono::TimeDelta::days(days);
        at.format("%Y-%m-%d %H:%M:%S%.3f").to_string()
    };
    let body = json!({
        "organizationId": desk.organization(PARKOVAYA), "customerId": guest, "dateFrom": date(-1), "dateTo": date(1),
        "pageNumber": 0, "pageSize": 50,
    });
    let path = "/api/1/loyalty/iiko/customer/transactions/by_date";
    let found = desk.ask(path, body).await;
    let rows = found["transactions"].as_array().unwrap().iter();
    let rows = rows.map(|it| {
        let kind = it["typeName"].as_str().unwrap().to_owned();
        (kind, it["sum"].to_string(), it["balanceAfter"].to_string())
    });
    rows.collect()
}

#[tokio::test]
async fn what_was_set_aside_is_spent_by_the_order_or_given_back() {
    let desk = quiet_desk().await;
    let (guest, wallet, _) = wallet(&desk, OLGA).await;
    let with = |mut body: Value| {
        body["organizationId"] = json!(desk.organization(PARKOVAYA));
        body["customerId"] = guest.clone();
        body["walletId"] = wallet.clone();
        body
    };
    let of_wallet = |word: &str| format!("/api/1/loyalty/iiko/customer/wallet/{word}");
    let hold = async |sum: u32| {
        let held = desk
            .ask(&of_wallet("hold"), with(json!({"sum": sum})))
            .await;
        held["transactionId"].clone()
    };
    let given_back = hold(50).await;
    let cancel =
        json!({"organizationId": desk.organization(PARKOVAYA), "transactionId": given_back});
    desk.ask(&of_wallet("cancel_hold"), cancel.clone()).await;
    let spent = hold(100).await;
    let told =
        |kind: &str, sum: &str, after: &str| (kind.to_owned(), sum.to_owned(), after.to_owned());
    assert_eq!(
        transactions(&desk, &guest).await,
        [
            told("HoldMoney", "-50", "350"),
            told("CancelHold", "50", "350"),
            told("HoldMoney", "-100", "350")
        ]
    );

    let order = fate(
        &desk,
        json!({"payments": [bonuses(&desk, "Phone", OLGA, 100).await]}),
    )
    .await;
    while desk.control().advance_delivery(id_of(&order)).is_ok() {}
    assert_eq!(balance(&desk, OLGA).await, "250");
    assert_eq!(
        transactions(&desk, &guest).await.last(),
        Some(&told("PayFromWallet", "-100", "250"))
    );
    // nothing is held any more: all of it can be spent
    let gone = json!({"organizationId": desk.organization(PARKOVAYA), "transactionId": spent});
    assert_eq!(desk.post(&of_wallet("cancel_hold"), gone).await.status, 400);
    desk.ask(&of_wallet("chargeoff"), with(json!({"sum": 250})))
        .await;
    assert_eq!(balance(&desk, OLGA).await, "0");
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
