//! Slows down who guesses passwords: after ten failures for one name, that name waits.
//!
//! Kept in memory, so a replica counts for itself and a restart forgets. It makes guessing slow, it does not make a weak
//! password strong.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

const MAX_FAILURES: u32 = 10;
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// Names are the caller's invention: their number and their length are bounded.
const MAX_NAMES: usize = 1000;
/// No user has a longer one.
const MAX_NAME_BYTES: usize = 400;

#[derive(Default)]
pub(crate) struct LoginThrottle {
    failures: Mutex<HashMap<String, Failures>>,
}

struct Failures {
    count: u32,
    since: DateTime<Utc>,
}

impl LoginThrottle {
    /// How long this name has to wait, in seconds; `None`: it may try.
    pub(crate) fn wait_seconds(&self, username: &str, now: DateTime<Utc>) -> Option<u64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let known = failures
            .get(username)
            .filter(|known| known.count >= MAX_FAILURES)?;
        let left = known.since + WINDOW - now;
        u64::try_from(left.num_seconds())
            .ok()
            .filter(|seconds| *seconds > 0)
    }

    pub(crate) fn mark_failed(&self, username: &str, now: DateTime<Utc>) {
        if username.len() > MAX_NAME_BYTES {
            return;
        }
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MAX_NAMES {
            failures.retain(|_, known| known.since + WINDOW > now);
        }
        if failures.len() >= MAX_NAMES {
            // a flood of invented names: forgetting them costs less than keeping them
            failures.clear();
        }
        let known = failures.entry(username.to_owned()).or_insert(Failures {
            count: 0,
            since: now,
        });
        if known.since + WINDOW <= now {
            *known = Failures {
                count: 0,
                since: now,
            };
        }
        known.count += 1;
    }

    pub(crate) fn mark_succeeded(&self, username: &str) {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(username);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    #[test]
    fn ten_failures_make_a_name_wait_and_no_other() {
        let throttle = LoginThrottle::default();
        for second in 0..9 {
            throttle.mark_failed("admin", at(second));
        }
        assert_eq!(throttle.wait_seconds("admin", at(9)), None);
        throttle.mark_failed("admin", at(9));
        assert_eq!(throttle.wait_seconds("admin", at(10)), Some(290));
        assert_eq!(throttle.wait_seconds("other", at(10)), None);
        assert_eq!(throttle.wait_seconds("admin", at(300)), None);
    }

    #[test]
    fn a_login_forgets_the_failures_before_it() {
        let throttle = LoginThrottle::default();
        for second in 0..10 {
            throttle.mark_failed("admin", at(second));
        }
        throttle.mark_succeeded("admin");
        assert_eq!(throttle.wait_seconds("admin", at(10)), None);
    }

    #[test]
    fn invented_names_do_not_fill_the_memory() {
        let throttle = LoginThrottle::default();
        for number in 0..5000 {
            throttle.mark_failed(&format!("name {number}"), at(0));
        }
        throttle.mark_failed(&"long".repeat(1000), at(0));
        assert!(
            throttle
                .failures
                .lock()
                .unwrap()
                .keys()
                .all(|name| name.len() < 100)
        );
        assert!(throttle.failures.lock().unwrap().len() <= MAX_NAMES);
    }
}
