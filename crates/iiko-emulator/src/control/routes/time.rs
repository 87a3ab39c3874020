//! Control of time over HTTP: the clock, what falls due, tokens that expire.

use std::time::Duration;

use anyhow::anyhow;
use axum::{Json, Router, body::Bytes, extract::State as Extracted, routing::post};
use serde::Deserialize;
use serde_json::json;

use super::{Control, Outcome, done, read};
use crate::{
    clock::{END, after},
    schedule::Pace,
    shared::Shared,
};

/// Ten years.
const LONGEST_LIFE_SECONDS: u64 = 10 * 365 * 24 * 60 * 60;

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
    let by = Duration::from_secs(change.advance_seconds);
    let control = Control::new(shared);
    if after(control.state().now, by) == END {
        return Err(anyhow!("`advance_seconds`: the emulator's time ends in the year 9000").into());
    }
    control.advance_clock(by);
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
    if change.lifetime_seconds > Some(LONGEST_LIFE_SECONDS) {
        let sentence = format!("`lifetime_seconds`: a token lives {LONGEST_LIFE_SECONDS} at most");
        return Err(anyhow!(sentence).into());
    }
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
    pace.check()?;
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
