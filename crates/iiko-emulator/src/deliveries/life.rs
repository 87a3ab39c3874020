//! The life of a delivery: from `Unconfirmed` to `Closed`, or to `Cancelled` on the way.
//!
//! The kitchen and the courier only go forward, a step or several at a time, as at a till without a kitchen screen;
//! only a confirmation can be taken back. The dishes have statuses of their own and follow: added with the order, printed
//! in the kitchen before somebody begins to cook, then as far as their order is.

use std::time::Duration;

use iiko_types::{
    ids::Guid,
    schemas::{DeliveryStatus, ErrorCode, OrderItemStatus, OrderServiceType, RetrievedOrder},
    time::LocalTime,
};

use super::Delivery;
use crate::{
    creation::{Change, Kind},
    failure::Failure,
    schedule::{Pace, Step},
    world::World,
};

impl Delivery {
    pub(crate) fn is_for_courier(&self) -> bool {
        let kind = self
            .order
            .as_ref()
            .and_then(|order| order.order_type.as_ref());
        kind.and_then(|kind| kind.order_service_type.as_ref())
            == Some(&OrderServiceType::DeliveryByCourier)
    }

    /// It is to be cooked, and the kitchen has not heard of it.
    fn waits_for_print(&self) -> bool {
        let is_confirmed = self.status() == Some(&DeliveryStatus::WaitCooking);
        let order = self.order.as_ref();
        is_confirmed && order.is_some_and(|order| order.when_printed.is_none())
    }

    /// Whether somebody at the till can take it from its status to `to`.
    pub(crate) fn can_move_to(&self, to: &DeliveryStatus) -> Result<(), Failure> {
        let Some(from) = self.status() else {
            return Err(Failure::order_not_found(self.head.id));
        };
        let wrong = || {
            Failure::new(
                ErrorCode::WrongDeliveryStatus,
                format!("Delivery cannot be moved from status {from} to {to}."),
            )
        };
        let (Some(here), Some(there)) = (place(from), place(to)) else {
            return match to {
                DeliveryStatus::Cancelled if !self.is_finished() => Ok(()),
                _ => Err(wrong()),
            };
        };
        let is_confirmed = here > 0 || there <= 1;
        let fits_kind = self.is_for_courier()
            || !matches!(to, DeliveryStatus::OnWay | DeliveryStatus::Delivered);
        let back_to_unconfirmed = here == 1 && there == 0;
        let is_possible = match to {
            DeliveryStatus::Delivered => *from == DeliveryStatus::OnWay,
            DeliveryStatus::Closed if self.is_for_courier() => {
                matches!(from, DeliveryStatus::OnWay | DeliveryStatus::Delivered)
            }
            _ => there > here || back_to_unconfirmed,
        };
        if self.is_finished() || !is_confirmed || !fits_kind || !is_possible {
            return Err(wrong());
        }
        match to {
            DeliveryStatus::Closed if !self.head.cheque.is_paid() => Err(Failure::new(
                ErrorCode::PaymentSumNotEnough,
                "Payment sum is not enough to close the order.",
            )),
            _ => Ok(()),
        }
    }

    /// What comes next if everything goes well.
    pub(crate) fn next_status(&self) -> Option<DeliveryStatus> {
        Some(match self.status()? {
            DeliveryStatus::Unconfirmed => DeliveryStatus::WaitCooking,
            DeliveryStatus::WaitCooking | DeliveryStatus::ReadyForCooking => {
                DeliveryStatus::CookingStarted
            }
            DeliveryStatus::CookingStarted => DeliveryStatus::CookingCompleted,
            DeliveryStatus::CookingCompleted => DeliveryStatus::Waiting,
            DeliveryStatus::Waiting if self.is_for_courier() => DeliveryStatus::OnWay,
            DeliveryStatus::OnWay => DeliveryStatus::Delivered,
            DeliveryStatus::Waiting | DeliveryStatus::Delivered => DeliveryStatus::Closed,
            DeliveryStatus::Closed | DeliveryStatus::Cancelled | DeliveryStatus::Other(_) => {
                return None;
            }
        })
    }
}

fn set_once(when: &mut Option<LocalTime>, now: LocalTime) {
    when.get_or_insert(now);
}

/// How far the dishes of a delivery are at least, once it has this status.
fn dishes_are(status: &DeliveryStatus) -> Option<OrderItemStatus> {
    match status {
        DeliveryStatus::CookingStarted => Some(OrderItemStatus::CookingStarted),
        DeliveryStatus::CookingCompleted | DeliveryStatus::Waiting => {
            Some(OrderItemStatus::CookingCompleted)
        }
        DeliveryStatus::OnWay | DeliveryStatus::Delivered | DeliveryStatus::Closed => {
            Some(OrderItemStatus::Served)
        }
        DeliveryStatus::Unconfirmed
        | DeliveryStatus::WaitCooking
        | DeliveryStatus::ReadyForCooking
        | DeliveryStatus::Cancelled
        | DeliveryStatus::Other(_) => None,
    }
}

/// How far along the way a status is; `Cancelled` is beside it.
fn place(status: &DeliveryStatus) -> Option<usize> {
    let way = [
        DeliveryStatus::Unconfirmed,
        DeliveryStatus::WaitCooking,
        DeliveryStatus::ReadyForCooking,
        DeliveryStatus::CookingStarted,
        DeliveryStatus::CookingCompleted,
        DeliveryStatus::Waiting,
        DeliveryStatus::OnWay,
        DeliveryStatus::Delivered,
        DeliveryStatus::Closed,
    ];
    way.iter().position(|it| it == status)
}

/// How long a delivery stays in a status, in a restaurant. It waits for its print as long as for the cook.
fn stay(status: &DeliveryStatus) -> Duration {
    Duration::from_secs(match status {
        DeliveryStatus::Unconfirmed | DeliveryStatus::Waiting => 60,
        DeliveryStatus::WaitCooking | DeliveryStatus::ReadyForCooking => 60,
        DeliveryStatus::CookingStarted => 720,
        DeliveryStatus::CookingCompleted => 120,
        DeliveryStatus::OnWay => 900,
        DeliveryStatus::Delivered => 120,
        DeliveryStatus::Closed | DeliveryStatus::Cancelled | DeliveryStatus::Other(_) => 0,
    })
}

impl World {
    /// Takes a delivery to a status, if it can go there, with all that comes with it.
    pub(crate) fn move_delivery(&mut self, id: Guid, to: &DeliveryStatus) -> Result<(), Failure> {
        self.move_delivery_noting(id, to, |_, _| {})
    }

    /// The same, and writes into the order what somebody said of it. A delivery that cannot go there stays as it is.
    pub(crate) fn move_delivery_noting(
        &mut self,
        id: Guid,
        to: &DeliveryStatus,
        note: impl FnOnce(&mut RetrievedOrder, LocalTime),
    ) -> Result<(), Failure> {
        let delivery = self.deliveries.known.get(&id);
        let delivery = delivery.ok_or_else(|| Failure::order_not_found(id))?;
        delivery.can_move_to(to)?;
        let organization = self.organization(delivery.head.organization_id);
        let pays_first = organization.is_some_and(|it| it.rules.paid_before_courier);
        if *to == DeliveryStatus::OnWay && pays_first && !delivery.head.cheque.is_paid() {
            return Err(Failure::new(
                ErrorCode::PaymentSumNotEnough,
                "Current settings require the delivery to be paid before sending.",
            ));
        }
        if *to == DeliveryStatus::Closed {
            self.loyalty.require_money(&delivery.head.cheque.bonuses)?;
        }
        let now = self.local_now(delivery.head.organization_id, delivery.terminal_group_id);
        if matches!(
            to,
            DeliveryStatus::ReadyForCooking | DeliveryStatus::CookingStarted
        ) {
            self.print_delivery(id);
        }
        let mut change = Change {
            status: true,
            item_statuses: Vec::new(),
        };
        if let Some(delivery) = self.deliveries.known.get_mut(&id)
            && let Some(order) = &mut delivery.order
        {
            note(order, now);
            order.status = Some(to.clone());
            match to {
                DeliveryStatus::Unconfirmed => order.when_confirmed = None,
                DeliveryStatus::WaitCooking => order.when_confirmed = Some(now),
                DeliveryStatus::CookingStarted => set_once(&mut order.when_printed, now),
                DeliveryStatus::CookingCompleted => {
                    set_once(&mut order.when_cooking_completed, now);
                }
                DeliveryStatus::Waiting => set_once(&mut order.when_packed, now),
                DeliveryStatus::OnWay => set_once(&mut order.when_sended, now),
                DeliveryStatus::Delivered => set_once(&mut order.when_delivered, now),
                DeliveryStatus::Closed => {
                    order.when_closed = Some(now);
                    delivery.head.cheque.is_settled = true;
                }
                DeliveryStatus::ReadyForCooking
                | DeliveryStatus::Cancelled
                | DeliveryStatus::Other(_) => {}
            }
            if let Some(status) = dishes_are(to) {
                change.item_statuses = delivery.head.cheque.reach(&status, now);
            }
        }
        if *to == DeliveryStatus::Closed
            && let Some(delivery) = self.deliveries.known.get(&id)
        {
            let (organization_id, cheque) =
                (delivery.head.organization_id, delivery.head.cheque.clone());
            self.settle_with_loyalty(organization_id, id, &cheque, true);
        }
        self.changed::<Delivery>(id, &change);
        self.let_delivery_live(id);
        Ok(())
    }

    /// The kitchen gets the dishes that it does not know yet.
    fn print_delivery(&mut self, id: Guid) {
        let Some(delivery) = self.deliveries.known.get(&id) else {
            return;
        };
        let now = self.local_now(delivery.head.organization_id, delivery.terminal_group_id);
        let mut change = Change::default();
        if let Some(delivery) = self.deliveries.known.get_mut(&id)
            && let Some(order) = &mut delivery.order
        {
            set_once(&mut order.when_printed, now);
            let printed = OrderItemStatus::PrintedNotCooking;
            change.item_statuses = delivery.head.cheque.reach(&printed, now);
        }
        if !change.item_statuses.is_empty() {
            self.changed::<Delivery>(id, &change);
        }
    }

    /// Lets a delivery go on by itself, where deliveries do.
    pub(crate) fn let_delivery_live(&mut self, id: Guid) {
        let step = Step::Delivery(id);
        self.schedule.forget(&step);
        if let Pace::Auto { .. } = self.schedule.pace
            && let Some(delivery) = self.deliveries.known.get(&id)
            && delivery.next_status().is_some()
            && let Some(status) = delivery.status()
        {
            self.later(stay(status), step);
        }
    }

    /// The till takes a delivery one status further; who has not paid yet pays now, in cash.
    pub(crate) fn advance_delivery(&mut self, id: Guid) -> Result<(), Failure> {
        let delivery = self.deliveries.known.get(&id);
        let delivery = delivery.ok_or_else(|| Failure::order_not_found(id))?;
        let Some(next) = delivery.next_status() else {
            return Err(Failure::new(
                ErrorCode::WrongDeliveryStatus,
                "Delivery has no next status.",
            ));
        };
        if next == DeliveryStatus::Closed {
            self.pay_the_rest::<Delivery>(id);
        }
        self.move_delivery(id, &next)
    }

    /// A delivery goes on by itself. Before somebody cooks it the kitchen gets it.
    pub(crate) fn live_delivery(&mut self, id: Guid) {
        let delivery = self.deliveries.known.get(&id);
        if delivery.is_some_and(Delivery::waits_for_print) {
            self.print_delivery(id);
            return self.let_delivery_live(id);
        }
        if let Err(failure) = self.advance_delivery(id) {
            tracing::debug!(%id, failure = failure.message, "a delivery stays where it is");
        }
    }
}
