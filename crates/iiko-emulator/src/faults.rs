//! Mischief: what the emulator does to answers on demand, apart from the imitation itself.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// The answer comes late. Other faults may come with it.
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
    /// All lists of the answer are empty.
    EmptyMenu,
    /// All lists of the answer are missing.
    MissingList,
    /// Of the operation `webhook`: the call to the handler is not made.
    WebhookLost,
    /// Of the operation `webhook`: the call is made twice.
    WebhookDoubled,
    /// Of the operation `webhook`: the events go with those that come next.
    WebhookLate,
    /// Of the operation `webhook`: the last event of the call comes first.
    WebhookReordered,
}

/// When a fault happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// By name, `stop_lists`; every operation where absent.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only for this api login.
    #[serde(default)]
    pub login: Option<String>,
    /// So many calls pass first.
    #[serde(default)]
    pub after: u64,
    /// So often, then no more; without end where absent.
    #[serde(default)]
    pub times: Option<u64>,
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
}

/// A rule and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultState {
    pub id: u64,
    pub rule: FaultRule,
    /// Calls it was asked about.
    pub seen: u64,
    /// Calls it spoiled.
    pub spoiled: u64,
}

/// A call of an operation and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchange {
    pub at: DateTime<Utc>,
    /// `None` for a path that iiko does not have.
    pub operation: Option<String>,
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

    /// What happens to this call: all latencies, and the first other fault.
    pub(crate) fn strike(&mut self, operation: &str, login: Option<&str>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut is_spoiled = false;
        for state in &mut self.rules {
            let rule = &state.rule;
            let is_meant = rule.operation.as_deref().is_none_or(|it| it == operation)
                && (rule.login.is_none() || rule.login.as_deref() == login);
            if !is_meant {
                continue;
            }
            let is_latency = matches!(rule.fault, Fault::Latency { .. });
            let is_due =
                state.seen >= rule.after && rule.times.is_none_or(|times| state.spoiled < times);
            if is_spoiled && !is_latency {
                continue;
            }
            state.seen += 1;
            if is_due {
                state.spoiled += 1;
                is_spoiled |= !is_latency;
                faults.push(rule.fault.clone());
            }
        }
        faults
    }

    pub(crate) fn record(&mut self, exchange: Exchange) {
        if self.exchanges.len() == EXCHANGES_KEPT {
            self.exchanges.pop_front();
        }
        self.exchanges.push_back(exchange);
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
    use super::{Fault, FaultRule, Mischief};

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
            .map(|_| mischief.strike("nomenclature", None).len())
            .collect();
        assert_eq!(lengths, [1, 2, 2, 1, 1]);
        assert_eq!(
            mischief.strike("combo", Some("demo")),
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
        assert_eq!(mischief.strike("combo", Some("other")), []);
        assert_eq!(mischief.strike("combo", Some("demo")), [Fault::CutJson]);
    }
}
