//! A new order at a table: what the cloud says at once, what the till makes of it, and orders that a waiter opens there.

use iiko_types::{
    ids::{Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CreateTableOrderRequest, CreationStatus, OrderItem, ProductOrderItem, RetrievedEmployee,
        RetrievedGuestsInfo, RetrievedOrderStatus, RetrievedTableOrder,
        SplitOrderBetweenCashRegisters, TableOrder,
    },
    union::Tagged,
};
use uuid::Uuid;

use super::TableOrderState;
use crate::{
    cheque::Cheque,
    creation::{
        asked::require_phone,
        retrieved::{conception, retrieved_loyalty, retrieved_regular, retrieved_type},
    },
    failure::Failure,
    world::World,
};

/// Who makes the orders that come through the API.
const WAITER: &str = "API";

impl World {
    /// What the cloud takes.
    pub(crate) fn received_table_order(
        &mut self,
        id: Guid,
        request: &CreateTableOrderRequest,
    ) -> TableOrderState {
        let asked = request.order.as_ref();
        let external_number = asked.and_then(|it| it.external_number.clone());
        TableOrderState {
            head: self.new_head(id, request.organization_id, external_number),
            pos_id: None,
            terminal_group_id: request.terminal_group_id,
            source_key: self.source_key(asked.and_then(|it| it.source_key.as_ref())),
            is_in_cloud: true,
            external_data: asked
                .and_then(|it| it.external_data.clone())
                .unwrap_or_default(),
            order: None,
        }
    }

    /// What the till makes of it.
    pub(crate) fn made_table_order(
        &mut self,
        received: TableOrderState,
        request: &CreateTableOrderRequest,
    ) -> Result<TableOrderState, Failure> {
        let nothing = TableOrder::new(Vec::new());
        let asked = request.order.as_ref().unwrap_or(&nothing);
        let now = self.local_now(request.organization_id, Some(request.terminal_group_id));
        let Some(organization) = self.organization(request.organization_id) else {
            return Err(Failure::order_not_found(received.head.id));
        };
        if let Some(phone) = &asked.phone {
            require_phone(phone)?;
        }
        let table_ids = asked.table_ids.clone().unwrap_or_default();
        for table_id in &table_ids {
            self.require_table(request.organization_id, *table_id)?;
        }
        let order_type = match asked.order_type_id {
            Some(id) => organization.order_type(id)?,
            None => organization.order_type_for("Common")?,
        };
        let settings = request.create_order_settings.as_ref();
        if settings.is_some_and(|settings| settings.check_stop_list == Some(true)) {
            organization.require_unstopped(request.terminal_group_id, &asked.items)?;
        }
        let customer = asked.customer.as_ref().map(|customer| &customer.0);
        let guest = self.loyalty.guest_of(
            customer.and_then(|customer| customer.id),
            asked.phone.as_deref(),
        );
        let guest_id = guest.map(|guest| guest.id);
        let cheque = Cheque::of(&asked.into(), guest_id, organization, &self.loyalty)?;
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
            order: Some(order),
            ..received
        };
        made.head.cheque = cheque;
        self.table_orders.last_number += 1;
        if let (Some(customer), Some(phone)) = (customer, &asked.phone) {
            let (organization_id, at) = (request.organization_id, self.now());
            let guest_id = self.loyalty.remember(phone, customer, organization_id, at);
            made.bind_guest(guest_id);
        }
        Ok(made)
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
        let received = self.received_table_order(id, &request);
        let mut made = self.made_table_order(received, &request)?;
        made.head.creation_status = CreationStatus::Success;
        made.is_in_cloud = false;
        let pos_id = made.pos_id.unwrap_or(id);
        self.table_orders.known.insert(id, made);
        Ok(pos_id)
    }
}
