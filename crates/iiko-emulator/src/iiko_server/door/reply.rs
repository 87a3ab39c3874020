//! Answers: text, XML or JSON, bare or wrapped. Errors are plain text, wrong paths an HTML page of the application server.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::Refused;
use crate::{faults::Fault, spoil};

const TEXT: &str = "text/plain;charset=UTF-8";

const NO_SUCH_PAGE: &str = "<!doctype html><html lang=\"en\"><head><title>HTTP Status 404 – Not Found</title></head><body><h1>HTTP Status 404 – Not Found</h1></body></html>";

/// What is answered, before faults are done to it.
pub(super) enum Reply {
    Text(String),
    Xml(String),
    Json(String),
    /// A key that also becomes a cookie.
    Key(String),
    /// The page of the application server for a path that it does not have.
    NoSuchPage,
}

pub(super) type Answered = Result<Reply, Refused>;

pub(super) fn bare(value: &impl Serialize) -> Reply {
    Reply::Json(serde_json::to_string(value).unwrap_or_default())
}

/// A list in its envelope, with the revision up to which it tells.
pub(super) fn listed(list: &impl Serialize, revision: i64) -> Reply {
    wrapped(
        &json!({"result": "SUCCESS", "errors": [], "response": null, "revision": revision}),
        list,
    )
}

/// An answer in `envelope`, whose own `response` is empty. As text, since decimals are exact only there.
pub(super) fn wrapped(envelope: &Value, response: &impl Serialize) -> Reply {
    let response = serde_json::to_string(response).unwrap_or_default();
    let envelope = envelope.to_string();
    Reply::Json(envelope.replacen("\"response\":null", &format!("\"response\":{response}"), 1))
}

/// An answer with a fault done to it. What is left of it keeps its form; a refusal is a sentence, as this server has them.
#[expect(clippy::result_large_err, reason = "both are the response")]
pub(super) fn spoiled(fault: &Fault, answered: Answered) -> Result<Response, Response> {
    if let Fault::Status {
        status,
        retry_after,
    } = fault
    {
        let mut response = Refused::by_fault(*status).into_response();
        if let Some(seconds) = retry_after {
            let seconds = HeaderValue::from(*seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        return Ok(response);
    }
    let (status, content_type, text) = match answered {
        Ok(reply) => {
            let (status, content_type) = reply.head();
            (status, content_type, reply.text())
        }
        Err(refused) => (refused.status, TEXT, refused.text),
    };
    let mut response = spoil::apply(Some(fault), status, text)?;
    if !matches!(fault, Fault::Html { .. }) {
        let content_type = HeaderValue::from_static(content_type);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    Ok(response)
}

impl Reply {
    /// Status and content type.
    fn head(&self) -> (u16, &'static str) {
        match self {
            Self::Text(_) | Self::Key(_) => (200, TEXT),
            Self::Xml(_) => (200, "application/xml;charset=UTF-8"),
            Self::Json(_) => (200, "application/json;charset=UTF-8"),
            Self::NoSuchPage => (404, "text/html;charset=utf-8"),
        }
    }

    fn text(self) -> String {
        match self {
            Self::Text(text) | Self::Xml(text) | Self::Json(text) | Self::Key(text) => text,
            Self::NoSuchPage => NO_SUCH_PAGE.to_owned(),
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let (status, content_type) = self.head();
        let cookie = match &self {
            Self::Key(key) => {
                HeaderValue::from_str(&format!("key={key}; Path=/resto; HttpOnly")).ok()
            }
            Self::Text(_) | Self::Xml(_) | Self::Json(_) | Self::NoSuchPage => None,
        };
        let mut response = plain(status, content_type, self.text());
        if let Some(cookie) = cookie {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        plain(self.status, TEXT, self.text)
    }
}

impl Refused {
    /// Something of ours broke.
    pub(super) fn internal() -> Self {
        Self::by_fault(500)
    }

    /// As the server, or the gateway before it, says no without a reason of its own.
    fn by_fault(status: u16) -> Self {
        let text = match status {
            401 => "Token is expired or invalid",
            403 => "Permission denied",
            429 => "Too Many Requests",
            500 => "java.lang.NullPointerException",
            _ => return Self::new(status, format!("Status {status}")),
        };
        Self::new(status, text)
    }
}

fn plain(status: u16, content_type: &'static str, text: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = HeaderValue::from_static(content_type);
    (status, [(header::CONTENT_TYPE, content_type)], text).into_response()
}
