//! Waiting for what iiko only accepts at first: a command, an order on its way to the till.
//!
//! Who has webhooks hears of it sooner and with fewer calls; this is for who has none, and for the event that was lost.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use iiko_types::{
    endpoint::Endpoint,
    ids::{CorrelationId, Guid, OrganizationId},
    operations::{DeliveriesById, OrderById, ReserveStatusById},
    schemas::{
        CreationStatus, ErrorCommandStatus, GetCommandStatusRequest, GetCommandStatusResponse,
        GetTableOrdersByIdRequest, OrderIds, OrderInfo, OrdersByIdRequest, ReserveInfo,
        ReservesByIdRequest, TableOrderInfo,
    },
};

use crate::{client::Client, clock::Clock, error::Error};

/// How long to wait, and how often to ask meanwhile. By the client's clock, but for the single question: its time runs by
/// the machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Before the first question; each further pause is twice as long.
    pub first_pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
    /// Altogether, the questions included: none takes longer than what is left. iiko itself gives up on an order after `transportToFrontTimeout`, 8 s where nothing is said.
    pub deadline: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(5),
            deadline: Duration::from_secs(60),
        }
    }
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandEnd {
    /// iiko did it, or says so: what an order has become is seen by reading it.
    Success,
    /// It did not.
    Failed(Box<ErrorCommandStatus>),
    /// iiko does not know it: it keeps commands for a while only, or it never was one.
    Unknown,
    /// The deadline came first. It may still happen.
    Unfinished,
}

/// What has become of an order that was to be created.
#[derive(Clone, Debug, PartialEq)]
pub enum Creation<O> {
    /// It is saved on the till. Its own life begins here: `order.status`.
    Saved(Box<O>),
    /// It failed, `error_info` says why. Where that is a timeout the till may have it all the same, above all where there
    /// is a `pos_id`: look again before a new one is sent.
    Failed(Box<O>),
    /// The deadline came first; with what iiko knew last, if anything. It may still happen.
    Unfinished(Option<Box<O>>),
}

/// The pauses of one wait, and what was last wrong.
struct Pauses<'a> {
    clock: &'a Clock,
    next: Duration,
    longest: Duration,
    /// The last question comes here at the latest, so that it has time for its answer.
    last: DateTime<Utc>,
    end: DateTime<Utc>,
    /// Whether anything came, an answer or an error.
    heard: bool,
    error: Option<Error>,
}

/// How much of the deadline is kept for the last question: this part of it, and no more than this long.
const PART_OF_LAST_QUESTION: u32 = 4;
const TIME_OF_LAST_QUESTION: Duration = Duration::from_secs(2);

impl Client {
    /// Asks `commands/status` until the command has ended.
    ///
    /// # Errors
    ///
    /// See [`Error`]. One that passes by itself is waited out like the command; at the deadline it is told. Silence is
    /// told only where nothing else was heard.
    pub async fn wait_for_command(
        &self,
        organization_id: OrganizationId,
        correlation_id: CorrelationId,
        patience: Patience,
    ) -> Result<CommandEnd, Error> {
        let request = GetCommandStatusRequest::new(organization_id, correlation_id);
        let mut pauses = Pauses::begin(self.clock(), patience);
        while let Some(left) = pauses.pause().await {
            let answer = self.within(left).commands_status(&request).await;
            if answer.as_ref().is_err_and(is_unknown_command) {
                return Ok(CommandEnd::Unknown);
            }
            match pauses.note(answer)? {
                Some(GetCommandStatusResponse::Success(_)) => return Ok(CommandEnd::Success),
                Some(GetCommandStatusResponse::Error(error)) => {
                    return Ok(CommandEnd::Failed(error));
                }
                Some(
                    GetCommandStatusResponse::InProgress(_) | GetCommandStatusResponse::Other(_),
                )
                | None => {}
            }
        }
        pauses.end(CommandEnd::Unfinished)
    }

    /// Asks `deliveries/by_id` until the delivery order is created or has failed to be.
    ///
    /// # Errors
    ///
    /// See [`Error`]. One that passes by itself is waited out like the order; at the deadline it is told. Silence is
    /// told only where nothing else was heard.
    pub async fn wait_for_delivery(
        &self,
        organization_id: OrganizationId,
        order_id: Guid,
        patience: Patience,
    ) -> Result<Creation<OrderInfo>, Error> {
        let mut request = OrdersByIdRequest::new(organization_id);
        request.orders = Some(OrderIds::Ids(vec![order_id]));
        self.wait_for_order::<DeliveriesById, _>(&request, patience, |answer| {
            find(answer.orders, |order| order.id == order_id)
        })
        .await
    }

    /// Asks `order/by_id` until the table order is created or has failed to be.
    ///
    /// # Errors
    ///
    /// See [`Error`]. One that passes by itself is waited out like the order; at the deadline it is told. Silence is
    /// told only where nothing else was heard.
    pub async fn wait_for_table_order(
        &self,
        organization_id: OrganizationId,
        order_id: Guid,
        patience: Patience,
    ) -> Result<Creation<TableOrderInfo>, Error> {
        let mut request = GetTableOrdersByIdRequest::new(vec![organization_id]);
        request.orders = Some(OrderIds::Ids(vec![order_id]));
        self.wait_for_order::<OrderById, _>(&request, patience, |answer| {
            find(answer.orders, |order| order.id == order_id)
        })
        .await
    }

    /// Waits until a reserve or banquet is saved at the till or has failed, by `POST /api/1/reserve/status_by_id`.
    ///
    /// # Errors
    ///
    /// As [`wait_for_delivery`](Self::wait_for_delivery).
    pub async fn wait_for_reserve(
        &self,
        organization_id: OrganizationId,
        reserve_id: Guid,
        patience: Patience,
    ) -> Result<Creation<ReserveInfo>, Error> {
        let request = ReservesByIdRequest::new(organization_id, vec![reserve_id]);
        self.wait_for_order::<ReserveStatusById, _>(&request, patience, |answer| {
            find(answer.reserves, |reserve| reserve.id == reserve_id)
        })
        .await
    }

    async fn wait_for_order<E: Endpoint, O: Created>(
        &self,
        request: &E::Request,
        patience: Patience,
        find: impl Fn(E::Response) -> Option<O> + Send,
    ) -> Result<Creation<O>, Error> {
        let mut pauses = Pauses::begin(self.clock(), patience);
        let mut last = None;
        while let Some(left) = pauses.pause().await {
            let answer = self.within(left).send::<E>(request).await;
            // iiko knows an order a moment later than it has accepted it.
            let Some(order) = pauses.note(answer)?.and_then(&find) else {
                continue;
            };
            match order.creation_status() {
                Some(CreationStatus::Success) => return Ok(Creation::Saved(Box::new(order))),
                Some(CreationStatus::Error) => return Ok(Creation::Failed(Box::new(order))),
                Some(CreationStatus::InProgress | CreationStatus::Other(_)) | None => {
                    last = Some(Box::new(order));
                }
            }
        }
        pauses.end(Creation::Unfinished(last))
    }
}

impl<'a> Pauses<'a> {
    fn begin(clock: &'a Clock, patience: Patience) -> Self {
        let now = clock.now();
        let after = |duration| {
            TimeDelta::from_std(duration)
                .ok()
                .and_then(|duration| now.checked_add_signed(duration))
                .unwrap_or(DateTime::<Utc>::MAX_UTC)
        };
        let kept = (patience.deadline / PART_OF_LAST_QUESTION).min(TIME_OF_LAST_QUESTION);
        Self {
            clock,
            next: patience.first_pause,
            longest: patience.longest_pause,
            last: after(patience.deadline - kept),
            end: after(patience.deadline),
            heard: false,
            error: None,
        }
    }

    /// The answer; `None` for an error that passes by itself.
    fn note<T>(&mut self, answer: Result<T, Error>) -> Result<Option<T>, Error> {
        match answer {
            Ok(answer) => {
                self.heard = true;
                self.error = None;
                Ok(Some(answer))
            }
            // Silence, or no turn before the deadline of the wait: that tells less than what was heard before.
            Err(Error::Timeout { .. }) if self.heard => Ok(None),
            Err(error) if error.is_transient() => {
                self.heard = true;
                self.error = Some(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// At the deadline: what is to be told, unless the last thing heard was an error.
    fn end<T>(self, unfinished: T) -> Result<T, Error> {
        self.error.map_or(Ok(unfinished), Err)
    }

    /// Waits before the next question; gives how long that may take. `None` where there is none any more.
    async fn pause(&mut self) -> Option<Duration> {
        let left = (self.last - self.clock.now()).to_std().ok()?;
        if left.is_zero() {
            return None;
        }
        self.clock.sleep(self.next.min(left)).await;
        self.next = self.next.saturating_mul(2).min(self.longest);
        let left = (self.end - self.clock.now()).to_std().ok()?;
        (!left.is_zero()).then_some(left)
    }
}

/// An order with the status of its creation.
trait Created: Send {
    fn creation_status(&self) -> Option<&CreationStatus>;
}

impl Created for OrderInfo {
    fn creation_status(&self) -> Option<&CreationStatus> {
        self.creation_status.as_ref()
    }
}

impl Created for TableOrderInfo {
    fn creation_status(&self) -> Option<&CreationStatus> {
        self.creation_status.as_ref()
    }
}

impl Created for ReserveInfo {
    fn creation_status(&self) -> Option<&CreationStatus> {
        self.creation_status.as_ref()
    }
}

fn find<O>(orders: Option<Vec<O>>, is_it: impl Fn(&O) -> bool) -> Option<O> {
    orders.unwrap_or_default().into_iter().find(is_it)
}

/// 410 says the contract; a code was seen, and in its place bare words, which iiko says of nothing else.
fn is_unknown_command(error: &Error) -> bool {
    const WORDS: &str = "command not found in commands storage";
    match error {
        Error::Refused {
            status,
            code,
            description,
            ..
        } => {
            *status == 410
                || code.as_deref() == Some("PASSED_COMMAND_NOT_FOUND")
                || description.to_lowercase().contains(WORDS)
        }
        Error::Config { .. }
        | Error::Encode { .. }
        | Error::Unauthorized { .. }
        | Error::Transport { .. }
        | Error::Timeout { .. }
        | Error::Paused { .. }
        | Error::Torn { .. }
        | Error::Decode { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pauses_grow_to_a_limit_and_leave_time_for_the_last_question() {
        let start = "2026-11-22T20:00:00Z".parse().unwrap();
        let clock = Clock::manual(start);
        let patience = Patience {
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(4),
            deadline: Duration::from_secs(14),
        };
        let mut pauses = Pauses::begin(&clock, patience);
        let mut asked_at = vec![];
        loop {
            let pause = pauses.pause();
            tokio::pin!(pause);
            let left = loop {
                match futures::poll!(&mut pause) {
                    std::task::Poll::Ready(left) => break left,
                    std::task::Poll::Pending => clock.advance(Duration::from_secs(1)),
                }
            };
            let Some(left) = left else {
                break;
            };
            asked_at.push(((clock.now() - start).num_seconds(), left.as_secs()));
        }
        assert_eq!(asked_at, [(1, 13), (3, 11), (7, 7), (11, 3), (12, 2)]);
    }
}
