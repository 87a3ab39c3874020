//! Control of the server in the back office.

use anyhow::Context;

use super::Control;
use crate::iiko_server::IikoServer;

impl Control {
    /// How many sessions hold a slot of the server's license.
    pub fn server_slots_used(&self) -> anyhow::Result<usize> {
        let mut world = self.shared.world();
        let now = world.now();
        let server = world.iiko_server.as_mut().context(NO_SERVER)?;
        Ok(server.used_slots(now))
    }

    /// How many may be logged in at once.
    pub fn set_server_slots(&self, slots: usize) -> anyhow::Result<()> {
        self.server(|server| server.slots = slots)
    }

    /// Which modules the license has: 2000 lets programs in, 21052802 lets price orders set tax categories.
    pub fn set_server_modules(&self, modules: &[u32]) -> anyhow::Result<()> {
        self.server(|server| server.modules = modules.to_vec())
    }

    /// Whether the user may work with price orders.
    pub fn set_server_right(&self, has_right: bool) -> anyhow::Result<()> {
        self.server(|server| server.has_right = has_right)
    }

    /// The version that the server says it has.
    pub fn set_server_version(&self, version: &str) -> anyhow::Result<()> {
        self.server(|server| version.clone_into(&mut server.version))
    }

    /// Ends all sessions, as when the server is started again.
    pub fn restart_server(&self) -> anyhow::Result<()> {
        self.server(IikoServer::restart)
    }

    /// All price orders, deleted ones too, as the server tells them.
    pub fn price_orders(&self) -> anyhow::Result<Vec<serde_json::Value>> {
        let world = self.shared.world();
        let server = world.iiko_server.as_ref().context(NO_SERVER)?;
        server
            .orders
            .iter()
            .map(|order| Ok(serde_json::to_value(order)?))
            .collect()
    }

    /// What the server wrote for itself.
    pub fn server_log(&self) -> anyhow::Result<Vec<String>> {
        let world = self.shared.world();
        let server = world.iiko_server.as_ref().context(NO_SERVER)?;
        Ok(server.log.iter().cloned().collect())
    }

    fn server(&self, change: impl FnOnce(&mut IikoServer)) -> anyhow::Result<()> {
        change(
            self.shared
                .world()
                .iiko_server
                .as_mut()
                .context(NO_SERVER)?,
        );
        Ok(())
    }
}

const NO_SERVER: &str = "the scenario has no iikoServer";
