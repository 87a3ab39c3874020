//! How many calls are on their way at once. Who finds no seat waits for one; a seat is given back when it is dropped.

use std::{collections::BTreeMap, fmt, time::Duration};

use tokio::time::Instant;

use super::{Denied, RateBudget};

/// Groups that begin so are loyalty's, which has a limit over all of them.
const LOYALTY: [&str; 2] = ["Guests: ", "Loyalty: "];

/// Limits on calls that are on their way at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AtOnce {
    pub(super) groups: BTreeMap<String, u32>,
    /// Over all groups of loyalty together.
    pub(super) loyalty: u32,
}

impl AtOnce {
    fn has_room(&self, group: &str, taken: &BTreeMap<&'static str, u32>) -> bool {
        let of_group = taken.get(group).copied().unwrap_or_default();
        let of_loyalty: u32 = taken
            .iter()
            .filter(|(it, _)| is_loyalty(it))
            .map(|(_, it)| it)
            .sum();
        self.groups.get(group).is_none_or(|limit| of_group < *limit)
            && (!is_loyalty(group) || of_loyalty < self.loyalty)
    }
}

fn is_loyalty(group: &str) -> bool {
    LOYALTY.iter().any(|begin| group.starts_with(begin))
}

/// A call that is on its way.
pub(crate) struct Seat {
    budget: RateBudget,
    restriction_group: &'static str,
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Seat")
            .field(&self.restriction_group)
            .finish()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(taken) = self.budget.lock().taken.get_mut(self.restriction_group) {
            *taken = taken.saturating_sub(1);
        }
        self.budget.freed.notify_waiters();
    }
}

impl RateBudget {
    /// Waits for a seat, `left` at most.
    pub(crate) async fn sit(
        &self,
        restriction_group: &'static str,
        left: Option<Duration>,
    ) -> Result<Seat, Denied> {
        let start = Instant::now();
        loop {
            // heard from here on, so that a seat given back after the look is not missed
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            if let Some(seat) = self.try_sit(restriction_group) {
                return Ok(seat);
            }
            match left {
                None => freed.await,
                Some(left) => {
                    let left = left.saturating_sub(start.elapsed());
                    if tokio::time::timeout(left, freed).await.is_err() {
                        return Err(Denied::TooLate);
                    }
                }
            }
        }
    }

    fn try_sit(&self, restriction_group: &'static str) -> Option<Seat> {
        let mut state = self.lock();
        if !state
            .rates
            .at_once
            .has_room(restriction_group, &state.taken)
        {
            return None;
        }
        *state.taken.entry(restriction_group).or_default() += 1;
        drop(state);
        Some(Seat {
            budget: self.clone(),
            restriction_group,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Denied, Rate, RateBudget, Rates};

    const NOW: Option<Duration> = Some(Duration::ZERO);

    fn budget(rates: Rates) -> RateBudget {
        let budget = RateBudget::default();
        budget.set_rates(rates);
        budget
    }

    #[tokio::test]
    async fn a_full_group_waits_until_a_seat_is_given_back() {
        let budget = budget(Rates::all(Rate::Unlimited).at_once("Guests: info", 2));
        let first = budget.sit("Guests: info", NOW).await.unwrap();
        let _second = budget.sit("Guests: info", NOW).await.unwrap();
        assert_eq!(
            budget.sit("Guests: info", NOW).await.unwrap_err(),
            Denied::TooLate
        );
        budget.sit("Data: menu", NOW).await.unwrap();

        let waiting = tokio::spawn({
            let budget = budget.clone();
            async move { budget.sit("Guests: info", None).await.is_ok() }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert!(waiting.await.unwrap());
        let third = budget.sit("Guests: info", NOW).await;
        assert!(third.is_ok(), "the one who waited has gone");
    }

    #[tokio::test]
    async fn who_gives_up_waiting_takes_no_seat() {
        let budget = budget(Rates::all(Rate::Unlimited).at_once("Data: menu", 1));
        let seat = budget.sit("Data: menu", NOW).await.unwrap();
        let moment = Duration::from_millis(1);
        assert!(
            tokio::time::timeout(moment, budget.sit("Data: menu", None))
                .await
                .is_err()
        );
        drop(seat);
        assert!(budget.sit("Data: menu", NOW).await.is_ok());
    }

    #[tokio::test]
    async fn loyalty_has_a_limit_over_all_its_groups() {
        let budget = budget(Rates::all(Rate::Unlimited).loyalty_at_once(2));
        let _first = budget.sit("Guests: changing", NOW).await.unwrap();
        let _second = budget.sit("Loyalty: wallets", NOW).await.unwrap();
        assert_eq!(
            budget.sit("Guests: info", NOW).await.unwrap_err(),
            Denied::TooLate
        );
        assert!(budget.sit("Orders: creating", NOW).await.is_ok());
        budget.set_rates(Rates::all(Rate::Unlimited).loyalty_at_once(3));
        assert!(budget.sit("Guests: info", NOW).await.is_ok());
    }
}
