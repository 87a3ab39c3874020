//! Orders at tables, reserves and banquets.

use iiko_types::operations::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Day;

impl Day {
    /// The tables of the first hall.
    async fn tables(&self) -> (Value, Vec<Value>) {
        let halls = self
            .ask::<ReserveAvailableRestaurantSections>(json!({"terminalGroupIds": [self.group]}))
            .await;
        let mut sections = halls["restaurantSections"].as_array().unwrap().iter();
        let hall = sections.find(|it| it["tables"].as_array().is_some_and(|it| it.len() > 1));
        let hall = hall.unwrap();
        let tables = hall["tables"].as_array().unwrap().iter();
        (
            hall["id"].clone(),
            tables.map(|table| table["id"].clone()).collect(),
        )
    }

    async fn new_table_order(&self, table: &Value) -> Uuid {
        let id = Uuid::new_v4();
        let order =
            json!({"id": id, "tableIds": [table], "guests": {"count": 2}, "items": [self.tea(1)]});
        let body = self.of(json!({"terminalGroupId": self.group, "order": order}));
        self.order::<OrderCreate>(body).await;
        id
    }

    pub(super) async fn serve_tables(&self) {
        let (_, tables) = self.tables().await;
        let id = self.new_table_order(&tables[0]).await;
        let with = |mut body: Value| {
            body["orderId"] = json!(id);
            self.of(body)
        };
        self.order::<OrderAddItems>(with(json!({"items": [self.tea(1)]})))
            .await;
        self.order::<OrderAddCustomer>(with(
            json!({"customer": {"name": "Мария", "phone": "+79990000003"}}),
        ))
        .await;
        self.order::<OrderAddPayments>(with(json!({"payments": [self.cash(100).await]})))
            .await;
        self.order::<OrderChangePayments>(with(json!({"payments": [self.cash(400).await]})))
            .await;
        let data = json!([{"key": "table", "value": "7", "isPublic": false}]);
        self.ask::<OrderChangeExternalData>(with(json!({"externalData": data})))
            .await;
        self.order::<OrderPrintBill>(with(json!({}))).await;
        self.order::<OrderClose>(with(json!({}))).await;
        let found = self
            .ask::<OrderById>(self.of_all(json!({"orderIds": [id]})))
            .await;
        assert_eq!(found["orders"][0]["order"]["status"], "Closed");
        self.ask::<OrderByTable>(self.of_all(json!({"tableIds": [tables[0]]})))
            .await;

        let other = self.new_table_order(&tables[1]).await;
        self.order::<OrderCancel>(self.of(json!({"orderId": other})))
            .await;
        self.open_at_the_till(&tables).await;
    }

    /// Orders that nobody made through the API.
    async fn open_at_the_till(&self, tables: &[Value]) {
        let control = self.control();
        let tea = control.product(self.organization, "TEA-01").unwrap();
        let table = |index: usize| tables[index].as_str().unwrap().parse().unwrap();
        let mut pos_ids = Vec::new();
        for index in 0..2 {
            let opened = control.open_at_till(self.organization, self.group, table(index), tea);
            pos_ids.push(opened.unwrap());
        }
        let here = |mut body: Value| {
            body["terminalGroupId"] = json!(self.group);
            self.of(body)
        };
        self.order::<OrderInitByTable>(here(json!({"tableIds": [tables[0]]})))
            .await;
        self.order::<OrderInitByPosOrder>(here(json!({"posOrderIds": [pos_ids[1]]})))
            .await;
    }

    pub(super) async fn reserve_tables(&self) {
        self.ask::<ReserveAvailableOrganizations>(json!({})).await;
        self.ask::<ReserveAvailableTerminalGroups>(self.of_all(json!({})))
            .await;
        let (hall, tables) = self.tables().await;
        let id = Uuid::new_v4();
        let tomorrow = self.control().state().now + chrono::TimeDelta::days(1);
        let tomorrow = tomorrow.format("%Y-%m-%d %H:%M:%S%.3f").to_string();
        let body = json!({
            "id": id, "terminalGroupId": self.group, "customer": {"type": "regular", "name": "Мария"}, "phone": "+79990000003",
            "durationInMinutes": 120, "shouldRemind": false, "tableIds": [tables[0]], "estimatedStartTime": tomorrow,
            "guests": {"count": 4}, "order": {"items": [self.tea(4)]},
        });
        self.order::<ReserveCreate>(self.of(body)).await;
        let with = |mut body: Value| {
            body["reserveId"] = json!(id);
            self.of(body)
        };
        self.order::<ReserveAddItems>(with(json!({"items": [self.tea(1)]})))
            .await;
        self.order::<ReserveAddPayments>(with(json!({"payments": [self.cash(100).await]})))
            .await;
        self.order::<ReserveChangeItems>(with(json!({"items": [self.tea(3)]})))
            .await;
        self.order::<ReserveChangeTables>(with(json!({"tableIds": [tables[1]]})))
            .await;
        self.order::<ReserveChangeEstimatedStartTime>(with(
            json!({"newEstimatedStartTime": tomorrow}),
        ))
        .await;
        let workload = json!({"restaurantSectionIds": [hall], "dateFrom": tomorrow});
        self.ask::<ReserveRestaurantSectionsWorkload>(workload)
            .await;
        self.order::<ReserveCancel>(with(json!({"cancelReason": "ClientRefused"})))
            .await;
        let found = self
            .ask::<ReserveStatusById>(self.of(json!({"reserveIds": [id]})))
            .await;
        assert_eq!(
            found["reserves"][0]["reserve"]["cancelReason"],
            "ClientRefused"
        );
    }
}
