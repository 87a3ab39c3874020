//! Lists that come in pieces: by revision, by date.

use chrono::TimeDelta;
use futures::{StreamExt, TryStreamExt};
use iiko_client::{DateWindow, DeliveryCursor, TransactionCursor};
use iiko_types::{
    ids::{Guid, OrganizationId},
    operations::{DeliveriesByDeliveryDateAndPhone, DeliveriesByDeliveryDateAndStatus},
    schemas::{
        GetTransactionsReportByRevisionRequest, OrdersByDeliveryDateAndPhoneRequest,
        OrdersByDeliveryDateAndStatusRequest, OrdersByRevisionRequest,
    },
    time::LocalTime,
};
use serde_json::Value;

use crate::server::{Server, json};

const BY_REVISION_PATH: &str = "/api/1/deliveries/by_revision";
const BY_STATUS_PATH: &str = "/api/1/deliveries/by_delivery_date_and_status";

fn organization() -> OrganizationId {
    Guid::from_u128(1).into()
}

fn orders(revision: i64, ids: &[u128]) -> String {
    let orders: Vec<_> = ids
        .iter()
        .map(|id| format!(r#"{{"id":"{}"}}"#, Guid::from_u128(*id)))
        .collect();
    format!(
        r#"{{"maxRevision":{revision},"ordersByOrganizations":[{{"organizationId":"{}","orders":[{}]}}]}}"#,
        organization(),
        orders.join(",")
    )
}

#[tokio::test]
async fn changed_deliveries_come_until_there_are_no_newer_ones() {
    let server = Server::start(|seen| {
        let body = match seen.body["startRevision"].as_i64() {
            Some(10) => orders(20, &[1, 2]),
            Some(20) => orders(30, &[3]),
            _ => orders(35, &[]),
        };
        json(200, &body)
    })
    .await;
    let request = OrdersByRevisionRequest::new(10, vec![organization()]);
    let pages: Vec<_> = server
        .client()
        .deliveries_changed_since(request)
        .try_collect()
        .await
        .unwrap();
    let cursors: Vec<_> = pages.iter().map(|page| page.cursor).collect();
    assert_eq!(
        cursors,
        [DeliveryCursor(20), DeliveryCursor(30), DeliveryCursor(35)]
    );
    assert_eq!(server.count(BY_REVISION_PATH), 3);
    let saved = serde_json::to_string(&cursors[2]).unwrap();
    assert_eq!(saved, "35");
    assert_eq!(
        serde_json::from_str::<DeliveryCursor>(&saved).unwrap(),
        cursors[2]
    );
}

#[tokio::test]
async fn a_revision_that_stands_still_is_not_asked_for_again_and_again() {
    let server = Server::start(|_| json(200, &orders(10, &[1]))).await;
    let request = OrdersByRevisionRequest::new(10, vec![organization()]);
    let pages = server.client().deliveries_changed_since(request);
    assert_eq!(pages.count().await, 1);
    assert_eq!(server.count(BY_REVISION_PATH), 1);
}

#[tokio::test]
async fn an_error_ends_the_stream_and_the_last_cursor_begins_the_next() {
    let server = Server::start(|seen| {
        if seen.nth == 2 {
            json(400, r#"{"errorDescription":"Passed revision is too old"}"#)
        } else {
            json(200, &orders(20, &[1]))
        }
    })
    .await;
    let request = OrdersByRevisionRequest::new(10, vec![organization()]);
    let pages: Vec<_> = server
        .client()
        .deliveries_changed_since(request)
        .collect()
        .await;
    assert_eq!(pages.len(), 2);
    assert_eq!(pages[0].as_ref().unwrap().cursor, DeliveryCursor(20));
    assert_eq!(pages[1].as_ref().unwrap_err().status(), Some(400));
}

#[tokio::test]
async fn a_dropped_stream_asks_no_more() {
    let server = Server::start(|seen| {
        let revision = seen.body["startRevision"].as_i64().unwrap() + 1;
        json(200, &orders(revision, &[1]))
    })
    .await;
    let request = OrdersByRevisionRequest::new(0, vec![organization()]);
    let pages: Vec<_> = server
        .client()
        .deliveries_changed_since(request)
        .take(2)
        .collect()
        .await;
    assert_eq!((pages.len(), server.count(BY_REVISION_PATH)), (2, 2));
}

#[tokio::test]
async fn transactions_come_with_both_halves_of_their_cursor() {
    let server = Server::start(|seen| {
        let id = Guid::from_u128(9);
        match &seen.body["lastTransactionId"] {
            Value::Null => json(
                200,
                &format!(r#"{{"lastRevision":5,"lastTransactionId":"{id}","transactions":[{{"id":"{id}"}}]}}"#),
            ),
            _ => json(200, r#"{"transactions":[]}"#),
        }
    })
    .await;
    let request =
        GetTransactionsReportByRevisionRequest::new(Guid::from_u128(3), 100, organization());
    let pages: Vec<_> = server
        .client()
        .transactions_changed_since(request)
        .try_collect()
        .await
        .unwrap();
    let cursor = TransactionCursor {
        revision: Some(5),
        last_transaction_id: Some(Guid::from_u128(9)),
    };
    let cursors: Vec<_> = pages.iter().map(|page| page.cursor).collect();
    assert_eq!(cursors, [cursor, cursor]);
    let saved = serde_json::to_string(&cursor).unwrap();
    assert_eq!(
        serde_json::from_str::<TransactionCursor>(&saved).unwrap(),
        cursor
    );
}

fn window() -> DateWindow {
    DateWindow {
        from: "2026-11-20 00:00:00.000".parse().unwrap(),
        to: "2026-11-22 11:59:59.999".parse().unwrap(),
    }
}

fn local_time(body: &Value, property: &str) -> LocalTime {
    body[property].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_window_with_too_much_in_it_is_halved() {
    let server = Server::start(|seen| {
        let from = local_time(&seen.body, "deliveryDateFrom");
        let to = local_time(&seen.body, "deliveryDateTo");
        if to.0 - from.0 > TimeDelta::hours(6) {
            json(
                422,
                r#"{"errorDescription":"Too many data requested","error":"TOO_MANY_DATA_REQUESTED"}"#,
            )
        } else {
            json(200, &orders(1, &[1]))
        }
    })
    .await;
    let request = OrdersByDeliveryDateAndStatusRequest::new(vec![organization()], window().from);
    let found: Vec<_> = server
        .client()
        .search_deliveries::<DeliveriesByDeliveryDateAndStatus>(request, window())
        .try_collect()
        .await
        .unwrap();
    let windows: Vec<_> = found.iter().map(|found| found.window).collect();
    assert_eq!(windows.len(), 10, "sixty hours by six: {windows:?}");
    assert_eq!(
        (windows[0].from, windows[9].to),
        (window().from, window().to)
    );
    for pair in windows.windows(2) {
        assert_eq!(pair[1].from.0 - pair[0].to.0, TimeDelta::milliseconds(1));
    }
    assert_eq!(server.count(BY_STATUS_PATH), 7 + 10);
    assert_eq!(found[0].cursor, Some(DeliveryCursor(1)));
}

#[tokio::test]
async fn what_is_too_much_in_a_minute_is_told() {
    let server =
        Server::start(|_| json(422, r#"{"error":"TOO_MANY_DATA_REQUESTED","message":"x"}"#)).await;
    let request = OrdersByDeliveryDateAndPhoneRequest::new(vec![organization()]);
    let found: Vec<_> = server
        .client()
        .search_deliveries::<DeliveriesByDeliveryDateAndPhone>(request, window())
        .collect()
        .await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].as_ref().unwrap_err().code(),
        Some("TOO_MANY_DATA_REQUESTED")
    );
    assert_eq!(
        server.count("/api/1/deliveries/by_delivery_date_and_phone"),
        12,
        "a day, halved eleven times"
    );
}
