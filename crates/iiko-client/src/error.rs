//! What may go wrong, in one type for all operations.

use std::{sync::Arc, time::Duration};

use crate::{denial::Denial, login, retry::is_transient_status};

/// Why a call has no answer. Texts and bodies in it are redacted as an [`Exchange`](crate::Exchange) is: what iiko
/// quotes of a request may be a phone number, and its words to a refused login name the login.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The client cannot be built so.
    #[error("`{field}`: {problem}")]
    Config {
        /// The setting that is wrong.
        field: &'static str,
        /// What is wrong with it and how it should be.
        problem: String,
    },
    /// The request cannot be written as JSON; nothing was sent.
    #[error("the request of `{operation}` cannot be written as JSON")]
    Encode {
        /// Name of the operation.
        operation: &'static str,
        /// What serde says.
        source: Arc<serde_json::Error>,
    },
    /// iiko understood the call and said no, or failed at it.
    #[error("iiko refused `{operation}` ({status}): {description}")]
    Refused {
        /// Name of the operation.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// iiko's own code: `ORGANIZATION_DENIED`.
        code: Option<String>,
        /// iiko's sentence, or the beginning of a body that has none.
        description: String,
        /// What iiko's support asks for.
        correlation_id: Option<String>,
        /// The body, cut.
        raw: String,
    },
    /// 401. Which of its three meanings, `denial` says.
    #[error("{} at `{operation}` ({status}): {description}", denial.describe())]
    Unauthorized {
        /// Name of the operation.
        operation: &'static str,
        /// What was refused: token, login or right.
        denial: Denial,
        /// HTTP status.
        status: u16,
        /// iiko's sentence.
        description: String,
        /// What iiko's support asks for.
        correlation_id: Option<String>,
        /// The body, cut.
        raw: String,
    },
    /// No connection, or it broke before an answer began.
    #[error("no answer to `{operation}`: {}", if *nothing_sent { "no connection to iiko" } else { "the connection broke" })]
    Transport {
        /// Name of the operation.
        operation: &'static str,
        /// Not a byte can have left, so nothing happened at iiko.
        nothing_sent: bool,
        /// What the HTTP client says.
        source: Arc<reqwest::Error>,
    },
    /// The answer did not come in time.
    #[error("no answer to `{operation}` within {:.1} s", after.as_secs_f64())]
    Timeout {
        /// Name of the operation.
        operation: &'static str,
        /// Not a byte can have left, so nothing happened at iiko.
        nothing_sent: bool,
        /// How long the client waited for the last attempt.
        after: Duration,
    },
    /// iiko answered 429 to this restriction group before and asked for a pause that is not over. Nothing was sent.
    #[error("`{operation}` was not sent: iiko pauses `{restriction_group}` for {} s more", remaining.as_secs())]
    Paused {
        /// Name of the operation.
        operation: &'static str,
        /// The group that iiko counts it under.
        restriction_group: &'static str,
        /// How much longer the pause lasts.
        remaining: Duration,
    },
    /// An answer of success that is none: HTML, or cut off.
    #[error("torn answer to `{operation}` ({status}): {problem}")]
    Torn {
        /// Name of the operation.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// What is wrong with it.
        problem: String,
        /// What iiko's support asks for.
        correlation_id: Option<String>,
        /// The body, cut.
        raw: String,
    },
    /// JSON, but not the JSON of this operation.
    #[error("the answer to `{operation}` is not of its type: {problem}")]
    Decode {
        /// Name of the operation.
        operation: &'static str,
        /// What serde says, redacted: it quotes values.
        problem: String,
        /// What iiko's support asks for.
        correlation_id: Option<String>,
        /// The body, cut.
        raw: String,
    },
}

impl Error {
    /// Name of the operation; none for a client that could not be built.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Self::Config { .. } => None,
            Self::Encode { operation, .. }
            | Self::Refused { operation, .. }
            | Self::Unauthorized { operation, .. }
            | Self::Transport { operation, .. }
            | Self::Timeout { operation, .. }
            | Self::Paused { operation, .. }
            | Self::Torn { operation, .. }
            | Self::Decode { operation, .. } => Some(operation),
        }
    }

    /// iiko's id of the call, where the answer had one.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        match self {
            Self::Refused { correlation_id, .. }
            | Self::Unauthorized { correlation_id, .. }
            | Self::Torn { correlation_id, .. }
            | Self::Decode { correlation_id, .. } => correlation_id.as_deref(),
            Self::Config { .. }
            | Self::Encode { .. }
            | Self::Transport { .. }
            | Self::Timeout { .. }
            | Self::Paused { .. } => None,
        }
    }

    /// HTTP status, where an answer came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. }
            | Self::Unauthorized { status, .. }
            | Self::Torn { status, .. } => Some(*status),
            // Only an answer of success is decoded.
            Self::Decode { .. } => Some(200),
            Self::Config { .. }
            | Self::Encode { .. }
            | Self::Transport { .. }
            | Self::Timeout { .. }
            | Self::Paused { .. } => None,
        }
    }

    /// iiko's own code: `ORGANIZATION_DENIED`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => code.as_deref(),
            Self::Config { .. }
            | Self::Encode { .. }
            | Self::Unauthorized { .. }
            | Self::Transport { .. }
            | Self::Timeout { .. }
            | Self::Paused { .. }
            | Self::Torn { .. }
            | Self::Decode { .. } => None,
        }
    }

    /// The body that came, redacted and cut.
    #[must_use]
    pub fn raw(&self) -> Option<&str> {
        match self {
            Self::Refused { raw, .. }
            | Self::Unauthorized { raw, .. }
            | Self::Torn { raw, .. }
            | Self::Decode { raw, .. } => Some(raw),
            Self::Config { .. }
            | Self::Encode { .. }
            | Self::Transport { .. }
            | Self::Timeout { .. }
            | Self::Paused { .. } => None,
        }
    }

    /// Whether the same call may succeed later without anybody changing anything. Whether a repeat is *safe* is
    /// another question: the endpoint's `EFFECT` answers it.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { status, .. } => is_transient_status(*status),
            Self::Transport { .. }
            | Self::Timeout { .. }
            | Self::Paused { .. }
            | Self::Torn { .. } => true,
            Self::Config { .. }
            | Self::Encode { .. }
            | Self::Unauthorized { .. }
            | Self::Decode { .. } => false,
        }
    }

    /// Whether iiko may have done what was asked all the same. Where this is `false` it has not: the call did not leave,
    /// or it was turned away, or already the login before it failed. Where it is `true` nobody knows, and one looks
    /// before one acts.
    ///
    /// Asked of the call that failed: of an order whose creation was lost, not of the question what has become of it. Of
    /// a call that only reads it says nothing worth knowing.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        // The login comes before the call, which is not sent without it.
        if self.operation().is_some_and(login::is_login) {
            return false;
        }
        match self {
            Self::Config { .. }
            | Self::Encode { .. }
            | Self::Paused { .. }
            | Self::Unauthorized { .. } => false,
            Self::Transport { nothing_sent, .. } | Self::Timeout { nothing_sent, .. } => {
                !nothing_sent
            }
            Self::Refused { status, .. } | Self::Torn { status, .. } => !is_a_no(*status),
            Self::Decode { .. } => true,
        }
    }
}

/// Whether a status says by itself that nothing was done: the faults of the caller, but for the one that is iiko's own
/// back end coming too late.
fn is_a_no(status: u16) -> bool {
    (400..500).contains(&status) && status != 408
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_fits_where_clippy_wants_it() {
        assert!(size_of::<Error>() <= 128, "{}", size_of::<Error>());
    }

    #[test]
    fn what_may_have_happened_is_told_from_what_has_not() {
        const ORDER: &str = "deliveries_create";
        let refused = |status| Error::Refused {
            operation: ORDER,
            status,
            code: None,
            description: String::new(),
            correlation_id: None,
            raw: String::new(),
        };
        let torn = |operation, status| Error::Torn {
            operation,
            status,
            problem: String::new(),
            correlation_id: None,
            raw: String::new(),
        };
        let timeout = |operation, nothing_sent| Error::Timeout {
            operation,
            nothing_sent,
            after: Duration::ZERO,
        };
        let transport = |operation, nothing_sent| Error::Transport {
            operation,
            nothing_sent,
            // Any will do, and this one needs no network.
            source: Arc::new(
                reqwest::Client::builder()
                    .user_agent("\n")
                    .build()
                    .expect_err("a line break is no agent"),
            ),
        };
        let encode = serde_json::from_str::<u8>("").expect_err("nothing is no number");
        let unauthorized = |denial| Error::Unauthorized {
            operation: ORDER,
            denial,
            status: 401,
            description: String::new(),
            correlation_id: None,
            raw: String::new(),
        };
        for (error, may_have_happened) in [
            (
                Error::Config {
                    field: "base_url",
                    problem: String::new(),
                },
                false,
            ),
            (
                Error::Encode {
                    operation: ORDER,
                    source: Arc::new(encode),
                },
                false,
            ),
            (
                Error::Paused {
                    operation: ORDER,
                    restriction_group: "Orders: creating",
                    remaining: Duration::ZERO,
                },
                false,
            ),
            (unauthorized(Denial::Token), false),
            (unauthorized(Denial::Login), false),
            (unauthorized(Denial::Right), false),
            (transport(ORDER, true), false),
            (transport(ORDER, false), true),
            (timeout(ORDER, true), false),
            (timeout(ORDER, false), true),
            (refused(308), true),
            (refused(400), false),
            (refused(403), false),
            (refused(408), true),
            (refused(409), false),
            (refused(429), false),
            (refused(500), true),
            (refused(503), true),
            (torn(ORDER, 200), true),
            (torn(ORDER, 502), true),
            (torn(ORDER, 400), false),
            (
                Error::Decode {
                    operation: ORDER,
                    problem: String::new(),
                    correlation_id: None,
                    raw: String::new(),
                },
                true,
            ),
            // The login, without which no order is sent.
            (transport("access_token", false), false),
            (timeout("access_token", false), false),
            (torn("access_token", 200), false),
            (torn("access_token_v2", 200), false),
        ] {
            assert_eq!(error.may_have_happened(), may_have_happened, "{error:?}");
        }
    }

    #[test]
    fn the_texts_name_the_operation() {
        let error = Error::Timeout {
            operation: "stop_lists",
            nothing_sent: false,
            after: Duration::from_millis(1500),
        };
        assert_eq!(error.to_string(), "no answer to `stop_lists` within 1.5 s");
        assert!(error.is_transient());
        let error = Error::Unauthorized {
            operation: "access_token",
            denial: Denial::Login,
            status: 401,
            description: "Login **** is not authorized".to_owned(),
            correlation_id: None,
            raw: String::new(),
        };
        assert_eq!(
            error.to_string(),
            "the login was refused at `access_token` (401): Login **** is not authorized"
        );
        assert!(!error.is_transient());
    }
}
