//! One call from its request to its answer: its turn, its token, the exchange, the verdict, the repeat.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use iiko_types::{
    endpoint::{Effect, Endpoint},
    operations::OperationInfo,
};
use secrecy::SecretString;
use serde::Serialize;

use crate::{
    base_url::BaseUrl,
    budget::{Denied, Limits, RateBudget, Seat},
    credentials::Credentials,
    error::Error,
    login,
    metrics::{Meter, MetricsObserver},
    redact::Redactor,
    retry::{self, Decision, Failure, Policy},
    token::{TokenCell, TokenStore},
    transport::{Incoming, Outgoing, Transport},
    verdict::{self, Question},
};

/// What all clones of a client share.
pub(crate) struct Parts {
    pub(crate) base_url: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) fingerprint: String,
    pub(crate) redactor: Redactor,
    pub(crate) transport: Transport,
    pub(crate) token_store: Option<Arc<dyn TokenStore>>,
    pub(crate) token: TokenCell,
    pub(crate) budget: RateBudget,
    pub(crate) metrics: Option<Arc<dyn MetricsObserver>>,
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

/// An operation, as far as sending it goes. Without types, so that this code is compiled once and not for each of them.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) name: &'static str,
    pub(crate) path: &'a str,
    pub(crate) effect: Effect,
    pub(crate) restriction_group: &'static str,
    /// Whether an empty body is what a success looks like.
    pub(crate) answers_nothing: bool,
}

impl Operation<'_> {
    /// One of the two that need no token: they give one. What they answer is a secret.
    fn is_login(&self) -> bool {
        login::is_login(self.name)
    }
}

impl Operation<'static> {
    pub(crate) fn of<E: Endpoint>() -> Self {
        Self {
            // An operation without an answer has `NoBody` for it.
            answers_nothing: size_of::<E::Response>() == 0,
            ..Self::from(OperationInfo::of::<E>())
        }
    }
}

impl From<OperationInfo> for Operation<'static> {
    fn from(info: OperationInfo) -> Self {
        Self {
            name: info.name,
            path: info.path,
            effect: info.effect,
            restriction_group: info.restriction_group,
            answers_nothing: false,
        }
    }
}

/// When a call has to be over, and what to say then.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    start: Instant,
    allowed: Option<Duration>,
}

impl Parts {
    pub(crate) async fn call(
        &self,
        operation: Operation<'_>,
        body: Bytes,
        allowed: Option<Duration>,
    ) -> Result<Incoming, Error> {
        let deadline = Deadline {
            start: Instant::now(),
            allowed,
        };
        let mut meter = Meter::start(
            self.metrics.as_deref(),
            operation.name,
            operation.restriction_group,
            operation.effect,
        );
        let result = self.attempt(operation, body, deadline, &mut meter).await;
        meter.end(&result);
        result
    }

    async fn attempt(
        &self,
        operation: Operation<'_>,
        body: Bytes,
        deadline: Deadline,
        meter: &mut Meter<'_>,
    ) -> Result<Incoming, Error> {
        let Operation {
            name,
            restriction_group,
            ..
        } = operation;
        let timeout = if restriction_group == MENU_GROUP {
            self.timeouts.menu
        } else {
            self.timeouts.usual
        };
        let mut attempt = 0;
        let mut refused: Option<SecretString> = None;
        loop {
            meter.metrics.waited += self.turn(name, restriction_group, deadline).await?;
            let token = if operation.is_login() {
                None
            } else {
                let token = self.token(refused.as_ref(), deadline).await?;
                Some(token.token)
            };
            let seat = self.seat(name, restriction_group, deadline).await?;
            // Another call may have met a 429 while this one waited for its token and its seat. No await from here on
            // until it is sent.
            if self.budget.is_paused(restriction_group) {
                continue;
            }
            attempt += 1;
            let redactor = match &token {
                Some(token) => self.redactor.knowing(token),
                None => self.redactor.clone(),
            };
            let outgoing = Outgoing {
                operation: name,
                url: self.base_url.join(operation.path),
                body: body.clone(),
                token: token.as_ref(),
                timeout: deadline.bound(timeout, name)?,
                redactor: &redactor,
                // Whoever asks for a token by hand gets it, a log does not.
                answer_is_secret: operation.is_login(),
            };
            let question = Question {
                operation: name,
                redactor: &redactor,
                renewed: refused.is_some(),
                answers_nothing: operation.answers_nothing,
                is_login: operation.is_login(),
            };
            meter.metrics.attempts += 1;
            let lost = match self.transport.exchange(outgoing).await {
                Ok(incoming) => match verdict::check(incoming, &question) {
                    Ok(incoming) => {
                        self.budget.answered(restriction_group);
                        return Ok(incoming);
                    }
                    Err(lost) => lost,
                },
                Err(lost) => lost,
            };
            self.settle(restriction_group, lost.failure);
            // Given back when the pause is known: who takes it looks for one.
            drop(seat);
            match retry::next(&self.policy, operation.effect, lost.failure, attempt) {
                Decision::GiveUp => return Err(*lost.error),
                Decision::RenewToken => {
                    attempt -= 1;
                    refused = token;
                }
                Decision::Repeat(pause) => {
                    let pause = pause.with_chance(rand::random());
                    if !deadline.has_left(pause) {
                        return Err(*lost.error);
                    }
                    tracing::debug!(operation = name, attempt, error = %lost.error, "repeating a call to iiko");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// Waits for a turn in the rate budget; gives how long that took.
    pub(crate) async fn turn(
        &self,
        operation: &'static str,
        restriction_group: &'static str,
        deadline: Deadline,
    ) -> Result<Duration, Error> {
        let limits = || Limits {
            pause: self.policy.longest_pause,
            left: deadline.left(),
        };
        let turn = async {
            let of_operation = self.budget.take_operation(operation, limits()).await?;
            // What the first wait took is not there for the second.
            let of_group = self.budget.take(restriction_group, limits()).await?;
            Ok(of_operation + of_group)
        };
        turn.await
            .map_err(|denied| self.denied(operation, restriction_group, deadline, denied))
    }

    /// A seat among the calls of a group that are on their way.
    async fn seat(
        &self,
        operation: &'static str,
        restriction_group: &'static str,
        deadline: Deadline,
    ) -> Result<Seat, Error> {
        let seat = self.budget.sit(restriction_group, deadline.left()).await;
        seat.map_err(|denied| self.denied(operation, restriction_group, deadline, denied))
    }

    fn denied(
        &self,
        operation: &'static str,
        restriction_group: &'static str,
        deadline: Deadline,
        denied: Denied,
    ) -> Error {
        match denied {
            Denied::Paused { remaining } => Error::Paused {
                operation,
                restriction_group,
                remaining,
            },
            Denied::TooLate => Error::Timeout {
                operation,
                nothing_sent: true,
                after: deadline.elapsed(),
            },
        }
    }

    /// Tells the budget what a failed exchange means for those to come.
    pub(crate) fn settle(&self, restriction_group: &'static str, failure: Failure) {
        match failure {
            Failure::Refused {
                status: 429,
                retry_after,
            } => self.budget.pause(restriction_group, retry_after),
            Failure::Refused { .. } | Failure::TokenRefused { .. } => {
                self.budget.answered(restriction_group);
            }
            Failure::NothingSent | Failure::AnswerLost | Failure::NotJson => {}
        }
    }
}

impl Deadline {
    pub(crate) fn elapsed(self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) fn left(self) -> Option<Duration> {
        self.allowed
            .map(|allowed| allowed.saturating_sub(self.start.elapsed()))
    }

    pub(crate) fn has_left(self, pause: Duration) -> bool {
        self.left().is_none_or(|left| left > pause)
    }

    /// The timeout of an attempt that begins now.
    pub(crate) fn bound(
        self,
        timeout: Duration,
        operation: &'static str,
    ) -> Result<Duration, Error> {
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
