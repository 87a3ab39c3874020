//! One exchange with an iikoServer over HTTP. Knows nothing of sessions.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Method,
    header::{CONTENT_TYPE, COOKIE, HeaderValue, USER_AGENT},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    clock::Clock,
    exchange::{
        AGENT, Exchange, ExchangeObserver, LARGEST_BODY_BYTES, Sent, Watch, describe, is_unsent,
    },
    redact::Redactor,
    server::{answer::Incoming, error::Error},
};

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
        let watch = Watch::start(self.observer.as_deref(), &self.clock, || Sent {
            operation: outgoing.operation,
            method: if outgoing.is_read() { "GET" } else { "POST" },
            url: format!("{}{}", self.base_url, outgoing.path),
            request_body: match &outgoing.payload {
                Payload::Get => String::new(),
                Payload::Json(body) => redactor.body(body),
                Payload::Form(_) => "****".to_owned(),
            },
        });
        let received = self.receive(outgoing, key).await;
        let duration = watch.elapsed();
        // The answer to a login is the session's key.
        let is_session = matches!(outgoing.payload, Payload::Form(_));
        let response_body = |incoming: &Incoming| match incoming.status {
            200..300 if is_session => "****".to_owned(),
            _ => redactor.body(&incoming.body),
        };
        watch.end(|exchange| Exchange {
            status: received.as_ref().ok().map(|incoming| incoming.status),
            response_body: received.as_ref().map(response_body).unwrap_or_default(),
            duration,
            error: received.as_ref().err().map(|error| describe(error)),
            ..exchange
        });
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

fn failure(outgoing: &Outgoing, source: reqwest::Error) -> Error {
    let operation = outgoing.operation;
    let nothing_sent = is_unsent(&source);
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
