//! One exchange over HTTP: a request out, a whole body back, the observer told. Knows nothing of retries and tokens.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, USER_AGENT};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    answer::find_correlation_id,
    clock::Clock,
    error::Error,
    exchange::{
        AGENT, Exchange, ExchangeObserver, LARGEST_BODY_BYTES, Sent, Watch, describe, is_unsent,
    },
    redact::Redactor,
    retry::Failure,
};

/// iiko must give up before we do, or its answer is lost: this much before.
const MARGIN: Duration = Duration::from_secs(5);

pub(crate) struct Transport {
    pub(crate) http: reqwest::Client,
    pub(crate) clock: Clock,
    pub(crate) observer: Option<Arc<dyn ExchangeObserver>>,
}

/// What goes out.
pub(crate) struct Outgoing<'a> {
    pub(crate) operation: &'static str,
    pub(crate) url: String,
    pub(crate) body: Bytes,
    pub(crate) token: Option<&'a SecretString>,
    pub(crate) timeout: Duration,
    pub(crate) redactor: &'a Redactor,
    /// Of a token's answer nothing is kept: it may be the bare token, under a key nobody foresaw.
    pub(crate) answer_is_secret: bool,
}

/// What came back, whatever its status.
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    pub(crate) correlation_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

/// Why nothing whole came back: what to tell, and what the decision to repeat needs.
pub(crate) struct Lost {
    pub(crate) error: Box<Error>,
    pub(crate) failure: Failure,
}

/// What is known of an answer while it comes.
#[derive(Default)]
struct Partial {
    status: Option<u16>,
    body: Vec<u8>,
    retry_after: Option<Duration>,
}

impl Transport {
    pub(crate) async fn exchange(&self, outgoing: Outgoing<'_>) -> Result<Incoming, Lost> {
        let mut partial = Partial::default();
        let watch = Watch::start(self.observer.as_deref(), &self.clock, || Sent {
            operation: outgoing.operation,
            method: "POST",
            url: outgoing.url.clone(),
            request_body: outgoing.redactor.body(&outgoing.body),
        });
        let received = self.receive(&outgoing, &mut partial).await;
        let duration = watch.elapsed();

        let Partial {
            status,
            body,
            retry_after,
        } = partial;
        let correlation_id = find_correlation_id(&body);
        let kept = |body: &[u8]| {
            if outgoing.answer_is_secret
                && status.is_some_and(|status| (200..300).contains(&status))
            {
                "**** (an answer with a token)".to_owned()
            } else {
                outgoing.redactor.body(body)
            }
        };
        let response_body = if received.is_err() || self.observer.is_some() {
            kept(&body)
        } else {
            String::new()
        };
        let received_bytes = body.len();
        let result = match (received, status) {
            (Ok(()), status) => Ok(Incoming {
                status: status.expect("an answer that was received has a status"),
                body: Bytes::from(body),
                correlation_id: correlation_id.clone(),
                retry_after,
            }),
            (Err(problem), status) => {
                let problem = Problem {
                    raw: response_body.clone(),
                    received_bytes,
                    status,
                    ..problem
                };
                Err(problem.into_lost(&outgoing, correlation_id.clone()))
            }
        };
        watch.end(|exchange| Exchange {
            status,
            response_body,
            correlation_id,
            duration,
            error: result.as_ref().err().map(|lost| describe(&lost.error)),
            ..exchange
        });
        result
    }

    async fn receive(&self, outgoing: &Outgoing<'_>, partial: &mut Partial) -> Result<(), Problem> {
        let mut request = self
            .http
            .post(&outgoing.url)
            .timeout(outgoing.timeout)
            .header(USER_AGENT, AGENT)
            .header(CONTENT_TYPE, "application/json")
            .header("Timeout", timeout_seconds(outgoing.timeout))
            .body(outgoing.body.clone());
        if let Some(token) = outgoing.token {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
                // Told like an unknown token would be by iiko, but without the token in it.
                .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let mut response = request.send().await.map_err(Problem::from_http)?;
        partial.status = Some(response.status().as_u16());
        partial.retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| read_retry_after(value, &self.clock));
        // The announced length spares copies; it is not believed beyond what menus have.
        let announced = response
            .content_length()
            .and_then(|length| usize::try_from(length).ok());
        partial
            .body
            .reserve(announced.unwrap_or_default().min(32 * 1024 * 1024));
        while let Some(chunk) = response.chunk().await.map_err(Problem::from_http)? {
            if partial.body.len() + chunk.len() > LARGEST_BODY_BYTES {
                return Err(Problem {
                    too_large: true,
                    ..Problem::default()
                });
            }
            partial.body.extend_from_slice(&chunk);
        }
        Ok(())
    }
}

/// A failed exchange, before it is worded.
#[derive(Default)]
struct Problem {
    source: Option<reqwest::Error>,
    too_large: bool,
    status: Option<u16>,
    received_bytes: usize,
    raw: String,
}

impl Problem {
    fn from_http(source: reqwest::Error) -> Self {
        Self {
            source: Some(source.without_url()),
            ..Self::default()
        }
    }

    fn into_lost(self, outgoing: &Outgoing<'_>, correlation_id: Option<String>) -> Lost {
        let operation = outgoing.operation;
        let nothing_sent = self.source.as_ref().is_some_and(is_unsent);
        let timed_out = self.source.as_ref().is_some_and(reqwest::Error::is_timeout);
        let error = match (self.source, self.status) {
            (_, _) if timed_out => Error::Timeout {
                operation,
                nothing_sent,
                after: outgoing.timeout,
            },
            (Some(source), None) => Error::Transport {
                operation,
                nothing_sent,
                source: Arc::new(source),
            },
            (_, status) => Error::Torn {
                operation,
                status: status.unwrap_or_default(),
                problem: if self.too_large {
                    format!("it is larger than {LARGEST_BODY_BYTES} bytes")
                } else {
                    format!("it breaks off after {} bytes", self.received_bytes)
                },
                correlation_id,
                raw: self.raw,
            },
        };
        let failure = if nothing_sent {
            Failure::NothingSent
        } else if self.too_large {
            Failure::NotJson
        } else {
            Failure::AnswerLost
        };
        Lost {
            error: Box::new(error),
            failure,
        }
    }
}

/// The value of the `Timeout` header: whole seconds, shorter than our own waiting.
fn timeout_seconds(timeout: Duration) -> u64 {
    timeout
        .saturating_sub(MARGIN.min(timeout / 2))
        .as_secs()
        .max(1)
}

/// `Retry-After` is a number of seconds or a date.
fn read_retry_after(value: &HeaderValue, clock: &Clock) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some((date.to_utc() - clock.now()).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iiko_is_told_to_give_up_before_we_do() {
        for (timeout_millis, seconds) in [
            (120_000, 115),
            (30_000, 25),
            (10_000, 5),
            (6_000, 3),
            (2_000, 1),
            (300, 1),
        ] {
            assert_eq!(
                timeout_seconds(Duration::from_millis(timeout_millis)),
                seconds,
                "{timeout_millis} ms"
            );
        }
    }

    #[test]
    fn a_pause_comes_as_seconds_or_as_a_date() {
        let clock = Clock::manual("2026-11-22T20:00:00Z".parse().unwrap());
        for (text, seconds) in [
            ("7", Some(7)),
            ("Sun, 22 Nov 2026 20:01:00 GMT", Some(60)),
            ("Sun, 22 Nov 2026 19:00:00 GMT", Some(0)),
            ("soon", None),
        ] {
            let pause = read_retry_after(&HeaderValue::from_static(text), &clock);
            assert_eq!(pause.map(|pause| pause.as_secs()), seconds, "{text}");
        }
    }
}
