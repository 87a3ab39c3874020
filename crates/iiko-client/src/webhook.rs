//! What iiko sends on its own: webhooks, from their bytes to their events.
//!
//! A receiver checks the secret ([`is_authentic`]), keeps the bytes, answers 200 and reads them then ([`parse`]). iiko
//! promises neither order nor exactly one delivery, so an event is a hint to look again and never the only truth.
//!
//! ```
//! use iiko_client::webhook::{self, Event};
//!
//! let body = br#"[{"eventType": "StopListUpdate", "eventTime": "2026-11-22 20:00:00.000"}, {"eventType": 7}]"#;
//! let received = webhook::parse(body)?;
//! assert!(matches!(received[0].event, Ok(Event::StopListUpdate(_))));
//! # Ok::<(), iiko_client::webhook::NotEvents>(())
//! ```

mod secret;

use std::sync::Arc;

use iiko_types::{
    ids::{CorrelationId, OrganizationId},
    schemas::{
        DeliveryOrderErrorEvent, DeliveryOrderUpdateEvent, PersonalShiftEvent, ReserveErrorEvent,
        ReserveUpdateEvent, StopListUpdateEvent, TableOrderErrorEvent, TableOrderUpdateEvent,
        UnknownWebhookEvent, WebhookEvent,
    },
    time::UtcTime,
};
use serde_json::value::RawValue;

pub use self::secret::is_authentic;

/// One event of a body.
#[derive(Clone, Debug)]
pub struct Received {
    /// As it came.
    pub raw: Box<RawValue>,
    /// Read, if it can be. One that cannot does not take the others with it.
    pub event: Result<Event, BadEvent>,
}

/// An event by its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A delivery order was created or has changed.
    DeliveryOrderUpdate(Box<DeliveryOrderUpdateEvent>),
    /// A delivery order could not be created.
    DeliveryOrderError(Box<DeliveryOrderErrorEvent>),
    /// A table order was created or has changed.
    TableOrderUpdate(Box<TableOrderUpdateEvent>),
    /// A table order could not be created.
    TableOrderError(Box<TableOrderErrorEvent>),
    /// A reserve or banquet was created or has changed.
    ReserveUpdate(Box<ReserveUpdateEvent>),
    /// A reserve or banquet could not be created.
    ReserveError(Box<ReserveErrorEvent>),
    /// The stop lists of terminal groups have changed; what is in them has to be asked for.
    StopListUpdate(Box<StopListUpdateEvent>),
    /// Somebody has begun or ended a shift.
    PersonalShift(Box<PersonalShiftEvent>),
    /// Something about cooking. iiko does not say what is in it.
    KitchenOrderUpdate(Box<UnknownWebhookEvent>),
    /// The nomenclature has changed. iiko does not say what is in it.
    NomenclatureUpdate(Box<UnknownWebhookEvent>),
    /// Hours or delivery zones have changed. iiko does not say what is in it.
    BusinessHoursAndMappingUpdate(Box<UnknownWebhookEvent>),
    /// Of a type that is not known here, or of none.
    Unknown(Box<UnknownWebhookEvent>),
}

/// An event that cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the event is not of its type")]
pub struct BadEvent(#[source] Arc<serde_json::Error>);

/// A body without events.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the body is not a list of events")]
pub struct NotEvents(#[source] Arc<serde_json::Error>);

/// Reads the body of a webhook: a list of events, even of one. A single one without its list is taken as well.
///
/// # Errors
///
/// [`NotEvents`] where it is no JSON, or neither a list nor an object.
#[doc(alias = "parse_webhook_order")]
#[doc(alias = "parse_webhook_reserve")]
pub fn parse(body: &[u8]) -> Result<Vec<Received>, NotEvents> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let events = if body.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice(body).map(|event| vec![event])
    } else {
        serde_json::from_slice::<Vec<Box<RawValue>>>(body)
    };
    let events = events.map_err(|error| NotEvents(Arc::new(error)))?;
    Ok(events
        .into_iter()
        .map(|raw| Received {
            event: read(&raw),
            raw,
        })
        .collect())
}

fn read(raw: &RawValue) -> Result<Event, BadEvent> {
    serde_json::from_str::<WebhookEvent>(raw.get())
        .map(Event::from)
        .map_err(|error| BadEvent(Arc::new(error)))
}

/// The same field of every event.
macro_rules! field {
    ($event:ident.$field:ident) => {
        match $event {
            Event::DeliveryOrderUpdate(event) => event.$field,
            Event::DeliveryOrderError(event) => event.$field,
            Event::TableOrderUpdate(event) => event.$field,
            Event::TableOrderError(event) => event.$field,
            Event::ReserveUpdate(event) => event.$field,
            Event::ReserveError(event) => event.$field,
            Event::StopListUpdate(event) => event.$field,
            Event::PersonalShift(event) => event.$field,
            Event::KitchenOrderUpdate(event)
            | Event::NomenclatureUpdate(event)
            | Event::BusinessHoursAndMappingUpdate(event)
            | Event::Unknown(event) => event.$field,
        }
    };
}

impl Event {
    /// Where it happened.
    #[must_use]
    pub fn organization_id(&self) -> Option<OrganizationId> {
        field!(self.organization_id)
    }

    /// When.
    #[must_use]
    pub fn event_time(&self) -> Option<UtcTime> {
        field!(self.event_time)
    }

    /// The command that it came from. Several events may have the same.
    #[must_use]
    pub fn correlation_id(&self) -> Option<CorrelationId> {
        field!(self.correlation_id)
    }
}

impl From<WebhookEvent> for Event {
    fn from(event: WebhookEvent) -> Self {
        match event {
            WebhookEvent::DeliveryOrderUpdate(event) => Self::DeliveryOrderUpdate(event),
            WebhookEvent::DeliveryOrderError(event) => Self::DeliveryOrderError(event),
            WebhookEvent::TableOrderUpdate(event) => Self::TableOrderUpdate(event),
            WebhookEvent::TableOrderError(event) => Self::TableOrderError(event),
            WebhookEvent::ReserveUpdate(event) => Self::ReserveUpdate(event),
            WebhookEvent::ReserveError(event) => Self::ReserveError(event),
            WebhookEvent::StopListUpdate(event) => Self::StopListUpdate(event),
            WebhookEvent::PersonalShift(event) => Self::PersonalShift(event),
            // The contract names these types and does not describe them.
            WebhookEvent::Other(event) => match event.event_type.as_deref() {
                Some("KitchenOrderUpdate") => Self::KitchenOrderUpdate(event),
                Some("NomenclatureUpdate") => Self::NomenclatureUpdate(event),
                Some("BusinessHoursAndMappingUpdate") => Self::BusinessHoursAndMappingUpdate(event),
                Some(_) | None => Self::Unknown(event),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of a body by their variants; `bad` for what cannot be read.
    fn kinds(body: &str) -> Vec<String> {
        parse(body.as_bytes())
            .unwrap()
            .into_iter()
            .map(|received| match received.event {
                Ok(event) => format!("{event:?}").split('(').next().unwrap().to_owned(),
                Err(_) => "bad".to_owned(),
            })
            .collect()
    }

    #[test]
    fn each_of_the_eleven_types_has_a_variant() {
        let types = [
            "DeliveryOrderUpdate",
            "DeliveryOrderError",
            "TableOrderUpdate",
            "TableOrderError",
            "ReserveUpdate",
            "ReserveError",
            "StopListUpdate",
            "PersonalShift",
            "KitchenOrderUpdate",
            "NomenclatureUpdate",
            "BusinessHoursAndMappingUpdate",
        ];
        let events: Vec<_> = types
            .iter()
            .map(|kind| format!(r#"{{"eventType":"{kind}"}}"#))
            .collect();
        assert_eq!(kinds(&format!("[{}]", events.join(","))), types);
    }

    #[test]
    fn a_bad_event_does_not_take_the_others_with_it() {
        let body = r#"[{"eventType":"DeliveryOrderUpdate","eventInfo":{"id":"no guid"}},
            {"eventType":"StopListUpdate","eventInfo":{"terminalGroupsStopListsUpdates":[]}},
            7, {"eventType":"SomethingNew","eventInfo":[1]}, {}]"#;
        assert_eq!(
            kinds(body),
            ["bad", "StopListUpdate", "bad", "Unknown", "Unknown"]
        );
        let received = parse(body.as_bytes()).unwrap();
        assert_eq!(received[2].raw.get(), "7");
        let Ok(Event::Unknown(event)) = &received[3].event else {
            panic!("{:?}", received[3])
        };
        assert_eq!(event.event_info, Some(serde_json::json!([1]).into()));
    }

    #[test]
    fn every_event_says_where_and_when() {
        for kind in ["StopListUpdate", "NomenclatureUpdate", "SomethingNew"] {
            let body = format!(
                r#"[{{"eventType":"{kind}","eventTime":"2026-11-22 20:00:00.123","correlationId":null,
                    "organizationId":"00000000-0000-4000-8000-000000000001"}}]"#
            );
            let event = parse(body.as_bytes()).unwrap().remove(0).event.unwrap();
            assert_eq!(
                event.organization_id().unwrap().to_string(),
                "00000000-0000-4000-8000-000000000001"
            );
            assert_eq!(
                event.event_time().unwrap().to_string(),
                "2026-11-22 20:00:00.123"
            );
            assert_eq!(event.correlation_id(), None);
        }
    }

    #[test]
    fn a_single_event_and_an_empty_list_are_bodies_and_a_page_is_none() {
        assert_eq!(
            kinds("\u{feff} {\"eventType\":\"NomenclatureUpdate\"}"),
            ["NomenclatureUpdate"]
        );
        assert!(kinds("[]").is_empty());
        for body in ["", "<html>", "7", "[{", "null"] {
            assert!(parse(body.as_bytes()).is_err(), "{body:?}");
        }
    }
}
