//! A call under the faults that strike it: what both doors do around an operation, and the record of how it ended.

use std::time::Duration;

use axum::response::Response;

use crate::{
    faults::{Exchange, Fault, target::Target},
    shared::Shared,
    spoil,
};

/// Bodies larger than this are refused.
pub(crate) const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

/// The faults of one call: all latencies, and one other at most.
#[derive(Default)]
pub(crate) struct Struck {
    faults: Vec<Fault>,
}

impl Struck {
    /// Asks what happens to a call of `operation`.
    pub(crate) fn by_faults(
        shared: &Shared,
        operation: &str,
        target: Target,
        login: Option<&str>,
    ) -> Self {
        let now = shared.world().now();
        let faults = shared.mischief().strike(operation, target, login, now);
        Self { faults }
    }

    /// How much later it is answered.
    pub(crate) fn latency(&self) -> Duration {
        self.faults.iter().filter_map(Fault::latency).sum()
    }

    /// What is done to it beside being late.
    pub(crate) fn spoiling(&self) -> Option<&Fault> {
        let mut faults = self.faults.iter();
        faults.find(|fault| fault.latency().is_none())
    }

    /// Whether its operation runs.
    pub(crate) fn runs(&self) -> bool {
        self.spoiling().is_none_or(spoil::lets_run)
    }

    /// Writes down how it ended. `Err` is a response whose connection closes.
    pub(crate) fn record(
        self,
        shared: &Shared,
        call: Recorded,
        response: Result<Response, Response>,
    ) -> Response {
        let answered = response.as_ref().ok();
        shared.mischief().record(Exchange {
            at: shared.world().now(),
            operation: call.operation,
            path: call.path,
            login: call.login,
            status: answered.map(|response| response.status().as_u16()),
            faults: self.faults,
        });
        response.unwrap_or_else(|dropped| dropped)
    }
}

/// What is written down of a call.
pub(crate) struct Recorded {
    pub(crate) operation: Option<String>,
    pub(crate) path: String,
    pub(crate) login: Option<String>,
}
