//! Deliveries and drafts.

use iiko_types::{operations::*, schemas::DeliveryStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Day;

impl Day {
    /// A new order for a courier, taken by the till.
    async fn new_delivery(&self) -> Uuid {
        let id = Uuid::new_v4();
        let point =
            json!({"coordinates": {"latitude": 55.75, "longitude": 37.61}, "comment": "у фонтана"});
        let body = self.of(json!({"terminalGroupId": self.group, "order": {
            "id": id, "phone": "+79990000001", "orderServiceType": "DeliveryByCourier", "deliveryPoint": point,
            "customer": {"type": "regular", "name": "Мария"}, "items": [self.tea(2)],
        }}));
        self.order::<DeliveriesCreate>(body).await;
        id
    }

    fn of_order(&self, id: Uuid, mut body: Value) -> Value {
        body["orderId"] = json!(id);
        self.of(body)
    }

    fn to(&self, id: Uuid, status: &DeliveryStatus) {
        self.control().move_delivery(id, status).unwrap();
    }

    async fn delivery(&self, id: Uuid) -> Value {
        let answer = self
            .ask::<DeliveriesById>(self.of(json!({"orderIds": [id]})))
            .await;
        answer["orders"][0]["order"].clone()
    }

    pub(super) async fn deliver(&self) {
        let id = self.new_delivery().await;
        self.order::<DeliveriesCancelConfirmation>(self.of_order(id, json!({})))
            .await;
        self.order::<DeliveriesConfirm>(self.of_order(id, json!({})))
            .await;
        self.change(id).await;
        self.pay(id).await;
        self.to(id, &DeliveryStatus::CookingCompleted);
        for status in ["Waiting", "OnWay", "Delivered"] {
            let body = self.of_order(id, json!({"deliveryStatus": status}));
            self.order::<DeliveriesUpdateOrderDeliveryStatus>(body)
                .await;
        }
        self.order::<DeliveriesClose>(self.of_order(id, json!({})))
            .await;
        assert_eq!(self.delivery(id).await["status"], "Closed");

        let other = self.new_delivery().await;
        let causes = self
            .desk
            .ask("/api/1/cancel_causes", self.of_all(json!({})))
            .await;
        let cause = json!({"cancelCauseId": causes["cancelCauses"][0]["id"], "cancelComment": "передумали"});
        self.order::<DeliveriesCancel>(self.of_order(other, cause))
            .await;
        assert_eq!(self.delivery(other).await["status"], "Cancelled");
        self.find_deliveries().await;
    }

    async fn change(&self, id: Uuid) {
        let couriers = self
            .desk
            .ask("/api/1/employees/couriers", self.of_all(json!({})))
            .await;
        let courier = couriers["employees"][0]["items"][0]["id"].clone();
        self.order::<DeliveriesAddItems>(self.of_order(id, json!({"items": [self.tea(1)]})))
            .await;
        self.order::<DeliveriesChangeComment>(self.of_order(id, json!({"comment": "без сахара"})))
            .await;
        let time = self.delivery(id).await["completeBefore"].clone();
        self.order::<DeliveriesChangeCompleteBefore>(
            self.of_order(id, json!({"newCompleteBefore": time})),
        )
        .await;
        let point = json!({"coordinates": {"latitude": 55.76, "longitude": 37.62}});
        self.order::<DeliveriesChangeDeliveryPoint>(
            self.of_order(id, json!({"newDeliveryPoint": point})),
        )
        .await;
        let pickup = self.of_order(id, json!({"newServiceType": "DeliveryByClient"}));
        self.order::<DeliveriesChangeServiceType>(pickup).await;
        let courier_again = json!({"newServiceType": "DeliveryByCourier", "deliveryPoint": point});
        self.order::<DeliveriesChangeServiceType>(self.of_order(id, courier_again))
            .await;
        self.order::<DeliveriesChangeDriverInfo>(self.of_order(id, json!({"driverId": courier})))
            .await;
        self.order::<DeliveriesUpdateOrderCourier>(
            self.of_order(id, json!({"employeeId": courier})),
        )
        .await;
        self.order::<DeliveriesChangeOperator>(self.of_order(id, json!({"operatorId": courier})))
            .await;
        let problem = json!({"hasProblem": true, "problem": "нет сдачи"});
        self.order::<DeliveriesUpdateOrderProblem>(self.of_order(id, problem))
            .await;
        let data = json!({"externalData": [{"key": "table", "value": "7", "isPublic": false}]});
        self.ask::<DeliveriesChangeExternalData>(self.of_order(id, data))
            .await;
        let link = json!({"trackingLink": "https://track.example/7"});
        self.ask::<DeliveriesUpdateTrackingLink>(self.of_order(id, link))
            .await;
        self.order::<DeliveriesPrintDeliveryBill>(self.of_order(id, json!({})))
            .await;
        let attention = json!({"messageType": "order_attention", "orderSource": "site", "orderId": id, "additionalInfo": "гость ждёт"});
        self.ask::<NotificationsSend>(self.of(attention)).await;
        assert_eq!(
            self.delivery(id).await["trackingLink"],
            "https://track.example/7"
        );
    }

    async fn pay(&self, id: Uuid) {
        let cash = self.cash(100).await;
        self.order::<DeliveriesAddPayments>(self.of_order(id, json!({"payments": [cash]})))
            .await;
        let item = json!([{"sum": 100, "paymentTypeId": cash["paymentTypeId"], "isProcessedExternally": false}]);
        self.order::<DeliveriesUpdateOrderPayments>(
            self.of_order(id, json!({"paymentItems": item})),
        )
        .await;
        let all = json!({"payments": [self.cash(600).await]});
        self.order::<DeliveriesChangePayments>(self.of_order(id, all))
            .await;
        assert_eq!(self.delivery(id).await["sum"].to_string(), "600");
    }

    async fn find_deliveries(&self) {
        let phone = self.of_all(json!({"phone": "+79990000001"}));
        let found = self
            .ask::<DeliveriesByDeliveryDateAndPhone>(phone.clone())
            .await;
        assert_eq!(
            found["ordersByOrganizations"][0]["orders"]
                .as_array()
                .map(Vec::len),
            Some(2)
        );
        self.ask::<DeliveriesByDeliveryDateAndSourceKeyAndFilter>(
            self.of_all(json!({"rowsCount": 10})),
        )
        .await;
        let now = self.control().state().now;
        let yesterday = now - chrono::TimeDelta::days(1);
        let day =
            json!({"deliveryDateFrom": yesterday.format("%Y-%m-%d %H:%M:%S%.3f").to_string()});
        self.ask::<DeliveriesByDeliveryDateAndStatus>(self.of_all(day))
            .await;
        let mut history = phone;
        history["rowsCount"] = json!(10);
        self.ask::<DeliveriesHistoryByDeliveryDateAndPhone>(history)
            .await;
        let hour_ago = (now - chrono::TimeDelta::hours(1)).timestamp_millis();
        self.ask::<DeliveriesByRevision>(self.of_all(json!({"startRevision": hour_ago})))
            .await;
    }

    pub(super) async fn draft(&self) {
        let couriers = self
            .desk
            .ask("/api/1/employees/couriers", self.of_all(json!({})))
            .await;
        let employee = couriers["employees"][0]["items"][0]["id"].clone();
        let menus = self.desk.ask("/api/2/menu", json!({})).await;
        let order = json!({
            "menuId": menus["externalMenus"][0]["id"], "phone": "+79990000002", "orderServiceType": "DeliveryByClient",
            "customer": {"type": "one-time", "name": "Гость"}, "items": [self.tea(1)],
        });
        let mut drafts = Vec::new();
        for _ in 0..2 {
            let body = self.of(json!({"order": order, "terminalGroupId": self.group}));
            let created = self.ask::<DeliveriesDraftsCreate>(body).await;
            drafts.push(created["orderId"].clone());
        }
        let mut body = self.of(json!({"orderId": drafts[0], "employeeId": employee}));
        self.ask::<DeliveriesDraftsLock>(body.clone()).await;
        let mut changed = order.clone();
        changed["id"] = drafts[0].clone();
        changed["comment"] = json!("позвонить");
        self.ask::<DeliveriesDraftsSave>(
            self.of(json!({"employeeId": employee, "order": changed})),
        )
        .await;
        self.ask::<DeliveriesDraftsUnlock>(body.clone()).await;
        self.ask::<DeliveriesDraftsById>(self.of(json!({"orderId": drafts[0]})))
            .await;
        self.ask::<DeliveriesDraftsByFilter>(self.of_all(json!({})))
            .await;
        body = self.of(json!({"orderId": drafts[0], "terminalGroupId": self.group}));
        self.order::<DeliveriesDraftsCommit>(body).await;
        self.ask::<DeliveriesDraftsDelete>(self.of(json!({"orderId": drafts[1]})))
            .await;
    }
}
