//! The emulator's time: the machine's, moved on as tests please.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The year 9000, where the emulator's time ends: what would lie beyond it lies there.
pub(crate) const END: DateTime<Utc> = match DateTime::from_timestamp(221_845_392_000, 0) {
    Some(end) => end,
    None => DateTime::UNIX_EPOCH,
};

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Clock {
    ahead: Duration,
}

impl Clock {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        after(SystemTime::now().into(), self.ahead)
    }

    /// Moves on to `at`, unless it is past already.
    pub(crate) fn reach(&mut self, at: DateTime<Utc>) {
        if let Ok(left) = (at.min(END) - self.now()).to_std() {
            self.ahead += left;
        }
    }
}

/// So long after `at`.
pub(crate) fn after(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
    at.checked_add_signed(by).map_or(END, |then| then.min(END))
}
