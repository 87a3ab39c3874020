//! How iiko says no: a status and a body with a sentence and, mostly, a code.

use std::fmt;

use iiko_types::ids::{CorrelationId, OrganizationId};
use serde::Serialize;
use uuid::Uuid;

/// What is answered instead of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) description: String,
    pub(crate) code: Option<&'static str>,
}

/// The body of a refusal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorBody<'r> {
    pub(crate) correlation_id: CorrelationId,
    pub(crate) error_description: &'r str,
    pub(crate) error: Option<&'r str>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            description: description.into(),
            code: Some(code),
        }
    }

    /// The body is no JSON, or does not fit the operation.
    pub(crate) fn invalid_body(description: impl Into<String>) -> Self {
        Self::new(400, "INVALID_BODY_JSON_FORMAT", description)
    }

    /// What was asked for is well formed and still wrong. The code is a guess.
    pub(crate) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(400, "INVALID_REQUEST", description)
    }

    /// What .NET says where an argument is missing that no reader has looked for.
    pub(crate) fn null_argument(name: &str) -> Self {
        Self::invalid_body(format!("Value cannot be null. (Parameter '{name}')"))
    }

    /// Organizations that the login may not see, or that do not exist: iiko makes no difference.
    pub(crate) fn organization_denied(organization_ids: &[OrganizationId]) -> Self {
        let ids: Vec<String> = organization_ids
            .iter()
            .map(OrganizationId::to_string)
            .collect();
        let description = format!(
            "Passed organization(s) {} doesn't belong to your api login included organization list.",
            ids.join(", ")
        );
        Self::new(400, "ORGANIZATION_DENIED", description)
    }

    /// Unknown at the token operations.
    pub(crate) fn login_unknown(api_login: &str) -> Self {
        Self::new(
            401,
            "UNAUTHORIZED",
            format!("Login {api_login} is not authorized"),
        )
    }

    /// No token, an expired one, or one that was not given out here.
    pub(crate) fn token_refused() -> Self {
        Self::new(
            401,
            "UNAUTHORIZED",
            "Access token is missing, expired or not valid.",
        )
    }

    /// A path that does not exist answers as if a right were missing.
    pub(crate) fn right_missing(path: &str) -> Self {
        let right = path.trim_start_matches('/');
        Self::new(
            401,
            "UNAUTHORIZED",
            format!("Right {right} is not allowed for this ApiLogin."),
        )
    }

    /// In the contract, and not in the emulator yet. iiko never answers so.
    pub(crate) fn not_imitated(operation: &str) -> Self {
        Self::new(
            501,
            "NOT_IMITATED",
            format!("Operation `{operation}` is not imitated by the emulator."),
        )
    }

    /// The answer would be too large (`cloud-api.md` 9).
    pub(crate) fn too_many_data() -> Self {
        Self::new(
            422,
            "TOO_MANY_DATA_REQUESTED",
            "Too many data requested. Narrow the period.",
        )
    }

    pub(crate) fn drafts_disabled() -> Self {
        Self::new(400, "DRAFTS_DISABLED", "Work with drafts is disabled.")
    }

    /// How loyalty says no.
    pub(crate) fn loyalty(code: &'static str, description: impl Into<String>) -> Self {
        Self::new(400, code, description)
    }

    /// The outcome of a command that is no longer, or never was, known.
    pub(crate) fn command_forgotten() -> Self {
        Self::new(
            410,
            "PASSED_COMMAND_NOT_FOUND",
            "Command not found in commands storage.",
        )
    }

    pub(crate) fn method_not_allowed(method: &str) -> Self {
        Self::new(
            405,
            "METHOD_NOT_ALLOWED",
            format!("The requested resource does not support http method '{method}'."),
        )
    }

    /// What iiko says when it breaks.
    pub(crate) fn internal() -> Self {
        Self::new(500, "INTERNAL_SERVER_ERROR", "Internal server error")
    }

    pub(crate) fn body(&self, correlation_id: Uuid) -> String {
        let body = ErrorBody {
            correlation_id: CorrelationId(correlation_id),
            error_description: &self.description,
            error: self.code,
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.description)
    }
}
