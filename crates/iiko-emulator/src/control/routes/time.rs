//! Control of time over HTTP: the clock, what falls due, tokens that expire.

use std::time::Duration;

use axum::{Json, Router, body::Bytes, extract::State as Extracted, routing::post};
use serde::Deserialize;
use serde_json::json;

use super::{Control, Outcome, done, read};
use crate::{schedule::Pace, shared::Shared};

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/_emulator/clock", post(clock))
        .route("/_emulator/pace", post(pace))
        .route("/_emulator/step", post(step))
        .route("/_emulator/settle", post(settle))
        .route("/_emulator/tokens", post(tokens))
        .route("/_emulator/strict", post(strict))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: u64,
}

async fn clock(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: ClockChange = read(&body)?;
    Control::new(shared).advance_clock(Duration::from_secs(change.advance_seconds));
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenChange {
    #[serde(default)]
    expire: bool,
    bare: Option<bool>,
    lifetime_seconds: Option<u64>,
}

async fn tokens(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: TokenChange = read(&body)?;
    let control = Control::new(shared);
    if change.expire {
        control.expire_tokens();
    }
    if let Some(is_bare) = change.bare {
        control.set_token_bare(is_bare);
    }
    if let Some(seconds) = change.lifetime_seconds {
        control.set_token_lifetime(Duration::from_secs(seconds));
    }
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strictness {
    strict: bool,
}

async fn strict(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: Strictness = read(&body)?;
    Control::new(shared).set_strict(change.strict);
    done()
}

async fn pace(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let pace: Pace = read(&body)?;
    Control::new(shared).set_pace(pace);
    done()
}

/// `done` tells whether there was anything to do.
async fn step(Extracted(shared): Extracted<Shared>) -> Outcome {
    Ok(Json(json!({"done": Control::new(shared).step()})))
}

async fn settle(Extracted(shared): Extracted<Shared>) -> Outcome {
    Control::new(shared).settle();
    done()
}
