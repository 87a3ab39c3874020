//! How time brings what is due: by itself, step by step, or all of it up to a moment.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use chrono::{DateTime, Utc};

use super::{Call, World};
use crate::{
    clock::after,
    creation::Kind,
    deliveries::Delivery,
    failure::Failure,
    reserves::ReserveState,
    schedule::{Pace, Step},
    tables::TableOrderState,
};

impl World {
    /// Lets `step` happen after a time that is counted in a restaurant's.
    pub(crate) fn later(&mut self, delay: Duration, step: Step) {
        let at = after(self.now(), self.schedule.takes(delay));
        self.schedule.at(at, step);
    }

    /// Does all that is due, unless it has to be told to.
    pub(crate) fn run_due(&mut self) {
        self.forget_old();
        if let Pace::Auto { .. } = self.schedule.pace {
            while let Some(step) = self.schedule.take_due(self.now()) {
                self.run(step);
            }
        }
    }

    /// When the next thing happens by itself.
    pub(crate) fn due_at(&self) -> Option<DateTime<Utc>> {
        match self.schedule.pace {
            Pace::Auto { .. } => self.schedule.next_at(),
            Pace::Stepped => None,
        }
    }

    /// Does the next thing, and moves the time on to it. Tells whether there was one.
    pub(crate) fn step(&mut self) -> bool {
        let Some(at) = self.schedule.next_at() else {
            return false;
        };
        self.clock.reach(at);
        if let Some(step) = self.schedule.take_due(at) {
            self.run(step);
        }
        true
    }

    /// Moves the time on to `target`, and does on the way what falls due, each thing at its time.
    pub(crate) fn advance_to(&mut self, target: DateTime<Utc>) {
        while self.schedule.next_at().is_some_and(|at| at <= target) {
            self.step();
        }
        self.clock.reach(target);
        self.forget_old();
    }

    /// Lets time pass differently from now on. A clock that stood catches up with the machine's, and what was not
    /// finished lives from here at the new pace, or stays where it is.
    pub(crate) fn set_pace(&mut self, pace: Pace) {
        self.schedule.pace = pace;
        match pace {
            Pace::Stepped => self.clock.stop(),
            Pace::Auto { .. } => {
                self.advance_to(self.clock.running());
                self.clock.go_on();
            }
        }
        self.with_each::<Delivery>(Delivery::let_live);
        self.with_each::<TableOrderState>(TableOrderState::let_live);
        self.with_each::<ReserveState>(ReserveState::let_live);
    }

    /// A till that slept is awake: commands that wait for it are asked again, orders go on.
    pub(crate) fn till_woke(&mut self) {
        self.ask_tills_again();
        self.with_each::<Delivery>(Self::go_on::<Delivery>);
        self.with_each::<TableOrderState>(Self::go_on::<TableOrderState>);
        self.with_each::<ReserveState>(Self::go_on::<ReserveState>);
    }

    fn run(&mut self, step: Step) {
        self.call = Call::at_till();
        self.survive(&step, |world| match step {
            Step::Command(id) => world.finish_command(id),
            // where the till sleeps nobody goes on before it is woken
            Step::Delivery(id) if world.sleeps::<Delivery>(id) => {}
            Step::TableOrder(id) if world.sleeps::<TableOrderState>(id) => {}
            Step::Reserve(id) if world.sleeps::<ReserveState>(id) => {}
            Step::Delivery(id) => world.live_delivery(id),
            Step::TableOrder(id) => world.live_table_order(id),
            Step::Reserve(id) => world.live_reserve(id),
        });
    }

    /// Does a step, and lives on where that panics: a fault of ours in one order must not end everything. A command
    /// that was being done has failed then.
    ///
    /// What the step had changed by then stays so: a refusal comes before the first change, a panic may come between two.
    /// The rest of the world knows nothing of that step, so it can be used on.
    pub(crate) fn survive(&mut self, step: &Step, act: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| act(self))).is_ok() {
            return;
        }
        tracing::error!(?step, "a step panicked");
        match step {
            Step::Command(id) => self.fail_command(*id, Failure::internal()),
            Step::Delivery(_) | Step::TableOrder(_) | Step::Reserve(_) => {}
        }
    }
}
