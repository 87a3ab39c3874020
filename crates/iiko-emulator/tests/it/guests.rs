//! Guests of the demo restaurant and what is in their wallets.

use serde_json::{Value, json};

use crate::{
    Desk, PARKOVAYA,
    orders::{number, payment_type},
};

/// A guest of the demo, with 350 in her wallet and 5 % off.
pub(crate) const OLGA: &str = "+79990000021";

/// A payment with bonuses of whom the credential names.
pub(crate) async fn bonuses(desk: &Desk, scope: &str, credential: &str, sum: u32) -> Value {
    json!({
        "paymentTypeKind": "LoyaltyCard", "paymentTypeId": payment_type(desk, "BONUS").await, "sum": sum,
        "paymentAdditionalData": {"type": "LoyaltyCard", "credential": credential, "searchScope": scope},
    })
}

/// The wallet of a guest: its id, and what is in it.
pub(crate) async fn wallet(desk: &Desk, phone: &str) -> (Value, Value, String) {
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
