//! The budgets of this process, one for each set of credentials at each address.
//!
//! They outlive their clients: one that is built anew, for the next sync or after a change of its settings, must not
//! begin with a full budget. What has rested long enough to be full anyway is dropped where they grow many, and its rates
//! with it where that is not enough: they come again with the next client that names them.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use tokio::time::Instant;

use super::RateBudget;

/// Address and fingerprint of the credentials.
type Key = (String, String);

static BUDGETS: LazyLock<Mutex<HashMap<Key, RateBudget>>> = LazyLock::new(Mutex::default);

/// From here on each newcomer looks for those that may go.
const CROWDED: usize = 256;

pub(super) fn find_or_insert(base_url: &str, fingerprint: &str) -> RateBudget {
    let mut budgets = BUDGETS.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (base_url.to_owned(), fingerprint.to_owned());
    if let Some(budget) = budgets.get(&key) {
        return budget.clone();
    }
    if budgets.len() >= CROWDED {
        make_room(&mut budgets, Instant::now());
    }
    budgets.entry(key).or_default().clone()
}

fn make_room(budgets: &mut HashMap<Key, RateBudget>, now: Instant) {
    let is_idle =
        |budget: &RateBudget| Arc::strong_count(&budget.state) == 1 && budget.is_rested(now);
    budgets.retain(|_, budget| !is_idle(budget) || !budget.has_usual_rates());
    if budgets.len() >= CROWDED {
        budgets.retain(|_, budget| !is_idle(budget));
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, time::Duration};

    use tokio::time::Instant;

    use super::{CROWDED, find_or_insert, make_room};
    use crate::budget::{Limits, Rate, RateBudget, Rates};

    fn keys(budgets: &HashMap<(String, String), RateBudget>) -> Vec<&str> {
        let mut keys: Vec<_> = budgets.keys().map(|(_, key)| key.as_str()).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn budgets_that_rest_go_first_those_with_the_usual_rates_and_then_all() {
        let mut budgets = HashMap::new();
        let insert = |budgets: &mut HashMap<_, _>, key: &str, rates: Option<Rates>| {
            let budget = RateBudget::default();
            if let Some(rates) = rates {
                budget.set_rates(rates);
            }
            budgets.insert((String::new(), key.to_owned()), budget.clone());
            budget
        };
        let own = || Some(Rates::all(Rate::Unlimited));
        drop(insert(&mut budgets, "usual", None));
        drop(insert(&mut budgets, "own", own()));
        let _used = insert(&mut budgets, "used", own());
        insert(&mut budgets, "paused", own()).pause("Data: menu", Some(Duration::from_secs(60)));
        make_room(&mut budgets, Instant::now());
        assert_eq!(keys(&budgets), ["own", "paused", "used"]);

        for number in 0..CROWDED {
            insert(&mut budgets, &number.to_string(), own());
        }
        make_room(&mut budgets, Instant::now());
        assert_eq!(keys(&budgets), ["paused", "used"]);
    }

    #[tokio::test]
    async fn the_same_credentials_share_a_budget_and_others_have_their_own() {
        let calls = |url, fingerprint| {
            let groups = find_or_insert(url, fingerprint).groups();
            groups.iter().map(|group| group.calls).sum::<u64>()
        };
        let limits = Limits {
            pause: Duration::ZERO,
            left: None,
        };
        let first = find_or_insert("https://one.example", "registry-a");
        first.take("Data: menu", limits).await.expect("a turn");
        assert_eq!(calls("https://one.example", "registry-a"), 1);
        assert_eq!(calls("https://one.example", "registry-b"), 0);
        assert_eq!(calls("https://two.example", "registry-a"), 0);
    }
}
