//! Orders at tables: what is kept of one, how it looks from outside, and its statuses.
//!
//! An order made at the till is here too, but those who ask through the API do not see it before it was brought into
//! the cloud (`init_by_table`).

use std::{collections::BTreeMap, time::Duration};

use iiko_types::{
    ids::{CorrelationId, Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CreateTableOrderRequest, CreationStatus, ErrorCode, ErrorInfo, ExternalData, OrderItem,
        OrderItemStatus, OrderType, ProductOrderItem, RegularCustomer, RetrievedEmployee,
        RetrievedGuestsInfo, RetrievedOrderStatus, RetrievedRegularCustomer, RetrievedTableOrder,
        SplitOrderBetweenCashRegisters, TableOrder, TableOrderInfo,
    },
    union::Tagged,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    cheque::{Cheque, Ordered, exact},
    deliveries::{
        Change, asked_external_data,
        create::{conception, require_phone, retrieved_loyalty, retrieved_type},
    },
    failure::{Failure, Finish, TRANSPORT_TIMEOUT},
    schedule::{Pace, Step},
    webhooks::{Happening, Subject},
    world::{Organization, World},
};

/// Who makes the orders that come through the API.
const WAITER: &str = "API";

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

    /// The cloud takes the order.
    pub(crate) fn receive_table_order(&mut self, id: Guid, request: &CreateTableOrderRequest) {
        let asked = request.order.as_ref();
        let stamp = self.calling_login().and_then(|login| login.source.clone());
        let order = TableOrderState {
            id,
            pos_id: None,
            external_number: asked.and_then(|it| it.external_number.clone()),
            organization_id: request.organization_id,
            terminal_group_id: request.terminal_group_id,
            source_key: stamp.or_else(|| asked.and_then(|it| it.source_key.clone())),
            created_by: CorrelationId(self.call.correlation_id),
            revision: self.next_revision(),
            creation_status: CreationStatus::InProgress,
            error: None,
            is_in_cloud: true,
            cheque: Cheque::default(),
            external_data: asked
                .and_then(|it| it.external_data.clone())
                .unwrap_or_default(),
            order: None,
        };
        self.table_orders.known.insert(id, order);
    }

    /// The till takes the order, refuses it, or does not answer.
    pub(crate) fn create_table_order(
        &mut self,
        id: Guid,
        request: &CreateTableOrderRequest,
    ) -> Result<Finish, Failure> {
        let settings = request.create_order_settings.as_ref();
        let timeout = settings.and_then(|settings| settings.transport_to_front_timeout);
        let timeout = timeout.and_then(|seconds| u64::try_from(seconds).ok());
        let timeout = timeout.map_or(TRANSPORT_TIMEOUT, Duration::from_secs);
        let sent_at = self.call.sent_at.unwrap_or_else(|| self.now());
        let deadline = sent_at + self.schedule.takes(timeout);
        let organization = self.organization(request.organization_id);
        let group = organization.and_then(|it| it.terminal_group(request.terminal_group_id));
        let made = match group.map(|group| group.is_asleep) {
            None => Err(Failure::new(
                ErrorCode::TerminalGroupUnregistered,
                format!(
                    "Terminal group {} is not registered.",
                    request.terminal_group_id
                ),
            )),
            Some(false) => self.made_table_order(id, request),
            Some(true) if self.now() < deadline => return Ok(Finish::AskAgainAt(deadline)),
            Some(true) => Err(Failure::creation_timeout()),
        };
        let result = match made {
            Ok(made) => {
                self.table_orders.known.insert(id, made);
                Ok(Finish::Done)
            }
            Err(failure) => {
                if let Some(order) = self.table_orders.known.get_mut(&id) {
                    order.refuse(&failure);
                }
                Err(failure)
            }
        };
        let change = Change {
            status: result.is_ok(),
            item_statuses: Vec::new(),
        };
        self.table_order_changed(id, &change);
        self.let_table_order_live(id);
        result
    }

    fn made_table_order(
        &mut self,
        id: Guid,
        request: &CreateTableOrderRequest,
    ) -> Result<TableOrderState, Failure> {
        let nothing = TableOrder::new(Vec::new());
        let asked = request.order.as_ref().unwrap_or(&nothing);
        let now = self.local_now(request.organization_id, Some(request.terminal_group_id));
        let (Some(received), Some(organization)) = (
            self.table_orders.known.get(&id),
            self.organization(request.organization_id),
        ) else {
            return Err(Failure::order_not_found(id));
        };
        if let Some(phone) = &asked.phone {
            require_phone(phone)?;
        }
        let table_ids = asked.table_ids.clone().unwrap_or_default();
        for table_id in &table_ids {
            self.require_table(request.organization_id, *table_id)?;
        }
        let order_type = table_order_type(organization, asked.order_type_id)?;
        let settings = request.create_order_settings.as_ref();
        if settings.is_some_and(|settings| settings.check_stop_list == Some(true)) {
            organization.require_unstopped(request.terminal_group_id, &asked.items)?;
        }
        let customer = asked.customer.as_ref().map(|customer| &customer.0);
        let guest = self.loyalty.guest_of(
            customer.and_then(|customer| customer.id),
            asked.phone.as_deref(),
        );
        let ordered = Ordered {
            items: &asked.items,
            combos: asked.combos.as_deref(),
            payments: asked.payments.as_deref(),
            tips: asked.tips.as_deref(),
            discounts_info: asked.discounts_info.as_ref(),
            loyalty_info: asked.loyalty_info.as_ref(),
            guest_id: guest.map(|guest| guest.id),
        };
        let cheque = Cheque::of(&ordered, organization, &self.loyalty)?;
        let guests = asked.guests.as_ref().map(|guests| guests.count);
        let order = RetrievedTableOrder {
            conception: Some(conception(organization)),
            customer: asked
                .customer
                .as_ref()
                .map(|it| Tagged(retrieved_regular(&it.0))),
            guests_info: Some(RetrievedGuestsInfo {
                count: Some(guests.or(asked.guest_count).unwrap_or(1)),
                split_between_persons: Some(false),
                ..RetrievedGuestsInfo::default()
            }),
            loyalty_info: Some(retrieved_loyalty(asked.loyalty_info.as_ref())),
            menu_id: asked.menu_id.clone(),
            number: Some(self.table_orders.last_number + 1),
            order_type: Some(retrieved_type(order_type)),
            phone: asked.phone.clone(),
            source_key: received.source_key.clone(),
            split_order_between_cash_registers: Some(SplitOrderBetweenCashRegisters::Disabled),
            status: Some(RetrievedOrderStatus::New),
            tab_name: asked.tab_name.clone(),
            table_ids: Some(table_ids),
            terminal_group_id: Some(request.terminal_group_id),
            waiter: Some(RetrievedEmployee {
                name: Some(WAITER.to_owned()),
                ..RetrievedEmployee::new(Uuid::nil())
            }),
            when_created: Some(now),
            ..RetrievedTableOrder::default()
        };
        let mut made = TableOrderState {
            pos_id: Some(Uuid::new_v4()),
            creation_status: CreationStatus::Success,
            cheque,
            order: Some(order),
            ..received.clone()
        };
        self.table_orders.last_number += 1;
        if let (Some(customer), Some(phone)) = (customer, &asked.phone) {
            let (organization_id, at) = (request.organization_id, self.now());
            let guest_id = self.loyalty.remember(phone, customer, organization_id, at);
            made.bind_guest(guest_id);
        }
        Ok(made)
    }

    /// The code is a guess.
    pub(crate) fn require_table(
        &self,
        organization_id: OrganizationId,
        id: Guid,
    ) -> Result<(), Failure> {
        match self.references.hall_of_table(organization_id, id) {
            Some(_) => Ok(()),
            None => Err(Failure::new(
                ErrorCode::Incorrect,
                format!("Table {id} is not found."),
            )),
        }
    }

    /// A waiter opens an order at the till; the API does not know of it. Gives the till's id of it.
    pub(crate) fn open_at_till(
        &mut self,
        organization_id: OrganizationId,
        terminal_group_id: TerminalGroupId,
        table_id: Guid,
        items: Vec<ProductOrderItem>,
    ) -> Result<Guid, Failure> {
        let mut asked = TableOrder::new(items.into_iter().map(OrderItem::from).collect());
        asked.table_ids = Some(vec![table_id]);
        let mut request = CreateTableOrderRequest::new(organization_id, terminal_group_id);
        request.order = Some(asked);
        let id = Uuid::new_v4();
        self.receive_table_order(id, &request);
        let made = self.made_table_order(id, &request);
        self.table_orders.known.remove(&id);
        let mut made = made?;
        made.is_in_cloud = false;
        let pos_id = made.pos_id.unwrap_or(id);
        self.table_orders.known.insert(id, made);
        Ok(pos_id)
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

    fn let_table_order_live(&mut self, id: Guid) {
        let step = Step::TableOrder(id);
        self.schedule.forget(&step);
        if let Pace::Auto { .. } = self.schedule.pace
            && let Some(order) = self.table_orders.known.get(&id)
            && order.order.is_some()
            && !order.is_finished()
        {
            self.later(Duration::from_secs(1800), step);
        }
    }

    /// The guests ask for the bill, and then leave, having paid what was missing in cash.
    pub(crate) fn live_table_order(&mut self, id: Guid) {
        let Some(state) = self.table_orders.known.get_mut(&id) else {
            return;
        };
        let organization_id = state.organization_id;
        let next = match state.status() {
            Some(RetrievedOrderStatus::New) => RetrievedOrderStatus::Bill,
            Some(RetrievedOrderStatus::Bill) => {
                let mut cheque = state.cheque.clone();
                if let Some(organization) = self.organization(organization_id) {
                    cheque.pay_the_rest(organization);
                }
                if let Some(state) = self.table_orders.known.get_mut(&id) {
                    state.cheque = cheque;
                }
                RetrievedOrderStatus::Closed
            }
            _ => return,
        };
        if let Err(failure) = self.move_table_order(id, &next) {
            tracing::debug!(%id, failure = failure.message, "an order stays where it is");
        }
    }
}

/// The type asked for, or the organization's own one for its halls.
fn table_order_type(organization: &Organization, id: Option<Guid>) -> Result<&OrderType, Failure> {
    let mut known = organization
        .order_types
        .iter()
        .filter(|it| it.is_deleted != Some(true));
    let found = known.find(|it| match id {
        Some(id) => it.id == id,
        None => it
            .order_service_type
            .as_ref()
            .is_some_and(|it| it.as_str() == "Common"),
    });
    found.ok_or_else(|| Failure::new(ErrorCode::OrderTypeNotFound, "Order type is not found."))
}

pub(crate) fn retrieved_regular(customer: &RegularCustomer) -> RetrievedRegularCustomer {
    RetrievedRegularCustomer {
        name: customer.name.clone(),
        surname: customer.surname.clone(),
        comment: customer.comment.clone(),
        gender: customer.gender.clone(),
        birthdate: customer.birthdate,
        in_blacklist: Some(false),
        ..RetrievedRegularCustomer::new(customer.id.unwrap_or_else(Uuid::new_v4))
    }
}
