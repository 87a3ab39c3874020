//! Control from inside the process: look at the state, change it, and order mischief.
//!
//! The same over HTTP stands in `control/routes.rs`. Changes are what happens in a restaurant (a price, a stop), not
//! calls of the API: they need no token and are not recorded as exchanges.

mod invented;
mod orders;
mod routes;
mod server;
mod state;

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Context, ensure};
use iiko_types::{
    ids::{OrganizationId, ProductGroupId, ProductId, SizeId, TerminalGroupId},
    number::ExactDecimal,
};
use rust_decimal::Decimal;

pub(crate) use self::routes::router;
pub use self::state::{OrganizationView, State, TerminalGroupView};
use crate::{
    check::bounds::TEN_BILLIONS,
    clock::after,
    faults::{Exchange, FaultRule, FaultState},
    nomenclature::Nomenclature,
    scenario::Scenario,
    schedule::Pace,
    shared::Shared,
    webhooks::{Happening, Subject},
    world::{Call, Organization, Stop, StopKey, World},
};

/// How large a menu can be made to grow.
const MOST_ROWS: usize = 200_000;

/// A handle to a running emulator. Cheap to clone.
#[derive(Clone)]
pub struct Control {
    shared: Shared,
}

impl Control {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Where the emulator listens.
    pub fn url(&self) -> String {
        self.shared.url.clone()
    }

    /// Counts, organizations and ids.
    pub fn state(&self) -> State {
        State::of(&self.shared.world())
    }

    /// Everything as at the start; faults and exchanges are forgotten too.
    pub fn reset(&self) -> anyhow::Result<()> {
        self.begin(self.shared.start.open()?);
        Ok(())
    }

    /// The same with another scenario.
    pub fn reset_to(&self, scenario: &Scenario) -> anyhow::Result<()> {
        self.begin(self.shared.start.open_with(scenario)?);
        Ok(())
    }

    fn begin(&self, world: World) {
        let mut mischief = self.shared.mischief();
        mischief.clear();
        mischief.forget_exchanges();
        drop(mischief);
        self.shared.begin(world);
    }

    /// The whole state as JSON, but for faults and exchanges.
    pub fn snapshot(&self) -> anyhow::Result<String> {
        self.shared.world().snapshot()
    }

    /// Goes on from a snapshot, this emulator's or another's, at its own pace. The clock has moved on meanwhile, unless
    /// it stood in the snapshot and stands here.
    pub fn restore(&self, snapshot: &str) -> anyhow::Result<()> {
        let mut world = World::of_snapshot(snapshot)?;
        let pace = self.shared.world().schedule.pace;
        world.set_pace(pace);
        self.shared.begin(world);
        Ok(())
    }

    // ids

    /// An organization by id, name, code or the slug of its scenario.
    pub fn organization(&self, name: &str) -> anyhow::Result<OrganizationId> {
        Ok(find_organization(&self.shared.world(), name)?.id)
    }

    /// A terminal group by id or name.
    pub fn terminal_group(
        &self,
        organization: OrganizationId,
        name: &str,
    ) -> anyhow::Result<TerminalGroupId> {
        self.read(organization, |organization| {
            let mut groups = organization.terminal_groups.iter();
            let found = groups.find(|group| group.name == name || group.id.to_string() == name);
            Ok(found
                .with_context(|| format!("no terminal group `{name}`"))?
                .id)
        })
    }

    /// A product by id or code.
    pub fn product(&self, organization: OrganizationId, code: &str) -> anyhow::Result<ProductId> {
        self.read(organization, |organization| {
            let nomenclature = &organization.nomenclature;
            let found = nomenclature.product_by_code(code).or_else(|| {
                nomenclature
                    .products
                    .iter()
                    .find(|product| product.id.to_string() == code)
            });
            Ok(found.with_context(|| format!("no product `{code}`"))?.id)
        })
    }

    /// A folder or modifier group by id or name.
    pub fn group(
        &self,
        organization: OrganizationId,
        name: &str,
    ) -> anyhow::Result<ProductGroupId> {
        self.read(organization, |organization| {
            let mut groups = organization.nomenclature.groups.iter();
            let found = groups
                .find(|group| group.name.as_deref() == Some(name) || group.id.to_string() == name);
            Ok(found.with_context(|| format!("no group `{name}`"))?.id)
        })
    }

    /// A size by id or name.
    pub fn size(&self, organization: OrganizationId, name: &str) -> anyhow::Result<SizeId> {
        self.read(organization, |organization| {
            let mut sizes = organization.nomenclature.sizes.iter();
            let is_meant = |id: &SizeId, size_name: Option<&str>| {
                size_name == Some(name) || id.to_string() == name
            };
            let found =
                sizes.find_map(|size| size.id.filter(|id| is_meant(id, size.name.as_deref())));
            found.with_context(|| format!("no size `{name}`"))
        })
    }

    // the menu

    /// A new price for one size, or for all where none is named.
    pub fn set_price(
        &self,
        organization: OrganizationId,
        product: ProductId,
        size: Option<SizeId>,
        price: Decimal,
    ) -> anyhow::Result<()> {
        ensure!(
            (Decimal::ZERO..=TEN_BILLIONS).contains(&price),
            "`price` goes from 0 to {TEN_BILLIONS}"
        );
        self.change_menu(organization, |menu, now| {
            ensure!(
                menu.set_price(product, size, ExactDecimal(price), now),
                "no such product or size"
            );
            Ok(())
        })
    }

    /// A new name for a product.
    pub fn rename_product(
        &self,
        organization: OrganizationId,
        product: ProductId,
        name: &str,
    ) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, now| {
            ensure!(
                menu.rename_product(product, name, now),
                "no product {product}"
            );
            Ok(())
        })
    }

    /// A new name for a folder or modifier group.
    pub fn rename_group(
        &self,
        organization: OrganizationId,
        group: ProductGroupId,
        name: &str,
    ) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, now| {
            ensure!(menu.rename_group(group, name, now), "no group {group}");
            Ok(())
        })
    }

    /// Takes a product out of the menu.
    pub fn remove_product(
        &self,
        organization: OrganizationId,
        product: ProductId,
    ) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, now| {
            ensure!(menu.remove_product(product, now), "no product {product}");
            Ok(())
        })
    }

    /// Brings a removed product back.
    pub fn restore_product(
        &self,
        organization: OrganizationId,
        product: ProductId,
    ) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, now| {
            ensure!(
                menu.restore_product(product, now),
                "product {product} was not removed"
            );
            Ok(())
        })
    }

    /// Copies dishes (or takes copies away) until there are `total` rows, modifiers included.
    pub fn grow(&self, organization: OrganizationId, total: usize) -> anyhow::Result<()> {
        ensure!(
            total <= MOST_ROWS,
            "`products`: a menu grows to {MOST_ROWS} rows at most"
        );
        self.change_menu(organization, |menu, now| {
            menu.grow(total, now);
            Ok(())
        })
    }

    /// Serves these bytes, an answer of `nomenclature`, from now on.
    pub fn set_nomenclature(
        &self,
        organization: OrganizationId,
        json: &[u8],
    ) -> anyhow::Result<()> {
        let nomenclature = Nomenclature::recorded(std::str::from_utf8(json)?)?;
        self.change_menu(organization, |menu, _| {
            *menu = nomenclature;
            Ok(())
        })
    }

    /// Serves this text, an answer of `menu/by_id`, from now on: as one more external menu, or in the place of the one
    /// with its number.
    pub fn set_external_menu(&self, json: &str) -> anyhow::Result<()> {
        self.shared.world().add_recorded_menu(json)
    }

    /// Sets the revision and nothing else.
    pub fn set_revision(&self, organization: OrganizationId, revision: i64) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, _| {
            menu.set_revision(revision);
            Ok(())
        })
    }

    // stop lists and terminal groups

    /// Puts a product, or one size of it, on a stop list; a balance above zero is a remainder.
    pub fn stop(
        &self,
        organization: OrganizationId,
        terminal_group: TerminalGroupId,
        product: ProductId,
        size: Option<SizeId>,
        balance: Decimal,
    ) -> anyhow::Result<()> {
        ensure!(
            balance.abs() <= TEN_BILLIONS,
            "`balance` goes from -{TEN_BILLIONS} to {TEN_BILLIONS}"
        );
        let mut world = self.shared.world();
        world.call = Call::at_till();
        let added_at = world.now();
        let organization_id = organization;
        let organization = organization_mut(&mut world, organization_id)?;
        organization
            .terminal_group(terminal_group)
            .context("no such terminal group")?;
        let key = StopKey {
            terminal_group_id: terminal_group,
            product_id: product,
            size_id: size,
        };
        organization.stops.insert(
            key,
            Stop {
                balance: ExactDecimal(balance),
                added_at,
            },
        );
        world.stop_list_changed(organization_id, terminal_group);
        drop(world);
        self.shared.stir();
        Ok(())
    }

    /// Takes it off again. Tells whether it was there.
    pub fn unstop(
        &self,
        organization: OrganizationId,
        terminal_group: TerminalGroupId,
        product: ProductId,
        size: Option<SizeId>,
    ) -> anyhow::Result<bool> {
        let key = StopKey {
            terminal_group_id: terminal_group,
            product_id: product,
            size_id: size,
        };
        let mut world = self.shared.world();
        world.call = Call::at_till();
        let stops = &mut organization_mut(&mut world, organization)?.stops;
        let was_there = stops.remove(&key).is_some();
        if was_there {
            world.stop_list_changed(organization, terminal_group);
        }
        drop(world);
        self.shared.stir();
        Ok(was_there)
    }

    /// Empties the stop lists of an organization.
    pub fn clear_stops(&self, organization: OrganizationId) -> anyhow::Result<()> {
        let mut world = self.shared.world();
        world.call = Call::at_till();
        let stops = std::mem::take(&mut organization_mut(&mut world, organization)?.stops);
        let groups: BTreeSet<_> = stops.keys().map(|key| key.terminal_group_id).collect();
        for group in groups {
            world.stop_list_changed(organization, group);
        }
        drop(world);
        self.shared.stir();
        Ok(())
    }

    /// Puts a terminal group to sleep, or wakes it. A till that sleeps does nothing until it is awake, or nobody waits
    /// for it any more.
    pub fn set_asleep(
        &self,
        terminal_group: TerminalGroupId,
        is_asleep: bool,
    ) -> anyhow::Result<()> {
        let mut world = self.shared.world();
        let mut groups = world
            .organizations
            .iter_mut()
            .flat_map(|organization| &mut organization.terminal_groups);
        groups
            .find(|group| group.id == terminal_group)
            .context("no such terminal group")?
            .is_asleep = is_asleep;
        if !is_asleep {
            world.ask_tills_again();
        }
        drop(world);
        self.shared.stir();
        Ok(())
    }

    // tokens and time

    /// Moves the emulator's time on, in every pace: what falls due on the way happens, each thing at its time, tokens
    /// expire, new ones count from there. Time ends in the year 9000.
    pub fn advance_clock(&self, by: Duration) {
        let mut world = self.shared.world();
        let target = after(world.now(), by);
        world.advance_to(target);
        drop(world);
        self.shared.stir();
    }

    /// Lets time pass differently from now on. In the stepped pace the clock stands still; after it, it is the machine's
    /// again. Orders that are not finished live on from here, or stay where they are.
    pub fn set_pace(&self, pace: Pace) {
        self.shared.world().set_pace(pace);
        self.shared.pace_changed();
    }

    /// Refuses all tokens given out so far.
    pub fn expire_tokens(&self) {
        self.shared.world().tokens.expire_all();
    }

    /// How long new tokens live.
    pub fn set_token_lifetime(&self, lifetime: Duration) {
        self.shared.world().tokens.lifetime = lifetime;
    }

    /// Whether token operations answer with `"abc"` instead of `{"token": "abc"}`.
    pub fn set_token_bare(&self, is_bare: bool) {
        self.shared.world().token_is_bare = is_bare;
    }

    /// Whether iiko's undocumented 500s are imitated.
    pub fn set_strict(&self, is_strict: bool) {
        self.shared.world().is_strict = is_strict;
    }

    // mischief

    /// Orders a fault; the number takes it back. One that can change nothing never strikes.
    pub fn add_fault(&self, rule: FaultRule) -> u64 {
        if let Err(error) = rule.check() {
            tracing::warn!("a fault that never strikes: {error:#}");
        }
        self.shared.mischief().add(rule)
    }

    /// Takes a fault back. Tells whether it was there.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.shared.mischief().remove(id)
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.shared.mischief().clear();
    }

    /// All faults and how often they struck.
    pub fn faults(&self) -> Vec<FaultState> {
        self.shared.mischief().rules().to_vec()
    }

    /// How often an operation was called, refusals and faults included.
    pub fn calls(&self, operation: &str) -> usize {
        self.shared
            .mischief()
            .exchanges()
            .filter(|it| it.operation.as_deref() == Some(operation))
            .count()
    }

    /// The last exchanges, oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.mischief().exchanges().cloned().collect()
    }

    /// Forgets the exchanges, so that the next are counted from zero.
    pub fn forget_exchanges(&self) {
        self.shared.mischief().forget_exchanges();
    }

    fn read<T>(
        &self,
        id: OrganizationId,
        read: impl FnOnce(&Organization) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let world = self.shared.world();
        read(
            world
                .organization(id)
                .with_context(|| format!("no organization {id}"))?,
        )
    }

    fn change_menu(
        &self,
        id: OrganizationId,
        change: impl FnOnce(&mut Nomenclature, chrono::DateTime<chrono::Utc>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut world = self.shared.world();
        world.call = Call::at_till();
        let now = world.now();
        change(&mut organization_mut(&mut world, id)?.nomenclature, now)?;
        world.emit(&Happening::plain(id, Subject::Nomenclature));
        drop(world);
        self.shared.stir();
        Ok(())
    }
}

fn organization_mut(world: &mut World, id: OrganizationId) -> anyhow::Result<&mut Organization> {
    world
        .organization_mut(id)
        .with_context(|| format!("no organization {id}"))
}

fn find_organization<'w>(world: &'w World, name: &str) -> anyhow::Result<&'w Organization> {
    let slug = world
        .scenario
        .file
        .organizations
        .iter()
        .find(|it| it.slug == name)
        .map(|it| it.code.as_str());
    world
        .organizations
        .iter()
        .find(|it| {
            it.name == name
                || it.code == name
                || Some(it.code.as_str()) == slug
                || it.id.to_string() == name
        })
        .with_context(|| format!("no organization `{name}`"))
}
