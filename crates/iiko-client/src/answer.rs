//! What came back, read as far as every operation has it: whole or torn, the correlation id, the words of a refusal.
//! Pure functions over bytes; a menu of many megabytes is never parsed here.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use iiko_types::endpoint::Endpoint;
use serde::{Deserialize, de::IgnoredAny};

use crate::{error::Error, login, redact::Redactor};

/// An answer as it came. Printed for a log it tells how long its body is and nothing of what it holds, which may be
/// guests with their phones, or a token.
#[derive(Clone)]
pub struct Answer {
    /// The whole body: JSON at its first byte and at its last, though not parsed yet; or empty, from an operation that
    /// answers with nothing.
    pub bytes: Bytes,
    /// iiko's id of the call.
    pub correlation_id: Option<String>,
}

impl Answer {
    /// Reads it as the answer of an operation.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] where it is JSON of another shape, [`Error::Torn`] where it is no JSON.
    pub fn decode<E: Endpoint>(&self) -> Result<E::Response, Error> {
        self.decode_with::<E>(&Redactor::default())
    }

    pub(crate) fn decode_with<E: Endpoint>(
        &self,
        redactor: &Redactor,
    ) -> Result<E::Response, Error> {
        if login::is_login(E::NAME) {
            return self.decode_token::<E>();
        }
        // An operation without an answer has `NoBody` for it, which is read from anything but no byte at all.
        let body: &[u8] = if size_of::<E::Response>() == 0 {
            b"null"
        } else {
            &self.bytes
        };
        serde_json::from_slice(body).map_err(|source| self.describe(E::NAME, &source, redactor))
    }

    /// The answer to a login, which comes bare from some. An error quotes nothing of it: it may be the token.
    fn decode_token<E: Endpoint>(&self) -> Result<E::Response, Error> {
        serde_json::from_slice(&login::unwrap_bare(&self.bytes)).map_err(|_| Error::Decode {
            operation: E::NAME,
            problem: format!("there is no token in its {} bytes", self.bytes.len()),
            correlation_id: self.correlation_id.clone(),
            raw: String::new(),
        })
    }

    /// The types read their parts as raw text, so their error does not tell a torn body from an odd one.
    fn describe(
        &self,
        operation: &'static str,
        source: &serde_json::Error,
        redactor: &Redactor,
    ) -> Error {
        let raw = redactor.body(&self.bytes);
        let correlation_id = self.correlation_id.clone();
        match serde_json::from_slice::<IgnoredAny>(&self.bytes) {
            Ok(IgnoredAny) => Error::Decode {
                operation,
                problem: redactor.text(&source.to_string()),
                correlation_id,
                raw,
            },
            Err(tear) => Error::Torn {
                operation,
                // Only an answer of success is decoded.
                status: 200,
                problem: format!("it is not JSON ({tear})"),
                correlation_id,
                raw,
            },
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("bytes", &format_args!("{} bytes", self.bytes.len()))
            .field("correlation_id", &self.correlation_id)
            .finish()
    }
}

/// What iiko says where it refuses, in any of its spellings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Option<String>,
    pub(crate) description: String,
}

/// Says what is wrong with a body that should be JSON, in time that does not grow with it: it looks at both ends.
pub(crate) fn find_tear(body: &[u8]) -> Option<String> {
    let body = body
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body)
        .trim_ascii();
    let (Some(first), Some(last)) = (body.first(), body.last()) else {
        return Some("the body is empty".to_owned());
    };
    let closed = match first {
        b'{' => *last == b'}',
        b'[' => *last == b']',
        b'"' => *last == b'"' && body.len() > 1,
        b'<' => return Some("a page of HTML or XML came instead of JSON".to_owned()),
        b'0'..=b'9' | b'-' | b't' | b'f' | b'n' => {
            serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
        }
        _ => return Some("the body is not JSON".to_owned()),
    };
    (!closed).then(|| format!("the JSON breaks off after {} bytes", body.len()))
}

/// Finds iiko's id of the call, also in a body that was cut. Small bodies are read exactly, of large ones the ends are
/// searched: iiko writes the id first or last.
pub(crate) fn find_correlation_id(body: &[u8]) -> Option<String> {
    const READ_WHOLE_BYTES: usize = 64 * 1024;
    const END_BYTES: usize = 4 * 1024;

    #[derive(Deserialize)]
    struct Identified<'a> {
        #[serde(borrow, rename = "correlationId")]
        correlation_id: Option<Cow<'a, str>>,
    }

    // Of an array serde would take the first element for the id.
    if body.len() <= READ_WHOLE_BYTES
        && body.trim_ascii_start().starts_with(b"{")
        && let Ok(answer) = serde_json::from_slice::<Identified<'_>>(body)
    {
        return answer.correlation_id.map(Cow::into_owned);
    }
    let head = &body[..body.len().min(END_BYTES)];
    let tail = &body[body.len() - head.len()..];
    find_correlation_id_in(head).or_else(|| find_correlation_id_in(tail))
}

fn find_correlation_id_in(part: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"\"correlationId\"";
    let start = part.windows(KEY.len()).position(|window| window == KEY)? + KEY.len();
    let value = part[start..]
        .trim_ascii_start()
        .strip_prefix(b":")?
        .trim_ascii_start()
        .strip_prefix(b"\"")?;
    let end = value.iter().position(|byte| *byte == b'"')?;
    let id = str::from_utf8(&value[..end]).ok()?;
    // What is no plain id is not taken from a body that could not be read.
    (!id.is_empty()
        && id.len() <= 64
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
    .then(|| id.to_owned())
}

/// Reads the body of a refusal leniently: status first, then any of the keys iiko uses, a bare string, or plain text.
pub(crate) fn read_refusal(body: &[u8]) -> Refusal {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        error_description: Option<Lenient>,
        error: Option<Lenient>,
        message: Option<Lenient>,
        code: Option<Lenient>,
        error_code: Option<Lenient>,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Lenient {
        Text(String),
        Number(i64),
        Other(serde::de::IgnoredAny),
    }

    fn text(value: Option<Lenient>) -> Option<String> {
        match value? {
            Lenient::Text(text) => Some(text).filter(|text| !text.trim().is_empty()),
            Lenient::Number(number) => Some(number.to_string()),
            Lenient::Other(_) => None,
        }
    }

    if let Ok(body) = serde_json::from_slice::<Body>(body) {
        let error = text(body.error);
        let description = text(body.error_description).or_else(|| text(body.message));
        let code = error
            .or_else(|| text(body.code))
            .or_else(|| text(body.error_code));
        let description = description.or_else(|| code.clone()).unwrap_or_default();
        return Refusal { code, description };
    }
    let description = serde_json::from_slice::<String>(body)
        .unwrap_or_else(|_| String::from_utf8_lossy(body).trim().to_owned());
    Refusal {
        code: None,
        description,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_the_length_of_a_body_and_not_the_body() {
        let answer = Answer {
            bytes: Bytes::from_static(br#"{"phone":"+79001234567"}"#),
            correlation_id: Some("c-1".to_owned()),
        };
        assert_eq!(
            format!("{answer:?}"),
            r#"Answer { bytes: 24 bytes, correlation_id: Some("c-1") }"#
        );
    }

    #[test]
    fn a_body_is_whole_or_torn_by_its_ends() {
        for whole in [
            r#"{"a":1}"#,
            " [1]\r\n",
            r#""token""#,
            "\u{feff}{}",
            "null",
            "-1.5",
        ] {
            assert_eq!(find_tear(whole.as_bytes()), None, "{whole:?}");
        }
        for (torn, problem) in [
            ("", "the body is empty"),
            (" \n", "the body is empty"),
            (
                "<!DOCTYPE html><html></html>",
                "a page of HTML or XML came instead of JSON",
            ),
            ("Service Unavailable", "the body is not JSON"),
            (r#"{"groups":[{"id""#, "the JSON breaks off after 16 bytes"),
            ("\"", "the JSON breaks off after 1 bytes"),
            ("tru", "the JSON breaks off after 3 bytes"),
        ] {
            assert_eq!(
                find_tear(torn.as_bytes()).as_deref(),
                Some(problem),
                "{torn:?}"
            );
        }
    }

    #[test]
    fn the_correlation_id_is_found_in_whole_cut_and_large_bodies() {
        let id = "4687a3c4-0000-4000-8000-000000000002";
        let filler = "x".repeat(100_000);
        for body in [
            format!(r#"{{"orderInfo":{{"correlationId":"other"}},"correlationId":"{id}"}}"#),
            format!(r#"{{ "correlationId" : "{id}", "groups": [{{"id"#),
            format!(r#"{{"correlationId":"{id}","text":"{filler}"}}"#),
            format!(r#"{{"text":"{filler}","correlationId":"{id}"}}"#),
        ] {
            assert_eq!(
                find_correlation_id(body.as_bytes()).as_deref(),
                Some(id),
                "{}",
                &body[..60]
            );
        }
        for body in [
            "",
            "[]",
            r#"["4687a3c4"]"#,
            r#"{"correlationId":null}"#,
            "<html>",
            r#"{"correlationId":"4687"#,
            "\"correlationId\"",
        ] {
            assert_eq!(find_correlation_id(body.as_bytes()), None, "{body:?}");
        }
    }

    #[test]
    fn a_refusal_is_read_in_every_spelling() {
        for (body, code, description) in [
            (
                r#"{"errorDescription":"denied","error":"ORGANIZATION_DENIED"}"#,
                Some("ORGANIZATION_DENIED"),
                "denied",
            ),
            (
                r#"{"errorDescription":null,"error":"DRAFTS_DISABLED"}"#,
                Some("DRAFTS_DISABLED"),
                "DRAFTS_DISABLED",
            ),
            (
                r#"{"code":"Validation_IncorrectPhone","message":"bad"}"#,
                Some("Validation_IncorrectPhone"),
                "bad",
            ),
            (
                r#"{"errorCode":192,"message":"twice"}"#,
                Some("192"),
                "twice",
            ),
            (
                r#"{"message":"not found","details":null}"#,
                None,
                "not found",
            ),
            (r#"{"error":{"a":1},"message":"odd"}"#, None, "odd"),
            (
                r#""Right api/1/x is not allowed""#,
                None,
                "Right api/1/x is not allowed",
            ),
            ("Bad Gateway\n", None, "Bad Gateway"),
            ("", None, ""),
        ] {
            let refusal = read_refusal(body.as_bytes());
            assert_eq!(
                (refusal.code.as_deref(), refusal.description.as_str()),
                (code, description),
                "{body}"
            );
        }
    }
}
