//! Mischief: what the emulator does to answers on demand, apart from the imitation itself.

pub(crate) mod target;

use std::{collections::VecDeque, time::Duration};

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use self::target::Target;
use crate::{clock::after, iiko_server::SERVER_OPERATIONS, kept::keep};

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The answer, or the call to a handler, comes late. Other faults may come with it.
    Latency { milliseconds: u64 },
    /// An error of iiko's kind: 401, 403, 408, 429 (with `Retry-After` in seconds), 500.
    Status {
        status: u16,
        retry_after: Option<u64>,
    },
    /// A gateway's page instead of JSON.
    Html { status: u16 },
    /// The first half of the right answer.
    CutJson,
    /// The right answer with something in it that is no JSON.
    MalformedJson,
    /// The connection closes; the operation has not run.
    DroppedBefore,
    /// The connection closes; the operation has run.
    DroppedAfter,
    /// All lists of the answer are empty. Not of commands and logins, whose answers have none.
    EmptyMenu,
    /// All lists of the answer are missing. Not of commands and logins.
    MissingList,
    /// The right answer, in pieces over so long.
    SlowDrip { milliseconds: u64 },
    /// The token of the call expires before its time, and the call is refused with 401. Not of the calls that need none.
    TokenExpired,
    /// Of commands: the cloud takes it, the till refuses it with this; a new order ends in `Error`.
    TillRefuses { code: String, message: String },
    /// More than so many calls in so long are refused with 429, and told when to return.
    Limit { calls: usize, seconds: u64 },
    /// Of the operation `webhook`, where all that strike come together: one call to the handler is not made.
    WebhookLost,
    /// Of the operation `webhook`: one call more is made.
    WebhookDoubled,
    /// Of the operation `webhook`: the events go with those that come next, once.
    WebhookLate,
    /// Of the operation `webhook`: the last event of the call comes first.
    WebhookReordered,
}

/// When a fault happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// By name, `stop_lists`; every operation that the fault can strike where absent, but only those of `webhook` for
    /// faults of webhooks.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only for this api login: whose token it is, who asks for one, or whose handler is told.
    #[serde(default)]
    pub login: Option<String>,
    /// So many calls pass first.
    #[serde(default)]
    pub after: u64,
    /// So often, then no more; without end where absent.
    #[serde(default)]
    pub times: Option<u64>,
    /// Only so many of a hundred calls, 1 to 100. Which ones looks like chance, and is the same every time.
    #[serde(default)]
    pub percent: Option<u8>,
    /// What goes wrong.
    pub fault: Fault,
}

impl FaultRule {
    /// The fault at every call of `operation`.
    pub fn new(operation: &str, fault: Fault) -> Self {
        Self {
            operation: Some(operation.to_owned()),
            login: None,
            after: 0,
            times: None,
            percent: None,
            fault,
        }
    }

    /// The same, so often and no more.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }

    /// The same, at so many of a hundred calls.
    #[must_use]
    pub fn percent(self, percent: u8) -> Self {
        Self {
            percent: Some(percent),
            ..self
        }
    }

    /// Whether it is about this.
    fn means(&self, operation: &str, target: Target, login: Option<&str>) -> bool {
        let is_of_it = match self.operation.as_deref() {
            Some(name) => name == operation,
            // who says nothing of webhooks does not mean them
            None => matches!(target, Target::Webhook { .. }) == self.fault.is_of_webhooks(),
        };
        is_of_it
            && self.fault.strikes(target)
            && (self.login.is_none() || self.login.as_deref() == login)
    }

    /// Whether there is such a thing to spoil.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        if let Some(name) = &self.operation {
            let target = Target::named(name).with_context(|| {
                format!(
                    "`operation`: there is no `{name}`; names are like `stop_lists`, `{SERVER_OPERATIONS}v2/price` or `webhook`"
                )
            })?;
            ensure!(
                self.fault.strikes(target),
                "`fault`: `{}` changes nothing about `{name}`",
                self.fault.kind()
            );
            ensure!(
                self.login.is_none() || !name.starts_with(SERVER_OPERATIONS),
                "`login`: calls of iikoServer have none"
            );
        }
        ensure!(
            self.percent
                .is_none_or(|percent| (1..=100).contains(&percent)),
            "`percent` goes from 1 to 100"
        );
        self.fault.check()
    }
}

/// A rule and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultState {
    /// By which it is taken back.
    pub id: u64,
    /// As it was ordered.
    pub rule: FaultRule,
    /// Calls it was asked about.
    pub seen: u64,
    /// Calls it spoiled.
    pub spoiled: u64,
    /// When a limit let calls through lately.
    #[serde(skip)]
    passed: VecDeque<DateTime<Utc>>,
}

impl FaultState {
    /// What this fault does to a call it is asked about.
    fn strike(&mut self, now: DateTime<Utc>) -> Option<Fault> {
        let (rule, number) = (&self.rule, self.seen);
        self.seen += 1;
        let is_chosen = rule.percent.is_none_or(|percent| {
            let chance = xxh3_64(format!("{}/{number}", self.id).as_bytes()) % 100;
            chance < u64::from(percent)
        });
        let is_due = number >= rule.after && rule.times.is_none_or(|times| self.spoiled < times);
        if !is_chosen || !is_due {
            return None;
        }
        let fault = match rule.fault {
            Fault::Limit { calls, seconds } => self.limit(calls, seconds, now)?,
            _ => rule.fault.clone(),
        };
        self.spoiled += 1;
        Some(fault)
    }

    /// The refusal of a call that is one too many.
    fn limit(&mut self, calls: usize, seconds: u64, now: DateTime<Utc>) -> Option<Fault> {
        let window = Duration::from_secs(seconds);
        self.passed.retain(|at| after(*at, window) > now);
        let Some(first) = self.passed.front().filter(|_| self.passed.len() >= calls) else {
            self.passed.push_back(now);
            return None;
        };
        let left = (after(*first, window) - now).to_std().unwrap_or_default();
        Some(Fault::Status {
            status: 429,
            retry_after: Some(left.as_secs() + u64::from(left.subsec_nanos() > 0)),
        })
    }
}

/// A call of an operation and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// When it was answered, by the emulator's clock.
    pub at: DateTime<Utc>,
    /// `None` for a path that iiko does not have.
    pub operation: Option<String>,
    /// As it was asked for.
    pub path: String,
    /// The api login, once known.
    pub login: Option<String>,
    /// `None` where the connection was dropped.
    pub status: Option<u16>,
    /// What was done to it.
    pub faults: Vec<Fault>,
}

/// Exchanges older than so many are forgotten.
const EXCHANGES_KEPT: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Mischief {
    rules: Vec<FaultState>,
    last_id: u64,
    exchanges: VecDeque<Exchange>,
}

impl Mischief {
    pub(crate) fn add(&mut self, rule: FaultRule) -> u64 {
        self.last_id += 1;
        self.rules.push(FaultState {
            id: self.last_id,
            rule,
            seen: 0,
            spoiled: 0,
            passed: VecDeque::new(),
        });
        self.last_id
    }

    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|state| state.id != id);
        before != self.rules.len()
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> &[FaultState] {
        &self.rules
    }

    /// What happens to this: all latencies, and the first other fault; to webhooks all that fit.
    pub(crate) fn strike(
        &mut self,
        operation: &str,
        target: Target,
        login: Option<&str>,
        now: DateTime<Utc>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut is_spoiled = false;
        for state in &mut self.rules {
            if !state.rule.means(operation, target, login) {
                continue;
            }
            let goes_along = match state.rule.fault {
                Fault::Latency { .. } => true,
                _ => matches!(target, Target::Webhook { .. }),
            };
            if is_spoiled && !goes_along {
                continue;
            }
            if let Some(fault) = state.strike(now) {
                is_spoiled |= !goes_along;
                faults.push(fault);
            }
        }
        faults
    }

    pub(crate) fn record(&mut self, exchange: Exchange) {
        keep(&mut self.exchanges, exchange, EXCHANGES_KEPT);
    }

    pub(crate) fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter()
    }

    pub(crate) fn forget_exchanges(&mut self) {
        self.exchanges.clear();
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::{Fault, FaultRule, Mischief, Target};

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn a_share_of_calls_is_about_that_and_the_same_every_time() {
        let struck = || {
            let mut mischief = Mischief::default();
            mischief.add(FaultRule::new("combo", Fault::CutJson).percent(20));
            let calls =
                (0..1000).filter(|_| !mischief.strike("combo", Target::Call, None, NOW).is_empty());
            calls.collect::<Vec<u32>>()
        };
        assert!((150..250).contains(&struck().len()), "{}", struck().len());
        assert_eq!(struck(), struck());
    }

    #[test]
    fn a_limit_lets_through_what_it_should_and_says_when_there_is_room() {
        let mut mischief = Mischief::default();
        mischief.add(FaultRule::new(
            "combo",
            Fault::Limit {
                calls: 2,
                seconds: 10,
            },
        ));
        let mut at = |second: i64| {
            mischief.strike(
                "combo",
                Target::Call,
                None,
                NOW + TimeDelta::seconds(second),
            )
        };
        assert_eq!([at(0), at(4)], [[], []]);
        let refused = |retry_after| Fault::Status {
            status: 429,
            retry_after: Some(retry_after),
        };
        assert_eq!(at(5), [refused(5)]);
        assert_eq!(at(11), []);
        assert_eq!(at(12), [refused(2)]);
        assert_eq!(mischief.rules()[0].spoiled, 2);
    }

    #[test]
    fn a_misspelt_member_of_a_fault_is_told() {
        let misspelt = r#"{"kind": "status", "status": 429, "retry_afer": 3}"#;
        assert!(serde_json::from_str::<Fault>(misspelt).is_err());
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_was_told() {
        let mut mischief = Mischief::default();
        let cut = FaultRule {
            after: 1,
            ..FaultRule::new("nomenclature", Fault::CutJson)
        };
        mischief.add(cut.times(2));
        let late = FaultRule {
            operation: None,
            ..FaultRule::new("", Fault::Latency { milliseconds: 5 })
        };
        mischief.add(late);
        let lengths: Vec<usize> = (0..5)
            .map(|_| {
                mischief
                    .strike("nomenclature", Target::Call, None, NOW)
                    .len()
            })
            .collect();
        assert_eq!(lengths, [1, 2, 2, 1, 1]);
        assert_eq!(
            mischief.strike("combo", Target::Call, Some("demo"), NOW),
            [Fault::Latency { milliseconds: 5 }]
        );
        assert_eq!(mischief.rules()[0].spoiled, 2);
    }

    #[test]
    fn a_fault_of_one_login_leaves_the_others_alone() {
        let mut mischief = Mischief::default();
        mischief.add(FaultRule {
            login: Some("demo".to_owned()),
            ..FaultRule::new("combo", Fault::CutJson)
        });
        assert_eq!(
            mischief.strike("combo", Target::Call, Some("other"), NOW),
            []
        );
        assert_eq!(
            mischief.strike("combo", Target::Call, Some("demo"), NOW),
            [Fault::CutJson]
        );
    }
}
