//! Why a part of a sync failed: a code for programs, a sentence for people, iiko's correlation id for its support.

use serde::{Deserialize, Serialize};

use crate::{
    connection::ConnectionError,
    secret_key::{SecretKeyError, SecretsError},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub code: FailureCode,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// iiko's status, where it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
}

/// Stable words: programs branch on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// No connection, or it broke.
    IikoUnreachable,
    /// iiko said no.
    IikoRefused,
    /// The login is wrong, blocked or lacks a right.
    IikoUnauthorized,
    /// The answer is no JSON, is cut off or lacks a list.
    IikoTornAnswer,
    /// iiko or its restaurant did not answer in time.
    IikoTimeout,
    /// iiko asks to come later.
    IikoRateLimited,
    /// iiko broke (5xx).
    IikoFailed,
    /// The menu is empty.
    EmptyMenu,
    /// Too many products are gone.
    ShrunkenMenu,
    /// Too many prices fell to zero.
    ZeroPrices,
    /// The hub's secret key is missing or wrong.
    SecretKey,
    /// The program that ran it stopped.
    Abandoned,
    /// Our own fault; the log has more.
    Internal,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Iiko,
    Safety,
    Ours,
}

impl FailureCode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IikoUnreachable => "iiko_unreachable",
            Self::IikoRefused => "iiko_refused",
            Self::IikoUnauthorized => "iiko_unauthorized",
            Self::IikoTornAnswer => "iiko_torn_answer",
            Self::IikoTimeout => "iiko_timeout",
            Self::IikoRateLimited => "iiko_rate_limited",
            Self::IikoFailed => "iiko_failed",
            Self::EmptyMenu => "empty_menu",
            Self::ShrunkenMenu => "shrunken_menu",
            Self::ZeroPrices => "zero_prices",
            Self::SecretKey => "secret_key",
            Self::Abandoned => "abandoned",
            Self::Internal => "internal",
        }
    }

    pub fn origin(self) -> Origin {
        match self {
            Self::IikoUnreachable
            | Self::IikoRefused
            | Self::IikoUnauthorized
            | Self::IikoTornAnswer
            | Self::IikoTimeout
            | Self::IikoRateLimited
            | Self::IikoFailed => Origin::Iiko,
            Self::EmptyMenu | Self::ShrunkenMenu | Self::ZeroPrices => Origin::Safety,
            Self::SecretKey | Self::Abandoned | Self::Internal => Origin::Ours,
        }
    }
}

impl Failure {
    pub(crate) fn new(code: FailureCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            correlation_id: None,
            http_status: None,
        }
    }

    pub(crate) fn torn(detail: impl std::fmt::Display, correlation_id: Option<String>) -> Self {
        Self {
            correlation_id,
            ..Self::new(
                FailureCode::IikoTornAnswer,
                format!("iiko's answer is torn: {detail}; nothing was changed"),
            )
        }
    }
}

impl From<iiko_client::Error> for Failure {
    fn from(error: iiko_client::Error) -> Self {
        Self {
            code: code_of(&error),
            correlation_id: error.correlation_id().map(str::to_owned),
            http_status: error.status(),
            detail: chain(&error),
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(error = chain(&error), "the database failed during a sync");
        Self::new(
            FailureCode::Internal,
            "the database did not do what it was asked; the program's log has more",
        )
    }
}

impl From<SecretsError> for Failure {
    fn from(error: SecretsError) -> Self {
        match error {
            SecretsError::Key(error) => error.into(),
            SecretsError::Database(error) => error.into(),
        }
    }
}

impl From<SecretKeyError> for Failure {
    fn from(error: SecretKeyError) -> Self {
        Self::new(FailureCode::SecretKey, error.to_string())
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Iiko(error) => error.into(),
            ConnectionError::Database(error) => error.into(),
            ConnectionError::SecretKey(error) => error.into(),
            ConnectionError::NotFound { .. }
            | ConnectionError::OrganizationTaken { .. }
            | ConnectionError::Invalid { .. } => {
                Self::new(FailureCode::Internal, error.to_string())
            }
        }
    }
}

fn code_of(error: &iiko_client::Error) -> FailureCode {
    use iiko_client::Error;
    match error {
        Error::Unauthorized { .. } => FailureCode::IikoUnauthorized,
        Error::Refused { status, .. } => match status {
            401 | 403 | 423 => FailureCode::IikoUnauthorized,
            408 => FailureCode::IikoTimeout,
            429 => FailureCode::IikoRateLimited,
            500.. => FailureCode::IikoFailed,
            _ => FailureCode::IikoRefused,
        },
        Error::Torn { .. } | Error::Decode { .. } => FailureCode::IikoTornAnswer,
        Error::Timeout { .. } => FailureCode::IikoTimeout,
        Error::Paused { .. } => FailureCode::IikoRateLimited,
        Error::Transport { .. } => FailureCode::IikoUnreachable,
        Error::Config { .. } | Error::Encode { .. } => FailureCode::Internal,
        // the enum may grow; what is new came from talking to iiko
        _ => FailureCode::IikoUnreachable,
    }
}

/// An error with its causes, in a line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
