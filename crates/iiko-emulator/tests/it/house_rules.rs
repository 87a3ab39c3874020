//! What an organization wants of its deliveries, and what a login was granted.

use iiko_emulator::scenario::Scenario;
use iiko_types::schemas::DeliveryStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA, desk_with,
    orders::{by_id, cash, code, fate, pickup},
    quiet_desk,
};

async fn desk_with_rules(rules: &str) -> Desk {
    desk_with(&[("inn = \"7700000001\"", &format!("rules = {{ {rules} }}"))]).await
}

#[tokio::test]
async fn where_deliveries_are_confirmed_they_wait_for_it() {
    let desk = desk_with_rules("confirmation = true").await;
    let order = fate(&desk, json!({})).await;
    assert_eq!(
        (&order["order"]["status"], &order["order"]["whenConfirmed"]),
        (&json!("Unconfirmed"), &Value::Null)
    );
    let body = json!({"organizationId": desk.organization(PARKOVAYA), "orderId": order["id"]});
    desk.ask("/api/1/deliveries/confirm", body).await;
    desk.control().settle();
    let id: Uuid = order["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(by_id(&desk, id).await["order"]["status"], "WaitCooking");
    let settings = json!({"organizationIds": [desk.organization(PARKOVAYA)], "parameters": ["IsConfirmationEnabled"]});
    let settings = desk.ask("/api/1/organizations/settings", settings).await;
    assert_eq!(settings["organizations"][0]["isConfirmationEnabled"], true);
}

#[tokio::test]
async fn a_customer_and_a_source_are_missed_where_they_are_wanted() {
    let desk = desk_with_rules("customer_required = true, marketing_source_required = true").await;
    let nobody = fate(&desk, json!({"customer": null})).await;
    assert_eq!(code(&nobody), "AnonymousCustomerDisabled");
    let from_nowhere = fate(&desk, json!({})).await;
    assert_eq!(code(&from_nowhere), "MarketingSourceNotFound");
    let sources = json!({"organizationIds": [desk.organization(PARKOVAYA)]});
    let sources = desk.ask("/api/1/marketing_sources", sources).await;
    let source = &sources["marketingSources"][0];
    let whole = fate(&desk, json!({"marketingSourceId": source["id"]})).await;
    assert_eq!(whole["order"]["marketingSource"]["name"], source["name"]);
}

fn courier(address: &Value) -> Value {
    json!({"orderServiceType": "DeliveryByCourier", "deliveryPoint": {"address": address}})
}

#[tokio::test]
async fn a_street_is_one_of_the_restaurants() {
    let desk = quiet_desk().await;
    let organization = desk.organization(PARKOVAYA);
    let cities = json!({"organizationIds": [organization]});
    let cities = desk.ask("/api/1/cities", cities).await;
    let city = cities["cities"][0]["items"][0].clone();
    let streets = json!({"organizationId": organization, "cityId": city["id"]});
    let streets = desk.ask("/api/1/streets/by_city", streets).await;
    let street = streets["streets"][0].clone();
    for asked in [
        json!({"id": street["id"]}),
        json!({"name": street["name"], "city": city["name"]}),
    ] {
        let address = json!({"type": "legacy", "street": asked, "house": "7"});
        let order = fate(&desk, courier(&address)).await;
        let found = &order["order"]["deliveryPoint"]["address"];
        assert_eq!(
            (&found["street"]["id"], &found["street"]["city"]["name"]),
            (&street["id"], &city["name"]),
            "{order}"
        );
    }
    let nowhere =
        json!({"type": "legacy", "street": {"name": "Лунная", "city": city["name"]}, "house": "7"});
    assert_eq!(
        code(&fate(&desk, courier(&nowhere)).await),
        "AddressNotFound"
    );
    let in_a_line = json!({"type": "city", "line1": "Парковая, 7"});
    assert_eq!(
        code(&fate(&desk, courier(&in_a_line)).await),
        "Line1Disabled"
    );

    let desk = desk_with_rules("city_addresses = true").await;
    let order = fate(&desk, courier(&in_a_line)).await;
    assert_eq!(
        order["order"]["deliveryPoint"]["address"]["line1"],
        "Парковая, 7"
    );
    assert_eq!(
        code(&fate(&desk, courier(&nowhere)).await),
        "AddressNotFound"
    );
}

#[tokio::test]
async fn a_courier_waits_for_the_money_where_it_is_wanted_first() {
    let desk = desk_with_rules("paid_before_courier = true").await;
    let coordinates = json!({"latitude": 55.75, "longitude": 37.61});
    let order = json!({"orderServiceType": "DeliveryByCourier", "deliveryPoint": {"coordinates": coordinates}});
    let order = fate(&desk, order).await;
    let id: Uuid = order["id"].as_str().unwrap().parse().unwrap();
    let control = desk.control();
    control.move_delivery(id, &DeliveryStatus::Waiting).unwrap();
    let sent = control.move_delivery(id, &DeliveryStatus::OnWay);
    let sentence = "Current settings require the delivery to be paid before sending.";
    assert!(format!("{:#}", sent.unwrap_err()).contains(sentence));
    let cash = cash(&desk, 399).await;
    let paid =
        json!({"organizationId": desk.organization(PARKOVAYA), "orderId": id, "payments": [cash]});
    desk.ask("/api/1/deliveries/add_payments", paid).await;
    control.settle();
    control.move_delivery(id, &DeliveryStatus::OnWay).unwrap();
}

#[tokio::test]
async fn an_order_is_compared_with_the_stop_list_where_that_is_asked_for() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let (organization, group) = desk.hall();
    let tea = control.product(organization, "TEA-01").unwrap();
    let ordered = async |checks: bool| {
        let id = Uuid::new_v4();
        let mut body = pickup(&desk, id);
        body["createOrderSettings"] = json!({"checkStopList": checks});
        desk.ask("/api/1/deliveries/create", body).await;
        control.settle();
        by_id(&desk, id).await["creationStatus"].clone()
    };
    control
        .stop(organization, group, tea, None, "1".parse().unwrap())
        .unwrap();
    assert_eq!(ordered(true).await, "Error", "two are ordered, one is left");
    assert_eq!(ordered(false).await, "Success");
    control
        .stop(organization, group, tea, None, "2".parse().unwrap())
        .unwrap();
    assert_eq!(ordered(true).await, "Success");
}

#[tokio::test]
async fn values_that_are_too_long_are_refused_at_once() {
    let desk = quiet_desk().await;
    let mut body = pickup(&desk, Uuid::new_v4());
    body["order"]["externalNumber"] = json!("7".repeat(51));
    let (status, code, sentence) = desk.post("/api/1/deliveries/create", body).await.refusal();
    assert_eq!((status, code.as_str()), (400, "INVALID_REQUEST"));
    assert!(sentence.contains("externalNumber"), "{sentence}");
}

#[tokio::test]
async fn a_login_calls_and_sees_what_it_was_granted() {
    let granted = "rights = [\"organizations\", \"terminal_groups\"]\n\
         hidden_terminal_groups = [\"parkovaya/dostavka\"]";
    let desk = desk_with(&[("api_login = \"demo\"", granted)]).await;
    let all = json!({"organizationIds": [desk.organization(PARKOVAYA)]});
    let names = async |body: Value| {
        let answer = desk.ask("/api/1/terminal_groups", body).await;
        let items = answer["terminalGroups"][0]["items"].as_array().cloned();
        let names = items.unwrap().into_iter().map(|it| it["name"].clone());
        names.collect::<Vec<Value>>()
    };
    assert_eq!(names(all.clone()).await, ["Парковая, зал"]);
    let mut disabled = all.clone();
    disabled["includeDisabled"] = json!(true);
    assert_eq!(
        names(disabled).await,
        ["Парковая, зал", "Парковая, доставка"]
    );
    assert_eq!(
        desk.post("/api/1/stop_lists", all).await.refusal(),
        (
            401,
            "UNAUTHORIZED".to_owned(),
            "Right api/1/stop_lists is not allowed for this ApiLogin.".to_owned()
        )
    );
}

#[test]
fn a_scenario_that_grants_what_is_not_there_is_refused() {
    let text = include_str!("../../scenarios/demo.toml");
    for (wrong, why) in [
        ("rights = [\"stoplists\"]", "`stoplists`"),
        ("hidden_terminal_groups = [\"parkovaya/moon\"]", "moon"),
    ] {
        let login = "api_login = \"demo\"";
        let text = text.replacen(login, &format!("{login}\n{wrong}"), 1);
        let error = format!("{:#}", Scenario::from_toml(&text).unwrap_err());
        assert!(error.contains(why), "{error}");
    }
}
