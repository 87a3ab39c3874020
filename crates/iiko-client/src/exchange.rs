//! One request and its answer, as a log may keep them.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use crate::clock::Clock;

/// The name by which a server knows us.
pub(crate) const AGENT: &str = concat!("iiko-base/", env!("CARGO_PKG_VERSION"));

/// A body larger than this is none that iiko ever sent (the largest menus known have 25 MB).
pub(crate) const LARGEST_BODY_BYTES: usize = 512 * 1024 * 1024;

/// One request to iiko and what came of it. Bodies are cut to [`BODY_LIMIT_BYTES`](crate::BODY_LIMIT_BYTES) and hold
/// no login, key, token, full phone number or email address.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Name of the operation; `access_token` for both logins.
    pub operation: &'static str,
    /// `POST` for the Cloud API; `GET` too for iikoServer.
    pub method: &'static str,
    /// Where it was sent.
    pub url: String,
    /// Redacted and cut.
    pub request_body: String,
    /// Absent where no answer came.
    pub status: Option<u16>,
    /// Redacted and cut; what came of it where it broke off.
    pub response_body: String,
    /// iiko's id of this call, where the answer had one.
    pub correlation_id: Option<String>,
    /// From before the connection to the last byte.
    pub duration: Duration,
    /// By the client's clock.
    pub started_at: DateTime<Utc>,
    /// Why no whole answer came: no connection, too late, broken off, dropped by the caller. A refusal by iiko is told by
    /// `status`.
    pub error: Option<String>,
}

/// Sees every exchange, repeats and logins included, and those whose caller went away before the answer.
///
/// Called in the middle of the work: hand the exchange on and return, never block.
pub trait ExchangeObserver: Send + Sync {
    /// An exchange is over.
    fn exchanged(&self, exchange: &Exchange);
}

/// What was sent, as a log may keep it.
pub(crate) struct Sent {
    pub(crate) operation: &'static str,
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) request_body: String,
}

/// Tells the observer of an exchange when it is over, also where that is because its caller has gone away: what it sent may
/// have arrived, so a log must have it.
pub(crate) struct Watch<'a, F: Fn() -> Sent> {
    observer: Option<&'a dyn ExchangeObserver>,
    /// Asked only when there is somebody to be told: to redact a body takes time.
    sent: F,
    started_at: DateTime<Utc>,
    start: Instant,
}

impl<'a, F: Fn() -> Sent> Watch<'a, F> {
    /// Begins now.
    pub(crate) fn start(
        observer: Option<&'a dyn ExchangeObserver>,
        clock: &Clock,
        sent: F,
    ) -> Self {
        Self {
            observer,
            sent,
            started_at: clock.now(),
            start: Instant::now(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The exchange is over; `complete` adds what came of it.
    pub(crate) fn end(mut self, complete: impl FnOnce(Exchange) -> Exchange) {
        if let Some(observer) = self.observer.take() {
            observer.exchanged(&complete(self.unanswered()));
        }
    }

    fn unanswered(&self) -> Exchange {
        let sent = (self.sent)();
        Exchange {
            operation: sent.operation,
            method: sent.method,
            url: sent.url,
            request_body: sent.request_body,
            status: None,
            response_body: String::new(),
            correlation_id: None,
            duration: self.elapsed(),
            started_at: self.started_at,
            error: None,
        }
    }
}

impl<F: Fn() -> Sent> Drop for Watch<'_, F> {
    fn drop(&mut self) {
        if let Some(observer) = self.observer {
            observer.exchanged(&Exchange {
                error: Some("dropped by the caller".to_owned()),
                ..self.unanswered()
            });
        }
    }
}

/// Whether not a byte can have left: a request that could not be built or connected.
pub(crate) fn is_unsent(failure: &reqwest::Error) -> bool {
    failure.is_connect() || failure.is_builder()
}

/// An error with its sources, in one line: a log has no `source()` to ask.
pub(crate) fn describe(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
