//! What the parts of a running emulator share.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use crate::{faults::Mischief, http::unpoisoned, scenario::Scenario, world::World};

#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) url: String,
    pub(crate) start: Arc<Start>,
    world: Arc<Mutex<World>>,
    mischief: Arc<Mutex<Mischief>>,
}

/// What a world is opened from, at the start and after a reset.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) scenario: Scenario,
    pub(crate) nomenclature: Vec<PathBuf>,
    pub(crate) token_lifetime: Duration,
}

impl Start {
    pub(crate) fn open(&self) -> anyhow::Result<World> {
        let mut world = World::of_scenario(&self.scenario, self.token_lifetime)?;
        for path in &self.nomenclature {
            world.add_recorded(path)?;
        }
        Ok(world)
    }
}

impl Shared {
    pub(crate) fn open(url: String, start: Start) -> anyhow::Result<Self> {
        let world = Arc::new(Mutex::new(start.open()?));
        Ok(Self {
            url,
            start: Arc::new(start),
            world,
            mischief: Arc::default(),
        })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        unpoisoned(self.world.lock())
    }

    pub(crate) fn mischief(&self) -> MutexGuard<'_, Mischief> {
        unpoisoned(self.mischief.lock())
    }
}
