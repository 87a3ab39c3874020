//! The life of an order at a table: its dishes are printed, cooked and served, then the guests ask for the bill and leave.

use std::time::Duration;

use iiko_types::{
    ids::Guid,
    schemas::{ErrorCode, OrderItemStatus, RetrievedOrderStatus},
};

use super::TableOrderState;
use crate::{
    creation::{Change, Kind},
    failure::Failure,
    schedule::{Pace, Step},
    world::World,
};

/// What comes next if everything goes well.
enum Next {
    Dishes(OrderItemStatus),
    Order(RetrievedOrderStatus),
}

impl Next {
    /// How long it takes until then, in a restaurant.
    fn takes(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Dishes(OrderItemStatus::CookingCompleted) => 720,
            Self::Dishes(_) => 60,
            Self::Order(_) => 900,
        })
    }
}

impl TableOrderState {
    fn next(&self) -> Option<Next> {
        Some(match self.status()? {
            RetrievedOrderStatus::New => match self.head.cheque.slowest() {
                Some(OrderItemStatus::Added) => Next::Dishes(OrderItemStatus::PrintedNotCooking),
                Some(OrderItemStatus::PrintedNotCooking) => {
                    Next::Dishes(OrderItemStatus::CookingStarted)
                }
                Some(OrderItemStatus::CookingStarted) => {
                    Next::Dishes(OrderItemStatus::CookingCompleted)
                }
                Some(OrderItemStatus::CookingCompleted) => Next::Dishes(OrderItemStatus::Served),
                Some(OrderItemStatus::Served | OrderItemStatus::Other(_)) | None => {
                    Next::Order(RetrievedOrderStatus::Bill)
                }
            },
            RetrievedOrderStatus::Bill => Next::Order(RetrievedOrderStatus::Closed),
            RetrievedOrderStatus::Closed
            | RetrievedOrderStatus::Deleted
            | RetrievedOrderStatus::Other(_) => return None,
        })
    }
}

impl World {
    /// The kitchen is as far as `status` now with all dishes that were behind.
    pub(crate) fn cook_table_order(
        &mut self,
        id: Guid,
        status: &OrderItemStatus,
    ) -> Result<(), Failure> {
        let found = self.table_orders.known.get(&id);
        let found = found.filter(|it| it.order.is_some() && !it.is_finished());
        let found = found.ok_or_else(|| Failure::order_not_found(id))?;
        let now = self.local_now(found.head.organization_id, Some(found.terminal_group_id));
        let Some(state) = self.table_orders.known.get_mut(&id) else {
            return Err(Failure::order_not_found(id));
        };
        let item_statuses = state.head.cheque.reach(status, now);
        if item_statuses.is_empty() {
            return Err(Failure::new(
                ErrorCode::OrderStatusChangedInIikoFront,
                format!("No dish of the order is before {status}."),
            ));
        }
        let change = Change {
            status: false,
            item_statuses,
        };
        self.changed::<TableOrderState>(id, &change);
        self.let_table_order_live(id);
        Ok(())
    }

    /// The kitchen gets the dishes that it does not know yet. That there may be none is no failure of what brought them.
    pub(crate) fn print_table_order(&mut self, id: Guid) {
        if let Err(failure) = self.cook_table_order(id, &OrderItemStatus::PrintedNotCooking) {
            tracing::debug!(%id, failure = failure.message, "nothing is printed");
        }
    }

    /// Lets an order go on by itself, where orders do.
    pub(crate) fn let_table_order_live(&mut self, id: Guid) {
        let step = Step::TableOrder(id);
        self.schedule.forget(&step);
        if let Pace::Auto { .. } = self.schedule.pace
            && let Some(order) = self.table_orders.known.get(&id)
            && let Some(next) = order.next()
        {
            self.later(next.takes(), step);
        }
    }

    /// What comes next happens; who has not paid by the end pays what is missing in cash.
    pub(crate) fn live_table_order(&mut self, id: Guid) {
        let state = self.table_orders.known.get(&id);
        let moved = match state.and_then(TableOrderState::next) {
            None => return,
            Some(Next::Dishes(status)) => self.cook_table_order(id, &status),
            Some(Next::Order(status)) => {
                if status == RetrievedOrderStatus::Closed {
                    self.pay_the_rest::<TableOrderState>(id);
                }
                self.move_table_order(id, &status)
            }
        };
        if let Err(failure) = moved {
            tracing::debug!(%id, failure = failure.message, "an order stays where it is");
        }
    }
}
