//! The only place that pairs the code, the status and the title of a problem.

use axum::http::StatusCode;
use hub_engine::sync::FailureCode;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    MalformedBody,
    NoOrganization,
    Unauthorized,
    InvalidCredentials,
    Forbidden,
    NotFound,
    UnknownSetting,
    UnknownProduct,
    UnknownRun,
    OrganizationNotEnabled,
    MethodNotAllowed,
    OrganizationTaken,
    ConnectionIncomplete,
    ConnectionInactive,
    BodyTooLarge,
    InvalidParameter,
    TooManyAttempts,
    Internal,
    /// what a call to iiko came to, in the words of the engine
    Iiko(FailureCode),
    DatabaseUnavailable,
    MigrationsMissing,
    SecretKey,
}

impl ErrorCode {
    /// Code, status, title.
    fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::MalformedBody => (
                "malformed_body",
                StatusCode::BAD_REQUEST,
                "the body is not valid JSON",
            ),
            Self::NoOrganization => (
                "no_organization",
                StatusCode::BAD_REQUEST,
                "the connection has no organization",
            ),
            Self::Unauthorized => (
                "unauthorized",
                StatusCode::UNAUTHORIZED,
                "a valid token is needed",
            ),
            Self::InvalidCredentials => (
                "invalid_credentials",
                StatusCode::UNAUTHORIZED,
                "the login failed",
            ),
            Self::Forbidden => (
                "forbidden",
                StatusCode::FORBIDDEN,
                "the token does not allow this",
            ),
            Self::NotFound => (
                "not_found",
                StatusCode::NOT_FOUND,
                "there is nothing at this path",
            ),
            Self::UnknownSetting => (
                "unknown_setting",
                StatusCode::NOT_FOUND,
                "there is no such connection",
            ),
            Self::UnknownProduct => (
                "unknown_product",
                StatusCode::NOT_FOUND,
                "there is no such product",
            ),
            Self::UnknownRun => (
                "unknown_run",
                StatusCode::NOT_FOUND,
                "there is no such sync run",
            ),
            Self::OrganizationNotEnabled => (
                "organization_not_enabled",
                StatusCode::NOT_FOUND,
                "the connection does not serve this organization",
            ),
            Self::MethodNotAllowed => (
                "method_not_allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "the path does not know this method",
            ),
            Self::OrganizationTaken => (
                "organization_taken",
                StatusCode::CONFLICT,
                "another connection serves this organization",
            ),
            Self::ConnectionIncomplete => (
                "connection_incomplete",
                StatusCode::CONFLICT,
                "the connection lacks what a call to iiko needs",
            ),
            Self::ConnectionInactive => (
                "connection_inactive",
                StatusCode::CONFLICT,
                "the connection is switched off",
            ),
            Self::BodyTooLarge => (
                "body_too_large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is too large",
            ),
            Self::InvalidParameter => (
                "invalid_parameter",
                StatusCode::UNPROCESSABLE_ENTITY,
                "a parameter is missing or wrong",
            ),
            Self::TooManyAttempts => (
                "too_many_attempts",
                StatusCode::TOO_MANY_REQUESTS,
                "too many failed logins",
            ),
            Self::Internal => (
                "internal",
                StatusCode::INTERNAL_SERVER_ERROR,
                "the hub failed",
            ),
            Self::Iiko(code) => (
                code.as_str(),
                StatusCode::BAD_GATEWAY,
                "iiko did not do what it was asked",
            ),
            Self::DatabaseUnavailable => (
                "database_unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer",
            ),
            Self::MigrationsMissing => (
                "migrations_missing",
                StatusCode::SERVICE_UNAVAILABLE,
                "the database is older than the program",
            ),
            Self::SecretKey => (
                "secret_key",
                StatusCode::SERVICE_UNAVAILABLE,
                "the secret key is missing or wrong",
            ),
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        self.row().0
    }

    pub(crate) fn status(self) -> StatusCode {
        self.row().1
    }

    pub(crate) fn title(self) -> &'static str {
        self.row().2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ErrorCode; 22] = [
        ErrorCode::MalformedBody,
        ErrorCode::NoOrganization,
        ErrorCode::Unauthorized,
        ErrorCode::InvalidCredentials,
        ErrorCode::Forbidden,
        ErrorCode::NotFound,
        ErrorCode::UnknownSetting,
        ErrorCode::UnknownProduct,
        ErrorCode::UnknownRun,
        ErrorCode::OrganizationNotEnabled,
        ErrorCode::MethodNotAllowed,
        ErrorCode::OrganizationTaken,
        ErrorCode::ConnectionIncomplete,
        ErrorCode::ConnectionInactive,
        ErrorCode::BodyTooLarge,
        ErrorCode::InvalidParameter,
        ErrorCode::TooManyAttempts,
        ErrorCode::Internal,
        ErrorCode::Iiko(FailureCode::IikoRefused),
        ErrorCode::DatabaseUnavailable,
        ErrorCode::MigrationsMissing,
        ErrorCode::SecretKey,
    ];

    #[test]
    fn no_two_problems_share_a_code() {
        let codes: std::collections::BTreeSet<_> = ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), ALL.len());
    }

    #[test]
    fn every_problem_has_an_error_status_and_a_stable_word() {
        for code in ALL {
            assert!(
                code.status().is_client_error() || code.status().is_server_error(),
                "{code:?}"
            );
            assert!(
                code.as_str()
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter == '_'),
                "{code:?}"
            );
        }
    }
}
