//! What goes wrong, as a caller sees it: `application/problem+json` (RFC 9457) with a stable code.
//!
//! A source never reaches the body: it rides in the response's extensions to `layers.rs`, which logs it once inside the
//! request's span.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, response},
};

use crate::error_code::ErrorCode;

pub(crate) type ApiResult<T> = Result<T, ApiError>;

pub(crate) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A problem on its way to the caller.
#[derive(Debug, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub(crate) struct ApiError {
    pub(crate) code: ErrorCode,
    /// public
    pub(crate) detail: String,
    /// the parameter that is to blame
    pub(crate) field: Option<String>,
    /// iiko's id of the call that failed
    pub(crate) correlation_id: Option<String>,
    pub(crate) retry_after_seconds: Option<u64>,
    /// private: for the log
    #[source]
    pub(crate) source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            field: None,
            correlation_id: None,
            retry_after_seconds: None,
            source: None,
        }
    }

    /// A parameter is missing or wrong; `detail` names it.
    pub(crate) fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(ErrorCode::InvalidParameter, detail)
        }
    }

    pub(crate) fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(
                ErrorCode::Internal,
                "an error of the hub itself; its log has the reason",
            )
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        let unreachable = matches!(
            error,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)
        );
        if unreachable {
            let detail = "the database does not answer; try again later";
            Self {
                source: Some(error.into()),
                ..Self::new(ErrorCode::DatabaseUnavailable, detail)
            }
        } else {
            Self::internal(error)
        }
    }
}

/// What went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// the same for every problem of this code
    #[schema(examples("a parameter is missing or wrong"))]
    pub(crate) title: &'static str,
    /// the HTTP status once more
    #[schema(examples(422))]
    pub(crate) status: u16,
    /// stable, for programs
    #[schema(examples("invalid_parameter"))]
    pub(crate) code: &'static str,
    /// what exactly, for people
    #[schema(examples("`limit` must be a whole number from 1 to 1000"))]
    pub(crate) detail: String,
    /// the parameter that is to blame
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// iiko's id of the call that failed: its support asks for it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_id: Option<String>,
}

/// The private side of an answer, for the log.
#[derive(Clone)]
pub(crate) struct ErrorSource(pub(crate) Arc<ApiError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem {
            title: self.code.title(),
            status: self.code.status().as_u16(),
            code: self.code.as_str(),
            detail: self.detail.clone(),
            field: self.field.clone(),
            correlation_id: self.correlation_id.clone(),
        };
        let mut response = (
            self.code.status(),
            [(header::CONTENT_TYPE, PROBLEM_JSON)],
            Json(problem),
        )
            .into_response();
        // axum's `Json` comes last and would say `application/json`
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, PROBLEM_JSON);
        if self.code.status() == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
            .extensions_mut()
            .insert(ErrorSource(Arc::new(self)));
        response
    }
}

/// The error answers of every operation, for the document.
pub(crate) struct ApiErrors;

impl IntoResponses for ApiErrors {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        [
            ("4XX", "The request cannot be served"),
            ("5XX", "The hub or iiko failed"),
        ]
        .into_iter()
        .map(|(status, description)| {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .build();
            let answer = ResponseBuilder::new()
                .description(description)
                .content("application/problem+json", content)
                .build();
            (status.to_owned(), answer.into())
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_source_never_reaches_the_body() {
        let response = ApiError::internal("password authentication failed for user `postgres`")
            .into_response();
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        let body = std::str::from_utf8(&body).unwrap();
        assert!(!body.contains("postgres"), "{body}");
        assert!(body.contains(r#""code":"internal""#), "{body}");
    }
}
