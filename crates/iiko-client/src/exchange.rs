//! One request and its answer, as a log may keep them.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// One request to iiko and what came of it. Bodies are cut to [`BODY_LIMIT_BYTES`](crate::BODY_LIMIT_BYTES) and hold
/// no login, key, token, full phone number or email address.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Name of the operation; `access_token` for both logins.
    pub operation: &'static str,
    /// Always `POST` so far.
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
