//! What surrounds every request: an id, a span, the log of what failed, a limit on bodies, compression.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::Span;

use crate::{
    error::{ApiError, ErrorSource},
    error_code::ErrorCode,
};

const MAX_BODY_BYTES: usize = 1024 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The last line is the outermost layer.
pub(crate) fn surround(router: Router) -> Router {
    router
        .fallback(nothing_here)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(middleware::from_fn(log_failure))
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(request_span)
                .on_request(())
                .on_response(log_answer)
                .on_failure(()),
        )
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

async fn nothing_here(request: Request) -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        format!("there is nothing at `{}`", request.uri().path()),
    )
}

async fn method_not_allowed(request: Request) -> ApiError {
    let detail = format!(
        "`{}` does not know the method `{}`",
        request.uri().path(),
        request.method()
    );
    ApiError::new(ErrorCode::MethodNotAllowed, detail)
}

/// The query stays out: people put secrets there.
fn request_span(request: &Request) -> Span {
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    tracing::info_span!("request", http.method = %request.method(), http.path = request.uri().path(), request.id = id)
}

fn log_answer(response: &Response, latency: Duration, span: &Span) {
    let status = response.status().as_u16();
    tracing::debug!(parent: span, http.status = status, latency_ms = latency.as_millis(), "answered {status}");
}

/// The one place where the private side of an error is logged.
async fn log_failure(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if let Some(ErrorSource(error)) = response.extensions().get::<ErrorSource>() {
        match &error.source {
            Some(source) if error.code.status() == StatusCode::INTERNAL_SERVER_ERROR => {
                tracing::error!(error.code = error.code.as_str(), error.source = ?source, "request failed: {source}");
            }
            Some(source) => {
                tracing::warn!(error.code = error.code.as_str(), error.source = ?source, "request failed: {source}");
            }
            None => tracing::debug!(
                error.code = error.code.as_str(),
                "request refused: {}",
                error.detail
            ),
        }
    }
    response
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is tower-http's"
)]
fn answer_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without text");
    tracing::error!(
        error.code = ErrorCode::Internal.as_str(),
        "request panicked: {text}"
    );
    ApiError::new(
        ErrorCode::Internal,
        "an error of the hub itself; its log has the reason",
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::header,
        routing::get,
    };
    use tower::ServiceExt;

    use super::*;

    async fn answer(path: &str) -> (StatusCode, String, String) {
        let router = Router::new().route(
            "/panics",
            get(|| async { panic!("the password is hunter2") as &str }),
        );
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = surround(router).oneshot(request).await.unwrap();
        let status = response.status();
        let content_type = response.headers()[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .to_owned();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (
            status,
            content_type,
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing() {
        let (status, content_type, body) = answer("/panics").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(content_type, "application/problem+json");
        assert!(
            body.contains("\"code\":\"internal\"") && !body.contains("hunter2"),
            "{body}"
        );
    }

    #[tokio::test]
    async fn an_unknown_path_is_a_problem_too() {
        let (status, content_type, body) = answer("/nothing").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(content_type, "application/problem+json");
        assert!(body.contains("/nothing"), "{body}");
    }
}
