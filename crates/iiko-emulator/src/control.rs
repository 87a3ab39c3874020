//! Control from inside the process: look at the state, change it, and order mischief.
//!
//! The same over HTTP stands in `control/routes.rs`. Changes are what happens in a restaurant (a price, a stop), not
//! calls of the API: they need no token and are not recorded as exchanges.

mod faults;
mod ids;
mod invented;
mod menu;
mod orders;
mod routes;
mod server;
mod state;
mod stops;
mod time;
mod webhooks;

use anyhow::Context;
use iiko_types::ids::OrganizationId;

pub(crate) use self::routes::router;
pub use self::state::{OrganizationView, State, TerminalGroupView};
use crate::{
    scenario::Scenario,
    shared::Shared,
    world::{Call, Organization, World},
};

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

    /// What nobody calls the API for: it happens in the restaurant, and the clock looks again at what comes of it.
    fn at_till<T, E: Into<anyhow::Error>>(
        &self,
        act: impl FnOnce(&mut World) -> Result<T, E>,
    ) -> anyhow::Result<T> {
        let done = {
            let mut world = self.shared.world();
            world.call = Call::at_till();
            act(&mut world)
        };
        self.shared.stir();
        done.map_err(Into::into)
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
}

fn organization_mut(world: &mut World, id: OrganizationId) -> anyhow::Result<&mut Organization> {
    world
        .organization_mut(id)
        .with_context(|| format!("no organization {id}"))
}
