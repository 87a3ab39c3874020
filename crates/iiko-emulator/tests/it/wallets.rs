//! Wallets of guests: who pays with them for what, and what is set aside in them.

use serde_json::{Value, json};

use crate::{
    Desk, PARKOVAYA,
    guests::{OLGA, balance, bonuses, wallet},
    orders::{by_id, code, fate, id_of, status_of},
    quiet_desk,
};

/// A guest with 12.50.
const PETR: &str = "+79990000022";

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
async fn no_more_is_paid_with_bonuses_than_an_order_comes_to() {
    let desk = quiet_desk().await;
    let order = async |sum: u32| {
        let tea = json!({"type": "Product", "amount": 1, "price": 189,
            "productId": desk.control().product(desk.control().organization(PARKOVAYA).unwrap(), "TEA-01").unwrap()});
        let payment = bonuses(&desk, "Phone", OLGA, sum).await;
        fate(&desk, json!({"items": [tea], "payments": [payment]})).await
    };
    let refused = order(190).await;
    assert_eq!(code(&refused), "Common", "{refused}");
    assert_eq!(order(189).await["creationStatus"], "Success");
}
