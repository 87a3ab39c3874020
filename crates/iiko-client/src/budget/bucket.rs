//! The arithmetic of a rate: a bucket that fills again with time. Pure; the time comes in.

use std::time::Duration;

use tokio::time::Instant;

use super::Rate;

/// What is left of a rate. Remembers one point in time: when it will have recovered from all that was taken.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) rate: Rate,
    recovered_at: Option<Instant>,
}

impl Bucket {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            recovered_at: None,
        }
    }

    /// How long the next call has to wait.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        self.debt(now).saturating_sub(self.tolerance())
    }

    /// Takes the next call.
    pub(super) fn take(&mut self, now: Instant) {
        if self.rate != Rate::Unlimited {
            let debt = self.debt(now).saturating_add(self.interval());
            self.recovered_at = Some(later(now, debt));
        }
    }

    /// Takes less by this much.
    pub(super) fn give_back(&mut self, time: Duration) {
        self.recovered_at = self
            .recovered_at
            .and_then(|recovered| recovered.checked_sub(time));
    }

    /// Between two calls, in the long run.
    pub(super) fn interval(&self) -> Duration {
        match self.rate {
            Rate::Unlimited => Duration::ZERO,
            Rate::Every { interval, .. } => interval.min(CENTURY),
        }
    }

    /// How much debt a burst may make.
    fn tolerance(&self) -> Duration {
        match self.rate {
            Rate::Unlimited => Duration::ZERO,
            Rate::Every { burst, .. } => self.interval().saturating_mul(burst.saturating_sub(1)),
        }
    }

    /// Leaves one call at `then` and no burst after it.
    pub(super) fn empty(&mut self, then: Instant) {
        if self.rate != Rate::Unlimited {
            let emptied = later(then, self.tolerance());
            self.recovered_at = self.recovered_at.max(Some(emptied));
        }
    }

    pub(super) fn is_full(&self, now: Instant) -> bool {
        self.debt(now).is_zero()
    }

    fn debt(&self, now: Instant) -> Duration {
        self.recovered_at
            .map(|recovered| recovered.saturating_duration_since(now))
            .unwrap_or_default()
    }
}

const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A point in time that much later; what is beyond all clocks comes in a century.
pub(super) fn later(from: Instant, by: Duration) -> Instant {
    from.checked_add(by).unwrap_or_else(|| from + CENTURY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_goes_at_once_and_then_one_call_an_interval() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Rate::Every {
            interval: SECOND,
            burst: 3,
        });
        let waits: Vec<u64> = (0..6)
            .map(|_| {
                let wait = bucket.wait(start).as_secs();
                bucket.take(start);
                wait
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 3]);
        assert_eq!(bucket.wait(start + SECOND * 4), Duration::ZERO);
        assert!(!bucket.is_full(start + SECOND * 5));
        assert!(bucket.is_full(start + SECOND * 6));
    }

    #[test]
    fn rest_is_not_saved_beyond_the_burst() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Rate::Every {
            interval: SECOND,
            burst: 2,
        });
        bucket.take(start);
        let later = start + SECOND * 1000;
        bucket.take(later);
        bucket.take(later);
        assert_eq!(bucket.wait(later), SECOND);
    }

    #[test]
    fn an_emptied_bucket_has_one_call() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Rate::Every {
            interval: SECOND,
            burst: 10,
        });
        bucket.empty(start + SECOND * 60);
        assert_eq!(bucket.wait(start), SECOND * 60);
        bucket.take(start + SECOND * 60);
        assert_eq!(bucket.wait(start + SECOND * 60), SECOND);
    }

    #[test]
    fn no_rate_has_no_end_and_no_burst_is_a_burst_of_one() {
        let start = Instant::now();
        let mut unlimited = Bucket::new(Rate::Unlimited);
        (0..1000).for_each(|_| unlimited.take(start));
        assert_eq!(unlimited.wait(start), Duration::ZERO);

        let mut single = Bucket::new(Rate::Every {
            interval: SECOND,
            burst: 0,
        });
        assert_eq!(single.wait(start), Duration::ZERO);
        single.take(start);
        assert_eq!(single.wait(start), SECOND);
    }

    #[test]
    fn a_rate_without_end_is_a_rate_all_the_same() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Rate::Every {
            interval: Duration::MAX,
            burst: u32::MAX,
        });
        for _ in 0..3 {
            bucket.take(start);
        }
        bucket.empty(start);
        let mut bucket = Bucket::new(Rate::Every {
            interval: Duration::MAX,
            burst: 1,
        });
        bucket.take(start);
        assert!(bucket.wait(start) > SECOND * 1_000_000_000);
    }
}
