//! Who waits for a turn, and when each one's comes. Pure; the time comes in.
//!
//! A place is a point in time, given to a newcomer behind all others and never put off by them, so no turn depends on
//! another caller being awake for its own. Who leaves moves up all behind it.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::{
    Rate,
    bucket::{Bucket, later},
};

/// A place in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(u64);

#[derive(Debug)]
pub(super) struct Line {
    bucket: Bucket,
    /// When the turns of those who wait come, in the order in which they came. The bucket has let them all go already.
    waiting: BTreeMap<Ticket, Instant>,
    next: Ticket,
}

impl Line {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            bucket: Bucket::new(rate),
            waiting: BTreeMap::new(),
            next: Ticket(0),
        }
    }

    pub(super) fn rate(&self) -> Rate {
        self.bucket.rate
    }

    pub(super) fn is_rested(&self, now: Instant) -> bool {
        self.waiting.is_empty() && self.bucket.is_full(now)
    }

    /// How long who has this ticket has to wait, or a newcomer.
    pub(super) fn wait(&self, ticket: Option<Ticket>, now: Instant) -> Duration {
        match ticket.and_then(|ticket| self.waiting.get(&ticket)) {
            Some(due) => due.saturating_duration_since(now),
            None => self.bucket.wait(now),
        }
    }

    /// Goes, with its ticket or as a newcomer that has none to wait for.
    pub(super) fn go(&mut self, ticket: Option<Ticket>, now: Instant) {
        let waited = ticket.and_then(|ticket| self.waiting.remove(&ticket));
        if waited.is_none() {
            self.bucket.take(now);
        }
    }

    /// Gives a newcomer its place.
    pub(super) fn join(&mut self, now: Instant) -> Ticket {
        let ticket = self.next;
        self.next = Ticket(ticket.0 + 1);
        self.waiting
            .insert(ticket, later(now, self.bucket.wait(now)));
        self.bucket.take(now);
        ticket
    }

    /// Gives a place up; says whether there was one.
    pub(super) fn leave(&mut self, ticket: Ticket, now: Instant) -> bool {
        let Some(due) = self.waiting.remove(&ticket) else {
            return false;
        };
        // What has passed of its time is lost, or those behind would come all at once.
        let passed = now.saturating_duration_since(due);
        let left = self.bucket.interval().saturating_sub(passed);
        for (_, due) in self.waiting.range_mut(ticket..) {
            *due = due.checked_sub(left).unwrap_or(now);
        }
        self.bucket.give_back(left);
        true
    }

    /// Nobody goes until then; from then on they do one by one.
    pub(super) fn hold_until(&mut self, then: Instant) {
        let waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        self.bucket
            .give_back(self.bucket.interval().saturating_mul(waiting));
        self.bucket.empty(then);
        self.line_up(then);
    }

    /// Begins anew at this rate with those who wait.
    pub(super) fn restart(&mut self, rate: Rate, now: Instant) {
        self.bucket = Bucket::new(rate);
        self.line_up(now);
    }

    fn line_up(&mut self, from: Instant) {
        for due in self.waiting.values_mut() {
            *due = later(from, self.bucket.wait(from));
            self.bucket.take(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn every_second(burst: u32) -> Rate {
        Rate::Every {
            interval: SECOND,
            burst,
        }
    }

    /// A line whose burst is spent, with this many who wait.
    fn line(burst: u32, waiting: u32, now: Instant) -> (Line, Vec<Ticket>) {
        let mut line = Line::new(every_second(burst));
        (0..burst).for_each(|_| line.go(None, now));
        let tickets = (0..waiting).map(|_| line.join(now)).collect();
        (line, tickets)
    }

    fn waits(line: &Line, tickets: &[Ticket], now: Instant) -> Vec<u64> {
        let millis = |ticket| {
            let wait = line.wait(ticket, now).as_millis();
            u64::try_from(wait).expect("a short wait")
        };
        let all = tickets.iter().copied().map(Some).chain([None]);
        all.map(millis).collect()
    }

    #[test]
    fn who_leaves_moves_up_those_behind_and_nobody_else() {
        let now = Instant::now();
        let (mut line, tickets) = line(3, 4, now);
        let [first, second, third, fourth] = tickets[..] else {
            panic!("four of them")
        };
        assert_eq!(
            waits(&line, &tickets, now),
            [1000, 2000, 3000, 4000, 5000],
            "the last is a newcomer"
        );
        assert!(line.leave(second, now));
        assert!(!line.leave(second, now), "once");
        assert_eq!(
            waits(&line, &[first, third, fourth], now),
            [1000, 2000, 3000, 4000]
        );
        line.go(Some(first), now + SECOND);
        assert!(!line.leave(first, now + SECOND), "who went has no place");
        for ticket in [third, fourth] {
            line.leave(ticket, now + SECOND);
        }
        assert_eq!(waits(&line, &[], now + SECOND), [1000]);
    }

    #[test]
    fn time_that_has_passed_is_not_given_back() {
        let now = Instant::now();
        let (mut line, tickets) = line(1, 6, now);
        // Three were due and did not go.
        let then = now + SECOND * 3 + SECOND / 2;
        for ticket in &tickets[..3] {
            line.leave(*ticket, then);
        }
        assert_eq!(
            waits(&line, &tickets[3..], then),
            [0, 1000, 2000, 3000],
            "one by one all the same"
        );
    }

    #[test]
    fn after_a_hold_those_who_wait_go_first_and_one_by_one() {
        let now = Instant::now();
        let (mut line, tickets) = line(5, 3, now);
        let then = now + SECOND * 60;
        for _ in 0..2 {
            line.hold_until(then);
            assert_eq!(
                waits(&line, &tickets, now),
                [60_000, 61_000, 62_000, 63_000]
            );
        }
    }

    #[test]
    fn a_new_rate_holds_for_those_who_wait() {
        let now = Instant::now();
        let (mut line, tickets) = line(1, 3, now);
        line.restart(every_second(2), now);
        assert_eq!(waits(&line, &tickets, now), [0, 0, 1000, 2000]);
        line.restart(Rate::Unlimited, now);
        assert_eq!(waits(&line, &tickets, now), [0, 0, 0, 0]);
    }
}
