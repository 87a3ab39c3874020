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
    ids::{CorrelationId, Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CreationStatus, DeliveryStatus, ErrorInfo, ExternalData, OrderInfo, OrderItemStatus,
        RetrievedExternalData, RetrievedOrder,
    },
    time::LocalTime,
};
use serde::{Deserialize, Serialize};

use crate::{
    cheque::{Cheque, exact},
    failure::Failure,
    webhooks::{Happening, Subject},
    world::World,
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Deliveries {
    pub(crate) known: BTreeMap<Guid, Delivery>,
    /// Of all organizations: grows with every change, as milliseconds do.
    pub(crate) revision: i64,
    /// The till's number of the last one.
    last_number: i64,
}

/// One delivery, from the request on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) id: Guid,
    /// The till's own id, once it has taken the order.
    pub(crate) pos_id: Option<Guid>,
    pub(crate) external_number: Option<String>,
    pub(crate) organization_id: OrganizationId,
    pub(crate) terminal_group_id: Option<TerminalGroupId>,
    pub(crate) source_key: Option<String>,
    pub(crate) received_at: DateTime<Utc>,
    /// The command that creates it; another one with the same id is a duplicate.
    pub(crate) created_by: CorrelationId,
    /// Of its last change.
    pub(crate) revision: i64,
    pub(crate) creation_status: CreationStatus,
    pub(crate) error: Option<ErrorInfo>,
    pub(crate) cheque: Cheque,
    pub(crate) external_data: Vec<ExternalData>,
    /// Once the till has taken it; without what `cheque` and `external_data` hold.
    pub(crate) order: Option<RetrievedOrder>,
}

/// What a change of a delivery was, for those who wait for some changes only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) status: bool,
    pub(crate) item_statuses: Vec<OrderItemStatus>,
}

impl Change {
    /// It has come into being with its lines, or has not.
    pub(crate) fn created(is_made: bool) -> Self {
        Self {
            status: is_made,
            ..Self::of_lines(0, usize::from(is_made))
        }
    }

    /// Lines were added, if there are more than there were.
    pub(crate) fn of_lines(before: usize, now: usize) -> Self {
        Self {
            status: false,
            item_statuses: match now > before {
                true => vec![OrderItemStatus::Added],
                false => Vec::new(),
            },
        }
    }
}

impl Delivery {
    pub(crate) fn status(&self) -> Option<&DeliveryStatus> {
        self.order.as_ref()?.status.as_ref()
    }

    /// It could not be created.
    pub(crate) fn refuse(&mut self, failure: &Failure) {
        self.creation_status = CreationStatus::Error;
        self.error = Some(failure.error_info());
    }

    /// As answers and events carry it; of its external data only what is asked for.
    pub(crate) fn info(&self, external_keys: &[String]) -> OrderInfo {
        OrderInfo {
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
            ..OrderInfo::new(self.id)
        }
    }

    fn view(&self, order: &RetrievedOrder, external_keys: &[String]) -> RetrievedOrder {
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
        RetrievedOrder {
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
}

/// External data is told to who names its keys (`cloud-api.md` 8.4).
pub(crate) fn asked_external_data(
    known: &[ExternalData],
    keys: &[String],
) -> Option<Vec<RetrievedExternalData>> {
    let told: Vec<RetrievedExternalData> = known
        .iter()
        .filter(|data| data.key.as_ref().is_some_and(|key| keys.contains(key)))
        .map(|data| RetrievedExternalData {
            key: data.key.clone(),
            value: data.value.clone(),
            ..RetrievedExternalData::default()
        })
        .collect();
    (!told.is_empty()).then_some(told)
}

impl World {
    /// A revision that nothing has had yet.
    pub(crate) fn next_revision(&mut self) -> i64 {
        let revision = self
            .now()
            .timestamp_millis()
            .max(self.deliveries.revision + 1);
        self.deliveries.revision = revision;
        revision
    }

    /// The deliveries that the calling login may see: those of its own source, where it has one.
    pub(crate) fn visible_deliveries(&self) -> impl Iterator<Item = &Delivery> {
        let source = self.calling_login().and_then(|login| login.source.as_ref());
        let all = self.deliveries.known.values();
        all.filter(move |it| source.is_none_or(|source| it.source_key.as_ref() == Some(source)))
    }

    /// A delivery that the till has, or the failure of a command that wants it.
    pub(crate) fn delivery_at_till(
        &mut self,
        organization_id: OrganizationId,
        id: Guid,
    ) -> Result<&mut Delivery, Failure> {
        self.deliveries
            .known
            .get_mut(&id)
            .filter(|it| it.organization_id == organization_id && it.order.is_some())
            .ok_or_else(|| Failure::order_not_found(id))
    }

    /// After a change: the revision moves on, and whoever wants to know is told.
    pub(crate) fn delivery_changed(&mut self, id: Guid, change: &Change) {
        let revision = self.next_revision();
        let Some(delivery) = self.deliveries.known.get_mut(&id) else {
            return;
        };
        delivery.revision = revision;
        let is_error = delivery.creation_status == CreationStatus::Error;
        let status = delivery.status().filter(|_| change.status);
        let happening = Happening {
            organization_id: delivery.organization_id,
            subject: Subject::Delivery(id),
            is_error,
            status: status.map(ToString::to_string),
            item_statuses: change
                .item_statuses
                .iter()
                .map(ToString::to_string)
                .collect(),
        };
        self.emit(&happening);
    }

    /// The wall clock of a terminal group; of the organization's first one where none is meant.
    pub(crate) fn local_now(
        &self,
        organization_id: OrganizationId,
        terminal_group_id: Option<TerminalGroupId>,
    ) -> LocalTime {
        let organization = self.organization(organization_id);
        let group = organization.and_then(|organization| {
            terminal_group_id
                .and_then(|id| organization.terminal_group(id))
                .or_else(|| organization.terminal_groups.first())
        });
        let offset = group.map(|group| group.time_zone.0).unwrap_or_default();
        LocalTime(self.now().naive_utc() + offset)
    }
}
