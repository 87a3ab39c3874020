//! How often iiko may be called: a budget per credentials and restriction group.
//!
//! iiko counts calls per login and group of operations, publishes hardly any number, answers 429 for up to an hour once
//! it has had enough, and blocks logins that go on asking. So every client of the same credentials in this process
//! draws on one budget, whether it was cloned or built anew: each group has a rate of its own, and a 429 pauses that
//! group and no other, for as long as `Retry-After` says.
//!
//! Measured by the machine's monotonic clock, not by the client's: a wall clock may jump, and one that a test holds in
//! its hand would stop all calls.

mod bucket;
mod group;
mod registry;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use self::group::{Group, Turn};

/// How often a group may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// As often as the caller likes; a 429 pauses it all the same.
    Unlimited,
    /// One call every `interval` in the long run, `burst` at once after a rest.
    Every {
        /// Between two calls, in the long run.
        interval: Duration,
        /// How many calls may come at once. 0 counts as 1.
        burst: u32,
    },
}

/// The rates of all groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    usual: Rate,
    groups: BTreeMap<String, Rate>,
}

impl Rates {
    /// The same for every group.
    #[must_use]
    pub fn all(usual: Rate) -> Self {
        Self {
            usual,
            groups: BTreeMap::new(),
        }
    }

    /// Another rate for one group, under iiko's name: `Data: menu`.
    #[must_use]
    pub fn with(mut self, restriction_group: &str, rate: Rate) -> Self {
        self.groups.insert(restriction_group.to_owned(), rate);
        self
    }

    fn of(&self, restriction_group: &str) -> Rate {
        self.groups
            .get(restriction_group)
            .copied()
            .unwrap_or(self.usual)
    }
}

impl Default for Rates {
    /// One call a second, a minute's worth at once; half of that for menus. These are careful guesses: the only numbers
    /// that iiko has published are loyalty's, five and ten calls a second. It also allows `coupons/by_series` only every
    /// 30 s, which is no group of its own and left to the caller.
    fn default() -> Self {
        let every = |interval_millis, burst| Rate::Every {
            interval: Duration::from_millis(interval_millis),
            burst,
        };
        Self::all(every(1000, 60))
            .with("Data: menu", every(2000, 60))
            .with("Guests: info", every(200, 5))
            .with("Guests: creating", every(100, 4))
    }
}

/// The budget of one set of credentials, shared by every client that uses them. A clone is the same budget.
#[derive(Clone, Default)]
pub struct RateBudget {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    rates: Rates,
    groups: BTreeMap<&'static str, Group>,
}

/// What a group has left.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupBudget {
    /// iiko's name of the group: `Data: menu`.
    pub restriction_group: &'static str,
    /// How often it may be called.
    pub rate: Rate,
    /// How many attempts were let through since the process started.
    pub calls: u64,
    /// How long the next call would wait for its turn.
    pub next_call_after: Duration,
    /// How much longer iiko's 429 pauses the group.
    pub paused_for: Option<Duration>,
}

/// Why a call does not get its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The group is paused for longer than the caller waits.
    Paused { remaining: Duration },
    /// Its turn comes after its deadline.
    TooLate,
}

/// How long a caller waits at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For the end of a pause.
    pub(crate) pause: Duration,
    /// Altogether.
    pub(crate) left: Option<Duration>,
}

impl RateBudget {
    /// The budget of these credentials at this address; `rates` are set where given.
    pub(crate) fn shared(base_url: &str, fingerprint: &str, rates: Option<Rates>) -> Self {
        let budget = registry::find_or_insert(base_url, fingerprint);
        if let Some(rates) = rates {
            budget.set_rates(rates);
        }
        budget
    }

    /// Change the rates, for all who share the budget. Pauses stay.
    pub fn set_rates(&self, rates: Rates) {
        let mut state = self.lock();
        for (name, group) in &mut state.groups {
            group.set_rate(rates.of(name));
        }
        state.rates = rates;
    }

    /// The groups that were called so far.
    #[must_use]
    pub fn groups(&self) -> Vec<GroupBudget> {
        let now = Instant::now();
        self.lock()
            .groups
            .iter()
            .map(|(name, group)| group.describe(name, now))
            .collect()
    }

    /// End a pause before its time, because somebody knows that iiko has.
    pub fn resume(&self, restriction_group: &str) {
        if let Some(group) = self.lock().groups.get_mut(restriction_group) {
            group.resume();
        }
    }

    /// Waits for a turn; gives how long that took. A caller who is dropped while waiting leaves its turn unused.
    pub(crate) async fn take(
        &self,
        restriction_group: &'static str,
        limits: Limits,
    ) -> Result<Duration, Denied> {
        let start = Instant::now();
        let mut has_turn = false;
        loop {
            let now = Instant::now();
            let limits = Limits {
                left: limits.left.map(|left| left.saturating_sub(now - start)),
                ..limits
            };
            let turn =
                self.with_group(restriction_group, |group| group.turn(has_turn, limits, now));
            match turn? {
                Turn::Now => return Ok(now - start),
                // Its turn is kept, but a 429 may pause the group before it comes.
                Turn::After(wait) => {
                    has_turn = true;
                    tokio::time::sleep(wait).await;
                }
                Turn::AfterPause(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// iiko answered 429.
    pub(crate) fn pause(&self, restriction_group: &'static str, retry_after: Option<Duration>) {
        let now = Instant::now();
        let pause = self.with_group(restriction_group, |group| group.pause(retry_after, now));
        tracing::warn!(
            restriction_group,
            seconds = pause.as_secs(),
            "iiko has had too many calls of a group, which pauses now"
        );
    }

    /// iiko answered something else.
    pub(crate) fn answered(&self, restriction_group: &'static str) {
        self.with_group(restriction_group, Group::answered);
    }

    /// Whether it would make no difference if it were made anew.
    fn is_rested(&self, now: Instant) -> bool {
        let state = self.lock();
        state.rates == Rates::default() && state.groups.values().all(|group| group.is_rested(now))
    }

    fn with_group<T>(&self, name: &'static str, act: impl FnOnce(&mut Group) -> T) -> T {
        let mut state = self.lock();
        let State { rates, groups } = &mut *state;
        act(groups
            .entry(name)
            .or_insert_with(|| Group::new(rates.of(name))))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RateBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.groups()).finish()
    }
}
