//! Control of stop lists, and of the tills that keep them.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use iiko_types::{
    ids::{OrganizationId, ProductId, SizeId, TerminalGroupId},
    number::ExactDecimal,
};
use rust_decimal::Decimal;

use super::{Control, organization_mut};
use crate::{
    check::bounds::TEN_BILLIONS,
    world::{Stop, StopKey},
};

impl Control {
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
        let key = StopKey {
            terminal_group_id: terminal_group,
            product_id: product,
            size_id: size,
        };
        self.at_till(|world| {
            let stop = Stop {
                balance: ExactDecimal(balance),
                added_at: world.now(),
            };
            let stopping = organization_mut(world, organization)?;
            stopping
                .terminal_group(terminal_group)
                .context("no such terminal group")?;
            stopping.stops.insert(key, stop);
            world.stop_list_changed(organization, terminal_group);
            anyhow::Ok(())
        })
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
        self.at_till(|world| {
            let stops = &mut organization_mut(world, organization)?.stops;
            let was_there = stops.remove(&key).is_some();
            if was_there {
                world.stop_list_changed(organization, terminal_group);
            }
            anyhow::Ok(was_there)
        })
    }

    /// Empties the stop lists of an organization.
    pub fn clear_stops(&self, organization: OrganizationId) -> anyhow::Result<()> {
        self.at_till(|world| {
            let stops = std::mem::take(&mut organization_mut(world, organization)?.stops);
            let groups: BTreeSet<_> = stops.keys().map(|key| key.terminal_group_id).collect();
            for group in groups {
                world.stop_list_changed(organization, group);
            }
            anyhow::Ok(())
        })
    }

    /// Puts a terminal group to sleep, or wakes it. A till that sleeps does nothing until it is awake, or nobody waits
    /// for it any more.
    pub fn set_asleep(
        &self,
        terminal_group: TerminalGroupId,
        is_asleep: bool,
    ) -> anyhow::Result<()> {
        self.at_till(|world| {
            let mut groups = world
                .organizations
                .iter_mut()
                .flat_map(|organization| &mut organization.terminal_groups);
            groups
                .find(|group| group.id == terminal_group)
                .context("no such terminal group")?
                .is_asleep = is_asleep;
            if !is_asleep {
                world.till_woke();
            }
            anyhow::Ok(())
        })
    }
}
