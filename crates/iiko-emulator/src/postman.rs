//! Sends what waits in the outbox: events for one handler together, as an array; again when it is not answered with 200.
//!
//! Each handler has a lane of its own: its calls keep their order, and one that is slow holds up no other. What comes for
//! a handler meanwhile waits in the outbox. Where another world begins, what is on its way out of the old one is given up.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use chrono::{DateTime, Utc};
use iiko_types::{ids::OrganizationId, secret::Secret};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{OwnedMutexGuard, watch},
    task::JoinSet,
};

use crate::{
    faults::{Fault, target::Target},
    kept::{KEPT, keep},
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

/// A call to a handler and what came of it, or that a fault kept it from being made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// When it was made or would have been, by the emulator's clock.
    pub at: DateTime<Utc>,
    /// Where the events happened.
    pub organization_id: OrganizationId,
    /// Address of the handler.
    pub uri: String,
    /// The types of the events in it.
    pub events: Vec<String>,
    /// From 1; 0 where no call was made.
    pub attempt: usize,
    /// What the handler answered; `None` where it did not.
    pub status: Option<u16>,
    /// What was done to it.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// A handler of a login for an organization.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    organization_id: OrganizationId,
    login: Option<String>,
    uri: String,
    auth_token: Option<Secret>,
}

/// The right to call a handler: as long as it is held nobody else does.
pub(crate) type Turn = OwnedMutexGuard<()>;

/// Events that go to one handler in one call.
struct Parcel {
    address: Address,
    events: Vec<Event>,
    faults: Vec<Fault>,
}

impl Shared {
    /// Sends whatever comes into the outbox; in the stepped pace only when somebody says so. Does not end.
    pub(crate) async fn run_postman(self) {
        let mut at_work = JoinSet::new();
        loop {
            self.posted().await;
            let Some(batch) = self.batch() else { continue };
            tokio::time::sleep(batch).await;
            for address in self.addresses() {
                if let Ok(turn) = self.lane(&address).try_lock_owned() {
                    at_work.spawn(self.clone().deliver(address, turn));
                }
            }
            while at_work.try_join_next().is_some() {}
        }
    }

    /// How long to wait for more, where there is something to send at all.
    fn batch(&self) -> Option<Duration> {
        let world = self.world();
        match world.schedule.pace {
            Pace::Auto { .. } if !world.webhooks.outbox.is_empty() => {
                Some(world.schedule.takes(BATCH))
            }
            Pace::Auto { .. } | Pace::Stepped => None,
        }
    }

    /// Sends all that is in the outbox now, and waits for the answers. Gives how many calls were answered with 200.
    pub(crate) async fn send_outbox(&self) -> usize {
        let sent = self.addresses().into_iter().map(async |address| {
            let turn = self.lane(&address).lock_owned().await;
            self.clone().deliver(address, turn).await
        });
        futures::future::join_all(sent).await.into_iter().sum()
    }

    /// Those for whom something waits.
    fn addresses(&self) -> BTreeSet<Address> {
        let world = self.world();
        let outbox = world.webhooks.outbox.iter();
        outbox.map(Outgoing::address).collect()
    }

    /// Brings a handler what waits for it, with what faults do to that. Gives how many calls were answered with 200.
    async fn deliver(self, address: Address, turn: Turn) -> usize {
        let mut worlds = self.worlds();
        let world = *worlds.borrow();
        let Some(parcel) = self.parcel(address) else {
            return 0;
        };
        let has = |fault: &Fault| parcel.faults.contains(fault);
        let is_lost = has(&Fault::WebhookLost);
        let mut copies = 1 + usize::from(has(&Fault::WebhookDoubled)) - usize::from(is_lost);
        let is_late = has(&Fault::WebhookLate) && copies > 0;
        copies -= usize::from(is_late);
        if is_lost || is_late {
            self.note(&parcel, 0, None);
        }
        let latency = parcel.faults.iter().filter_map(Fault::latency).sum();
        tokio::time::sleep(latency).await;
        let mut taken = 0;
        for _ in 0..copies {
            taken += usize::from(self.send(&parcel, world, &mut worlds).await);
        }
        if is_late && *worlds.borrow() == world {
            self.hold_back(parcel);
        }
        drop(turn);
        // more may have come for this handler meanwhile
        self.stir();
        taken
    }

    /// Takes out of the outbox what waits for a handler.
    fn parcel(&self, address: Address) -> Option<Parcel> {
        let (own, now) = {
            let mut world = self.world();
            let outbox = std::mem::take(&mut world.webhooks.outbox);
            let (own, others): (VecDeque<_>, VecDeque<_>) =
                outbox.into_iter().partition(|it| it.address() == address);
            world.webhooks.outbox = others;
            (own, world.now())
        };
        let target = Target::Webhook {
            were_late: own.iter().any(|it| it.was_late),
        };
        let mut events: Vec<Event> = own.into_iter().map(|it| it.event).collect();
        if events.is_empty() {
            return None;
        }
        let login = address.login.as_deref();
        let faults = self.mischief().strike(OPERATION, target, login, now);
        if faults.contains(&Fault::WebhookReordered) {
            events.reverse();
        }
        Some(Parcel {
            address,
            events,
            faults,
        })
    }

    /// The events go first when the next ones go.
    fn hold_back(&self, parcel: Parcel) {
        let address = parcel.address;
        let mut world = self.world();
        for event in parcel.events.into_iter().rev() {
            world.webhooks.outbox.push_front(Outgoing {
                login: address.login.clone(),
                uri: address.uri.clone(),
                auth_token: address.auth_token.clone(),
                was_late: true,
                event,
            });
        }
    }

    /// Tries until the handler has taken it, patience ends or so does the world that it is of.
    async fn send(&self, parcel: &Parcel, world: u64, worlds: &mut watch::Receiver<u64>) -> bool {
        for (attempt, pause) in (1..).zip(PAUSES.iter().map(Some).chain([None])) {
            if *worlds.borrow() != world {
                return false;
            }
            let status = self.try_send(parcel).await;
            if *worlds.borrow() != world {
                return false;
            }
            self.note(parcel, attempt, status);
            if status == Some(200) {
                return true;
            }
            let Some(pause) = pause else { break };
            let pause = self.pause(*pause);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = worlds.changed() => {}
            }
        }
        tracing::warn!(
            uri = parcel.address.uri,
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
            .post(&parcel.address.uri)
            .header(
                reqwest::header::CONTENT_TYPE,
                "application/json; charset=utf-8",
            )
            .timeout(TIMEOUT)
            .body(body);
        if let Some(token) = &parcel.address.auth_token {
            request = request.header(reqwest::header::AUTHORIZATION, token.expose());
        }
        Some(request.send().await.ok()?.status().as_u16())
    }

    fn note(&self, parcel: &Parcel, attempt: usize, status: Option<u16>) {
        let mut world = self.world();
        let delivered = Delivered {
            at: world.now(),
            organization_id: parcel.address.organization_id,
            uri: parcel.address.uri.clone(),
            events: parcel
                .events
                .iter()
                .map(|event| event.event_type.clone())
                .collect(),
            attempt,
            status,
            faults: parcel.faults.clone(),
        };
        keep(&mut world.webhooks.log, delivered, KEPT);
    }
}

impl Outgoing {
    fn address(&self) -> Address {
        Address {
            organization_id: self.event.organization_id,
            login: self.login.clone(),
            uri: self.uri.clone(),
            auth_token: self.auth_token.clone(),
        }
    }
}
