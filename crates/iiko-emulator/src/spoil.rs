//! Doing a fault to an answer.

use std::{io, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use uuid::Uuid;

use crate::{
    faults::Fault,
    http::json,
    json::{Json, Value},
    refusal::Refusal,
};

/// Whether the operation still runs under this fault.
pub(crate) fn lets_run(fault: &Fault) -> bool {
    match fault {
        Fault::Status { .. } | Fault::Html { .. } | Fault::DroppedBefore => false,
        // a limit that strikes is a `Status`
        Fault::Latency { .. }
        | Fault::Limit { .. }
        | Fault::SlowDrip { .. }
        | Fault::TokenExpired
        | Fault::TillRefuses { .. }
        | Fault::CutJson
        | Fault::MalformedJson
        | Fault::DroppedAfter
        | Fault::EmptyMenu
        | Fault::MissingList
        | Fault::WebhookLost
        | Fault::WebhookDoubled
        | Fault::WebhookLate
        | Fault::WebhookReordered => true,
    }
}

/// The answer as the caller gets it. `Err` is one whose connection closes before a byte of it.
#[expect(clippy::result_large_err, reason = "both are the response")]
pub(crate) fn apply(
    fault: Option<&Fault>,
    status: u16,
    text: String,
) -> Result<Response, Response> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(match fault {
        None
        | Some(
            Fault::Latency { .. }
            | Fault::Limit { .. }
            | Fault::TokenExpired
            | Fault::TillRefuses { .. }
            | Fault::WebhookLost
            | Fault::WebhookDoubled
            | Fault::WebhookLate
            | Fault::WebhookReordered,
        ) => json(status, text),
        Some(Fault::Status {
            status,
            retry_after,
        }) => refused(*status, *retry_after),
        Some(Fault::Html { status }) => gateway_page(*status),
        Some(Fault::SlowDrip { milliseconds }) => json(status, drip(text, *milliseconds)),
        Some(Fault::CutJson) => json(status, first_half(text)),
        Some(Fault::MalformedJson) => json(status, malformed(text)),
        Some(Fault::EmptyMenu) => json(
            status,
            change_lists(&text, |_| Some(Json::new(Value::List(Vec::new())))),
        ),
        Some(Fault::MissingList) => json(status, change_lists(&text, |_| None)),
        Some(Fault::DroppedBefore | Fault::DroppedAfter) => return Err(dropped()),
    })
}

fn refused(status: u16, retry_after: Option<u64>) -> Response {
    let refusal = match status {
        401 => Refusal::token_refused(),
        403 => Refusal {
            status,
            description: "Forbidden".to_owned(),
            code: Some("FORBIDDEN"),
        },
        408 => Refusal {
            status,
            description: "Request timeout expired.".to_owned(),
            code: Some("EXTERNAL_SYSTEM_TIMEOUT"),
        },
        429 => Refusal {
            status,
            description: "Too many requests within allowed period of time".to_owned(),
            code: Some("TOO_MANY_REQUESTS"),
        },
        500 => Refusal::internal(),
        _ => Refusal {
            status,
            description: format!("Status {status}"),
            code: None,
        },
    };
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(code, refusal.body(Uuid::new_v4()));
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn gateway_page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let title = format!(
        "{} {}",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default()
    );
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    (
        status,
        [(header::CONTENT_TYPE, HeaderValue::from_static("text/html"))],
        page,
    )
        .into_response()
}

/// A body that comes in pieces, over so long altogether.
fn drip(text: String, milliseconds: u64) -> Body {
    const PIECES: u32 = 16;
    let pause = Duration::from_millis(milliseconds) / PIECES;
    let bytes = Bytes::from(text);
    let piece = bytes.len().div_ceil(PIECES as usize).max(1);
    let pieces = stream::unfold(bytes, move |mut left| async move {
        if left.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let next = left.split_to(piece.min(left.len()));
        Some((Ok::<_, io::Error>(next), left))
    });
    // compression asks once more after the end
    Body::from_stream(pieces.fuse())
}

fn first_half(mut text: String) -> String {
    let half = (0..=text.len() / 2)
        .rev()
        .find(|index| text.is_char_boundary(*index))
        .unwrap_or_default();
    text.truncate(half);
    text
}

/// With a comma where none may be: behind the first colons, else at the end.
fn malformed(text: String) -> String {
    match text.contains(':') {
        true => text.replacen(':', ": ,", 2),
        false => text + ",",
    }
}

fn change_lists(text: &str, change: impl Fn(&Json) -> Option<Json>) -> String {
    let Ok(mut answer) = Json::parse(text) else {
        return text.to_owned();
    };
    if let Value::List(_) = &answer.value {
        // a bare list: as good as missing where it should be missing
        let empty = Json::new(Value::List(Vec::new()));
        return change(&answer).unwrap_or(empty).print();
    }
    if let Value::Object(members) = &mut answer.value {
        let changed = members
            .drain(..)
            .filter_map(|(key, member)| match member.value {
                Value::List(_) => Some((key, change(&member)?)),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::Object(_) => Some((key, member)),
            });
        *members = changed.collect();
    }
    answer.print()
}

/// A body that fails at once: the server closes the connection before it has written the head.
fn dropped() -> Response {
    let failure = io::Error::new(io::ErrorKind::ConnectionReset, "dropped on demand");
    Body::from_stream(stream::iter([Err::<&'static [u8], io::Error>(failure)])).into_response()
}

#[cfg(test)]
mod tests {
    use super::{change_lists, malformed};
    use crate::json::{Json, Value};

    #[test]
    fn whatever_is_malformed_is_no_json() {
        for text in ["{}", "[]", "[1]", "\"a\"", r#"{"a":{"b":1}}"#] {
            let spoiled = malformed(text.to_owned());
            assert!(Json::parse(&spoiled).is_err(), "{spoiled}");
        }
    }

    #[test]
    fn a_bare_list_is_emptied_too() {
        let empty = |_: &Json| Some(Json::new(Value::List(Vec::new())));
        assert_eq!(change_lists("[1,2]", empty), "[]");
        assert_eq!(change_lists("[1,2]", |_| None), "[]");
        assert_eq!(change_lists(r#"{"a":[1],"b":2}"#, |_| None), r#"{"b":2}"#);
    }
}
