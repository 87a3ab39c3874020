//! Guests, their money and what they are given.

use iiko_types::operations::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Day;

impl Day {
    pub(super) async fn reward_guests(&self) {
        let guest = json!({"phone": "+79990000077", "name": "Мария", "sex": 2});
        let guest = self
            .ask::<LoyaltyIikoCustomerCreateOrUpdate>(self.of(guest))
            .await["id"]
            .clone();
        let with = |mut body: Value| {
            body["customerId"] = guest.clone();
            self.of(body)
        };
        let card = json!({"cardTrack": "7700077", "cardNumber": "7700077"});
        self.ask::<LoyaltyIikoCustomerCardAdd>(with(card.clone()))
            .await;
        let categories = self
            .ask::<LoyaltyIikoCustomerCategory>(self.of(json!({})))
            .await;
        let category = json!({"categoryId": categories["guestCategories"][0]["id"]});
        self.ask::<LoyaltyIikoCustomerCategoryAdd>(with(category.clone()))
            .await;
        self.ask::<LoyaltyIikoCustomerCategoryRemove>(with(category))
            .await;
        self.spend(&with).await;
        let info = json!({"type": "phone", "phone": "+79990000077"});
        let info = self.ask::<LoyaltyIikoCustomerInfo>(self.of(info)).await;
        assert_eq!(info["id"], guest);
        self.ask::<LoyaltyIikoCustomerCardRemove>(with(json!({"cardTrack": "7700077"})))
            .await;
        self.calculate(&guest).await;
        self.write_to_guests().await;
        let guests = self.of(json!({"customerIds": [guest]}));
        self.ask::<LoyaltyIikoDeleteCustomers>(guests.clone()).await;
        self.ask::<LoyaltyIikoRestoreCustomers>(guests).await;
    }

    async fn spend(&self, with: &impl Fn(Value) -> Value) {
        let programs = self.ask::<LoyaltyIikoProgram>(self.of(json!({}))).await;
        let program = &programs["Programs"][0];
        self.ask::<LoyaltyIikoCustomerProgramAdd>(with(json!({"programId": program["id"]})))
            .await;
        let wallet = program["walletId"].clone();
        self.ask::<LoyaltyIikoCustomerWalletTopup>(with(json!({"walletId": wallet, "sum": 500})))
            .await;
        self.ask::<LoyaltyIikoCustomerWalletChargeoff>(with(
            json!({"walletId": wallet, "sum": 50}),
        ))
        .await;
        let hold = json!({"walletId": wallet, "sum": 100, "transactionId": Uuid::new_v4()});
        let held = self.ask::<LoyaltyIikoCustomerWalletHold>(with(hold)).await;
        let held = self.of(json!({"transactionId": held["transactionId"]}));
        self.ask::<LoyaltyIikoCustomerWalletCancelHold>(held).await;
        let now = self.control().state().now;
        let date = |days: i64| {
            let at = now + chrono::TimeDelta::days(days);
            at.format("%Y-%m-%d %H:%M:%S%.3f").to_string()
        };
        let days =
            json!({"dateFrom": date(-1), "dateTo": date(1), "pageNumber": 0, "pageSize": 50});
        let found = self
            .ask::<LoyaltyIikoCustomerTransactionsByDate>(with(days))
            .await;
        assert!(
            found["transactions"]
                .as_array()
                .is_some_and(|it| it.len() >= 2),
            "{found}"
        );
        self.ask::<LoyaltyIikoCustomerTransactionsByRevision>(with(
            json!({"revision": 0, "pageSize": 50}),
        ))
        .await;
        // words instead of the contract's integers (`cloud-api.md` 15)
        let guest = with(json!({}))["customerId"].clone();
        let counters =
            json!({"guestIds": [guest], "periods": ["AllTime"], "metrics": ["OrdersCount"]});
        self.ask::<LoyaltyIikoGetCounters>(self.of(counters)).await;
    }

    async fn calculate(&self, guest: &Value) {
        let series = self
            .ask::<LoyaltyIikoCouponsSeries>(self.of(json!({})))
            .await;
        let series = series["seriesWithNotActivatedCoupons"][0]["number"].clone();
        let coupons = self
            .ask::<LoyaltyIikoCouponsBySeries>(self.of(json!({"series": series})))
            .await;
        let coupon = coupons["notActivatedCoupon"][0]["number"].clone();
        self.ask::<LoyaltyIikoCouponsInfo>(self.of(json!({"number": coupon})))
            .await;
        self.ask::<LoyaltyIikoManualCondition>(self.of(json!({})))
            .await;
        let order = json!({
            "phone": "+79990000077", "customer": {"type": "regular", "id": guest, "name": "Мария"},
            "orderServiceType": "DeliveryByClient", "items": [self.tea(3)], "loyaltyInfo": {"coupon": coupon},
        });
        let calculated = self
            .ask::<LoyaltyIikoCalculate>(self.of(json!({"order": order})))
            .await;
        assert!(
            calculated["loyaltyProgramResults"].is_array(),
            "{calculated}"
        );
    }

    async fn write_to_guests(&self) {
        self.ask::<LoyaltyIikoCheckSmsSendingPossibility>(self.of(json!({})))
            .await;
        let sms = json!({"phone": "+79990000077", "text": "Ваш заказ готов"});
        let sms = self.ask::<LoyaltyIikoMessageSendSms>(self.of(sms)).await;
        self.ask::<LoyaltyIikoCheckSmsStatus>(self.of(json!({"smsIds": [sms["smsId"]]})))
            .await;
        let mail =
            json!({"receiver": "maria@example.com", "subject": "Заказ", "body": "Ваш заказ готов"});
        self.ask::<LoyaltyIikoMessageSendEmail>(self.of(mail)).await;
    }
}
