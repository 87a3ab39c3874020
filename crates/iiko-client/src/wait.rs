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
        GetTableOrdersByIdRequest, OrderInfo, OrdersByIdRequest, ReserveInfo, ReservesByIdRequest,
        TableOrderInfo,
    },
};

use crate::{client::Client, clock::Clock, error::Error};

/// How long to wait, and how often to ask meanwhile. By the client's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Before the first question; each further pause is twice as long.
    pub first_pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
    /// Altogether. iiko itself gives up on an order after `transportToFrontTimeout`, 8 s where nothing is said.
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
    end: DateTime<Utc>,
    error: Option<Error>,
}

impl Client {
    /// Asks `commands/status` until the command has ended.
    ///
    /// # Errors
    ///
    /// See [`Error`]. One that passes by itself is waited out like the command; at the deadline it is told.
    pub async fn wait_for_command(
        &self,
        organization_id: OrganizationId,
        correlation_id: CorrelationId,
        patience: Patience,
    ) -> Result<CommandEnd, Error> {
        let request = GetCommandStatusRequest::new(organization_id, correlation_id);
        let mut pauses = Pauses::begin(self.clock(), patience);
        while pauses.pause().await {
            let answer = self.commands_status(&request).await;
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
    /// See [`Error`]. One that passes by itself is waited out like the order; at the deadline it is told.
    pub async fn wait_for_delivery(
        &self,
        organization_id: OrganizationId,
        order_id: Guid,
        patience: Patience,
    ) -> Result<Creation<OrderInfo>, Error> {
        let mut request = OrdersByIdRequest::new(organization_id);
        request.order_ids = Some(vec![order_id]);
        self.wait_for_order::<DeliveriesById, _>(&request, patience, |answer| {
            find(answer.orders, |order| order.id == order_id)
        })
        .await
    }

    /// Asks `order/by_id` until the table order is created or has failed to be.
    ///
    /// # Errors
    ///
    /// See [`Error`]. One that passes by itself is waited out like the order; at the deadline it is told.
    pub async fn wait_for_table_order(
        &self,
        organization_id: OrganizationId,
        order_id: Guid,
        patience: Patience,
    ) -> Result<Creation<TableOrderInfo>, Error> {
        let mut request = GetTableOrdersByIdRequest::new(vec![organization_id]);
        request.order_ids = Some(vec![order_id]);
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
        while pauses.pause().await {
            let answer = self.send::<E>(request).await;
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
        let allowed = TimeDelta::from_std(patience.deadline).unwrap_or(TimeDelta::MAX);
        Self {
            clock,
            next: patience.first_pause,
            longest: patience.longest_pause,
            end: clock
                .now()
                .checked_add_signed(allowed)
                .unwrap_or(DateTime::<Utc>::MAX_UTC),
            error: None,
        }
    }

    /// The answer; `None` for an error that passes by itself.
    fn note<T>(&mut self, answer: Result<T, Error>) -> Result<Option<T>, Error> {
        match answer {
            Ok(answer) => {
                self.error = None;
                Ok(Some(answer))
            }
            Err(error) if error.is_transient() => {
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

    /// Waits before the next question; `false` where there is none any more. The last one comes at the deadline.
    async fn pause(&mut self) -> bool {
        let Ok(left) = (self.end - self.clock.now()).to_std() else {
            return false;
        };
        if left.is_zero() {
            return false;
        }
        self.clock.sleep(self.next.min(left)).await;
        self.next = self.next.saturating_mul(2).min(self.longest);
        true
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

/// 410 says the contract, a code of 400 was seen.
fn is_unknown_command(error: &Error) -> bool {
    error.status() == Some(410) || error.code() == Some("PASSED_COMMAND_NOT_FOUND")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pauses_grow_to_a_limit_and_end_at_the_deadline() {
        let start = "2026-11-22T20:00:00Z".parse().unwrap();
        let clock = Clock::manual(start);
        let patience = Patience {
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(4),
            deadline: Duration::from_secs(13),
        };
        let mut pauses = Pauses::begin(&clock, patience);
        let mut asked_at = vec![];
        loop {
            let pause = pauses.pause();
            tokio::pin!(pause);
            let more = loop {
                match futures::poll!(&mut pause) {
                    std::task::Poll::Ready(more) => break more,
                    std::task::Poll::Pending => clock.advance(Duration::from_secs(1)),
                }
            };
            if !more {
                break;
            }
            asked_at.push((clock.now() - start).num_seconds());
        }
        assert_eq!(asked_at, [1, 3, 7, 11, 13]);
    }
}
