//! One call with all its attempts, in numbers: what a dashboard wants to know.

use std::time::Duration;

use iiko_types::endpoint::Effect;
use tokio::time::Instant;

use crate::error::Error;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    /// iiko answered with success.
    Answered,
    /// The caller got an `Error`.
    Failed,
    /// The caller went away before.
    Dropped,
}

/// A call in numbers. Holds nothing of what was asked or answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallMetrics {
    /// Name of the operation.
    pub operation: &'static str,
    /// The group that iiko counts it under.
    pub restriction_group: &'static str,
    /// What it does at iiko.
    pub effect: Effect,
    /// How often it was sent, the repeat with a new token included.
    pub attempts: u32,
    /// How long it waited for its rate budget.
    pub waited: Duration,
    /// From its begin to its end, waiting and logins included.
    pub duration: Duration,
    /// What became of it.
    pub outcome: CallOutcome,
    /// HTTP status of the last answer, where the call failed by it.
    pub failed_status: Option<u16>,
}

/// Counts calls. For each exchange, with bodies, there is [`ExchangeObserver`](crate::ExchangeObserver).
///
/// Called in the middle of the work: count and return, never block.
pub trait MetricsObserver: Send + Sync {
    /// A call is over.
    fn called(&self, call: &CallMetrics);
}

/// Reports a call when it ends, also where that is because nobody waits for it any more.
pub(crate) struct Meter<'a> {
    pub(crate) observer: Option<&'a dyn MetricsObserver>,
    pub(crate) start: Instant,
    pub(crate) metrics: CallMetrics,
}

impl<'a> Meter<'a> {
    pub(crate) fn start(
        observer: Option<&'a dyn MetricsObserver>,
        operation: &'static str,
        restriction_group: &'static str,
        effect: Effect,
    ) -> Self {
        Self {
            observer,
            start: Instant::now(),
            metrics: CallMetrics {
                operation,
                restriction_group,
                effect,
                attempts: 0,
                waited: Duration::ZERO,
                duration: Duration::ZERO,
                outcome: CallOutcome::Dropped,
                failed_status: None,
            },
        }
    }

    pub(crate) fn end<T>(mut self, result: &Result<T, Error>) {
        self.metrics.outcome = match result {
            Ok(_) => CallOutcome::Answered,
            Err(error) => {
                self.metrics.failed_status = error.status();
                CallOutcome::Failed
            }
        };
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        if let Some(observer) = self.observer {
            self.metrics.duration = self.start.elapsed();
            observer.called(&self.metrics);
        }
    }
}
