//! Control of time: the clock, what falls due, tokens that expire.

use std::time::Duration;

use super::Control;
use crate::{clock::after, schedule::Pace};

impl Control {
    /// Does the next thing that is due, and moves the clock on to it. Tells whether there was one.
    pub fn step(&self) -> bool {
        let was_there = self.shared.world().step();
        self.shared.stir();
        was_there
    }

    /// Does all that is due and whatever comes of it, until nothing is left. Only in the stepped pace does this end for
    /// sure: elsewhere orders live on.
    pub fn settle(&self) {
        while self.step() {}
    }

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
}
