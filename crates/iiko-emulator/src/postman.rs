//! Sends what waits in the outbox: events for one handler together, as an array; again when it is not answered with 200.

use std::{collections::VecDeque, time::Duration};

use chrono::{DateTime, Utc};
use iiko_types::ids::OrganizationId;
use serde::{Deserialize, Serialize};

use crate::{
    faults::Fault,
    schedule::Pace,
    shared::Shared,
    webhooks::{Event, Outgoing},
};

/// What faults call the sending of webhooks.
pub(crate) const OPERATION: &str = "webhook";

/// What happens within so long is told together.
const BATCH: Duration = Duration::from_secs(1);
/// Pauses before a handler that failed is tried again.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(60),
];
/// How long a handler may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Older lines of the log are forgotten.
const LOG_KEPT: usize = 1_000;

/// A call to a handler and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    pub at: DateTime<Utc>,
    pub organization_id: OrganizationId,
    pub uri: String,
    /// The types of the events in it.
    pub events: Vec<String>,
    /// From 1.
    pub attempt: usize,
    /// What the handler answered; `None` where it did not.
    pub status: Option<u16>,
}

/// Events that go to one handler in one call.
#[derive(Debug)]
struct Parcel {
    organization_id: OrganizationId,
    uri: String,
    auth_token: Option<String>,
    events: Vec<Event>,
}

impl Shared {
    /// Sends whatever comes into the outbox; in the stepped pace only when somebody says so. Does not end.
    pub(crate) async fn run_postman(self) {
        loop {
            let waiting = {
                let world = self.world();
                world.schedule.pace != Pace::Stepped && !world.webhooks.outbox.is_empty()
            };
            match waiting {
                false => self.posted().await,
                true => {
                    let batch = self.world().schedule.takes(BATCH);
                    tokio::time::sleep(batch).await;
                    self.send_outbox().await;
                }
            }
        }
    }

    /// Sends all that is in the outbox now, and waits for the answers. Gives how many calls were answered with 200.
    pub(crate) async fn send_outbox(&self) -> usize {
        let parcels = self.parcels();
        let sent = parcels.into_iter().map(|parcel| self.send(parcel));
        let sent = futures::future::join_all(sent).await;
        sent.into_iter().filter(|is_taken| *is_taken).count()
    }

    /// The outbox in parcels, with what faults do to them.
    fn parcels(&self) -> Vec<Parcel> {
        let outbox = std::mem::take(&mut self.world().webhooks.outbox);
        let mut parcels = packed(outbox);
        let mut late = VecDeque::new();
        let mut sent = Vec::new();
        for parcel in parcels.drain(..) {
            let now = self.world().now();
            let faults = self.mischief().strike(OPERATION, None, now);
            let has = |fault: &Fault| faults.contains(fault);
            if has(&Fault::WebhookLost) {
                continue;
            }
            if has(&Fault::WebhookLate) {
                late.extend(parcel.back_into_outbox());
                continue;
            }
            let copy = has(&Fault::WebhookDoubled).then(|| parcel.copy());
            let mut parcel = parcel;
            if has(&Fault::WebhookReordered) {
                parcel.events.reverse();
            }
            sent.push(parcel);
            sent.extend(copy);
        }
        self.world().webhooks.outbox.extend(late);
        sent
    }

    /// Tries until the handler has taken it, or patience ends.
    async fn send(&self, parcel: Parcel) -> bool {
        for (attempt, pause) in (1..).zip(PAUSES.iter().map(Some).chain([None])) {
            let status = self.try_send(&parcel).await;
            self.note(&parcel, attempt, status);
            if status == Some(200) {
                return true;
            }
            let Some(pause) = pause else { break };
            let pause = self.pause(*pause);
            tokio::time::sleep(pause).await;
        }
        tracing::warn!(
            uri = parcel.uri,
            "a webhook handler did not take its events"
        );
        false
    }

    /// How long a handler that failed is left alone; in the stepped pace nobody waits.
    fn pause(&self, pause: Duration) -> Duration {
        let schedule = &self.world().schedule;
        match schedule.pace {
            Pace::Auto { .. } => schedule.takes(pause),
            Pace::Stepped => Duration::ZERO,
        }
    }

    async fn try_send(&self, parcel: &Parcel) -> Option<u16> {
        let body = serde_json::to_vec(&parcel.events).ok()?;
        let mut request = self
            .http
            .post(&parcel.uri)
            .header(
                reqwest::header::CONTENT_TYPE,
                "application/json; charset=utf-8",
            )
            .timeout(TIMEOUT)
            .body(body);
        if let Some(token) = &parcel.auth_token {
            request = request.header(reqwest::header::AUTHORIZATION, token);
        }
        Some(request.send().await.ok()?.status().as_u16())
    }

    fn note(&self, parcel: &Parcel, attempt: usize, status: Option<u16>) {
        let mut world = self.world();
        let at = world.now();
        let log = &mut world.webhooks.log;
        if log.len() == LOG_KEPT {
            log.pop_front();
        }
        log.push_back(Delivered {
            at,
            organization_id: parcel.organization_id,
            uri: parcel.uri.clone(),
            events: parcel
                .events
                .iter()
                .map(|event| event.event_type.clone())
                .collect(),
            attempt,
            status,
        });
    }
}

impl Parcel {
    fn copy(&self) -> Self {
        Self {
            organization_id: self.organization_id,
            uri: self.uri.clone(),
            auth_token: self.auth_token.clone(),
            events: self.events.clone(),
        }
    }

    fn back_into_outbox(self) -> impl Iterator<Item = Outgoing> {
        let (uri, auth_token) = (self.uri, self.auth_token);
        self.events.into_iter().map(move |event| Outgoing {
            uri: uri.clone(),
            auth_token: auth_token.clone(),
            event,
        })
    }
}

/// One parcel for each handler; its events stay in their order.
fn packed(outbox: VecDeque<Outgoing>) -> Vec<Parcel> {
    let mut parcels: Vec<Parcel> = Vec::new();
    for outgoing in outbox {
        let organization_id = outgoing.event.organization_id;
        let known = parcels.iter_mut().find(|parcel| {
            parcel.uri == outgoing.uri
                && parcel.auth_token == outgoing.auth_token
                && parcel.organization_id == organization_id
        });
        match known {
            Some(parcel) => parcel.events.push(outgoing.event),
            None => parcels.push(Parcel {
                organization_id,
                uri: outgoing.uri,
                auth_token: outgoing.auth_token,
                events: vec![outgoing.event],
            }),
        }
    }
    parcels
}
