//! Control of orders, as somebody at the till has it.

use anyhow::Context;
use iiko_types::{
    ids::{Guid, OrganizationId, ProductId, TerminalGroupId},
    number::ExactDecimal,
    schemas::{
        DeliveryStatus, OrderInfo, OrderItemStatus, ProductOrderItem, ReserveInfo, ReserveStatus,
        RetrievedOrderStatus, TableOrderInfo,
    },
};

use super::Control;

impl Control {
    /// All deliveries, with all their external data hidden.
    pub fn deliveries(&self) -> Vec<OrderInfo> {
        let world = self.shared.world();
        world
            .deliveries
            .known
            .values()
            .map(|it| it.info(&[]))
            .collect()
    }

    /// Somebody at the till takes a delivery to another status.
    pub fn move_delivery(&self, id: Guid, status: &DeliveryStatus) -> anyhow::Result<()> {
        self.at_till(|world| world.move_delivery(id, status))
            .with_context(|| format!("delivery {id}"))
    }

    /// Somebody at the till takes a delivery to the status that comes next; who has not paid yet pays before it is closed.
    pub fn advance_delivery(&self, id: Guid) -> anyhow::Result<()> {
        self.at_till(|world| world.advance_delivery(id))
            .with_context(|| format!("delivery {id}"))
    }

    /// A waiter opens an order for one `product` at the till, which nobody sees through the API before it is brought into
    /// the cloud. Gives the till's id of it.
    pub fn open_at_till(
        &self,
        organization: OrganizationId,
        terminal_group: TerminalGroupId,
        table: Guid,
        product: ProductId,
    ) -> anyhow::Result<Guid> {
        let price = self.read(organization, |organization| {
            let found = organization.nomenclature.product(product);
            let found = found.with_context(|| format!("no product {product}"))?;
            let mut prices = found
                .size_prices
                .iter()
                .flatten()
                .filter_map(|it| it.price.as_ref());
            Ok(prices
                .find_map(|price| price.current_price)
                .unwrap_or_default())
        })?;
        let item = ProductOrderItem::new(ExactDecimal::from(1), product, price);
        self.at_till(|world| world.open_at_till(organization, terminal_group, table, vec![item]))
    }

    /// All orders at tables, those that only the till knows too.
    pub fn table_orders(&self) -> Vec<TableOrderInfo> {
        let world = self.shared.world();
        world
            .table_orders
            .known
            .values()
            .map(|it| it.info(&[]))
            .collect()
    }

    /// Somebody at the till takes an order at a table to another status.
    pub fn move_table_order(&self, id: Guid, status: &RetrievedOrderStatus) -> anyhow::Result<()> {
        self.at_till(|world| world.move_table_order(id, status))
    }

    /// All reserves.
    pub fn reserves(&self) -> Vec<ReserveInfo> {
        let world = self.shared.world();
        world.reserves.known.values().map(|it| it.info()).collect()
    }

    /// The guests of a reserve have come, or nobody waits for them any more.
    pub fn move_reserve(&self, id: Guid, status: &ReserveStatus) -> anyhow::Result<()> {
        self.at_till(|world| world.move_reserve(id, status))
    }

    /// The kitchen is as far as `status` with the dishes of an order at a table.
    pub fn cook_table_order(&self, id: Guid, status: &OrderItemStatus) -> anyhow::Result<()> {
        self.at_till(|world| world.cook_table_order(id, status))
    }
}
