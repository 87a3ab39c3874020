//! Drafts: who may work on one, and where there are none.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA, desk_with,
    orders::{by_id, pickup},
    quiet_desk,
};

/// The usual order as drafts have it: of an external menu.
fn order(desk: &Desk) -> Value {
    let mut order = pickup(desk, Uuid::new_v4())["order"].clone();
    order["menuId"] = json!("4679");
    order
}

/// A draft of the usual order; its id, and the order.
async fn drafted(desk: &Desk) -> (Value, Value) {
    let order = order(desk);
    let body = json!({"organizationId": desk.organization(PARKOVAYA), "order": order});
    let created = desk.ask("/api/1/deliveries/drafts/create", body).await;
    (created["orderId"].clone(), order)
}

#[tokio::test]
async fn nobody_works_on_what_somebody_else_has_locked() {
    let desk = quiet_desk().await;
    let (id, order) = drafted(&desk).await;
    let (anna, boris) = (Uuid::new_v4(), Uuid::new_v4());
    let send = async |word: &str, mut body: Value| {
        body["organizationId"] = json!(desk.organization(PARKOVAYA));
        desk.post(&format!("/api/1/deliveries/drafts/{word}"), body)
            .await
    };
    let of = |employee: Uuid| json!({"orderId": id, "employeeId": employee});
    let save = |employee: Uuid, comment: &str| {
        let mut order = order.clone();
        order["comment"] = json!(comment);
        json!({"employeeId": employee, "order": order})
    };
    assert_eq!(send("lock", of(anna)).await.status, 200);
    for (word, body) in [
        ("lock", of(boris)),
        ("unlock", of(boris)),
        ("save", save(boris, "от Бориса")),
        ("delete", json!({"orderId": id})),
    ] {
        let (status, _, sentence) = send(word, body).await.refusal();
        assert_eq!(status, 400, "{word}");
        assert!(
            sentence.contains(&format!("locked by user {anna}")),
            "{word}: {sentence}"
        );
    }
    assert_eq!(send("save", save(anna, "от Анны")).await.status, 200);
    let found = send("by_id", json!({"orderId": id})).await.json();
    assert_eq!(
        (&found["lockedByUser"], &found["order"]["comment"]),
        (&json!(anna), &json!("от Анны"))
    );
    assert!(found["lockedAt"].is_string());
    assert_eq!(send("unlock", of(anna)).await.status, 200);
    assert_eq!(send("lock", of(boris)).await.status, 200);

    // what is committed is an order, and no draft any more
    assert_eq!(send("unlock", of(boris)).await.status, 200);
    let group = pickup(&desk, Uuid::nil())["terminalGroupId"].clone();
    let commit = json!({"orderId": id, "terminalGroupId": group});
    assert_eq!(send("commit", commit).await.status, 200);
    desk.control().settle();
    let made = by_id(&desk, id.as_str().unwrap().parse().unwrap()).await;
    assert_eq!(made["order"]["comment"], "от Анны");
    assert_eq!(send("by_id", json!({"orderId": id})).await.status, 400);
}

#[tokio::test]
async fn an_organization_may_have_no_drafts() {
    let desk = desk_with(&[("inn = \"7700000001\"", "no_drafts = true")]).await;
    let order = order(&desk);
    let organization = desk.organization(PARKOVAYA);
    for (word, body) in [
        (
            "create",
            json!({"organizationId": organization, "order": order}),
        ),
        (
            "by_id",
            json!({"organizationId": organization, "orderId": order["id"]}),
        ),
        ("by_filter", json!({"organizationIds": [organization]})),
    ] {
        let answer = desk
            .post(&format!("/api/1/deliveries/drafts/{word}"), body)
            .await;
        let (status, code, _) = answer.refusal();
        assert_eq!((status, code.as_str()), (400, "DRAFTS_DISABLED"), "{word}");
    }
}

#[tokio::test]
async fn a_draft_that_goes_while_it_is_committed_leaves_no_order_half_made() {
    let desk = quiet_desk().await;
    let (id, _) = drafted(&desk).await;
    let organization = desk.organization(PARKOVAYA);
    let of = json!({"organizationId": organization, "orderId": id});
    desk.ask("/api/1/deliveries/drafts/commit", of.clone())
        .await;
    desk.ask("/api/1/deliveries/drafts/delete", of).await;
    desk.control().settle();
    let order = by_id(&desk, id.as_str().unwrap().parse().unwrap()).await;
    assert_eq!(order["creationStatus"], "Error", "{order}");
    let events = desk.control().events();
    let told = events
        .iter()
        .filter(|it| it["eventType"] == "DeliveryOrderError");
    assert_eq!(told.count(), 1);
}
