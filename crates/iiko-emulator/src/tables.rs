//! Orders at tables: what is kept of one, how it looks from outside, and its statuses.
//!
//! An order made at the till is here too, but those who ask through the API do not see it before it was brought into
//! the cloud (`init_by_table`). What becomes of a request is in [`create`], what happens by itself in [`life`].

pub(crate) mod create;
mod life;

use std::collections::BTreeMap;

use iiko_types::{
    ids::{CorrelationId, Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CreationStatus, ErrorCode, ErrorInfo, ExternalData, OrderItemStatus, RetrievedOrderStatus,
        RetrievedTableOrder, TableOrderInfo,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    cheque::{Cheque, exact},
    deliveries::{Change, asked_external_data},
    failure::Failure,
    webhooks::{Happening, Subject},
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
    pub(crate) id: Guid,
    pub(crate) pos_id: Option<Guid>,
    pub(crate) external_number: Option<String>,
    pub(crate) organization_id: OrganizationId,
    pub(crate) terminal_group_id: TerminalGroupId,
    pub(crate) source_key: Option<String>,
    pub(crate) created_by: CorrelationId,
    pub(crate) revision: i64,
    pub(crate) creation_status: CreationStatus,
    pub(crate) error: Option<ErrorInfo>,
    /// Seen through the API.
    pub(crate) is_in_cloud: bool,
    pub(crate) cheque: Cheque,
    pub(crate) external_data: Vec<ExternalData>,
    /// Once the till has taken it; without what `cheque` and `external_data` hold.
    pub(crate) order: Option<RetrievedTableOrder>,
}

impl TableOrderState {
    pub(crate) fn status(&self) -> Option<&RetrievedOrderStatus> {
        self.order.as_ref()?.status.as_ref()
    }

    pub(crate) fn is_finished(&self) -> bool {
        matches!(
            self.status(),
            Some(RetrievedOrderStatus::Closed | RetrievedOrderStatus::Deleted)
        )
    }

    pub(crate) fn table_ids(&self) -> &[Guid] {
        let order = self.order.as_ref();
        order
            .and_then(|order| order.table_ids.as_deref())
            .unwrap_or_default()
    }

    /// Its customer is this one of the guest base, and takes part in loyalty.
    pub(crate) fn bind_guest(&mut self, guest_id: Guid) {
        self.cheque.reductions.guest_id = Some(guest_id);
        let order = self.order.as_mut();
        if let Some(customer) = order.and_then(|order| order.customer.as_mut()) {
            customer.0.id = guest_id;
        }
    }

    /// It could not be created.
    pub(crate) fn refuse(&mut self, failure: &Failure) {
        self.creation_status = CreationStatus::Error;
        self.error = Some(failure.error_info());
    }

    pub(crate) fn info(&self, external_keys: &[String]) -> TableOrderInfo {
        TableOrderInfo {
            creation_status: Some(self.creation_status.clone()),
            error_info: self.error.clone(),
            external_number: self.external_number.clone(),
            order: self
                .order
                .as_ref()
                .map(|order| self.view(order, external_keys)),
            organization_id: Some(self.organization_id),
            pos_id: self.pos_id,
            timestamp: Some(self.revision),
            ..TableOrderInfo::new(self.id)
        }
    }

    fn view(&self, order: &RetrievedTableOrder, external_keys: &[String]) -> RetrievedTableOrder {
        let Cheque {
            items,
            combos,
            payments,
            tips,
            discounts,
            reductions: _,
            bonuses: _,
            is_settled: _,
        } = self.cheque.clone();
        RetrievedTableOrder {
            items: Some(items),
            combos: Some(combos),
            payments: Some(payments),
            tips: Some(tips),
            discounts: Some(discounts),
            sum: exact(self.cheque.sum()),
            processed_payments_sum: exact(self.cheque.processed()),
            external_data: asked_external_data(&self.external_data, external_keys),
            ..order.clone()
        }
    }

    /// New → Bill → Closed; Deleted from either. A bill may be taken back.
    fn can_move_to(&self, to: &RetrievedOrderStatus) -> Result<(), Failure> {
        use RetrievedOrderStatus as Status;

        let Some(from) = self.status() else {
            return Err(Failure::order_not_found(self.id));
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
            (true, Status::Closed) if !self.cheque.is_paid() => Err(Failure::new(
                "PaymentSumNotEnough".into(),
                "Payment sum is not enough to close the order.",
            )),
            (true, _) => Ok(()),
        }
    }
}

impl World {
    /// An order that the till has, or the failure of a command that wants it.
    pub(crate) fn table_order_at_till(
        &mut self,
        organization_id: OrganizationId,
        id: Guid,
    ) -> Result<&mut TableOrderState, Failure> {
        self.table_orders
            .known
            .get_mut(&id)
            .filter(|it| {
                it.organization_id == organization_id && it.is_in_cloud && it.order.is_some()
            })
            .ok_or_else(|| Failure::order_not_found(id))
    }

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
            self.loyalty.require_money(&found.cheque.bonuses)?;
        }
        let now = self.local_now(found.organization_id, Some(found.terminal_group_id));
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
                    state.cheque.is_settled = true;
                    change.item_statuses = state.cheque.reach(&OrderItemStatus::Served, now);
                }
                RetrievedOrderStatus::New
                | RetrievedOrderStatus::Deleted
                | RetrievedOrderStatus::Other(_) => {}
            }
        }
        if *to == RetrievedOrderStatus::Closed
            && let Some(state) = self.table_orders.known.get(&id)
        {
            let (organization_id, cheque) = (state.organization_id, state.cheque.clone());
            self.settle_with_loyalty(organization_id, id, &cheque, false);
        }
        self.table_order_changed(id, &change);
        self.let_table_order_live(id);
        Ok(())
    }

    /// After a change: the revision moves on, and whoever wants to know is told.
    pub(crate) fn table_order_changed(&mut self, id: Guid, change: &Change) {
        let revision = self.next_revision();
        let Some(order) = self.table_orders.known.get_mut(&id) else {
            return;
        };
        order.revision = revision;
        if !order.is_in_cloud {
            return;
        }
        let status = order.status().filter(|_| change.status);
        let happening = Happening {
            organization_id: order.organization_id,
            subject: Subject::TableOrder(id),
            is_error: order.creation_status == CreationStatus::Error,
            status: status.map(ToString::to_string),
            item_statuses: change
                .item_statuses
                .iter()
                .map(ToString::to_string)
                .collect(),
        };
        self.emit(&happening);
    }
}
