//! Why the till did not do what a command asked for. iiko tells it later, in the order and in the command's status.

use std::fmt;

use chrono::{DateTime, Utc};
use iiko_types::schemas::{ErrorCode, ErrorInfo};
use serde::{Deserialize, Serialize};

/// A command that failed at the till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
}

/// How the till answered a command that it did not refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    Done,
    /// It does not answer; ask again then.
    AskAgainAt(DateTime<Utc>),
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// What has no code of its own.
    pub(crate) fn common(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Common, message)
    }

    /// The till broke over it.
    pub(crate) fn internal() -> Self {
        Self::new(ErrorCode::InternalServerError, "Internal server error")
    }

    /// Nobody at the till took the order in time.
    pub(crate) fn creation_timeout() -> Self {
        Self::common(
            "Creation timeout expired, order automatically transited to error creation status",
        )
    }

    /// Nobody at the till took another command in time. The sentence is a guess.
    pub(crate) fn command_timeout() -> Self {
        Self::common("Command timeout expired, the terminal does not answer")
    }

    /// The login may see the terminal group, and may not send to it.
    pub(crate) fn terminal_group_disabled(id: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorCode::TerminalGroupDisabled,
            format!("Terminal group {id} is disabled."),
        )
    }

    pub(crate) fn terminal_group_unregistered(id: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorCode::TerminalGroupUnregistered,
            format!("Terminal group {id} is not registered."),
        )
    }

    pub(crate) fn duplicated_order(id: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorCode::DuplicatedOrderId,
            format!("Order with id {id} already exists."),
        )
    }

    pub(crate) fn order_not_found(id: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorCode::OrderNotFound,
            format!("Order {id} is not found."),
        )
    }

    /// As orders carry it.
    pub(crate) fn error_info(&self) -> ErrorInfo {
        ErrorInfo {
            code: Some(self.code.clone()),
            message: Some(self.message.clone()),
            description: Some(self.message.clone()),
            ..ErrorInfo::default()
        }
    }
}
