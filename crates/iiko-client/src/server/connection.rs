//! One exchange with an iikoServer over HTTP. Knows nothing of sessions.

use std::{
    error::Error as _,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, COOKIE, HeaderValue, USER_AGENT},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    clock::Clock,
    exchange::{Exchange, ExchangeObserver},
    redact::Redactor,
    server::{answer::Incoming, error::Error},
};

/// Product lists have tens of megabytes; more than this is no answer.
const LARGEST_BODY_BYTES: usize = 512 * 1024 * 1024;

const AGENT: &str = concat!("iiko-base/", env!("CARGO_PKG_VERSION"));

pub(crate) struct Connection {
    pub(crate) http: reqwest::Client,
    /// Scheme, host, port and `/resto`.
    pub(crate) base_url: String,
    pub(crate) clock: Clock,
    pub(crate) observer: Option<Arc<dyn ExchangeObserver>>,
}

/// What goes out.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) operation: &'static str,
    /// Beginning with a slash, after `/resto`.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) payload: Payload,
    pub(crate) timeout: Duration,
}

/// The method and its body.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    Get,
    Json(Vec<u8>),
    Form(FormBody),
}

/// A form, which holds a password's hash: not printed.
#[derive(Clone)]
pub(crate) struct FormBody(pub(crate) SecretString);

impl std::fmt::Debug for FormBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("****")
    }
}

impl Outgoing {
    pub(crate) fn get(operation: &'static str, path: impl Into<String>, timeout: Duration) -> Self {
        Self {
            operation,
            path: path.into(),
            query: Vec::new(),
            payload: Payload::Get,
            timeout,
        }
    }

    /// Whether the server only tells something.
    pub(crate) fn is_read(&self) -> bool {
        match self.payload {
            Payload::Get => true,
            Payload::Json(_) | Payload::Form(_) => false,
        }
    }
}

impl Connection {
    pub(crate) async fn exchange(
        &self,
        outgoing: &Outgoing,
        key: Option<&SecretString>,
        redactor: &Redactor,
    ) -> Result<Incoming, Error> {
        let mut report = Report {
            connection: self,
            outgoing,
            redactor,
            started_at: self.clock.now(),
            start: Instant::now(),
            is_told: false,
        };
        let received = self.receive(outgoing, key).await;
        report.tell(received.as_ref());
        received
    }

    async fn receive(
        &self,
        outgoing: &Outgoing,
        key: Option<&SecretString>,
    ) -> Result<Incoming, Error> {
        let failed = |source: reqwest::Error| failure(outgoing, source);
        let method = if outgoing.is_read() {
            Method::GET
        } else {
            Method::POST
        };
        let mut request = self
            .http
            .request(method, format!("{}{}", self.base_url, outgoing.path))
            .query(&outgoing.query)
            .timeout(outgoing.timeout)
            .header(USER_AGENT, AGENT);
        request = match &outgoing.payload {
            Payload::Get => request,
            Payload::Json(body) => request
                .header(CONTENT_TYPE, "application/json; charset=utf-8")
                .body(body.clone()),
            Payload::Form(FormBody(form)) => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.expose_secret().to_owned()),
        };
        if let Some(key) = key {
            // The cookie rather than the query: that ends up in logs.
            let mut value = HeaderValue::try_from(format!("key={}", key.expose_secret()))
                .unwrap_or_else(|_| HeaderValue::from_static("key="));
            value.set_sensitive(true);
            request = request.header(COOKIE, value);
        }
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let content_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_lowercase();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LARGEST_BODY_BYTES {
                return Err(Error::Unreadable {
                    operation: outgoing.operation,
                    problem: format!("it is larger than {LARGEST_BODY_BYTES} bytes"),
                    excerpt: String::new(),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Incoming {
            status,
            content_type,
            body,
        })
    }
}

/// What the observer is told of an exchange; also of one whose caller went away in its midst.
struct Report<'a> {
    connection: &'a Connection,
    outgoing: &'a Outgoing,
    redactor: &'a Redactor,
    started_at: DateTime<Utc>,
    start: Instant,
    is_told: bool,
}

impl Report<'_> {
    fn tell(&mut self, received: Result<&Incoming, &Error>) {
        let is_session = matches!(self.outgoing.payload, Payload::Form(_));
        let response_body = |incoming: &Incoming| match incoming.status {
            200..300 if is_session => "****".to_owned(),
            _ => self.redactor.body(&incoming.body),
        };
        self.observe(
            received.ok().map(|incoming| incoming.status),
            || received.map(response_body).unwrap_or_default(),
            received.err().map(describe),
        );
        self.is_told = true;
    }

    fn observe(
        &self,
        status: Option<u16>,
        response_body: impl FnOnce() -> String,
        error: Option<String>,
    ) {
        let Some(observer) = &self.connection.observer else {
            return;
        };
        observer.exchanged(&Exchange {
            operation: self.outgoing.operation,
            method: if self.outgoing.is_read() {
                "GET"
            } else {
                "POST"
            },
            url: format!("{}{}", self.connection.base_url, self.outgoing.path),
            request_body: match &self.outgoing.payload {
                Payload::Get => String::new(),
                Payload::Json(body) => self.redactor.body(body),
                Payload::Form(_) => "****".to_owned(),
            },
            status,
            response_body: response_body(),
            correlation_id: None,
            duration: self.start.elapsed(),
            started_at: self.started_at,
            error,
        });
    }
}

impl Drop for Report<'_> {
    fn drop(&mut self) {
        if !self.is_told {
            let error = "dropped by the caller".to_owned();
            self.observe(None, String::new, Some(error));
        }
    }
}

fn failure(outgoing: &Outgoing, source: reqwest::Error) -> Error {
    let operation = outgoing.operation;
    let nothing_sent = source.is_connect() || source.is_builder();
    if source.is_timeout() {
        Error::Timeout {
            operation,
            nothing_sent,
            after: outgoing.timeout,
        }
    } else {
        Error::Transport {
            operation,
            nothing_sent,
            source: Arc::new(source.without_url()),
        }
    }
}

/// An error with its sources, in one line: a log has no `source()` to ask.
fn describe(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
