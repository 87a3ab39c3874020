//! Deliveries: orders that are brought or fetched. What is kept of one, and how it looks from outside.
//!
//! - [`address`]: where it goes
//! - [`create`]: what the till makes of a request
//! - [`life`]: its statuses, and who moves it from one to the next

pub(crate) mod address;
pub(crate) mod create;
pub(crate) mod life;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use iiko_types::{
    ids::{Guid, TerminalGroupId},
    schemas::{DeliveryStatus, ErrorCode, ExternalData, OrderInfo, RetrievedOrder},
};
use serde::{Deserialize, Serialize};

use crate::{
    creation::{Head, Kind, external_data, head_info, with_cheque},
    failure::Failure,
    schedule::Step,
    webhooks::Subject,
    world::World,
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Deliveries {
    pub(crate) known: BTreeMap<Guid, Delivery>,
    /// The till's number of the last one.
    last_number: i64,
}

/// One delivery, from the request on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) head: Head,
    /// The till's own id, once it has taken the order.
    pub(crate) pos_id: Option<Guid>,
    pub(crate) terminal_group_id: Option<TerminalGroupId>,
    pub(crate) source_key: Option<String>,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) external_data: Vec<ExternalData>,
    /// Once the till has taken it; without what the cheque and `external_data` hold.
    pub(crate) order: Option<RetrievedOrder>,
}

impl Delivery {
    pub(crate) fn status(&self) -> Option<&DeliveryStatus> {
        self.order.as_ref()?.status.as_ref()
    }

    /// As answers and events carry it; of its external data only what is asked for.
    pub(crate) fn info(&self, external_keys: &[String]) -> OrderInfo {
        OrderInfo {
            order: self.order.as_ref().map(|order| RetrievedOrder {
                external_data: external_data::told(&self.external_data, external_keys),
                ..with_cheque!(RetrievedOrder, order, self.head.cheque)
            }),
            pos_id: self.pos_id,
            ..head_info!(OrderInfo, self.head)
        }
    }
}

impl Kind for Delivery {
    type Order = RetrievedOrder;

    fn all(world: &mut World) -> &mut BTreeMap<Guid, Self> {
        &mut world.deliveries.known
    }

    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn order_mut(&mut self) -> &mut Option<RetrievedOrder> {
        &mut self.order
    }

    fn is_made(&self) -> bool {
        self.order.is_some()
    }

    fn terminal_group_id(&self) -> Option<TerminalGroupId> {
        self.terminal_group_id
    }

    fn is_finished(&self) -> bool {
        matches!(
            self.status(),
            Some(DeliveryStatus::Closed | DeliveryStatus::Cancelled)
        )
    }

    fn require_open(&self) -> Result<(), Failure> {
        match self.status() {
            Some(status) if self.is_finished() => Err(Failure::new(
                ErrorCode::WrongDeliveryStatus,
                format!("Delivery in status {status} cannot be changed."),
            )),
            Some(_) | None => Ok(()),
        }
    }

    fn subject(id: Guid) -> Subject {
        Subject::Delivery(id)
    }

    fn status_word(&self) -> Option<String> {
        self.status().map(ToString::to_string)
    }

    fn step(id: Guid) -> Step {
        Step::Delivery(id)
    }

    fn source_key(&self) -> Option<&str> {
        self.source_key.as_deref()
    }

    fn let_live(world: &mut World, id: Guid) {
        world.let_delivery_live(id);
    }
}

impl World {
    /// The deliveries that the calling login may see: those of its own source, where it has one.
    pub(crate) fn visible_deliveries(&self) -> impl Iterator<Item = &Delivery> {
        let login = self.calling_login();
        let all = self.deliveries.known.values();
        all.filter(move |it| login.is_none_or(|login| login.owns(it.source_key())))
    }
}
