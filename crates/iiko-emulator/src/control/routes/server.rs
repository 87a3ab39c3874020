//! Control of the server in the back office over HTTP.

use axum::{Json, Router, body::Bytes, extract::State as Extracted, routing::get};
use serde::{Deserialize, Serialize};

use super::{Control, Failed, Outcome, done, read};
use crate::shared::Shared;

pub(super) fn router() -> Router<Shared> {
    Router::new().route("/_emulator/server", get(state).post(change))
}

/// The server in the back office, as control shows it.
#[derive(Serialize)]
struct ServerState {
    slots_used: usize,
    orders: Vec<serde_json::Value>,
    log: Vec<String>,
}

async fn state(Extracted(shared): Extracted<Shared>) -> Result<Json<ServerState>, Failed> {
    let control = Control::new(shared);
    Ok(Json(ServerState {
        slots_used: control.server_slots_used()?,
        orders: control.price_orders()?,
        log: control.server_log()?,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerChange {
    slots: Option<usize>,
    modules: Option<Vec<u32>>,
    right: Option<bool>,
    version: Option<String>,
    #[serde(default)]
    restart: bool,
}

async fn change(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: ServerChange = read(&body)?;
    let control = Control::new(shared);
    if let Some(slots) = change.slots {
        control.set_server_slots(slots)?;
    }
    if let Some(modules) = &change.modules {
        control.set_server_modules(modules)?;
    }
    if let Some(has_right) = change.right {
        control.set_server_right(has_right)?;
    }
    if let Some(version) = &change.version {
        control.set_server_version(version)?;
    }
    if change.restart {
        control.restart_server()?;
    }
    done()
}
