//! What is going to happen, and the pace at which time brings it.
//!
//! Nothing of the imitation waits by itself: whatever takes time in a restaurant (a command on its way to the till, a
//! dish in the oven) is a [`Step`] that falls due.

use std::time::Duration;

use anyhow::ensure;
use chrono::{DateTime, Utc};
use iiko_types::ids::{CorrelationId, Guid};
use serde::{Deserialize, Serialize};

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pace {
    /// Orders live by themselves, so many times as fast as in a restaurant.
    Auto { speed: u32 },
    /// Nothing happens unless it is told to ([`crate::control::Control::step`]), and orders move only when somebody
    /// moves them. For tests.
    Stepped,
}

impl Default for Pace {
    /// A command takes a twentieth of a second, an order a minute and a half.
    fn default() -> Self {
        Self::Auto { speed: 20 }
    }
}

/// Faster than this nothing can be seen any more.
const FASTEST: u32 = 1_000_000;

impl Pace {
    /// Whether anything can live so.
    pub(crate) fn check(self) -> anyhow::Result<()> {
        match self {
            Self::Auto { speed } => ensure!(
                (1..=FASTEST).contains(&speed),
                "`speed` goes from 1 to {FASTEST}"
            ),
            Self::Stepped => {}
        }
        Ok(())
    }
}

/// Something that is going to happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub(crate) enum Step {
    /// A command reaches the till.
    Command(CorrelationId),
    /// Somebody takes a delivery one status further.
    Delivery(Guid),
    /// The guests of a table go on.
    TableOrder(Guid),
    /// The guests of a reserve come or leave.
    Reserve(Guid),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Schedule {
    pub(crate) pace: Pace,
    /// What is due first stands first.
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    at: DateTime<Utc>,
    step: Step,
}

impl Schedule {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            entries: Vec::new(),
        }
    }

    /// How long something takes here that takes `delay` in a restaurant.
    pub(crate) fn takes(&self, delay: Duration) -> Duration {
        match self.pace {
            Pace::Auto { speed } => delay / speed.max(1),
            Pace::Stepped => delay,
        }
    }

    /// Lets a step fall due. Of two at the same time the earlier ordered comes first.
    pub(crate) fn at(&mut self, at: DateTime<Utc>, step: Step) {
        let place = self.entries.partition_point(|entry| entry.at <= at);
        self.entries.insert(place, Entry { at, step });
    }

    /// Whether a step is going to fall due.
    pub(crate) fn holds(&self, step: &Step) -> bool {
        self.entries.iter().any(|entry| entry.step == *step)
    }

    /// Forgets a step.
    pub(crate) fn forget(&mut self, step: &Step) {
        self.entries.retain(|entry| entry.step != *step);
    }

    /// When the next step falls due.
    pub(crate) fn next_at(&self) -> Option<DateTime<Utc>> {
        self.entries.first().map(|entry| entry.at)
    }

    /// The next step, if it is due.
    pub(crate) fn take_due(&mut self, now: DateTime<Utc>) -> Option<Step> {
        self.next_at()
            .is_some_and(|at| at <= now)
            .then(|| self.entries.remove(0).step)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use uuid::Uuid;

    use super::{Pace, Schedule, Step};

    #[test]
    fn steps_fall_due_in_their_order() {
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        let step = |number: u128| Step::Delivery(Uuid::from_u128(number));
        let mut schedule = Schedule::new(Pace::Stepped);
        for (second, number) in [(5, 1), (3, 2), (5, 3), (4, 4)] {
            schedule.at(at(second), step(number));
        }
        schedule.forget(&step(4));
        assert_eq!(schedule.take_due(at(2)), None);
        let order: Vec<Step> = std::iter::from_fn(|| schedule.take_due(at(5))).collect();
        assert_eq!(order, [step(2), step(1), step(3)]);
    }

    #[test]
    fn a_fast_restaurant_takes_less_time() {
        let fast = Schedule::new(Pace::Auto { speed: 20 });
        assert_eq!(
            fast.takes(Duration::from_secs(10)),
            Duration::from_millis(500)
        );
        let told = Schedule::new(Pace::Stepped);
        assert_eq!(told.takes(Duration::from_secs(10)), Duration::from_secs(10));
    }
}
