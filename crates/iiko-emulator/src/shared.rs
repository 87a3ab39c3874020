//! What the parts of a running emulator share.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use anyhow::Context;
use tokio::sync::{Notify, watch};

use crate::{
    faults::Mischief, http::unpoisoned, postman::Address, scenario::Scenario, schedule::Pace,
    world::World,
};

type Lane = Arc<tokio::sync::Mutex<()>>;

#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) url: String,
    pub(crate) start: Arc<Start>,
    world: Arc<Mutex<World>>,
    mischief: Arc<Mutex<Mischief>>,
    /// Calls the handlers of webhooks.
    pub(crate) http: reqwest::Client,
    /// One for each handler that is called now: whose turn it is.
    lanes: Arc<Mutex<BTreeMap<Address, Lane>>>,
    /// How many worlds have begun; told anew also when time passes differently from now on.
    worlds: Arc<watch::Sender<u64>>,
    /// There may be something in the outbox.
    posted: Arc<Notify>,
    /// Something was done that may have put something into the schedule.
    stirred: Arc<Notify>,
}

/// What a world is opened from, at the start and after a reset.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) scenario: Scenario,
    pub(crate) nomenclature: Vec<PathBuf>,
    pub(crate) external_menus: Vec<PathBuf>,
    pub(crate) token_lifetime: Duration,
    pub(crate) pace: Pace,
}

impl Start {
    pub(crate) fn open(&self) -> anyhow::Result<World> {
        self.open_with(&self.scenario)
    }

    pub(crate) fn open_with(&self, scenario: &Scenario) -> anyhow::Result<World> {
        let mut world = World::of_scenario(scenario, self.token_lifetime, self.pace)?;
        for path in &self.nomenclature {
            world.add_recorded(path)?;
        }
        for path in &self.external_menus {
            let told = || format!("external menu `{}`", path.display());
            let text = std::fs::read_to_string(path).with_context(told)?;
            world.add_recorded_menu(&text).with_context(told)?;
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
            http: reqwest::Client::builder().no_proxy().build()?,
            lanes: Arc::default(),
            worlds: Arc::default(),
            posted: Arc::default(),
            stirred: Arc::default(),
        })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        unpoisoned(self.world.lock())
    }

    /// Goes on with another world. What is on its way to handlers out of the old one is given up.
    pub(crate) fn begin(&self, world: World) {
        *self.world() = world;
        self.worlds.send_modify(|worlds| *worlds += 1);
        unpoisoned(self.lanes.lock()).clear();
        self.stir();
    }

    /// Nobody waits any longer as the old pace had it.
    pub(crate) fn pace_changed(&self) {
        self.worlds.send_modify(|_| {});
        self.stir();
    }

    /// Which world it is, for those who wait for something of one.
    pub(crate) fn worlds(&self) -> watch::Receiver<u64> {
        self.worlds.subscribe()
    }

    /// Lets time pass: does what falls due, when it does. Does not end.
    pub(crate) async fn run_clock(self) {
        loop {
            let (now, next_at) = {
                let mut world = self.world();
                world.run_due();
                (world.now(), world.due_at())
            };
            self.posted.notify_one();
            let stirred = self.stirred.notified();
            match next_at.map(|at| (at - now).to_std().unwrap_or_default()) {
                Some(left) => drop(tokio::time::timeout(left, stirred).await),
                None => stirred.await,
            }
        }
    }

    /// Tells the clock to look again.
    pub(crate) fn stir(&self) {
        self.stirred.notify_one();
        self.posted.notify_one();
    }

    /// Waits until there may be something in the outbox.
    pub(crate) async fn posted(&self) {
        self.posted.notified().await;
    }

    /// The lane of a handler. It is fair: who asks first goes first.
    pub(crate) fn lane(&self, address: &Address) -> Lane {
        let mut lanes = unpoisoned(self.lanes.lock());
        lanes.retain(|_, lane| Arc::strong_count(lane) > 1);
        Arc::clone(lanes.entry(address.clone()).or_default())
    }

    pub(crate) fn mischief(&self) -> MutexGuard<'_, Mischief> {
        unpoisoned(self.mischief.lock())
    }
}
