//! Control of orders over HTTP, and what the world outside was told of them.

use anyhow::{Context, anyhow};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State as Extracted,
    routing::{get, post},
};
use iiko_types::{
    ids::Guid,
    schemas::{OrderInfo, ReserveInfo, TableOrderInfo},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Control, Outcome, done, read};
use crate::{loyalty::Message, postman::Delivered, shared::Shared, webhooks::Notification};

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/_emulator/deliveries", get(deliveries))
        .route("/_emulator/table_orders", get(table_orders))
        .route("/_emulator/reserves", get(reserves))
        .route("/_emulator/invent", post(invent))
        .route("/_emulator/move", post(move_order))
        .route("/_emulator/open_at_till", post(open_at_till))
        .route("/_emulator/events", get(events).post(raise_event))
        .route("/_emulator/webhooks", get(webhooks))
        .route("/_emulator/webhooks/send", post(send_webhooks))
        .route("/_emulator/notifications", get(notifications))
        .route("/_emulator/messages", get(messages))
}

async fn deliveries(Extracted(shared): Extracted<Shared>) -> Json<Vec<OrderInfo>> {
    Json(Control::new(shared).deliveries())
}

async fn table_orders(Extracted(shared): Extracted<Shared>) -> Json<Vec<TableOrderInfo>> {
    Json(Control::new(shared).table_orders())
}

async fn reserves(Extracted(shared): Extracted<Shared>) -> Json<Vec<ReserveInfo>> {
    Json(Control::new(shared).reserves())
}

async fn invent(Extracted(shared): Extracted<Shared>) -> Outcome {
    let id = Control::new(shared).invent_order()?;
    Ok(Json(json!({"id": id})))
}

/// One of the three, to a status or, where a delivery names none, to the next one; or the dishes of a table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Moving {
    delivery: Option<Guid>,
    table_order: Option<Guid>,
    reserve: Option<Guid>,
    status: Option<String>,
    dishes: Option<String>,
}

async fn move_order(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let asked: Moving = read(&body)?;
    let control = Control::new(shared);
    let (status, dishes) = (asked.status.as_deref(), asked.dishes.as_deref());
    match (asked.delivery, asked.table_order, asked.reserve) {
        (Some(id), None, None) => match (status, dishes) {
            (Some(status), None) => control.move_delivery(id, &status.into())?,
            (None, None) => control.advance_delivery(id)?,
            (_, Some(_)) => return Err(anyhow!("`dishes` are those of a `table_order`").into()),
        },
        (None, Some(id), None) => match (status, dishes) {
            (Some(status), None) => control.move_table_order(id, &status.into())?,
            (None, Some(dishes)) => control.cook_table_order(id, &dishes.into())?,
            (Some(_), Some(_)) | (None, None) => {
                return Err(anyhow!("either `status` or `dishes` is wanted").into());
            }
        },
        (None, None, Some(id)) => {
            let status = status.context("`status` is missing")?;
            control.move_reserve(id, &status.into())?;
        }
        _ => {
            let sentence = "one of `delivery`, `table_order` and `reserve` is wanted";
            return Err(anyhow!(sentence).into());
        }
    }
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    organization: String,
    terminal_group: String,
    table: Guid,
    product: String,
}

async fn open_at_till(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let asked: Opening = read(&body)?;
    let control = Control::new(shared);
    let organization = control.organization(&asked.organization)?;
    let terminal_group = control.terminal_group(organization, &asked.terminal_group)?;
    let product = control.product(organization, &asked.product)?;
    let id = control.open_at_till(organization, terminal_group, asked.table, product)?;
    Ok(Json(json!({"id": id})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raising {
    organization: String,
    event_type: String,
    #[serde(default)]
    info: serde_json::Value,
}

async fn raise_event(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let asked: Raising = read(&body)?;
    let control = Control::new(shared);
    let organization = control.organization(&asked.organization)?;
    control.raise_event(organization, &asked.event_type, &asked.info)?;
    done()
}

async fn events(Extracted(shared): Extracted<Shared>) -> Json<Vec<serde_json::Value>> {
    Json(Control::new(shared).events())
}

/// The postman's bag and book.
#[derive(Serialize)]
struct Webhooks {
    waiting: usize,
    sent: Vec<Delivered>,
}

async fn webhooks(Extracted(shared): Extracted<Shared>) -> Json<Webhooks> {
    let control = Control::new(shared);
    Json(Webhooks {
        waiting: control.webhooks_waiting(),
        sent: control.webhooks_sent(),
    })
}

async fn send_webhooks(Extracted(shared): Extracted<Shared>) -> Outcome {
    let taken = Control::new(shared).send_webhooks().await;
    Ok(Json(json!({"taken": taken})))
}

async fn notifications(Extracted(shared): Extracted<Shared>) -> Json<Vec<Notification>> {
    Json(Control::new(shared).notifications())
}

async fn messages(Extracted(shared): Extracted<Shared>) -> Json<Vec<Message>> {
    Json(Control::new(shared).messages())
}
