//! What there is: organizations, menus, dictionaries, people, addresses.

use iiko_types::operations::*;
use serde_json::{Value, json};

use super::Day;

impl Day {
    pub(super) async fn look_around(&self) {
        let application = json!({"appId": "15", "clientSecret": "demo-secret", "apiKey": "demo"});
        self.ask::<AccessTokenV2>(application).await;
        self.ask::<Organizations>(json!({"returnAdditionalInfo": true}))
            .await;
        self.ask::<OrganizationsSettings>(json!({"parameters": ["Name"]}))
            .await;
        let group = json!([self.group]);
        self.ask::<TerminalGroups>(self.of_all(json!({"includeDisabled": true})))
            .await;
        self.ask::<TerminalGroupsIsAlive>(self.of_all(json!({"terminalGroupIds": group})))
            .await;
        self.ask::<TerminalGroupsAwake>(self.of_all(json!({"terminalGroupIds": group})))
            .await;
        self.look_at_menus().await;
        self.look_at_dictionaries().await;
        self.look_at_people().await;
        self.stop_and_sell_again().await;
        self.subscribe().await;
    }

    async fn look_at_menus(&self) {
        self.ask::<Nomenclature>(self.of(json!({}))).await;
        let menus = self.desk.ask("/api/2/menu", json!({})).await;
        let menu = menus["externalMenus"][0]["id"].clone();
        self.ask::<Menu>(json!(null)).await;
        self.ask::<MenuById>(self.of_all(json!({"externalMenuId": menu})))
            .await;
        self.ask::<MenuByIdV3>(self.of(json!({"externalMenuId": menu})))
            .await;
        let combos = self.ask::<Combo>(self.of(json!({"extraData": true}))).await;
        let combo = &combos["comboSpecifications"][0];
        let groups = combo["groups"].as_array().unwrap().iter();
        let items: Vec<Value> = groups
            .map(|group| {
                let product = &group["products"][0];
                json!({
                    "type": "Product", "productId": product["productId"], "productSizeId": product["sizeId"],
                    "amount": 1, "price": 100, "comboInformation": {
                        "comboId": combo["sourceActionId"], "comboSourceId": combo["sourceActionId"], "comboGroupId": group["id"],
                    },
                })
            })
            .collect();
        self.ask::<ComboCalculate>(self.of(json!({"items": items})))
            .await;
    }

    async fn look_at_dictionaries(&self) {
        self.ask::<PaymentTypes>(self.of_all(json!({}))).await;
        self.ask::<DeliveriesOrderTypes>(self.of_all(json!({})))
            .await;
        self.ask::<Discounts>(self.of_all(json!({}))).await;
        self.ask::<CancelCauses>(self.of_all(json!({}))).await;
        self.ask::<RemovalTypes>(self.of_all(json!({}))).await;
        self.ask::<MarketingSources>(self.of_all(json!({}))).await;
        self.ask::<TipsTypes>(json!(null)).await;
        self.ask::<Regions>(self.of_all(json!({}))).await;
        let cities = self.ask::<Cities>(self.of_all(json!({}))).await;
        let city = cities["cities"][0]["items"][0]["id"].clone();
        let streets = self
            .ask::<StreetsByCity>(self.of(json!({"cityId": city})))
            .await;
        let street = streets["streets"][0]["id"].clone();
        self.ask::<StreetsById>(self.of(json!({"ids": [street]})))
            .await;
        let restrictions = self
            .ask::<DeliveryRestrictions>(self.of_all(json!({})))
            .await;
        self.ask::<DeliveryRestrictionsAllowed>(self.of_all(json!({"isCourierDelivery": false})))
            .await;
        let mut changed = restrictions["deliveryRestrictions"][0].clone();
        changed["defaultMinSum"] = json!(900);
        let changed = self.ask::<DeliveryRestrictionsUpdate>(changed).await;
        assert_eq!(
            changed["deliveryRestrictions"][0]["defaultMinSum"].to_string(),
            "900"
        );
    }

    async fn look_at_people(&self) {
        let couriers = self.ask::<EmployeesCouriers>(self.of_all(json!({}))).await;
        let courier = couriers["employees"][0]["items"][0]["id"].clone();
        self.ask::<EmployeesCouriersByRole>(self.of_all(json!({"rolesToCheck": ["COURIER"]})))
            .await;
        self.ask::<EmployeesCouriersActiveLocation>(self.of_all(json!({})))
            .await;
        let here = self.of(json!({"terminalGroupId": self.group}));
        self.ask::<EmployeesCouriersActiveLocationByTerminal>(here)
            .await;
        let lately = self.of_all(json!({"offsetInSeconds": 3600}));
        self.ask::<EmployeesCouriersLocationsByTimeOffset>(lately)
            .await;
        self.ask::<EmployeesInfo>(self.of(json!({"id": courier})))
            .await;
        let shift = self.of(json!({"terminalGroupId": self.group, "employeeId": courier}));
        self.ask::<EmployeesShiftClockin>(shift.clone()).await;
        self.control().settle();
        let open = self.ask::<EmployeesShiftIsOpen>(shift.clone()).await;
        assert_eq!(open["isSessionOpened"], true);
        self.ask::<EmployeesShiftsByCourier>(json!({"employeeId": courier}))
            .await;
        self.ask::<EmployeesShiftClockout>(shift).await;
        self.control().settle();
    }

    async fn stop_and_sell_again(&self) {
        let dish = json!([{"productId": self.product("TEA-01"), "balance": 0}]);
        let stop = self.of(json!({"terminalGroupId": self.group, "items": dish}));
        self.ask::<StopListsAdd>(stop).await;
        self.ask::<StopLists>(self.of_all(json!({}))).await;
        let wanted = self.of(json!({"terminalGroupId": self.group, "items": [self.tea(1)]}));
        let checked = self.ask::<StopListsCheck>(wanted).await;
        assert_eq!(checked["rejectedItems"].as_array().map(Vec::len), Some(1));
        let sell = json!([{"productId": self.product("TEA-01")}]);
        let sell = self.of(json!({"terminalGroupId": self.group, "items": sell}));
        self.ask::<StopListsRemove>(sell).await;
        self.ask::<StopListsClear>(self.of(json!({"terminalGroupId": self.group})))
            .await;
    }

    async fn subscribe(&self) {
        let settings = json!({
            "webHooksUri": "http://127.0.0.1:9/hooks", "authToken": "demo-hook",
            "webHooksFilter": {"deliveryOrderFilter": {"orderStatuses": ["Closed"], "errors": true}},
        });
        self.ask::<WebhooksUpdateSettings>(self.of(settings)).await;
        let settings = self.ask::<WebhooksSettings>(self.of(json!({}))).await;
        assert_eq!(settings["authToken"], "demo-hook");
    }
}
