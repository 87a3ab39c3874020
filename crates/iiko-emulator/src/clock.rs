//! The emulator's time: the machine's, moved on as tests please. In the stepped pace it stands still, so that nothing falls
//! due, expires or grows old between two steps.
//!
//! A clock that stands falls behind the machine's. It makes that good when it goes on, and meanwhile writes its own time
//! into everything but one thing: the `exp` of a token is compared with the clock of whoever got it, who would throw a
//! fresh token away as expired. That counts from [`Clock::latest`]; the emulator itself goes by its own time there too.

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
    /// Of the machine's.
    ahead: Duration,
    /// Where it stands, if it does.
    stands_at: Option<DateTime<Utc>>,
}

impl Clock {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.stands_at.unwrap_or_else(|| self.running())
    }

    /// Its own time or the machine's, whichever is later.
    pub(crate) fn latest(&self) -> DateTime<Utc> {
        self.now().max(SystemTime::now().into())
    }

    /// What it shows, or would show if it went.
    pub(crate) fn running(&self) -> DateTime<Utc> {
        after(SystemTime::now().into(), self.ahead)
    }

    /// Stands still from now on.
    pub(crate) fn stop(&mut self) {
        self.stands_at = Some(self.now());
    }

    /// Goes with the machine's from now on; if it has fallen behind, it is right again.
    pub(crate) fn go_on(&mut self) {
        if let Some(stood_at) = self.stands_at.take() {
            self.reach(stood_at);
        }
    }

    /// Moves on to `at`, unless it is past already.
    pub(crate) fn reach(&mut self, at: DateTime<Utc>) {
        let at = at.min(END);
        match &mut self.stands_at {
            Some(stands_at) => *stands_at = at.max(*stands_at),
            None => {
                if let Ok(left) = (at - self.running()).to_std() {
                    self.ahead += left;
                }
            }
        }
    }
}

/// So long after `at`.
pub(crate) fn after(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
    at.checked_add_signed(by).map_or(END, |then| then.min(END))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Clock, END, after};

    #[test]
    fn a_clock_that_stands_moves_only_when_it_is_moved() {
        let mut clock = Clock::default();
        clock.stop();
        let noon = clock.now();
        assert_eq!(clock.now(), noon);
        let later = after(noon, Duration::from_secs(3600));
        clock.reach(later);
        clock.reach(noon);
        assert_eq!((clock.now(), clock.latest()), (later, later));
        clock.go_on();
        assert!(clock.now() >= later, "it never goes back");
    }

    #[test]
    fn a_clock_that_has_fallen_behind_is_right_again_when_it_goes_on() {
        let mut clock = Clock {
            stands_at: Some(chrono::DateTime::UNIX_EPOCH),
            ..Clock::default()
        };
        clock.reach(after(clock.now(), Duration::from_secs(60)));
        let machines = clock.latest();
        assert!(machines > clock.now());
        clock.go_on();
        assert!(clock.now() >= machines && clock.ahead == Duration::ZERO);
    }

    #[test]
    fn time_has_an_end() {
        let mut clock = Clock::default();
        clock.reach(after(clock.now(), Duration::MAX));
        assert_eq!(clock.now(), END);
    }
}
