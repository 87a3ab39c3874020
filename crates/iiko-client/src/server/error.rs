//! What may go wrong with an iikoServer, in one type for all its calls.

use std::{fmt, sync::Arc, time::Duration};

use crate::server::{info::Version, rules::BrokenRule};

/// Why a call to an iikoServer has no answer. Texts in it come from outside: cut, without our secrets, but not escaped.
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
    /// The order breaks a rule of the guide; it was not sent.
    #[error("not sent: {0}")]
    BrokenRule(#[from] BrokenRule),
    /// The server is too old for price orders.
    #[error(
        "the server has version {version}, price orders need {} or newer",
        Version::NEEDED
    )]
    TooOld {
        /// The version it has.
        version: Version,
    },
    /// The server runs, but is not ready.
    #[error("the server is not ready: its state is {state}")]
    NotReady {
        /// Its own word.
        state: String,
    },
    /// No connection, or it broke.
    #[error("no answer to `{operation}`: {}", if *nothing_sent { "no connection to the server" } else { "the connection broke" })]
    Transport {
        /// Name of the call.
        operation: &'static str,
        /// Not a byte can have left, so nothing happened at the server.
        nothing_sent: bool,
        /// What the HTTP client says.
        source: Arc<reqwest::Error>,
    },
    /// The answer did not come in time.
    #[error("no answer to `{operation}` within {:.1} s", after.as_secs_f64())]
    Timeout {
        /// Name of the call.
        operation: &'static str,
        /// Not a byte can have left, so nothing happened at the server.
        nothing_sent: bool,
        /// How long the client waited.
        after: Duration,
    },
    /// 401 at the login: wrong name or password, or a server that is just starting.
    #[error("the server refused the login: {text}")]
    LoginRefused {
        /// Its words.
        text: String,
    },
    /// 401 for a session, and again for the one opened in its place.
    #[error("the server does not accept its own session at `{operation}`: {text}")]
    SessionRefused {
        /// Name of the call.
        operation: &'static str,
        /// Its words.
        text: String,
    },
    /// 403. Which of its three meanings, `cause` says.
    #[error("`{operation}` is forbidden: {cause}")]
    Forbidden {
        /// Name of the call.
        operation: &'static str,
        /// License, slot or right.
        cause: Forbidden,
        /// The server's words.
        text: String,
    },
    /// The server understood the call and said no: 400, 404, 409, 500, …
    #[error("the server refused `{operation}` ({status}): {text}")]
    Refused {
        /// Name of the call.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// Its words, in its language, meant for people.
        text: String,
    },
    /// Status 200 with `"result": "ERROR"`.
    #[error("the server rejected `{operation}` ({result}): {}", list(problems))]
    Rejected {
        /// Name of the call.
        operation: &'static str,
        /// The word instead of `SUCCESS`.
        result: String,
        /// What it complains of.
        problems: Vec<Problem>,
    },
    /// An answer that no iikoServer gives: a page of a proxy, of a router, of an empty Tomcat.
    #[error("what answered `{operation}` ({status}) is not an iikoServer: {problem}")]
    NotIiko {
        /// Name of the call.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// What came instead.
        problem: String,
    },
    /// An answer of success that cannot be read as what was asked for.
    #[error("the answer to `{operation}` cannot be read: {problem}")]
    Unreadable {
        /// Name of the call.
        operation: &'static str,
        /// What the reader says.
        problem: String,
        /// The beginning of the answer.
        excerpt: String,
    },
    /// The call was begun after [`close`](crate::server::Server::close).
    #[error("this connection to the server is closed")]
    Closed,
}

/// The three causes of a 403, told apart by the server's words: it has no other sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// Every connection that the license allows is taken, perhaps by somebody else's program. Try again in minutes,
    /// never in a loop.
    NoFreeSlot {
        /// Number of the license module, where it was named.
        module: Option<u32>,
    },
    /// The license has no such module.
    NotLicensed {
        /// Number of the license module, where it was named.
        module: Option<u32>,
    },
    /// The user has no right to do this.
    RightMissing,
    /// Words that are not known: see the error's `text`.
    Unknown,
}

/// A complaint of a rejected call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The server's code, where it has one.
    pub code: Option<String>,
    /// Its words.
    pub value: String,
}

impl Error {
    /// Whether the same call may succeed later without anybody changing anything. Creating an order may have happened
    /// all the same: look for it before repeating.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NotReady { .. } | Self::Transport { .. } | Self::Timeout { .. } => true,
            Self::SessionRefused { .. } => true,
            Self::Forbidden { cause, .. } => match cause {
                Forbidden::NoFreeSlot { .. } => true,
                Forbidden::NotLicensed { .. } | Forbidden::RightMissing | Forbidden::Unknown => {
                    false
                }
            },
            Self::Refused { status, .. } | Self::NotIiko { status, .. } => {
                matches!(status, 408 | 429 | 500..)
            }
            Self::Config { .. }
            | Self::BrokenRule(_)
            | Self::TooOld { .. }
            | Self::LoginRefused { .. }
            | Self::Rejected { .. }
            | Self::Unreadable { .. }
            | Self::Closed => false,
        }
    }

    /// HTTP status, where an answer came that has one of interest.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } | Self::NotIiko { status, .. } => Some(*status),
            Self::LoginRefused { .. } | Self::SessionRefused { .. } => Some(401),
            Self::Forbidden { .. } => Some(403),
            Self::Rejected { .. } | Self::Unreadable { .. } => Some(200),
            Self::Config { .. }
            | Self::BrokenRule(_)
            | Self::TooOld { .. }
            | Self::NotReady { .. }
            | Self::Transport { .. }
            | Self::Timeout { .. }
            | Self::Closed => None,
        }
    }
}

impl Forbidden {
    /// Reads the cause out of the server's words.
    pub(crate) fn classify(text: &str) -> Self {
        let lower = text.to_lowercase();
        if lower.contains("no connections available") || lower.contains("license enhancement") {
            Self::NoFreeSlot {
                module: module_in(&lower),
            }
        } else if lower.contains("blocked within current license") {
            Self::NotLicensed {
                module: module_in(&lower),
            }
        } else if lower.contains("permission denied") {
            Self::RightMissing
        } else {
            Self::Unknown
        }
    }
}

/// The number behind the word `module`.
fn module_in(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("module ")?;
    let digits = rest
        .trim_start()
        .split(|c: char| !c.is_ascii_digit())
        .next()?;
    digits.parse().ok()
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_module = |module: &Option<u32>| match module {
            Some(module) => format!(" of license module {module}"),
            None => String::new(),
        };
        match self {
            Self::NoFreeSlot { module } => write!(
                f,
                "all connections{} are taken; log other programs out or wait some minutes",
                of_module(module)
            ),
            Self::NotLicensed { module } => {
                write!(f, "the license does not allow the use{}", of_module(module))
            }
            Self::RightMissing => f.write_str("the user has no right to do this"),
            Self::Unknown => f.write_str("the server does not say why in words that are known"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.value),
            None => f.write_str(&self.value),
        }
    }
}

fn list(problems: &[Problem]) -> String {
    match problems {
        [] => "without a reason".to_owned(),
        problems => {
            let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
            texts.join("; ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Forbidden) {
        assert_eq!(Forbidden::classify(text), expected, "{text}");
    }

    #[test]
    fn the_three_causes_of_403_are_told_apart() {
        check(
            "License enhancement is required: no connections available for module 2000",
            Forbidden::NoFreeSlot { module: Some(2000) },
        );
        check(
            "Module 28008806 is blocked within current license",
            Forbidden::NotLicensed {
                module: Some(28_008_806),
            },
        );
        check("Permission denied: B_EN", Forbidden::RightMissing);
        check("<html>Forbidden</html>", Forbidden::Unknown);
    }
}
