//! What the three kinds of order have in common: how one comes into being, is changed and told of.
//!
//! The cloud takes a request ([`World::receive`]), the till makes something of it or refuses ([`World::create`]), others
//! change it ([`World::update`]), and whoever wants to know is told ([`World::changed`]). Each kind gives its own part
//! by [`Kind`].
//!
//! - [`asked`]: what requests of any kind are held to
//! - [`external_data`]: what programs keep with orders
//! - [`retrieved`]: what answers of any kind carry

pub(crate) mod asked;
pub(crate) mod external_data;
pub(crate) mod retrieved;

use std::collections::BTreeMap;

use iiko_types::{
    ids::{CorrelationId, Guid, OrganizationId, TerminalGroupId},
    schemas::{CreationStatus, ErrorInfo, OrderItemStatus},
    time::LocalTime,
};
use serde::{Deserialize, Serialize};

use crate::{
    cheque::Cheque,
    failure::{Failure, Finish},
    schedule::Step,
    webhooks::{Happening, Subject},
    world::{Organization, World},
};

/// What a delivery, an order at a table and a reserve have alike, from the request on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) id: Guid,
    pub(crate) external_number: Option<String>,
    pub(crate) organization_id: OrganizationId,
    /// The command that creates it; another one with the same id is a duplicate.
    pub(crate) created_by: CorrelationId,
    /// Of its last change.
    pub(crate) revision: i64,
    pub(crate) creation_status: CreationStatus,
    pub(crate) error: Option<ErrorInfo>,
    pub(crate) cheque: Cheque,
}

/// A kind of order, and what it does in its own way.
pub(crate) trait Kind: Clone {
    /// What the till makes of a request; without what the head's cheque holds.
    type Order;

    /// All that are known.
    fn all(world: &mut World) -> &mut BTreeMap<Guid, Self>;

    fn head(&self) -> &Head;

    fn head_mut(&mut self) -> &mut Head;

    fn order_mut(&mut self) -> &mut Option<Self::Order>;

    /// The till has taken it.
    fn is_made(&self) -> bool;

    /// Those who ask through the API know of it.
    fn is_in_cloud(&self) -> bool {
        true
    }

    fn terminal_group_id(&self) -> Option<TerminalGroupId>;

    /// Whether commands may change it still.
    fn require_open(&self) -> Result<(), Failure>;

    /// The till has taken it, and nothing becomes of it any more.
    fn is_finished(&self) -> bool;

    /// The same, or it could not be created.
    fn is_over(&self) -> bool {
        let is_refused = self.head().creation_status == CreationStatus::Error && !self.is_made();
        is_refused || self.is_finished()
    }

    /// Whether there is something to pay for.
    fn has_cheque(_: &Self::Order) -> bool {
        true
    }

    /// The refusal of another one with its id.
    fn duplicated(id: Guid) -> Failure {
        Failure::duplicated_order(id)
    }

    fn subject(id: Guid) -> Subject;

    /// Its status, in the word of events.
    fn status_word(&self) -> Option<String>;

    /// What happens when it goes on by itself.
    fn step(id: Guid) -> Step;

    /// Whose it is, where it has an order source.
    fn source_key(&self) -> Option<&str> {
        None
    }

    /// Lets it go on by itself, where such things do.
    fn let_live(world: &mut World, id: Guid);
}

/// What a change of an order was, for those who wait for some changes only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) status: bool,
    pub(crate) item_statuses: Vec<OrderItemStatus>,
}

/// What a change may look at.
pub(crate) struct Till<'w> {
    pub(crate) world: &'w World,
    pub(crate) organization: &'w Organization,
    pub(crate) now: LocalTime,
}

impl Head {
    /// It could not be created.
    pub(crate) fn refuse(&mut self, failure: &Failure) {
        self.creation_status = CreationStatus::Error;
        self.error = Some(failure.error_info());
    }
}

impl Change {
    /// It has come into being with its lines, or has not.
    fn created(is_made: bool) -> Self {
        Self {
            status: is_made,
            ..Self::of_lines(0, usize::from(is_made))
        }
    }

    /// Lines were added, if there are more than there were.
    fn of_lines(before: usize, now: usize) -> Self {
        Self {
            status: false,
            item_statuses: match now > before {
                true => vec![OrderItemStatus::Added],
                false => Vec::new(),
            },
        }
    }
}

/// What answers and events tell of a head, in the type that each kind has for it.
macro_rules! head_info {
    ($info:ident, $head:expr) => {
        iiko_types::schemas::$info {
            creation_status: Some($head.creation_status.clone()),
            error_info: $head.error.clone(),
            external_number: $head.external_number.clone(),
            organization_id: Some($head.organization_id),
            timestamp: Some($head.revision),
            ..iiko_types::schemas::$info::new($head.id)
        }
    };
}
pub(crate) use head_info;

/// An order of any kind with its lines and the money that it comes to.
macro_rules! with_cheque {
    ($order:ident, $kept:expr, $cheque:expr) => {{
        let crate::cheque::Cheque {
            items,
            combos,
            payments,
            tips,
            discounts,
            reductions: _,
            bonuses: _,
            is_settled: _,
        } = $cheque.clone();
        iiko_types::schemas::$order {
            items: Some(items),
            combos: Some(combos),
            payments: Some(payments),
            tips: Some(tips),
            discounts: Some(discounts),
            sum: crate::cheque::exact($cheque.sum()),
            processed_payments_sum: crate::cheque::exact($cheque.processed()),
            ..$kept.clone()
        }
    }};
}
pub(crate) use with_cheque;

impl World {
    /// The head of what the calling command is about to create.
    pub(crate) fn new_head(
        &mut self,
        id: Guid,
        organization_id: OrganizationId,
        external_number: Option<String>,
    ) -> Head {
        Head {
            id,
            external_number,
            organization_id,
            created_by: CorrelationId(self.call.correlation_id),
            revision: self.next_revision(),
            creation_status: CreationStatus::InProgress,
            error: None,
            cheque: Cheque::default(),
        }
    }

    /// The cloud takes what is new: it exists from now on, whatever the till will say. Who takes an id that is known is
    /// told so, and what has it stays as it is.
    pub(crate) fn receive<K: Kind>(&mut self, id: Guid, new: impl FnOnce(&mut Self) -> K) -> K {
        if let Some(known) = K::all(self).get(&id) {
            let mut told = known.clone();
            told.head_mut().refuse(&K::duplicated(id));
            *told.order_mut() = None;
            return told;
        }
        let received = new(self);
        K::all(self).insert(id, received.clone());
        received
    }

    /// The till takes what the calling command is about to create, or refuses it.
    pub(crate) fn create<K: Kind>(
        &mut self,
        id: Guid,
        make: impl FnOnce(&mut Self, K) -> Result<K, Failure>,
    ) -> Result<Finish, Failure> {
        let own = CorrelationId(self.call.correlation_id);
        let known = K::all(self).get(&id);
        let Some(received) = known.filter(|it| it.head().created_by == own).cloned() else {
            return Err(K::duplicated(id));
        };
        let result = match make(self, received) {
            Ok(mut made) => {
                made.head_mut().creation_status = CreationStatus::Success;
                K::all(self).insert(id, made);
                Ok(Finish::Done)
            }
            Err(failure) => {
                if let Some(known) = K::all(self).get_mut(&id) {
                    known.head_mut().refuse(&failure);
                }
                Err(failure)
            }
        };
        self.changed::<K>(id, &Change::created(result.is_ok()));
        K::let_live(self, id);
        result
    }

    /// What a command was about to create does not come into being.
    pub(crate) fn refuse<K: Kind>(&mut self, id: Guid, command: CorrelationId, failure: &Failure) {
        let known = K::all(self).get_mut(&id);
        let waits = |it: &&mut K| {
            it.head().created_by == command
                && it.head().creation_status == CreationStatus::InProgress
        };
        if let Some(known) = known.filter(waits) {
            known.head_mut().refuse(failure);
            self.changed::<K>(id, &Change::default());
        }
    }

    /// One that the till has and the cloud knows, or the failure of a command that wants it.
    pub(crate) fn at_till<K: Kind>(
        &mut self,
        organization_id: OrganizationId,
        id: Guid,
    ) -> Result<&mut K, Failure> {
        let key = K::all(self).get(&id).and_then(Kind::source_key);
        let key = key.map(ToOwned::to_owned);
        let login = self.calling_login();
        let is_seen = login.is_none_or(|login| login.owns(key.as_deref()));
        K::all(self)
            .get_mut(&id)
            .filter(|it| it.head().organization_id == organization_id)
            .filter(|it| is_seen && it.is_in_cloud() && it.is_made())
            .ok_or_else(|| Failure::order_not_found(id))
    }

    /// Changes one that is not finished: wholly, or not at all.
    pub(crate) fn update<K: Kind>(
        &mut self,
        organization_id: OrganizationId,
        id: Guid,
        change: impl FnOnce(&mut K, &mut K::Order, &Till<'_>) -> Result<(), Failure>,
    ) -> Result<Finish, Failure> {
        let mut changed = self.at_till::<K>(organization_id, id)?.clone();
        changed.require_open()?;
        let (Some(mut order), Some(organization)) = (
            changed.order_mut().take(),
            self.organization(organization_id),
        ) else {
            return Err(Failure::order_not_found(id));
        };
        let till = Till {
            world: self,
            organization,
            now: self.local_now(organization_id, changed.terminal_group_id()),
        };
        let lines = changed.head().cheque.items.len();
        change(&mut changed, &mut order, &till)?;
        let cheque = &mut changed.head_mut().cheque;
        let news = Change::of_lines(lines, cheque.items.len());
        if K::has_cheque(&order) {
            cheque.discount(organization, &self.loyalty)?;
        }
        *changed.order_mut() = Some(order);
        K::all(self).insert(id, changed);
        self.changed::<K>(id, &news);
        // what it waited for may be there now
        self.go_on::<K>(id);
        Ok(Finish::Done)
    }

    /// After a change: the revision moves on, and whoever wants to know is told.
    pub(crate) fn changed<K: Kind>(&mut self, id: Guid, change: &Change) {
        let revision = self.next_revision();
        let Some(known) = K::all(self).get_mut(&id) else {
            return;
        };
        known.head_mut().revision = revision;
        if !known.is_in_cloud() {
            return;
        }
        let head = known.head();
        let items = change.item_statuses.iter().map(ToString::to_string);
        let happening = Happening {
            organization_id: head.organization_id,
            subject: K::subject(id),
            is_error: head.creation_status == CreationStatus::Error,
            status: known.status_word().filter(|_| change.status),
            item_statuses: items.collect(),
        };
        self.emit(&happening);
    }

    /// What is missing is paid in cash.
    pub(crate) fn pay_the_rest<K: Kind>(&mut self, id: Guid) {
        let Some(head) = K::all(self).get(&id).map(Kind::head) else {
            return;
        };
        let (organization_id, mut cheque) = (head.organization_id, head.cheque.clone());
        if let Some(organization) = self.organization(organization_id) {
            cheque.pay_the_rest(organization);
        }
        if let Some(known) = K::all(self).get_mut(&id) {
            known.head_mut().cheque = cheque;
        }
    }

    /// Lets one go on by itself that stayed where it was.
    pub(crate) fn go_on<K: Kind>(&mut self, id: Guid) {
        if !self.schedule.holds(&K::step(id)) {
            K::let_live(self, id);
        }
    }

    /// Whether the till of one sleeps.
    pub(crate) fn sleeps<K: Kind>(&mut self, id: Guid) -> bool {
        let known = K::all(self).get(&id);
        let place = known.and_then(|it| Some((it.head().organization_id, it.terminal_group_id()?)));
        place.is_some_and(|(organization_id, group)| {
            let organization = self.organization(organization_id);
            let group = organization.and_then(|it| it.terminal_group(group));
            group.is_some_and(|group| group.is_asleep)
        })
    }

    /// Does something with each of a kind.
    pub(crate) fn with_each<K: Kind>(&mut self, act: fn(&mut Self, Guid)) {
        let ids: Vec<Guid> = K::all(self).keys().copied().collect();
        for id in ids {
            act(self, id);
        }
    }
}
