//! Orders at tables: what is kept of one, how it looks from outside, and its statuses.
//!
//! An order made at the till is here too, but those who ask through the API do not see it before it was brought into
//! the cloud (`init_by_table`). What becomes of a request is in [`create`], what happens by itself in [`life`].

pub(crate) mod create;
mod life;

use std::collections::BTreeMap;

use iiko_types::{
    ids::{Guid, TerminalGroupId},
    schemas::{
        ErrorCode, ExternalData, OrderItemStatus, RetrievedOrderStatus, RetrievedTableOrder,
        TableOrderInfo,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    creation::{Change, Head, Kind, external_data, head_info, with_cheque},
    failure::Failure,
    schedule::Step,
    webhooks::Subject,
    world::World,
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct TableOrders {
    pub(crate) known: BTreeMap<Guid, TableOrderState>,
    last_number: i64,
}

/// One order, from the request on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TableOrderState {
    pub(crate) head: Head,
    pub(crate) pos_id: Option<Guid>,
    pub(crate) terminal_group_id: TerminalGroupId,
    pub(crate) source_key: Option<String>,
    /// Seen through the API.
    pub(crate) is_in_cloud: bool,
    pub(crate) external_data: Vec<ExternalData>,
    /// Once the till has taken it; without what the cheque and `external_data` hold.
    pub(crate) order: Option<RetrievedTableOrder>,
}

impl TableOrderState {
    pub(crate) fn status(&self) -> Option<&RetrievedOrderStatus> {
        self.order.as_ref()?.status.as_ref()
    }

    pub(crate) fn table_ids(&self) -> &[Guid] {
        let order = self.order.as_ref();
        order
            .and_then(|order| order.table_ids.as_deref())
            .unwrap_or_default()
    }

    /// Its customer is this one of the guest base, and takes part in loyalty.
    pub(crate) fn bind_guest(&mut self, guest_id: Guid) {
        self.head.cheque.reductions.guest_id = Some(guest_id);
        let order = self.order.as_mut();
        if let Some(customer) = order.and_then(|order| order.customer.as_mut()) {
            customer.0.id = guest_id;
        }
    }

    pub(crate) fn info(&self, external_keys: &[String]) -> TableOrderInfo {
        TableOrderInfo {
            order: self.order.as_ref().map(|order| RetrievedTableOrder {
                external_data: external_data::told(&self.external_data, external_keys),
                ..with_cheque!(RetrievedTableOrder, order, self.head.cheque)
            }),
            pos_id: self.pos_id,
            ..head_info!(TableOrderInfo, self.head)
        }
    }

    /// New → Bill → Closed; Deleted from either. A bill may be taken back.
    fn can_move_to(&self, to: &RetrievedOrderStatus) -> Result<(), Failure> {
        use RetrievedOrderStatus as Status;

        let Some(from) = self.status() else {
            return Err(Failure::order_not_found(self.head.id));
        };
        let is_possible = match (from, to) {
            (Status::New, Status::Bill | Status::Closed | Status::Deleted)
            | (Status::Bill, Status::New | Status::Closed | Status::Deleted) => true,
            (
                Status::New | Status::Bill | Status::Closed | Status::Deleted | Status::Other(_),
                _,
            ) => false,
        };
        match (is_possible, to) {
            (false, _) => Err(Failure::new(
                ErrorCode::OrderStatusChangedInIikoFront,
                format!("Order cannot be moved from status {from} to {to}."),
            )),
            (true, Status::Closed) if !self.head.cheque.is_paid() => Err(Failure::new(
                "PaymentSumNotEnough".into(),
                "Payment sum is not enough to close the order.",
            )),
            (true, _) => Ok(()),
        }
    }
}

impl Kind for TableOrderState {
    type Order = RetrievedTableOrder;

    fn all(world: &mut World) -> &mut BTreeMap<Guid, Self> {
        &mut world.table_orders.known
    }

    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn order_mut(&mut self) -> &mut Option<RetrievedTableOrder> {
        &mut self.order
    }

    fn is_made(&self) -> bool {
        self.order.is_some()
    }

    fn is_in_cloud(&self) -> bool {
        self.is_in_cloud
    }

    fn terminal_group_id(&self) -> Option<TerminalGroupId> {
        Some(self.terminal_group_id)
    }

    fn is_finished(&self) -> bool {
        matches!(
            self.status(),
            Some(RetrievedOrderStatus::Closed | RetrievedOrderStatus::Deleted)
        )
    }

    fn require_open(&self) -> Result<(), Failure> {
        match self.is_finished() {
            false => Ok(()),
            true => Err(Failure::new(
                ErrorCode::OrderStatusChangedInIikoFront,
                "A closed or deleted order cannot be changed.",
            )),
        }
    }

    fn subject(id: Guid) -> Subject {
        Subject::TableOrder(id)
    }

    fn status_word(&self) -> Option<String> {
        self.status().map(ToString::to_string)
    }

    fn step(id: Guid) -> Step {
        Step::TableOrder(id)
    }

    fn source_key(&self) -> Option<&str> {
        self.source_key.as_deref()
    }

    fn let_live(world: &mut World, id: Guid) {
        world.let_table_order_live(id);
    }
}

impl World {
    /// Takes an order to another status, if it can go there.
    pub(crate) fn move_table_order(
        &mut self,
        id: Guid,
        to: &RetrievedOrderStatus,
    ) -> Result<(), Failure> {
        let found = self.table_orders.known.get(&id);
        let found = found.ok_or_else(|| Failure::order_not_found(id))?;
        found.can_move_to(to)?;
        if *to == RetrievedOrderStatus::Closed {
            self.loyalty.require_money(&found.head.cheque.bonuses)?;
        }
        let now = self.local_now(found.head.organization_id, Some(found.terminal_group_id));
        let mut change = Change {
            status: true,
            item_statuses: Vec::new(),
        };
        if let Some(state) = self.table_orders.known.get_mut(&id)
            && let Some(order) = &mut state.order
        {
            order.status = Some(to.clone());
            match to {
                RetrievedOrderStatus::Bill => order.when_bill_printed = Some(now),
                RetrievedOrderStatus::Closed => {
                    order.when_closed = Some(now);
                    state.head.cheque.is_settled = true;
                    change.item_statuses = state.head.cheque.reach(&OrderItemStatus::Served, now);
                }
                RetrievedOrderStatus::New
                | RetrievedOrderStatus::Deleted
                | RetrievedOrderStatus::Other(_) => {}
            }
        }
        if *to == RetrievedOrderStatus::Closed
            && let Some(state) = self.table_orders.known.get(&id)
        {
            let (organization_id, cheque) = (state.head.organization_id, state.head.cheque.clone());
            self.settle_with_loyalty(organization_id, id, &cheque, false);
        }
        self.changed::<TableOrderState>(id, &change);
        self.let_table_order_live(id);
        Ok(())
    }
}
