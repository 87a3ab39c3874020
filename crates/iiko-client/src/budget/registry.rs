//! The budgets of this process, one for each set of credentials at each address.
//!
//! They outlive their clients: one that is built anew, for the next sync or after a change of its settings, must not
//! begin with a full budget. What has rested long enough to be full anyway is dropped.

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
        let now = Instant::now();
        budgets.retain(|_, budget| Arc::strong_count(&budget.state) > 1 || !budget.is_rested(now));
    }
    budgets.entry(key).or_default().clone()
}

#[cfg(test)]
mod tests {
    use super::find_or_insert;
    use crate::budget::Limits;

    #[tokio::test]
    async fn the_same_credentials_share_a_budget_and_others_have_their_own() {
        let calls = |url, fingerprint| {
            let groups = find_or_insert(url, fingerprint).groups();
            groups.iter().map(|group| group.calls).sum::<u64>()
        };
        let limits = Limits {
            pause: std::time::Duration::ZERO,
            left: None,
        };
        let first = find_or_insert("https://one.example", "registry-a");
        first.take("Data: menu", limits).await.expect("a turn");
        assert_eq!(calls("https://one.example", "registry-a"), 1);
        assert_eq!(calls("https://one.example", "registry-b"), 0);
        assert_eq!(calls("https://two.example", "registry-a"), 0);
    }
}
