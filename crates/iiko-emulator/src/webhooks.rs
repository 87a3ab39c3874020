//! Webhooks: who wants to know what, and what there is to tell.
//!
//! Every change is told to [`World::emit`], which writes it down in the journal and, for every handler whose filter wants
//! it, into the outbox. Sending is not done here: a world only remembers.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use iiko_types::{
    ids::{CorrelationId, Guid, OrganizationId, TerminalGroupId},
    schemas::{WebHookShortFilter, WebHooksFilter},
    secret::Secret,
    time::UtcTime,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{
    complete::complete_named,
    contract,
    creation::Kind,
    json::Json,
    kept::{KEPT, keep},
    postman::Delivered,
    world::World,
};

/// Where nobody sends them, so many events wait at most.
const OUTBOX_KEPT: usize = 10_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Webhooks {
    /// By login and organization: each pair has one handler.
    pub(crate) handlers: BTreeMap<String, BTreeMap<OrganizationId, Handler>>,
    /// What is to be sent, oldest first.
    pub(crate) outbox: VecDeque<Outgoing>,
    /// Calls to handlers and what came of them, oldest first.
    pub(crate) log: VecDeque<Delivered>,
    /// What programs wanted the staff to know.
    pub(crate) notifications: VecDeque<Notification>,
    /// What happened, whether anybody wanted to know or not.
    pub(crate) journal: VecDeque<Event>,
}

/// Where a login wants to be told, and of what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Handler {
    pub(crate) uri: String,
    pub(crate) auth_token: Option<Secret>,
    pub(crate) filter: Option<WebHooksFilter>,
}

/// An event on its way to a handler.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Outgoing {
    /// Whose handler it is.
    pub(crate) login: Option<String>,
    pub(crate) uri: String,
    pub(crate) auth_token: Option<Secret>,
    /// It was held back once.
    #[serde(default)]
    pub(crate) was_late: bool,
    pub(crate) event: Event,
}

/// A message to the staff about an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// When it was sent, by the emulator's clock.
    pub at: DateTime<Utc>,
    /// Whose staff is meant.
    pub organization_id: OrganizationId,
    /// The order it is about, known here or not.
    pub order_id: Guid,
    /// Who sends it, as it says.
    pub source: String,
    /// What the staff should know.
    pub text: String,
}

/// An event as it is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub(crate) event_type: String,
    pub(crate) event_time: UtcTime,
    pub(crate) organization_id: OrganizationId,
    pub(crate) correlation_id: CorrelationId,
    /// As text: decimals stay what they are.
    pub(crate) event_info: Box<RawValue>,
}

/// Something that happened in a restaurant.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub(crate) organization_id: OrganizationId,
    pub(crate) subject: Subject,
    /// It could not be created.
    pub(crate) is_error: bool,
    /// Its new status, where that is what happened.
    pub(crate) status: Option<String>,
    /// The new statuses of its lines.
    pub(crate) item_statuses: Vec<String>,
}

/// What it happened to.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    Delivery(Guid),
    TableOrder(Guid),
    Reserve(Guid),
    /// The stop lists of these groups.
    StopLists(Vec<TerminalGroupId>),
    /// Somebody begins to work at a terminal group, or ends.
    Shift {
        employee_id: Guid,
        terminal_group_id: TerminalGroupId,
        is_opened: bool,
    },
    /// The menu.
    Nomenclature,
    /// When and where it delivers.
    BusinessHours,
}

impl Happening {
    /// What happens to no order: it has neither status nor error.
    pub(crate) fn plain(organization_id: OrganizationId, subject: Subject) -> Self {
        Self {
            organization_id,
            subject,
            is_error: false,
            status: None,
            item_statuses: Vec::new(),
        }
    }

    fn event_type(&self) -> &'static str {
        match (&self.subject, self.is_error) {
            (Subject::Delivery(_), false) => "DeliveryOrderUpdate",
            (Subject::Delivery(_), true) => "DeliveryOrderError",
            (Subject::TableOrder(_), false) => "TableOrderUpdate",
            (Subject::TableOrder(_), true) => "TableOrderError",
            (Subject::Reserve(_), false) => "ReserveUpdate",
            (Subject::Reserve(_), true) => "ReserveError",
            (Subject::StopLists(_), _) => "StopListUpdate",
            (Subject::Shift { .. }, _) => "PersonalShift",
            (Subject::Nomenclature, _) => "NomenclatureUpdate",
            (Subject::BusinessHours, _) => "BusinessHoursAndMappingUpdate",
        }
    }

    /// Whether a handler with this filter is told. A filter that is missing wants nothing (`cloud-api.md` 10.1).
    fn is_wanted(&self, filter: &WebHooksFilter) -> bool {
        match &self.subject {
            Subject::Delivery(_) => filter.delivery_order_filter.as_ref().is_some_and(|filter| {
                self.is_of(
                    filter.errors,
                    &words(filter.order_statuses.as_deref()),
                    &words(filter.item_statuses.as_deref()),
                )
            }),
            Subject::TableOrder(_) => filter.table_order_filter.as_ref().is_some_and(|filter| {
                self.is_of(
                    filter.errors,
                    &words(filter.order_statuses.as_deref()),
                    &words(filter.item_statuses.as_deref()),
                )
            }),
            Subject::Reserve(_) => filter.reserve_filter.as_ref().is_some_and(|filter| {
                Some(true)
                    == if self.is_error {
                        filter.errors
                    } else {
                        filter.updates
                    }
            }),
            Subject::StopLists(_) => wants(filter.stop_list_update_filter.as_ref()),
            Subject::Shift { .. } => wants(filter.personal_shift_filter.as_ref()),
            Subject::Nomenclature => wants(filter.nomenclature_update_filter.as_ref()),
            Subject::BusinessHours => {
                wants(filter.business_hours_and_mapping_update_filter.as_ref())
            }
        }
    }

    fn is_of(&self, errors: Option<bool>, statuses: &[String], item_statuses: &[String]) -> bool {
        if self.is_error {
            return errors == Some(true);
        }
        self.status
            .as_ref()
            .is_some_and(|status| statuses.contains(status))
            || self
                .item_statuses
                .iter()
                .any(|status| item_statuses.contains(status))
    }
}

fn wants(filter: Option<&WebHookShortFilter>) -> bool {
    filter.is_some_and(|filter| filter.updates == Some(true))
}

fn words<W: ToString>(words: Option<&[W]>) -> Vec<String> {
    words
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect()
}

impl Webhooks {
    /// The handlers for an organization, and whose they are.
    fn of(&self, organization_id: OrganizationId) -> impl Iterator<Item = (&String, &Handler)> {
        let all = self.handlers.iter();
        all.filter_map(move |(login, handlers)| Some((login, handlers.get(&organization_id)?)))
    }

    fn put_out(&mut self, outgoing: Vec<Outgoing>) {
        let mut forgotten = 0;
        for outgoing in outgoing {
            forgotten += keep(&mut self.outbox, outgoing, OUTBOX_KEPT);
        }
        if forgotten > 0 {
            tracing::warn!(
                forgotten,
                "webhooks that nobody sent are forgotten: too many wait"
            );
        }
    }
}

impl Outgoing {
    fn to(login: &str, handler: &Handler, event: Event) -> Self {
        Self {
            login: Some(login.to_owned()),
            uri: handler.uri.clone(),
            auth_token: handler.auth_token.clone(),
            was_late: false,
            event,
        }
    }
}

impl World {
    /// Writes down what happened, and tells those who want to know.
    pub(crate) fn emit(&mut self, happening: &Happening) {
        let now = self.now();
        let mut outgoing = Vec::new();
        for (login, handler) in self.webhooks.of(happening.organization_id) {
            let Some(filter) = handler.filter.as_ref().filter(|it| happening.is_wanted(it)) else {
                continue;
            };
            if !self.may_know(login, happening) {
                continue;
            }
            let keys = filter
                .delivery_order_filter
                .as_ref()
                .and_then(|filter| filter.returned_external_data_keys.clone())
                .unwrap_or_default();
            if let Some(event) = self.event(happening, &keys, now) {
                outgoing.push(Outgoing::to(login, handler, event));
            }
        }
        self.webhooks.put_out(outgoing);
        if let Some(event) = self.event(happening, &[], now) {
            keep(&mut self.webhooks.journal, event, KEPT);
        }
    }

    /// Whether a login is told of something: not of orders of another source than its own, nor of the stop lists of terminal
    /// groups that were not granted to it.
    fn may_know(&self, login: &str, happening: &Happening) -> bool {
        let Some(login) = self.logins.iter().find(|it| it.api_login == login) else {
            return true;
        };
        match &happening.subject {
            Subject::Delivery(id) => {
                let order = self.deliveries.known.get(id);
                order.is_none_or(|it| login.owns(it.source_key()))
            }
            Subject::TableOrder(id) => {
                let order = self.table_orders.known.get(id);
                order.is_none_or(|it| login.owns(it.source_key()))
            }
            Subject::StopLists(groups) => groups.iter().any(|id| login.is_granted(*id)),
            Subject::Reserve(_)
            | Subject::Shift { .. }
            | Subject::Nomenclature
            | Subject::BusinessHours => true,
        }
    }

    /// Tells every handler of an organization of an event, whatever its filters say.
    pub(crate) fn raise(
        &mut self,
        organization_id: OrganizationId,
        event_type: &str,
        event_info: Box<RawValue>,
    ) {
        let event = Event {
            event_type: event_type.to_owned(),
            event_time: UtcTime(self.now()),
            organization_id,
            correlation_id: CorrelationId(Uuid::new_v4()),
            event_info,
        };
        let handlers = self.webhooks.of(organization_id);
        let outgoing: Vec<Outgoing> = handlers
            .map(|(login, handler)| Outgoing::to(login, handler, event.clone()))
            .collect();
        self.webhooks.put_out(outgoing);
        keep(&mut self.webhooks.journal, event, KEPT);
    }

    /// The stop list of a terminal group is another now.
    pub(crate) fn stop_list_changed(
        &mut self,
        organization_id: OrganizationId,
        terminal_group_id: TerminalGroupId,
    ) {
        let subject = Subject::StopLists(vec![terminal_group_id]);
        self.emit(&Happening::plain(organization_id, subject));
    }

    fn event(
        &self,
        happening: &Happening,
        external_keys: &[String],
        now: DateTime<Utc>,
    ) -> Option<Event> {
        Some(Event {
            event_type: happening.event_type().to_owned(),
            event_time: UtcTime(now),
            organization_id: happening.organization_id,
            correlation_id: CorrelationId(self.call.correlation_id),
            event_info: self.event_info(&happening.subject, external_keys)?,
        })
    }

    fn event_info(&self, subject: &Subject, external_keys: &[String]) -> Option<Box<RawValue>> {
        let text = match subject {
            Subject::Delivery(id) => {
                let info = self.deliveries.known.get(id)?.info(external_keys);
                written_as::<iiko_types::operations::DeliveriesById>("OrderInfo", &info)?
            }
            Subject::TableOrder(id) => {
                let info = self.table_orders.known.get(id)?.info(external_keys);
                written_as::<iiko_types::operations::OrderById>("TableOrderInfo", &info)?
            }
            Subject::Reserve(id) => {
                let info = self.reserves.known.get(id)?.info();
                written_as::<iiko_types::operations::ReserveStatusById>("ReserveInfo", &info)?
            }
            Subject::StopLists(groups) => {
                let updates: Vec<_> = groups
                    .iter()
                    .map(|id| serde_json::json!({"id": id, "isFull": true}))
                    .collect();
                serde_json::json!({"terminalGroupsStopListsUpdates": updates}).to_string()
            }
            Subject::Shift {
                employee_id,
                terminal_group_id,
                is_opened,
            } => serde_json::json!({
                "id": employee_id,
                "roleId": null,
                "opened": is_opened,
                "terminalGroupId": terminal_group_id,
            })
            .to_string(),
            Subject::Nomenclature | Subject::BusinessHours => "{}".to_owned(),
        };
        RawValue::from_string(text).ok()
    }
}

/// A part of the answers of `E`, with the members that have no value.
fn written_as<E: iiko_types::endpoint::Endpoint>(
    schema: &str,
    part: &impl Serialize,
) -> Option<String> {
    let mut json = Json::parse(&serde_json::to_string(part).ok()?).ok()?;
    let (contract, _) = contract::find(E::PATH)?;
    complete_named(contract, schema, &mut json);
    Some(json.print())
}

#[cfg(test)]
mod tests {
    use super::Handler;

    #[test]
    fn the_token_of_a_handler_is_kept_and_never_printed() {
        let handler = Handler {
            uri: "http://127.0.0.1:9/hook".to_owned(),
            auth_token: Some("swordfish".into()),
            filter: None,
        };
        let kept = serde_json::to_string(&handler).unwrap();
        assert!(kept.contains("swordfish"), "{kept}");
        let printed = format!("{handler:?}");
        assert!(!printed.contains("swordfish"), "{printed}");
    }
}
