//! The client: one call from its request to its answer, repeats and the token's renewal between them.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use iiko_types::endpoint::Endpoint;
use secrecy::SecretString;
use serde::{Serialize, de::IgnoredAny};

use crate::{
    answer::Answer,
    base_url::BaseUrl,
    builder::ClientBuilder,
    credentials::Credentials,
    error::Error,
    login,
    redact::Redactor,
    retry::{self, Decision, Policy},
    token::{StoredToken, TokenCell, TokenStore},
    transport::{Incoming, Outgoing, Transport},
    verdict::{self, Question},
};

/// A client of the iiko Cloud API for one set of credentials.
///
/// A clone is cheap and shares connections and token. Every call may be dropped at any time.
#[derive(Clone)]
pub struct Client {
    parts: Arc<Parts>,
    /// Of this clone alone: how long one call may take, waiting and repeats included.
    deadline: Option<Duration>,
}

pub(crate) struct Parts {
    pub(crate) base_url: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) fingerprint: String,
    pub(crate) redactor: Redactor,
    pub(crate) transport: Transport,
    pub(crate) token_store: Option<Arc<dyn TokenStore>>,
    pub(crate) token: TokenCell,
    pub(crate) timeouts: Timeouts,
    pub(crate) policy: Policy,
}

/// How long one attempt may take.
pub(crate) struct Timeouts {
    pub(crate) usual: Duration,
    pub(crate) menu: Duration,
}

/// The group of nomenclature, external menus and combos: the answers that take longest.
const MENU_GROUP: &str = "Data: menu";

/// When a call has to be over, and what to say then.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    start: Instant,
    allowed: Option<Duration>,
}

impl Client {
    /// Begins to build a client. `base_url` is taken with or without `/api/1/` and a slash at the end.
    pub fn builder(base_url: &str, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(base_url, credentials)
    }

    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            deadline: None,
        }
    }

    /// A clone whose calls take no longer than this, login, pauses and repeats included.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self {
            parts: Arc::clone(&self.parts),
            deadline: Some(deadline),
        }
    }

    /// The key under which a [`TokenStore`] keeps this client's token: [`Credentials::fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.parts.fingerprint
    }

    /// Sends a request and reads the answer as its type.
    ///
    /// # Errors
    ///
    /// See [`Error`]. What may be repeated has been.
    pub async fn send<E: Endpoint>(&self, request: &E::Request) -> Result<E::Response, Error> {
        let incoming = self.call::<E>(request).await?;
        // An operation without an answer has `NoBody` for it, which is read from anything but no byte at all.
        let body: &[u8] = if size_of::<E::Response>() == 0 {
            b"null"
        } else {
            &incoming.body
        };
        serde_json::from_slice(body).map_err(|source| {
            let raw = self.parts.redactor.body(&incoming.body);
            let (operation, status, correlation_id) =
                (E::NAME, incoming.status, incoming.correlation_id);
            // The types read their parts as raw text, so their error does not tell a torn body from an odd one.
            match serde_json::from_slice::<IgnoredAny>(&incoming.body) {
                Ok(IgnoredAny) => Error::Decode {
                    operation,
                    problem: self.parts.redactor.text(&source.to_string()),
                    correlation_id,
                    raw,
                },
                Err(tear) => {
                    let problem = format!("it is not JSON ({tear})");
                    Error::Torn {
                        operation,
                        status,
                        problem,
                        correlation_id,
                        raw,
                    }
                }
            }
        })
    }

    /// Sends a request and hands over the body as it came: an answer of success, JSON at both ends, not parsed.
    ///
    /// # Errors
    ///
    /// See [`Error`]. What may be repeated has been.
    pub async fn send_bytes<E: Endpoint>(&self, request: &E::Request) -> Result<Answer, Error> {
        let Incoming {
            body: bytes,
            correlation_id,
            ..
        } = self.call::<E>(request).await?;
        Ok(Answer {
            bytes,
            correlation_id,
        })
    }

    async fn call<E: Endpoint>(&self, request: &E::Request) -> Result<Incoming, Error> {
        let parts = &*self.parts;
        let operation = E::NAME;
        let body = encode(operation, request)?;
        let timeout = if E::RESTRICTION_GROUP == MENU_GROUP {
            parts.timeouts.menu
        } else {
            parts.timeouts.usual
        };
        let deadline = Deadline {
            start: Instant::now(),
            allowed: self.deadline,
        };

        let mut attempt = 0;
        let mut refused: Option<SecretString> = None;
        loop {
            let token = parts.token(refused.as_ref(), deadline).await?;
            attempt += 1;
            let redactor = parts.redactor.knowing(&token.token);
            let outgoing = Outgoing {
                operation,
                url: parts.base_url.join(E::PATH),
                body: body.clone(),
                token: Some(&token.token),
                timeout: deadline.bound(timeout, operation)?,
                redactor: &redactor,
                answer_is_secret: false,
            };
            let question = Question {
                operation,
                redactor: &redactor,
                renewed: refused.is_some(),
                answers_nothing: size_of::<E::Response>() == 0,
            };
            let lost = match parts.transport.exchange(outgoing).await {
                Ok(incoming) => match verdict::check(incoming, &question) {
                    Ok(incoming) => return Ok(incoming),
                    Err(lost) => lost,
                },
                Err(lost) => lost,
            };
            match retry::next(&parts.policy, E::EFFECT, lost.failure, attempt) {
                Decision::GiveUp => return Err(*lost.error),
                Decision::RenewToken => {
                    attempt -= 1;
                    refused = Some(token.token);
                }
                Decision::Repeat { after } => {
                    let pause = with_jitter(after);
                    if !deadline.has_left(pause) {
                        return Err(*lost.error);
                    }
                    tracing::debug!(operation, attempt, error = %lost.error, "repeating a call to iiko");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }
}

impl Parts {
    /// A token that is good now and is not the refused one.
    async fn token(
        &self,
        refused: Option<&SecretString>,
        deadline: Deadline,
    ) -> Result<StoredToken, Error> {
        let operation = login::OPERATION;
        let now = || self.transport.clock.now();
        let token = self
            .token
            .get(refused, now, || self.fetch_token(refused, deadline));
        match deadline.left() {
            None => token.await,
            Some(left) => tokio::time::timeout(left, token).await.unwrap_or_else(|_| {
                Err(Error::Timeout {
                    operation,
                    nothing_sent: false,
                    after: deadline.start.elapsed(),
                })
            }),
        }
    }

    async fn fetch_token(
        &self,
        refused: Option<&SecretString>,
        deadline: Deadline,
    ) -> Result<StoredToken, Error> {
        let Some(store) = &self.token_store else {
            return self.log_in(deadline).await;
        };
        if let Some(stored) = store.load(&self.fingerprint).await {
            let is_refused = refused.is_some_and(|refused| stored.is(refused));
            if stored.is_usable(self.transport.clock.now()) && !is_refused {
                return Ok(stored);
            }
            // Another replica's newer token stays; what iiko refused does not.
            if is_refused {
                store.forget(&self.fingerprint).await;
            }
        }
        let token = self.log_in(deadline).await?;
        store.save(&self.fingerprint, &token).await;
        Ok(token)
    }

    async fn log_in(&self, deadline: Deadline) -> Result<StoredToken, Error> {
        let (path, body) = login::request(&self.credentials)?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let outgoing = Outgoing {
                operation: login::OPERATION,
                url: self.base_url.join(path),
                body: body.clone(),
                token: None,
                timeout: deadline.bound(self.timeouts.usual, login::OPERATION)?,
                redactor: &self.redactor,
                answer_is_secret: true,
            };
            let now = self.transport.clock.now();
            let lost = match self.transport.exchange(outgoing).await {
                Ok(incoming) => match login::read_answer(incoming, &self.redactor) {
                    // The time before the exchange: a token must not seem to live longer than it does.
                    Ok(token) => return Ok(StoredToken::fetched(token, now)),
                    Err(lost) => lost,
                },
                Err(lost) => lost,
            };
            match retry::next(&self.policy, login::EFFECT, lost.failure, attempt) {
                // No token was sent, so none can be renewed.
                Decision::GiveUp | Decision::RenewToken => return Err(*lost.error),
                Decision::Repeat { after } => {
                    let pause = with_jitter(after);
                    if !deadline.has_left(pause) {
                        return Err(*lost.error);
                    }
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.parts.base_url)
            .field("credentials", &self.parts.credentials)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Deadline {
    fn left(self) -> Option<Duration> {
        self.allowed
            .map(|allowed| allowed.saturating_sub(self.start.elapsed()))
    }

    fn has_left(self, pause: Duration) -> bool {
        self.left().is_none_or(|left| left > pause)
    }

    /// The timeout of an attempt that begins now.
    fn bound(self, timeout: Duration, operation: &'static str) -> Result<Duration, Error> {
        match self.left() {
            None => Ok(timeout),
            Some(left) if left.is_zero() => Err(Error::Timeout {
                operation,
                nothing_sent: true,
                after: self.start.elapsed(),
            }),
            Some(left) => Ok(timeout.min(left)),
        }
    }
}

/// The body of a request.
pub(crate) fn encode<T: Serialize>(operation: &'static str, request: &T) -> Result<Bytes, Error> {
    let body = serde_json::to_vec(request).map_err(|source| Error::Encode {
        operation,
        source: Arc::new(source),
    })?;
    Ok(Bytes::from(body))
}

/// Up to half as much again, so that callers who failed together do not come back together.
fn with_jitter(pause: Duration) -> Duration {
    pause.mul_f64(1.0 + rand::random::<f64>() / 2.0)
}
