//! The state as control shows it: counts, organizations and their ids.

use chrono::{DateTime, Utc};
use iiko_types::ids::{OrganizationId, TerminalGroupId};
use serde::Serialize;

use crate::world::{Organization, World};

/// What is imitated right now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct State {
    /// Name of the scenario.
    pub scenario: String,
    /// By the emulator's clock.
    pub now: DateTime<Utc>,
    /// Whether it has iiko's undocumented 500s too.
    pub is_strict: bool,
    /// Whether access tokens come as bare text instead of JSON.
    pub token_is_bare: bool,
    /// Of tokens given from now on.
    pub token_lifetime_seconds: u64,
    /// In the order of the scenario, recorded ones last.
    pub organizations: Vec<OrganizationView>,
}

/// An organization and how much it has of everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrganizationView {
    /// As the API knows it.
    pub id: OrganizationId,
    /// As the API tells it.
    pub name: String,
    /// Sleeping ones too.
    pub terminal_groups: Vec<TerminalGroupView>,
    /// Of the nomenclature.
    pub revision: i64,
    /// Folders.
    pub groups: usize,
    /// Folders of modifiers.
    pub modifier_groups: usize,
    /// Distinct ids that are no modifiers.
    pub dishes: usize,
    /// Distinct ids of modifiers.
    pub modifiers: usize,
    /// Rows of both, places included.
    pub product_rows: usize,
    /// Entries of all its stop lists.
    pub stops: usize,
    /// Deleted ones too.
    pub payment_types: usize,
    /// Those it sells.
    pub combos: usize,
}

/// A terminal group and whether its till answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TerminalGroupView {
    /// As the API knows it.
    pub id: TerminalGroupId,
    /// As the API tells it.
    pub name: String,
    /// Its till does nothing: commands wait for it or time out.
    pub is_asleep: bool,
}

impl State {
    pub(crate) fn of(world: &World) -> Self {
        Self {
            scenario: world.scenario.name().to_owned(),
            now: world.now(),
            is_strict: world.is_strict,
            token_is_bare: world.token_is_bare,
            token_lifetime_seconds: world.tokens.lifetime.as_secs(),
            organizations: world
                .organizations
                .iter()
                .map(OrganizationView::of)
                .collect(),
        }
    }
}

impl OrganizationView {
    fn of(organization: &Organization) -> Self {
        let nomenclature = &organization.nomenclature;
        let is_modifier_group = |is: Option<bool>| is == Some(true);
        let modifier_groups = nomenclature
            .groups
            .iter()
            .filter(|group| is_modifier_group(group.is_group_modifier))
            .count();
        let distinct = |wanted: bool| {
            let is_modifier =
                |kind: Option<&str>| kind.is_some_and(|kind| kind.eq_ignore_ascii_case("modifier"));
            let rows = nomenclature
                .products
                .iter()
                .filter(|it| is_modifier(it.r#type.as_deref()) == wanted);
            rows.map(|product| product.id)
                .collect::<std::collections::HashSet<_>>()
                .len()
        };
        Self {
            id: organization.id,
            name: organization.name.clone(),
            terminal_groups: organization
                .terminal_groups
                .iter()
                .map(|group| TerminalGroupView {
                    id: group.id,
                    name: group.name.clone(),
                    is_asleep: group.is_asleep,
                })
                .collect(),
            revision: nomenclature.revision,
            groups: nomenclature.groups.len() - modifier_groups,
            modifier_groups,
            dishes: distinct(false),
            modifiers: distinct(true),
            product_rows: nomenclature.products.len(),
            stops: organization.stops.len(),
            payment_types: organization.payment_types.len(),
            combos: organization.combos.len(),
        }
    }
}
