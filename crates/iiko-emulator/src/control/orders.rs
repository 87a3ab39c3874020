//! Control of orders and of the time they take.

use anyhow::Context;
use iiko_types::{
    ids::Guid,
    schemas::{DeliveryStatus, OrderInfo},
};

use super::Control;

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
        world
            .move_delivery(id, status)
            .map_err(|failure| anyhow::anyhow!(failure.message))
            .with_context(|| format!("delivery {id}"))?;
        drop(world);
        self.shared.stir();
        Ok(())
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
