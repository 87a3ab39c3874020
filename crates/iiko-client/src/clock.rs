//! The time as a value: the machine's, or one that a test moves by hand.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

/// Where the time comes from. Clones of a manual clock show the same time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Stands still until [`Clock::advance`] moves it.
    Manual(ManualClock),
}

/// The hand of a manual clock: microseconds since 1970, shared by the clones.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<watch::Sender<i64>>);

impl Clock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn manual(now: DateTime<Utc>) -> Self {
        let hand = watch::Sender::new(now.timestamp_micros());
        Self::Manual(ManualClock(Arc::new(hand)))
    }

    /// The time it shows, in whole microseconds, which is what PostgreSQL keeps.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the clock that all others are told to use"
            )]
            Self::System => Utc::now().timestamp_micros(),
            Self::Manual(hand) => *hand.0.borrow(),
        };
        DateTime::from_timestamp_micros(micros)
            .expect("a clock shows a time between the years -262143 and 262142")
    }

    /// Until it shows this much more. On a manual clock that is when somebody has moved it so far.
    pub async fn sleep(&self, duration: Duration) {
        match self {
            Self::System => tokio::time::sleep(duration).await,
            Self::Manual(hand) => {
                let mut hand = hand.0.subscribe();
                let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
                let end = hand.borrow().saturating_add(micros);
                // The sender lives in this very clock, so there is nobody to miss it.
                let _ = hand.wait_for(|shown| *shown >= end).await;
            }
        }
    }

    /// Move a manual clock forward.
    ///
    /// # Panics
    ///
    /// On the system clock: nobody can move it, and a test that believes it did would prove nothing.
    pub fn advance(&self, by: Duration) {
        match self {
            Self::System => panic!("the system clock cannot be moved: use `Clock::manual`"),
            Self::Manual(hand) => {
                let micros = i64::try_from(by.as_micros())
                    .expect("a clock is moved by less than 292,000 years");
                hand.0.send_modify(|shown| *shown += micros);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_manual_clock_show_the_same_time() {
        let start = "2026-01-02T03:04:05Z".parse::<DateTime<Utc>>().unwrap();
        let clock = Clock::manual(start);
        clock.clone().advance(Duration::from_secs(60));
        assert_eq!(clock.now(), start + Duration::from_secs(60));
    }

    #[tokio::test]
    async fn who_sleeps_by_a_manual_clock_wakes_when_it_is_moved() {
        let clock = Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
        let sleeper = clock.sleep(Duration::from_secs(60));
        tokio::pin!(sleeper);
        assert!(futures::poll!(&mut sleeper).is_pending());
        clock.advance(Duration::from_secs(59));
        assert!(futures::poll!(&mut sleeper).is_pending());
        clock.advance(Duration::from_secs(1));
        sleeper.await;
    }
}
