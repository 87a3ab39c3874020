//! Control of orders and of the time they take.

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
use crate::{loyalty::Message, postman::Delivered, webhooks::Notification, world::Call};

impl Control {
    /// Does the next thing that is due, and moves the clock on to it. Tells whether there was one.
    pub fn step(&self) -> bool {
        let was_there = self.shared.world().step();
        self.shared.stir();
        was_there
    }

    /// Does all that is due and whatever comes of it, until nothing is left. Only in the stepped pace does this end for
    /// sure: elsewhere orders live on.
    pub fn settle(&self) {
        while self.step() {}
    }

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
        let mut world = self.shared.world();
        world.call = Call::at_till();
        world
            .move_delivery(id, status)
            .map_err(|failure| anyhow::anyhow!(failure.message))
            .with_context(|| format!("delivery {id}"))?;
        drop(world);
        self.shared.stir();
        Ok(())
    }

    /// Somebody at the till takes a delivery to the status that comes next; who has not paid yet pays before it is closed.
    pub fn advance_delivery(&self, id: Guid) -> anyhow::Result<()> {
        let mut world = self.shared.world();
        world.call = Call::at_till();
        let advanced = world.advance_delivery(id);
        advanced
            .map_err(|failure| anyhow::anyhow!(failure.message))
            .with_context(|| format!("delivery {id}"))?;
        drop(world);
        self.shared.stir();
        Ok(())
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
        let mut world = self.shared.world();
        world.call = Call::at_till();
        let opened = world.open_at_till(organization, terminal_group, table, vec![item]);
        opened.map_err(|failure| anyhow::anyhow!(failure.message))
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
        let mut world = self.shared.world();
        world.call = Call::at_till();
        let moved = world.move_table_order(id, status);
        moved.map_err(|failure| anyhow::anyhow!(failure.message))?;
        drop(world);
        self.shared.stir();
        Ok(())
    }

    /// All reserves.
    pub fn reserves(&self) -> Vec<ReserveInfo> {
        let world = self.shared.world();
        world.reserves.known.values().map(|it| it.info()).collect()
    }

    /// The guests of a reserve have come, or nobody waits for them any more.
    pub fn move_reserve(&self, id: Guid, status: &ReserveStatus) -> anyhow::Result<()> {
        let mut world = self.shared.world();
        world.call = Call::at_till();
        let moved = world.move_reserve(id, status);
        moved.map_err(|failure| anyhow::anyhow!(failure.message))?;
        drop(world);
        self.shared.stir();
        Ok(())
    }

    /// The kitchen is as far as `status` with the dishes of an order at a table.
    pub fn cook_table_order(&self, id: Guid, status: &OrderItemStatus) -> anyhow::Result<()> {
        let mut world = self.shared.world();
        world.call = Call::at_till();
        let cooked = world.cook_table_order(id, status);
        cooked.map_err(|failure| anyhow::anyhow!(failure.message))?;
        drop(world);
        self.shared.stir();
        Ok(())
    }

    /// Sends the webhooks that wait, and waits until they are answered; the pace sends them by itself, unless it is
    /// stepped. Gives how many calls were answered with 200.
    pub async fn send_webhooks(&self) -> usize {
        self.shared.send_outbox().await
    }

    /// An event of any type, known to the contract or not, to every handler of the organization, whatever its filters.
    pub fn raise_event(
        &self,
        organization: OrganizationId,
        event_type: &str,
        info: &serde_json::Value,
    ) -> anyhow::Result<()> {
        let info = serde_json::value::to_raw_value(info)?;
        self.shared.world().raise(organization, event_type, info);
        self.shared.stir();
        Ok(())
    }

    /// How many events wait to be sent.
    pub fn webhooks_waiting(&self) -> usize {
        self.shared.world().webhooks.outbox.len()
    }

    /// The calls to handlers so far, oldest first.
    pub fn webhooks_sent(&self) -> Vec<Delivered> {
        self.shared.world().webhooks.log.iter().cloned().collect()
    }

    /// What programs wanted the staff to know.
    pub fn notifications(&self) -> Vec<Notification> {
        let world = self.shared.world();
        world.webhooks.notifications.iter().cloned().collect()
    }

    /// The letters and text messages to guests.
    pub fn messages(&self) -> Vec<Message> {
        self.shared
            .world()
            .loyalty
            .messages
            .iter()
            .cloned()
            .collect()
    }

    /// What happened so far, as webhooks tell it, oldest first.
    pub fn events(&self) -> Vec<serde_json::Value> {
        let world = self.shared.world();
        let events = world.webhooks.journal.iter();
        events
            .filter_map(|event| serde_json::to_value(event).ok())
            .collect()
    }
}
