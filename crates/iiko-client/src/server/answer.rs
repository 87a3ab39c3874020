//! What an answer means: a pure function of status, content type and body.
//!
//! Any call may answer with plain text instead of its format, a refusal may have status 200, the same call is wrapped
//! in an envelope on one build and bare on another, and what answers may not be an iikoServer at all.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    redact::Redactor,
    server::error::{Error, Forbidden, Problem},
};

/// How much of a foreign text an error quotes.
const QUOTED_CHARACTERS: usize = 600;

/// What came back, whatever its status.
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// An answer, and the revision if it had one.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing<T> {
    /// What was asked for.
    pub items: Vec<T>,
    /// The highest revision that exists, for `revisionFrom` of the next question.
    pub revision: Option<i64>,
}

/// Is this an answer of success? 401 is not judged here: what it means depends on what was sent.
pub(crate) fn check(
    operation: &'static str,
    incoming: Incoming,
    redactor: &Redactor,
) -> Result<Vec<u8>, Error> {
    let Incoming { status, body, .. } = &incoming;
    let status = *status;
    if status == 403 {
        let cause = Forbidden::classify(&String::from_utf8_lossy(body));
        // A proxy forbids with a page of its own; iiko's words count even within a page.
        if cause != Forbidden::Unknown || !is_html(&incoming) {
            return Err(Error::Forbidden {
                operation,
                cause,
                text: quote(redactor, body),
            });
        }
    }
    if is_html(&incoming) {
        return Err(Error::NotIiko {
            operation,
            status,
            problem: match title(body) {
                Some(title) => format!("a web page, \"{}\"", quote(redactor, title.as_bytes())),
                None => "a web page".to_owned(),
            },
        });
    }
    match status {
        200..300 => Ok(incoming.body),
        300..400 => Err(Error::NotIiko {
            operation,
            status,
            problem: "it leads to another address; write that one into the settings".to_owned(),
        }),
        _ => Err(Error::Refused {
            operation,
            status,
            text: quote(redactor, body),
        }),
    }
}

/// Reads JSON, wrapped or bare.
pub(crate) fn read<T: DeserializeOwned>(
    operation: &'static str,
    body: &[u8],
    redactor: &Redactor,
) -> Result<(T, Option<i64>), Error> {
    let unreadable = |problem: String| Error::Unreadable {
        operation,
        problem: redactor.text(&problem),
        excerpt: quote(redactor, body),
    };
    if !matches!(first_byte(body), Some(b'{' | b'[')) {
        let problem = match body.trim_ascii() {
            [] => "it is empty instead of JSON",
            b"null" => "it is null",
            _ => "it is plain text instead of JSON",
        };
        return Err(unreadable(problem.to_owned()));
    }
    let typed =
        |text: &str| serde_json::from_str::<T>(text).map_err(|error| unreadable(error.to_string()));
    let text = std::str::from_utf8(body).map_err(|error| unreadable(error.to_string()))?;
    if first_byte(body) == Some(b'{') {
        let wrapper: Wrapper<'_> =
            serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
        if let Some(result) = wrapper.result {
            let problems = problems(wrapper.errors);
            if result != "SUCCESS" || !problems.is_empty() && wrapper.response.is_none() {
                return Err(Error::Rejected {
                    operation,
                    result,
                    problems: problems
                        .into_iter()
                        .map(|problem| Problem {
                            value: quote(redactor, problem.value.as_bytes()),
                            ..problem
                        })
                        .collect(),
                });
            }
            let response = wrapper.response.map_or("null", RawValue::get);
            return Ok((typed(response)?, wrapper.revision));
        }
    }
    Ok((typed(text)?, None))
}

/// The wrapper of most answers, `{"result": "SUCCESS", "errors": [], "response": …, "revision": 1}`, before it is known to
/// be one: a bare document has none of these.
#[derive(Deserialize)]
struct Wrapper<'a> {
    #[serde(default)]
    result: Option<String>,
    #[serde(default, borrow)]
    errors: Option<&'a RawValue>,
    #[serde(default, borrow)]
    response: Option<&'a RawValue>,
    #[serde(default)]
    revision: Option<i64>,
}

/// Complaints are objects with `code` and `value`, or texts.
fn problems(errors: Option<&RawValue>) -> Vec<Problem> {
    let errors: Vec<serde_json::Value> = errors
        .and_then(|errors| serde_json::from_str(errors.get()).ok())
        .unwrap_or_default();
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    errors
        .iter()
        .map(|error| match error.as_object() {
            Some(error) => Problem {
                code: error.get("code").filter(|code| !code.is_null()).map(text),
                value: error.get("value").map(text).unwrap_or_default(),
            },
            None => Problem {
                code: None,
                value: text(error),
            },
        })
        .collect()
}

/// The beginning of a foreign text in one piece: without secrets, without control characters but line breaks.
pub(crate) fn quote(redactor: &Redactor, body: &[u8]) -> String {
    let text = redactor.body(body);
    let kept = text
        .trim()
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .take(QUOTED_CHARACTERS);
    kept.collect()
}

pub(crate) fn is_html(incoming: &Incoming) -> bool {
    let start = &incoming.body[..incoming.body.len().min(64)];
    let start = String::from_utf8_lossy(start).trim_start().to_lowercase();
    incoming.content_type.starts_with("text/html")
        && !start.starts_with("<?xml")
        && start.starts_with('<')
        || start.starts_with("<!doctype html")
        || start.starts_with("<html")
}

fn title(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]).into_owned();
    let lower = text.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find('<')?;
    let title = text[start..end].trim();
    (!title.is_empty()).then(|| title.to_owned())
}

fn first_byte(body: &[u8]) -> Option<u8> {
    body.trim_ascii_start().first().copied()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn incoming(status: u16, content_type: &str, body: &str) -> Incoming {
        Incoming {
            status,
            content_type: content_type.to_owned(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn judge(status: u16, content_type: &str, body: &str) -> Result<(Value, Option<i64>), String> {
        let redactor = Redactor::default();
        let body = check("call", incoming(status, content_type, body), &redactor)
            .map_err(|error| error.to_string())?;
        read("call", &body, &redactor).map_err(|error| error.to_string())
    }

    #[test]
    fn wrapped_and_bare_answers_are_the_same() {
        let json = "application/json";
        for (body, expected) in [
            (
                r#"{"result":"SUCCESS","errors":[],"response":[1],"revision":7}"#,
                (json!([1]), Some(7)),
            ),
            (
                r#"{"result":"SUCCESS","errors":null,"response":[1]}"#,
                (json!([1]), None),
            ),
            ("[1]", (json!([1]), None)),
            (r#" {"id":1}"#, (json!({"id": 1}), None)),
        ] {
            assert_eq!(judge(200, json, body), Ok(expected), "{body}");
        }
    }

    #[test]
    fn what_is_no_success_is_told_clearly() {
        for (status, content_type, body, expected) in [
            (
                200,
                "application/json",
                r#"{"result":"ERROR","errors":[{"code":"E1","value":"нельзя"},"и так"],"response":null}"#,
                "the server rejected `call` (ERROR): E1: нельзя; и так",
            ),
            (
                200,
                "application/json",
                r#"{"result":"ERROR","errors":null}"#,
                "the server rejected `call` (ERROR): without a reason",
            ),
            (
                200,
                "text/html;charset=UTF-8",
                "<html><head><title>Вход в сеть</title></head></html>",
                "what answered `call` (200) is not an iikoServer: a web page, \"Вход в сеть\"",
            ),
            (
                404,
                "text/html",
                "<!DOCTYPE HTML><p>Apache Tomcat",
                "what answered `call` (404) is not an iikoServer: a web page",
            ),
            (
                308,
                "",
                "",
                "what answered `call` (308) is not an iikoServer: it leads to another address; write that one into \
                 the settings",
            ),
            (
                200,
                "text/plain",
                "Module is loading",
                "the answer to `call` cannot be read: it is plain text instead of JSON",
            ),
            (
                200,
                "",
                "",
                "the answer to `call` cannot be read: it is empty instead of JSON",
            ),
            (
                409,
                "text/plain",
                "Строка 1\nСтрока 2",
                "the server refused `call` (409): Строка 1\nСтрока 2",
            ),
            (
                400,
                "text/html;charset=utf-8",
                "Wrong date format: 1",
                "the server refused `call` (400): Wrong date format: 1",
            ),
            (
                403,
                "text/plain",
                "Permission denied",
                "`call` is forbidden: the user has no right to do this",
            ),
            (
                403,
                "text/html",
                "<html><head><title>403 Forbidden</title></head></html>",
                "what answered `call` (403) is not an iikoServer: a web page, \"403 Forbidden\"",
            ),
            (
                403,
                "text/html",
                "<html><body><h1>HTTP Status 403 - Permission denied</h1></body></html>",
                "`call` is forbidden: the user has no right to do this",
            ),
            (
                401,
                "text/html",
                "<html><head><title>Sign in</title></head></html>",
                "what answered `call` (401) is not an iikoServer: a web page, \"Sign in\"",
            ),
        ] {
            let error = judge(status, content_type, body).unwrap_err();
            assert_eq!(error, expected, "{body}");
        }
    }

    #[test]
    fn a_torn_answer_is_not_read() {
        let error = judge(200, "application/json", r#"{"result":"SUCCESS","resp"#).unwrap_err();
        assert!(
            error.starts_with("the answer to `call` cannot be read: EOF"),
            "{error}"
        );
    }
}
