//! Deliveries from the request to the last status.

use iiko_types::schemas::DeliveryStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    orders::{by_id, pickup, status_of},
    quiet_desk,
};

#[tokio::test]
async fn an_order_is_accepted_at_once_and_taken_later() {
    let desk = quiet_desk().await;
    let id = Uuid::new_v4();
    let created = desk
        .ask("/api/1/deliveries/create", pickup(&desk, id))
        .await;
    assert_eq!(created["orderInfo"]["creationStatus"], "InProgress");
    assert_eq!(created["orderInfo"]["order"], Value::Null);
    assert_eq!(
        status_of(&desk, &created["correlationId"]).await,
        json!({"state": "InProgress"})
    );

    desk.control().settle();
    let order = by_id(&desk, id).await;
    assert_eq!(order["creationStatus"], "Success");
    assert!(order["posId"].is_string());
    assert_eq!(order["order"]["sum"].to_string(), "399");
    assert_eq!(order["order"]["status"], "WaitCooking");
    assert_eq!(
        status_of(&desk, &created["correlationId"]).await,
        json!({"state": "Success"})
    );
    assert_eq!(
        desk.control().events()[0]["eventType"],
        "DeliveryOrderUpdate"
    );

    let again = desk
        .ask("/api/1/deliveries/create", pickup(&desk, id))
        .await;
    assert_eq!(again["orderInfo"]["errorInfo"]["code"], "DuplicatedOrderId");
    desk.control().settle();
    assert_eq!(by_id(&desk, id).await, order);
}

#[tokio::test]
async fn what_the_till_refuses_is_told_later() {
    let desk = quiet_desk().await;
    let id = Uuid::new_v4();
    let mut body = pickup(&desk, id);
    body["order"]["deliveryPoint"] = json!({"comment": "у фонтана"});
    let created = desk.ask("/api/1/deliveries/create", body).await;
    desk.control().settle();
    let order = by_id(&desk, id).await;
    assert_eq!(
        (&order["creationStatus"], &order["order"]),
        (&json!("Error"), &Value::Null)
    );
    let sentence = "Cannot create self-service delivery with address.";
    assert_eq!(order["errorInfo"]["message"], sentence);
    let status = status_of(&desk, &created["correlationId"]).await;
    assert_eq!(
        (&status["state"], &status["exception"]["description"]),
        (&json!("Error"), &json!(sentence))
    );
    assert_eq!(
        desk.control().events()[0]["eventType"],
        "DeliveryOrderError"
    );
}

#[tokio::test]
async fn a_till_that_does_not_answer_times_out() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let (_, group) = desk.hall();
    control.set_asleep(group, true).unwrap();
    let id = Uuid::new_v4();
    desk.ask("/api/1/deliveries/create", pickup(&desk, id))
        .await;
    assert!(control.step());
    assert_eq!(by_id(&desk, id).await["creationStatus"], "InProgress");
    control.settle();
    let order = by_id(&desk, id).await;
    assert_eq!(order["creationStatus"], "Error");
    assert!(
        order["errorInfo"]["message"]
            .as_str()
            .unwrap()
            .starts_with("Creation timeout expired")
    );
}

#[tokio::test]
async fn an_order_goes_only_where_it_can() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let id = Uuid::new_v4();
    desk.ask("/api/1/deliveries/create", pickup(&desk, id))
        .await;
    control.settle();
    control
        .move_delivery(id, &DeliveryStatus::CookingCompleted)
        .unwrap();
    let order = by_id(&desk, id).await["order"].clone();
    assert_eq!(order["items"][0]["status"], "CookingCompleted");
    assert!(order["whenCookingCompleted"].is_string());
    for impossible in [
        DeliveryStatus::WaitCooking,
        DeliveryStatus::OnWay,
        DeliveryStatus::Closed,
    ] {
        assert!(
            control.move_delivery(id, &impossible).is_err(),
            "{impossible}"
        );
    }
    control
        .move_delivery(id, &DeliveryStatus::Cancelled)
        .unwrap();
    assert!(control.move_delivery(id, &DeliveryStatus::Waiting).is_err());
}
