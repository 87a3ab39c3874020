//! Mischief, and what was asked so far.

use super::Control;
use crate::faults::{Exchange, FaultRule, FaultState};

impl Control {
    /// Orders a fault; the number takes it back.
    ///
    /// # Panics
    ///
    /// If the rule can strike nothing: there is no such operation, the fault changes nothing about it, or a number makes
    /// no sense. A test that orders it would pass for the wrong reason.
    pub fn add_fault(&self, rule: FaultRule) -> u64 {
        if let Err(error) = rule.check() {
            panic!("a fault that never strikes: {error:#}");
        }
        self.shared.mischief().add(rule)
    }

    /// Takes a fault back. Tells whether it was there.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.shared.mischief().remove(id)
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.shared.mischief().clear();
    }

    /// All faults and how often they struck.
    pub fn faults(&self) -> Vec<FaultState> {
        self.shared.mischief().rules().to_vec()
    }

    /// How often an operation was called, refusals and faults included.
    pub fn calls(&self, operation: &str) -> usize {
        self.shared
            .mischief()
            .exchanges()
            .filter(|it| it.operation.as_deref() == Some(operation))
            .count()
    }

    /// The last exchanges, oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.mischief().exchanges().cloned().collect()
    }

    /// Forgets the exchanges, so that the next are counted from zero.
    pub fn forget_exchanges(&self) {
        self.shared.mischief().forget_exchanges();
    }
}
