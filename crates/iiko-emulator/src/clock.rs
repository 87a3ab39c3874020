//! The emulator's time: the machine's, moved on as tests please.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Clock {
    ahead: Duration,
}

impl Clock {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (SystemTime::now() + self.ahead).into()
    }

    /// Moves on to `at`, unless it is past already.
    pub(crate) fn reach(&mut self, at: DateTime<Utc>) {
        if let Ok(left) = (at - self.now()).to_std() {
            self.advance(left);
        }
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.ahead += by;
    }
}
