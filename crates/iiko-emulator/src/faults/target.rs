//! What faults may strike, and which numbers of theirs make sense: a fault that would change nothing is not ordered.

use std::time::Duration;

use anyhow::ensure;
use iiko_types::operations::ALL;

use super::Fault;
use crate::{iiko_server::SERVER_OPERATIONS, operations, postman};

/// What a fault may strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A call that gives a token, and needs none.
    Login,
    /// A call that is answered and done.
    Call,
    /// A call that the till does later.
    Command,
    /// A call of iikoServer.
    Server,
    /// Events on their way to a handler.
    Webhook {
        /// They were held back once.
        were_late: bool,
    },
}

impl Target {
    /// What goes by a name, if anything does.
    pub(super) fn named(operation: &str) -> Option<Self> {
        if operation == postman::OPERATION {
            return Some(Self::Webhook { were_late: false });
        }
        if let Some(call) = operation.strip_prefix(SERVER_OPERATIONS) {
            return Some(Self::of_server(call));
        }
        let mut all = ALL.iter();
        let known = all.find(|it| it.name == operation)?;
        Some(Self::at(&known.path.to_lowercase()))
    }

    /// A call of iikoServer, `v2/price`.
    pub(crate) fn of_server(call: &str) -> Self {
        match call {
            "auth" => Self::Login,
            _ => Self::Server,
        }
    }

    /// The operation at a path in lower case.
    pub(crate) fn at(path: &str) -> Self {
        match operations::find(path) {
            Some(operation) if operation.is_public => Self::Login,
            Some(operation) if operation.is_command() => Self::Command,
            Some(_) | None => Self::Call,
        }
    }
}

/// A day: slower than this is never.
const SLOWEST_MILLISECONDS: u64 = 24 * 60 * 60 * 1000;
/// A day: what is limited is limited in less.
const LONGEST_LIMIT_SECONDS: u64 = 24 * 60 * 60;

impl Fault {
    /// Whether it changes anything there.
    pub(super) fn strikes(&self, target: Target) -> bool {
        match self {
            Self::Latency { .. } => true,
            Self::TokenExpired => {
                matches!(target, Target::Call | Target::Command | Target::Server)
            }
            Self::TillRefuses { .. } => target == Target::Command,
            Self::EmptyMenu | Self::MissingList => matches!(target, Target::Call | Target::Server),
            Self::WebhookLate => target == Target::Webhook { were_late: false },
            Self::WebhookLost | Self::WebhookDoubled | Self::WebhookReordered => {
                matches!(target, Target::Webhook { .. })
            }
            Self::Status { .. }
            | Self::Html { .. }
            | Self::CutJson
            | Self::MalformedJson
            | Self::DroppedBefore
            | Self::DroppedAfter
            | Self::SlowDrip { .. }
            | Self::Limit { .. } => !matches!(target, Target::Webhook { .. }),
        }
    }

    pub(super) fn is_of_webhooks(&self) -> bool {
        match self {
            Self::WebhookLost
            | Self::WebhookDoubled
            | Self::WebhookLate
            | Self::WebhookReordered => true,
            Self::Latency { .. }
            | Self::Status { .. }
            | Self::Html { .. }
            | Self::CutJson
            | Self::MalformedJson
            | Self::DroppedBefore
            | Self::DroppedAfter
            | Self::EmptyMenu
            | Self::MissingList
            | Self::SlowDrip { .. }
            | Self::TokenExpired
            | Self::TillRefuses { .. }
            | Self::Limit { .. } => false,
        }
    }

    /// How long it takes, if that is what it does.
    pub(crate) fn latency(&self) -> Option<Duration> {
        match self {
            Self::Latency { milliseconds } => Some(Duration::from_millis(*milliseconds)),
            _ => None,
        }
    }

    /// Its word in JSON.
    pub(super) fn kind(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        json["kind"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether its numbers make sense.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        match self {
            Self::Latency { milliseconds } | Self::SlowDrip { milliseconds } => ensure!(
                *milliseconds <= SLOWEST_MILLISECONDS,
                "`milliseconds` goes from 0 to {SLOWEST_MILLISECONDS}"
            ),
            Self::Status { status, .. } => ensure!(
                (400..=599).contains(status),
                "`status` goes from 400 to 599"
            ),
            Self::Html { status } => ensure!(
                (200..=599).contains(status),
                "`status` goes from 200 to 599"
            ),
            Self::Limit { calls, seconds } => {
                ensure!(*calls > 0, "`calls` begins at 1");
                ensure!(
                    (1..=LONGEST_LIMIT_SECONDS).contains(seconds),
                    "`seconds` goes from 1 to {LONGEST_LIMIT_SECONDS}"
                );
            }
            Self::CutJson
            | Self::MalformedJson
            | Self::DroppedBefore
            | Self::DroppedAfter
            | Self::EmptyMenu
            | Self::MissingList
            | Self::TokenExpired
            | Self::TillRefuses { .. }
            | Self::WebhookLost
            | Self::WebhookDoubled
            | Self::WebhookLate
            | Self::WebhookReordered => {}
        }
        Ok(())
    }
}
