//! One restriction group: its rate, and the pause that a 429 puts on it. Pure; the time comes in.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Denied, GroupBudget, Limits, Rate,
    bucket::later,
    line::{Line, Ticket},
};

/// Where a 429 does not say how long. iiko's pause may last up to an hour, and who asks early is blocked.
const PAUSE_WITHOUT_WORD: Duration = Duration::from_secs(15 * 60);
const LONGEST_PAUSE_WITHOUT_WORD: Duration = Duration::from_secs(60 * 60);

/// What is longer is a mistake of the other side.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug)]
pub(super) struct Group {
    line: Line,
    paused_until: Option<Instant>,
    /// How many 429s came since the last other answer.
    refusals: u32,
    calls: u64,
}

/// When a call may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    /// It has its place and waits for it. What moves the line may bring it sooner.
    After {
        ticket: Ticket,
        wait: Duration,
    },
    /// It asks again then.
    AfterPause(Duration),
}

impl Group {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            line: Line::new(rate),
            paused_until: None,
            refusals: 0,
            calls: 0,
        }
    }

    pub(super) fn set_rate(&mut self, rate: Rate, now: Instant) {
        if self.line.rate() != rate {
            self.line.restart(rate, now);
            self.hold_while_paused(now);
        }
    }

    /// When a newcomer may go, or who has a place already.
    pub(super) fn turn(
        &mut self,
        ticket: Option<Ticket>,
        limits: Limits,
        now: Instant,
    ) -> Result<Turn, Denied> {
        if let Some(remaining) = self.paused_for(now) {
            return if remaining > limits.pause || limits.left.is_some_and(|left| remaining > left) {
                Err(Denied::Paused { remaining })
            } else {
                Ok(Turn::AfterPause(remaining))
            };
        }
        let wait = self.line.wait(ticket, now);
        if limits.left.is_some_and(|left| wait > left) {
            return Err(Denied::TooLate);
        }
        if wait.is_zero() {
            self.line.go(ticket, now);
            self.calls += 1;
            return Ok(Turn::Now);
        }
        let ticket = ticket.unwrap_or_else(|| self.line.join(now));
        Ok(Turn::After { ticket, wait })
    }

    /// Gives up a place; says whether there was one.
    pub(super) fn leave(&mut self, ticket: Ticket, now: Instant) -> bool {
        self.line.leave(ticket, now)
    }

    /// Gives how long the group is paused now.
    pub(super) fn pause(&mut self, retry_after: Option<Duration>, now: Instant) -> Duration {
        if let (Some(remaining), None) = (self.paused_for(now), retry_after) {
            // It was on its way when the pause began, and says nothing new.
            return remaining;
        }
        let doubled = PAUSE_WITHOUT_WORD.saturating_mul(2_u32.saturating_pow(self.refusals.min(8)));
        self.refusals += 1;
        let pause = retry_after
            .unwrap_or(doubled.min(LONGEST_PAUSE_WITHOUT_WORD))
            .min(LONGEST_PAUSE);
        if !pause.is_zero() {
            self.paused_until = self.paused_until.max(Some(now + pause));
            self.hold_while_paused(now);
        }
        pause
    }

    pub(super) fn is_paused(&self, now: Instant) -> bool {
        self.paused_for(now).is_some()
    }

    pub(super) fn answered(&mut self) {
        self.refusals = 0;
    }

    pub(super) fn resume(&mut self, now: Instant) {
        self.paused_until = None;
        self.line.restart(self.line.rate(), now);
    }

    pub(super) fn is_rested(&self, now: Instant) -> bool {
        self.paused_for(now).is_none() && self.refusals == 0 && self.line.is_rested(now)
    }

    pub(super) fn describe(&self, restriction_group: &'static str, now: Instant) -> GroupBudget {
        let paused_for = self.paused_for(now);
        GroupBudget {
            restriction_group,
            rate: self.line.rate(),
            calls: self.calls,
            in_flight: 0,
            at_once: None,
            next_call_after: self
                .line
                .wait(None, now)
                .max(paused_for.unwrap_or_default()),
            paused_for,
        }
    }

    /// All who wait must not come at once when the pause ends.
    fn hold_while_paused(&mut self, now: Instant) {
        if let Some(remaining) = self.paused_for(now) {
            self.line.hold_until(later(now, remaining));
        }
    }

    fn paused_for(&self, now: Instant) -> Option<Duration> {
        let remaining = self.paused_until?.saturating_duration_since(now);
        (!remaining.is_zero()).then_some(remaining)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const PATIENT: Limits = Limits {
        pause: Duration::from_secs(7200),
        left: None,
    };
    const HASTY: Limits = Limits {
        pause: Duration::from_secs(10),
        left: None,
    };

    fn group() -> Group {
        Group::new(Rate::Every {
            interval: SECOND,
            burst: 5,
        })
    }

    /// The place of a newcomer, and how long it waits there.
    fn place(group: &mut Group, now: Instant) -> (Ticket, Duration) {
        match group.turn(None, HASTY, now) {
            Ok(Turn::After { ticket, wait }) => (ticket, wait),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_pause_of_an_hour_is_waited_for_or_told() {
        let start = Instant::now();
        let mut group = group();
        group.pause(Some(SECOND * 3600), start);
        let then = start + SECOND * 600;
        assert_eq!(
            group.turn(None, PATIENT, then),
            Ok(Turn::AfterPause(SECOND * 3000))
        );
        assert_eq!(
            group.turn(None, HASTY, then),
            Err(Denied::Paused {
                remaining: SECOND * 3000
            })
        );
        let end = start + SECOND * 3600;
        assert_eq!(group.turn(None, HASTY, end), Ok(Turn::Now));
        assert_eq!(
            place(&mut group, end).1,
            SECOND,
            "those who waited come one by one"
        );
    }

    #[test]
    fn a_pause_catches_those_who_wait_for_their_turn() {
        let start = Instant::now();
        let mut group = group();
        (0..5).for_each(|_| assert_eq!(group.turn(None, HASTY, start), Ok(Turn::Now)));
        let (first, wait) = place(&mut group, start);
        assert_eq!(wait, SECOND);
        let (second, _) = place(&mut group, start);
        group.pause(Some(SECOND * 3), start);
        assert_eq!(
            group.turn(Some(first), HASTY, start + SECOND),
            Ok(Turn::AfterPause(SECOND * 2))
        );
        let end = start + SECOND * 3;
        assert_eq!(group.turn(Some(first), HASTY, end), Ok(Turn::Now));
        assert_eq!(
            group.turn(Some(second), HASTY, end),
            Ok(Turn::After {
                ticket: second,
                wait: SECOND
            }),
            "one by one"
        );
    }

    #[test]
    fn without_a_word_pauses_grow_from_a_quarter_to_an_hour() {
        let start = Instant::now();
        let mut group = group();
        let minutes: Vec<_> = (0..4)
            .map(|hours| {
                let now = start + SECOND * 3600 * hours;
                let pause = group.pause(None, now);
                assert_eq!(group.pause(None, now), pause, "one that comes late");
                pause.as_secs() / 60
            })
            .collect();
        assert_eq!(minutes, [15, 30, 60, 60]);
        group.answered();
        let later = start + SECOND * 3600 * 4;
        assert_eq!(group.pause(None, later).as_secs() / 60, 15);
        assert_eq!(group.pause(Some(Duration::MAX), later), LONGEST_PAUSE);
    }

    #[test]
    fn who_cannot_wait_takes_no_turn() {
        let start = Instant::now();
        let mut group = group();
        (0..5).for_each(|_| assert_eq!(group.turn(None, HASTY, start), Ok(Turn::Now)));
        let hurried = Limits {
            left: Some(SECOND / 2),
            ..HASTY
        };
        assert_eq!(group.turn(None, hurried, start), Err(Denied::TooLate));
        assert_eq!(place(&mut group, start).1, SECOND);
    }
}
