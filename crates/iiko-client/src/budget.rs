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
mod line;
mod registry;
mod seats;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

pub(crate) use self::seats::Seat;
use self::{
    group::{Group, Turn},
    line::Ticket,
    seats::AtOnce,
};

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
    operations: BTreeMap<String, Rate>,
    at_once: AtOnce,
}

impl Rates {
    /// The same for every group.
    #[must_use]
    pub fn all(usual: Rate) -> Self {
        Self {
            usual,
            groups: BTreeMap::new(),
            operations: BTreeMap::new(),
            at_once: AtOnce {
                groups: BTreeMap::new(),
                loyalty: u32::MAX,
            },
        }
    }

    /// Another rate for one group, under iiko's name: `Data: menu`.
    #[must_use]
    pub fn with(mut self, restriction_group: &str, rate: Rate) -> Self {
        self.groups.insert(restriction_group.to_owned(), rate);
        self
    }

    /// A rate for one operation, under its name: `loyalty_iiko_coupons_by_series`. The rate of its group holds too.
    #[must_use]
    pub fn with_operation(mut self, operation: &str, rate: Rate) -> Self {
        self.operations.insert(operation.to_owned(), rate);
        self
    }

    /// How many calls of a group may be on their way at once. 0 counts as 1; without a word there is no limit.
    #[must_use]
    pub fn at_once(mut self, restriction_group: &str, calls: u32) -> Self {
        let groups = &mut self.at_once.groups;
        groups.insert(restriction_group.to_owned(), calls.max(1));
        self
    }

    /// The same over all groups of loyalty together (`Guests: …` and `Loyalty: …`).
    #[must_use]
    pub fn loyalty_at_once(mut self, calls: u32) -> Self {
        self.at_once.loyalty = calls.max(1);
        self
    }

    fn of(&self, name: &str) -> Rate {
        self.groups
            .get(name)
            .or_else(|| self.operations.get(name))
            .copied()
            .unwrap_or(self.usual)
    }
}

impl Default for Rates {
    /// One call a second, a minute's worth in a burst; half of that for menus. These are careful guesses: the only
    /// numbers that iiko has published are loyalty's. Those are kept: five calls a second and five at once to read a
    /// guest, ten and four to write one, a hundred of all loyalty at once, unused coupons of a series every 30 s.
    fn default() -> Self {
        let every = |interval_millis, burst| Rate::Every {
            interval: Duration::from_millis(interval_millis),
            burst,
        };
        Self::all(every(1000, 60))
            .with("Data: menu", every(2000, 60))
            .with("Guests: info", every(200, 5))
            .with("Guests: creating", every(100, 4))
            .with_operation("loyalty_iiko_coupons_by_series", every(30_000, 1))
            .at_once("Guests: info", 5)
            .at_once("Guests: creating", 4)
            .loyalty_at_once(100)
    }
}

/// The budget of one set of credentials, shared by every client that uses them. A clone is the same budget.
#[derive(Clone, Default)]
pub struct RateBudget {
    state: Arc<Mutex<State>>,
    /// A seat was given back, or limits are others now.
    freed: Arc<Notify>,
    /// Those who wait for a turn may have theirs sooner now.
    moved: Arc<Notify>,
}

#[derive(Default)]
struct State {
    rates: Rates,
    /// By restriction group, and by the name of an operation that has a rate of its own.
    groups: BTreeMap<&'static str, Group>,
    /// How many calls of a group are on their way.
    taken: BTreeMap<&'static str, u32>,
}

/// What a group has left.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupBudget {
    /// iiko's name of the group: `Data: menu`; or the name of an operation that has a rate of its own.
    pub restriction_group: &'static str,
    /// How often it may be called.
    pub rate: Rate,
    /// How many attempts were let through since the process started.
    pub calls: u64,
    /// How many are on their way.
    pub in_flight: u32,
    /// How many may be.
    pub at_once: Option<u32>,
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

    /// Change the rates, for all who share the budget. Pauses stay, and who waits is woken.
    pub fn set_rates(&self, rates: Rates) {
        let now = Instant::now();
        let mut state = self.lock();
        for (name, group) in &mut state.groups {
            group.set_rate(rates.of(name), now);
        }
        state.rates = rates;
        drop(state);
        self.freed.notify_waiters();
        self.moved.notify_waiters();
    }

    /// The groups that were called so far.
    #[must_use]
    pub fn groups(&self) -> Vec<GroupBudget> {
        let now = Instant::now();
        let state = self.lock();
        let describe = |(name, group): (&&'static str, &Group)| GroupBudget {
            in_flight: state.taken.get(name).copied().unwrap_or_default(),
            at_once: state.rates.at_once.groups.get(*name).copied(),
            ..group.describe(name, now)
        };
        state.groups.iter().map(describe).collect()
    }

    /// End a pause before its time, because somebody knows that iiko has.
    pub fn resume(&self, restriction_group: &str) {
        if let Some(group) = self.lock().groups.get_mut(restriction_group) {
            group.resume(Instant::now());
        }
        self.moved.notify_waiters();
    }

    /// Waits for a turn; gives how long that took. A caller who is dropped while waiting gives its place to those behind.
    pub(crate) async fn take(
        &self,
        restriction_group: &'static str,
        limits: Limits,
    ) -> Result<Duration, Denied> {
        let start = Instant::now();
        let mut place = Place {
            budget: self,
            restriction_group,
            ticket: None,
        };
        loop {
            // Heard from here on, so that no move after the look is missed.
            let mut moved = std::pin::pin!(self.moved.notified());
            moved.as_mut().enable();
            let now = Instant::now();
            let limits = Limits {
                left: limits.left.map(|left| left.saturating_sub(now - start)),
                ..limits
            };
            let turn = self.with_group(restriction_group, |group| {
                group.turn(place.ticket, limits, now)
            });
            let wait = match turn? {
                Turn::Now => return Ok(now - start),
                // Its place is kept, but a 429 may pause the group before it comes.
                Turn::After { ticket, wait } => {
                    place.ticket = Some(ticket);
                    wait
                }
                Turn::AfterPause(wait) => wait,
            };
            // Whichever comes first, it looks again.
            let _ = tokio::time::timeout(wait, moved).await;
        }
    }

    /// Waits for the turn of an operation that has a rate of its own, beside that of its group.
    pub(crate) async fn take_operation(
        &self,
        operation: &'static str,
        limits: Limits,
    ) -> Result<Duration, Denied> {
        let has_rate = self.lock().rates.operations.contains_key(operation);
        match has_rate {
            true => self.take(operation, limits).await,
            false => Ok(Duration::ZERO),
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

    /// Whether a pause began since the turn was taken.
    pub(crate) fn is_paused(&self, restriction_group: &'static str) -> bool {
        let now = Instant::now();
        self.with_group(restriction_group, |group| group.is_paused(now))
    }

    /// iiko answered something else.
    pub(crate) fn answered(&self, restriction_group: &'static str) {
        self.with_group(restriction_group, Group::answered);
    }

    /// Whether nobody has set its rates to others.
    fn has_usual_rates(&self) -> bool {
        self.lock().rates == Rates::default()
    }

    /// Whether it would make no difference, but for its rates, if it were made anew.
    fn is_rested(&self, now: Instant) -> bool {
        let state = self.lock();
        state.taken.values().all(|taken| *taken == 0)
            && state.groups.values().all(|group| group.is_rested(now))
    }

    fn with_group<T>(&self, name: &'static str, act: impl FnOnce(&mut Group) -> T) -> T {
        let mut state = self.lock();
        let State {
            rates,
            groups,
            taken: _,
        } = &mut *state;
        act(groups
            .entry(name)
            .or_insert_with(|| Group::new(rates.of(name))))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line of a group, given up by whoever goes away or is denied before its turn has come.
struct Place<'a> {
    budget: &'a RateBudget,
    restriction_group: &'static str,
    ticket: Option<Ticket>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let now = Instant::now();
        let left = self
            .budget
            .with_group(self.restriction_group, |group| group.leave(ticket, now));
        if left {
            self.budget.moved.notify_waiters();
        }
    }
}

impl fmt::Debug for RateBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.groups()).finish()
    }
}
