//! Waiting for what iiko only accepts at first.

use std::time::{Duration, Instant};

use iiko_client::{CommandEnd, Creation, Error, Patience};
use iiko_types::ids::{CorrelationId, Guid, OrganizationId};
use serde_json::json;

use crate::server::{Server, TOKEN_PATH, json, refusal, token};

const STATUS_PATH: &str = "/api/1/commands/status";
const BY_ID_PATH: &str = "/api/1/deliveries/by_id";

const HASTE: Patience = Patience {
    first_pause: Duration::from_millis(1),
    longest_pause: Duration::from_millis(2),
    deadline: Duration::from_secs(30),
};

fn ids() -> (OrganizationId, CorrelationId, Guid) {
    let guid = Guid::from_u128(7);
    (guid.into(), guid.into(), guid)
}

#[tokio::test]
async fn a_command_is_waited_for_until_it_ends() {
    for (last, is_success) in [
        (r#"{"state":"Success"}"#, true),
        (
            r#"{"state":"Error","errorReason":"Cannot create self-service delivery with address."}"#,
            false,
        ),
    ] {
        let server = Server::start(move |seen| match seen.nth {
            1 => json(200, r#"{"state":"InProgress"}"#),
            // waited out like the command itself
            2..=4 => refusal(500, ""),
            5 => json(200, r#"{"state":"Resting"}"#),
            _ => json(200, last),
        })
        .await;
        let (organization, command, _) = ids();
        let end = server
            .client()
            .wait_for_command(organization, command, HASTE)
            .await
            .unwrap();
        match end {
            CommandEnd::Success => assert!(is_success),
            CommandEnd::Failed(error) => assert_eq!(
                error.error_reason.as_deref(),
                Some("Cannot create self-service delivery with address.")
            ),
            CommandEnd::Unknown | CommandEnd::Unfinished => panic!("{end:?}"),
        }
        assert_eq!(server.count(STATUS_PATH), 6);
        assert_eq!(
            server.seen(STATUS_PATH)[0].body,
            json!({"organizationId": organization, "correlationId": command})
        );
    }
}

#[tokio::test]
async fn a_forgotten_command_and_a_slow_one_are_told_apart() {
    let (organization, command, _) = ids();
    for answer in [
        || json(410, r#"{"errorDescription":"gone"}"#),
        || json(400, r#"{"error":"PASSED_COMMAND_NOT_FOUND"}"#),
        // the words without a code
        || refusal(400, "Command not found in commands storage."),
        || json(400, "\"Command not found in commands storage\""),
    ] {
        let server = Server::start(move |_| answer()).await;
        let end = server
            .client()
            .wait_for_command(organization, command, HASTE)
            .await;
        assert_eq!(end.unwrap(), CommandEnd::Unknown);
        assert_eq!(server.count(STATUS_PATH), 1);
    }
    let patience = Patience {
        deadline: Duration::from_millis(500),
        ..HASTE
    };
    let server = Server::start(|_| json(200, r#"{"state":"InProgress"}"#)).await;
    let end = server
        .client()
        .wait_for_command(organization, command, patience)
        .await;
    assert_eq!(end.unwrap(), CommandEnd::Unfinished);

    let server = Server::start(|_| refusal(500, "")).await;
    let error = server
        .client()
        .wait_for_command(organization, command, patience)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(500));
    let server = Server::start(|_| refusal(401, "Right x is not allowed")).await;
    let error = server
        .client()
        .wait_for_command(organization, command, HASTE)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
}

#[tokio::test]
async fn an_order_is_waited_for_by_its_own_status() {
    fn order(status: &str) -> axum::response::Response {
        let id = Guid::from_u128(7);
        json(
            200,
            &format!(
                r#"{{"orders":[{{"id":"{}"}},{{"id":"{id}","creationStatus":"{status}"}}]}}"#,
                Guid::from_u128(8)
            ),
        )
    }
    let (organization, _, id) = ids();
    for last in ["Success", "Error"] {
        let server = Server::start(move |seen| match seen.nth {
            1 => json(200, r#"{"orders":[]}"#),
            2 => order("InProgress"),
            _ => order(last),
        })
        .await;
        let creation = server
            .client()
            .wait_for_delivery(organization, id, HASTE)
            .await
            .unwrap();
        match (&creation, last) {
            (Creation::Saved(order), "Success") | (Creation::Failed(order), "Error") => {
                assert_eq!(order.id, id);
            }
            _ => panic!("{last}: {creation:?}"),
        }
        assert_eq!(server.count(BY_ID_PATH), 3);
    }
    let server = Server::start(|_| order("InProgress")).await;
    let patience = Patience {
        deadline: Duration::from_millis(500),
        ..HASTE
    };
    let creation = server
        .client()
        .wait_for_delivery(organization, id, patience)
        .await
        .unwrap();
    assert!(
        matches!(creation, Creation::Unfinished(Some(_))),
        "{creation:?}"
    );
    let creation = server
        .client()
        .wait_for_table_order(organization, id, patience)
        .await
        .unwrap();
    assert!(
        matches!(creation, Creation::Unfinished(Some(_))),
        "{creation:?}"
    );
}

#[tokio::test]
async fn a_reserve_is_waited_for_like_an_order() {
    let (organization, _, id) = ids();
    let server = Server::start(move |seen| {
        let status = if seen.nth < 3 {
            "InProgress"
        } else {
            "Success"
        };
        let reserves = json!({"reserves": [{"id": id, "creationStatus": status}]});
        json(200, &reserves.to_string())
    })
    .await;
    let client = server.client();
    let end = client.wait_for_reserve(organization, id, HASTE).await;
    assert!(matches!(end.unwrap(), Creation::Saved(reserve) if reserve.id == id));
    assert_eq!(server.count("/api/1/reserve/status_by_id"), 3);
}

#[tokio::test]
async fn a_question_that_hangs_is_not_waited_for_beyond_the_deadline() {
    let (organization, command, id) = ids();
    let patience = Patience {
        deadline: Duration::from_millis(500),
        ..HASTE
    };
    // Silent from the first question on, or after an answer.
    for (answers, is_error) in [(0, true), (1, false)] {
        let server = Server::start_async(move |seen| {
            Box::pin(async move {
                match (seen.path.as_str(), seen.nth) {
                    (TOKEN_PATH, nth) => token(nth),
                    (STATUS_PATH, nth) if nth <= answers => json(200, r#"{"state":"InProgress"}"#),
                    (BY_ID_PATH, nth) if nth <= answers => json(200, r#"{"orders":[]}"#),
                    _ => std::future::pending().await,
                }
            })
        })
        .await;
        let client = server.client();
        let start = Instant::now();
        let end = client
            .wait_for_command(organization, command, patience)
            .await;
        match end {
            Err(Error::Timeout { .. }) => assert!(is_error),
            Ok(CommandEnd::Unfinished) => assert!(!is_error),
            other => panic!("{other:?}"),
        }
        let end = client.wait_for_delivery(organization, id, patience).await;
        match end {
            Err(Error::Timeout { .. }) => assert!(is_error),
            Ok(Creation::Unfinished(None)) => assert!(!is_error),
            other => panic!("{other:?}"),
        }
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{:?}",
            start.elapsed()
        );
    }
}
