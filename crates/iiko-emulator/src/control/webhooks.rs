//! Control of what others are told: webhooks, notifications to the staff, messages to guests.

use iiko_types::ids::OrganizationId;

use super::Control;
use crate::{loyalty::Message, postman::Delivered, webhooks::Notification};

impl Control {
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
        self.at_till(|world| {
            world.raise(organization, event_type, info);
            anyhow::Ok(())
        })
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
