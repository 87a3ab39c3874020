//! A new order at a table: what the cloud says at once, what the till makes of it, and orders that a waiter opens there.

use iiko_types::{
    ids::{CorrelationId, Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CreateTableOrderRequest, CreationStatus, ErrorCode, OrderItem, OrderType, ProductOrderItem,
        RegularCustomer, RetrievedEmployee, RetrievedGuestsInfo, RetrievedOrderStatus,
        RetrievedRegularCustomer, RetrievedTableOrder, SplitOrderBetweenCashRegisters, TableOrder,
    },
    union::Tagged,
};
use uuid::Uuid;

use super::TableOrderState;
use crate::{
    cheque::{Cheque, Ordered},
    deliveries::{
        Change,
        create::{conception, require_phone, retrieved_loyalty, retrieved_type},
    },
    failure::{Failure, Finish},
    world::{Organization, World},
};

/// Who makes the orders that come through the API.
const WAITER: &str = "API";

impl World {
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

    /// The till takes the order or refuses it.
    pub(crate) fn create_table_order(
        &mut self,
        id: Guid,
        request: &CreateTableOrderRequest,
    ) -> Result<Finish, Failure> {
        let settings = request.create_order_settings.as_ref();
        let group = request.terminal_group_id;
        let made = match self.require_open_group(request.organization_id, group) {
            Ok(()) => self.made_table_order(id, request),
            Err(failure) => Err(failure),
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
        self.table_order_changed(id, &Change::created(result.is_ok()));
        if result.is_ok() && settings.is_some_and(|it| it.service_print == Some(true)) {
            self.print_table_order(id);
        }
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
