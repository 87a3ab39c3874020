//! Mischief, and what was asked so far, over HTTP.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State as Extracted},
    routing::{delete, get},
};
use serde_json::json;

use super::{Control, Outcome, done, read};
use crate::{
    faults::{Exchange, FaultRule, FaultState},
    shared::Shared,
};

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route(
            "/_emulator/faults",
            get(faults).post(add_fault).delete(clear_faults),
        )
        .route("/_emulator/faults/{id}", delete(remove_fault))
        .route(
            "/_emulator/exchanges",
            get(exchanges).delete(forget_exchanges),
        )
}

async fn faults(Extracted(shared): Extracted<Shared>) -> Json<Vec<FaultState>> {
    Json(Control::new(shared).faults())
}

async fn add_fault(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let rule: FaultRule = read(&body)?;
    rule.check()?;
    Ok(Json(json!({"id": Control::new(shared).add_fault(rule)})))
}

async fn remove_fault(Extracted(shared): Extracted<Shared>, Path(id): Path<u64>) -> Outcome {
    Ok(Json(json!({"done": Control::new(shared).remove_fault(id)})))
}

async fn clear_faults(Extracted(shared): Extracted<Shared>) -> Outcome {
    Control::new(shared).clear_faults();
    done()
}

async fn exchanges(Extracted(shared): Extracted<Shared>) -> Json<Vec<Exchange>> {
    Json(Control::new(shared).exchanges())
}

async fn forget_exchanges(Extracted(shared): Extracted<Shared>) -> Outcome {
    Control::new(shared).forget_exchanges();
    done()
}
