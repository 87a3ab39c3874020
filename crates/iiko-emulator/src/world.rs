//! The state that is imitated: organizations, what they sell and stop, who may see them, what time it is.

mod forgetting;
mod opening;
pub(crate) mod snapshot;
mod time;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use iiko_types::{
    ids::{OrganizationId, PaymentTypeId, ProductId, SizeId, TerminalGroupId},
    number::ExactDecimal,
    schemas::{ComboCategory, ComboSpecification, DiscountCardTypeInfo, OrderType, PaymentType},
    time::{LocalTime, TimeSpan},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    clock::Clock,
    commands::Commands,
    deliveries::Deliveries,
    drafts::Drafts,
    external_menu::ExternalMenu,
    failure::Failure,
    iiko_server::IikoServer,
    loyalty::Loyalty,
    nomenclature::Nomenclature,
    references::References,
    refusal::Refusal,
    reserves::Reserves,
    scenario::{Scenario, rules::Rules},
    schedule::Schedule,
    tables::TableOrders,
    tokens::Tokens,
    webhooks::Webhooks,
};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) scenario: Scenario,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) logins: Vec<Login>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) price_categories: Vec<PriceCategory>,
    pub(crate) external_menus: Vec<ExternalMenu>,
    /// 500 where iiko has 500 although its contract allows the request.
    pub(crate) is_strict: bool,
    /// Token operations answer with a bare string instead of an object.
    pub(crate) token_is_bare: bool,
    pub(crate) commands: Commands,
    pub(crate) deliveries: Deliveries,
    pub(crate) drafts: Drafts,
    /// The server in the back office, where the scenario has one.
    pub(crate) iiko_server: Option<IikoServer>,
    pub(crate) loyalty: Loyalty,
    pub(crate) references: References,
    pub(crate) reserves: Reserves,
    /// Of the last change of an order of any kind: grows with every change, as milliseconds do.
    pub(crate) revision: i64,
    pub(crate) schedule: Schedule,
    pub(crate) table_orders: TableOrders,
    /// The day on which what is old was forgotten last.
    #[serde(default)]
    pub(crate) tidied_on: Option<NaiveDate>,
    pub(crate) webhooks: Webhooks,
    #[serde(skip)]
    pub(crate) call: Call,
}

/// The call being answered. Before every operation it is set anew.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// Of the token, or who asks for one; `None` where nobody is known.
    pub(crate) login: Option<String>,
    pub(crate) correlation_id: Uuid,
    /// What the till will say to the command that the call is.
    pub(crate) refusal: Option<Failure>,
    /// When the cloud took a command that the till is doing now.
    pub(crate) sent_at: Option<DateTime<Utc>>,
}

impl Call {
    /// What somebody at the till does, or the time: nobody has called, and what comes of it has a correlation id of its
    /// own.
    pub(crate) fn at_till() -> Self {
        Self {
            correlation_id: Uuid::new_v4(),
            ..Self::default()
        }
    }
}

/// A customer of the API.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) api_login: String,
    /// `None` for all.
    pub(crate) organization_ids: Option<Vec<OrganizationId>>,
    pub(crate) prices_from_menu: bool,
    /// Its orders are stamped with this source, and it sees no others.
    pub(crate) source: Option<String>,
    /// External menus that were made for it; `None` for all.
    pub(crate) external_menus: Option<Vec<i64>>,
    /// Names of the operations it may call; `None` for all.
    pub(crate) rights: Option<Vec<String>>,
    /// Not granted to it.
    pub(crate) hidden_terminal_groups: Vec<TerminalGroupId>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PriceCategory {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) percent: Decimal,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: OrganizationId,
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) address: String,
    pub(crate) latitude: Decimal,
    pub(crate) longitude: Decimal,
    pub(crate) inn: String,
    /// Call-centre operators may work with drafts.
    pub(crate) has_drafts: bool,
    pub(crate) has_loyalty: bool,
    /// Where it delivers.
    pub(crate) city_id: Uuid,
    pub(crate) rules: Rules,
    pub(crate) cash_payment_type_id: Option<PaymentTypeId>,
    pub(crate) terminal_groups: Vec<TerminalGroupState>,
    pub(crate) nomenclature: Nomenclature,
    #[serde(with = "snapshot::pairs")]
    pub(crate) stops: BTreeMap<StopKey, Stop>,
    pub(crate) payment_types: Vec<PaymentType>,
    pub(crate) order_types: Vec<OrderType>,
    pub(crate) discounts: Vec<DiscountCardTypeInfo>,
    pub(crate) combo_categories: Vec<ComboCategory>,
    pub(crate) combos: Vec<ComboSpecification>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TerminalGroupState {
    pub(crate) id: TerminalGroupId,
    pub(crate) name: String,
    pub(crate) time_zone: TimeSpan,
    pub(crate) is_asleep: bool,
}

/// What is stopped where; without a size: all sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct StopKey {
    pub(crate) terminal_group_id: TerminalGroupId,
    pub(crate) product_id: ProductId,
    pub(crate) size_id: Option<SizeId>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Stop {
    pub(crate) balance: ExactDecimal,
    pub(crate) added_at: DateTime<Utc>,
}

impl World {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A revision that nothing has had yet.
    pub(crate) fn next_revision(&mut self) -> i64 {
        self.revision = self.now().timestamp_millis().max(self.revision + 1);
        self.revision
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

    pub(crate) fn organization(&self, id: OrganizationId) -> Option<&Organization> {
        self.organizations
            .iter()
            .find(|organization| organization.id == id)
    }

    pub(crate) fn organization_mut(&mut self, id: OrganizationId) -> Option<&mut Organization> {
        self.organizations
            .iter_mut()
            .find(|organization| organization.id == id)
    }

    /// The organizations that the calling login sees.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Organization> {
        self.organizations
            .iter()
            .filter(|organization| self.sees(organization.id))
    }

    /// The organizations asked for, in their order, or iiko's refusal that names those the login does not see.
    pub(crate) fn permitted(&self, ids: &[OrganizationId]) -> Result<Vec<&Organization>, Refusal> {
        let denied: Vec<OrganizationId> = ids
            .iter()
            .copied()
            .filter(|id| !self.sees(*id) || self.organization(*id).is_none())
            .collect();
        if !denied.is_empty() {
            return Err(Refusal::organization_denied(&denied));
        }
        Ok(ids.iter().filter_map(|id| self.organization(*id)).collect())
    }

    /// The one organization of a request that has one.
    pub(crate) fn permitted_one(
        &mut self,
        id: OrganizationId,
    ) -> Result<&mut Organization, Refusal> {
        let is_seen = self.sees(id);
        self.organization_mut(id)
            .filter(|_| is_seen)
            .ok_or_else(|| Refusal::organization_denied(&[id]))
    }

    /// Whose token this is, if it is one of ours and still counts.
    pub(crate) fn login_of(&self, token: &str) -> Option<String> {
        let login = self.tokens.login_of(token, self.now());
        login.map(ToOwned::to_owned)
    }

    /// Whether the calling login was granted a terminal group.
    pub(crate) fn sees_terminal_group(&self, id: TerminalGroupId) -> bool {
        let login = self.calling_login();
        login.is_some_and(|login| login.is_granted(id))
    }

    /// The external menus that were made for the calling login; recorded ones are for all.
    pub(crate) fn visible_menus(&self) -> impl Iterator<Item = &ExternalMenu> {
        let granted = self
            .calling_login()
            .and_then(|login| login.external_menus.as_ref());
        let all = self.external_menus.iter();
        all.filter(move |menu| {
            menu.recording.is_some() || granted.is_none_or(|granted| granted.contains(&menu.id))
        })
    }

    /// Whether the calling login may use an operation.
    pub(crate) fn may_call(&self, operation: &str) -> bool {
        let rights = self.calling_login().and_then(|login| login.rights.as_ref());
        rights.is_none_or(|rights| rights.iter().any(|right| right == operation))
    }

    pub(crate) fn calling_login(&self) -> Option<&Login> {
        let api_login = self.call.login.as_deref()?;
        self.logins
            .iter()
            .find(|login| login.api_login == api_login)
    }

    fn sees(&self, id: OrganizationId) -> bool {
        self.calling_login().is_some_and(|login| {
            login
                .organization_ids
                .as_ref()
                .is_none_or(|ids| ids.contains(&id))
        })
    }
}

impl Login {
    /// Whether it may create orders there.
    pub(crate) fn sends_to(&self, organization: OrganizationId, group: TerminalGroupId) -> bool {
        let ids = self.organization_ids.as_ref();
        ids.is_none_or(|ids| ids.contains(&organization)) && self.is_granted(group)
    }

    pub(crate) fn is_granted(&self, group: TerminalGroupId) -> bool {
        !self.hidden_terminal_groups.contains(&group)
    }

    /// Whether it sees what has this order source: all, unless it has a source itself.
    pub(crate) fn owns(&self, source_key: Option<&str>) -> bool {
        self.source.is_none() || self.source.as_deref() == source_key
    }
}

impl Organization {
    pub(crate) fn terminal_group(&self, id: TerminalGroupId) -> Option<&TerminalGroupState> {
        self.terminal_groups.iter().find(|group| group.id == id)
    }

    /// iiko's word for a terminal group that is not the organization's; the sentence is a guess.
    pub(crate) fn require_terminal_group(
        &self,
        id: TerminalGroupId,
    ) -> Result<&TerminalGroupState, Refusal> {
        self.terminal_group(id).ok_or_else(|| {
            Refusal::invalid_request(format!(
                "Terminal group {id} does not belong to organization {}.",
                self.id
            ))
        })
    }
}
