//! Whether a failed call is sent again: a pure function of what the call does, how it failed and how often it was tried.
//!
//! The rule: what may have reached iiko is repeated only when it changes nothing. A read is repeated a few times where
//! the cause passes by itself. A change that the same call again leaves as it is is repeated where nothing can have been
//! sent and after a 429, which turns calls away unseen; what would happen twice, only where nothing can have been sent.
//! The 401 for an expired token is apart from all: iiko looked at the token and did nothing else, so any call is
//! repeated once with a new one.

use std::time::Duration;

use iiko_types::endpoint::Effect;

/// How a call failed, as far as the decision needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection: not a byte of the request can have left.
    NothingSent,
    /// Sent, and no whole answer came: connection lost, too late, body broken off.
    AnswerLost,
    /// A whole answer that is not JSON: a page of a proxy, a wrong host. The next one will be the same.
    NotJson,
    /// 401 for the token that was sent.
    TokenRefused {
        /// Whether this call was already repeated with a new token.
        renewed: bool,
    },
    /// Refused with this status, and `Retry-After` where it came.
    Refused {
        /// HTTP status.
        status: u16,
        /// What iiko asked us to wait.
        retry_after: Option<Duration>,
    },
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Tell the caller.
    GiveUp,
    /// Send again after this.
    Repeat(Pause),
    /// Get a new token, then send again at once.
    RenewToken,
}

/// What the length of a pause follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// What iiko asked us to wait, nothing where it did not. Kept as it is.
    pub asked: Duration,
    /// By our own count. Stretched by chance.
    pub backoff: Duration,
    /// It is no longer than this.
    pub longest: Duration,
}

impl Pause {
    /// Its length. `chance`, from 0 to 1, stretches the backoff by up to half as much again, so that callers who failed
    /// together do not come back together.
    #[must_use]
    pub fn with_chance(self, chance: f64) -> Duration {
        let half = self.backoff.as_secs_f64() / 2.0;
        // What is no chance at all adds nothing.
        let added = Duration::try_from_secs_f64(half * chance.clamp(0.0, 1.0)).unwrap_or_default();
        let backoff = self.backoff.saturating_add(added);
        backoff.max(self.asked).min(self.longest)
    }
}

/// How often and how soon a call is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Repeats after the first attempt. A renewed token does not count.
    pub retries: u32,
    /// Pause before the first repeat; each further one doubles it.
    pub backoff: Duration,
    /// No pause is longer; a longer `Retry-After` is not waited for but told.
    pub longest_pause: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retries: 2,
            backoff: Duration::from_secs(1),
            longest_pause: Duration::from_secs(10),
        }
    }
}

/// Decides after `attempt` attempts (1 is the first) ended in `failure`.
#[must_use]
pub fn next(policy: &Policy, effect: Effect, failure: Failure, attempt: u32) -> Decision {
    let repeat_allowed = match (effect, failure) {
        (_, Failure::TokenRefused { renewed: false }) => return Decision::RenewToken,
        (_, Failure::TokenRefused { renewed: true } | Failure::NotJson) => false,
        (_, Failure::NothingSent) => true,
        (Effect::Read, Failure::AnswerLost) => true,
        (Effect::Change | Effect::Irreversible, Failure::AnswerLost) => false,
        (
            Effect::Change,
            Failure::Refused {
                status: 429,
                retry_after: Some(after),
            },
        ) => after <= policy.longest_pause,
        (
            Effect::Read,
            Failure::Refused {
                status,
                retry_after,
            },
        ) => match (status, retry_after) {
            // Without a word on how long, the pause at iiko may last an hour, and asking early leads to a block.
            (429, None) => false,
            (429, Some(after)) if after <= policy.longest_pause => true,
            (_, Some(after)) if after > policy.longest_pause => false,
            (status, _) => is_transient_status(status),
        },
        (Effect::Change | Effect::Irreversible, Failure::Refused { .. }) => false,
    };
    if !repeat_allowed || attempt > policy.retries {
        return Decision::GiveUp;
    }
    let doubled = policy
        .backoff
        .saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
    let asked = match failure {
        Failure::Refused { retry_after, .. } => retry_after.unwrap_or_default(),
        Failure::NothingSent
        | Failure::AnswerLost
        | Failure::NotJson
        | Failure::TokenRefused { .. } => Duration::ZERO,
    };
    Decision::Repeat(Pause {
        asked,
        backoff: doubled.min(policy.longest_pause),
        longest: policy.longest_pause,
    })
}

/// Whether the same call may fare better later: 408, 429 and the server's faults but the two that say "never".
#[must_use]
pub fn is_transient_status(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599) && !matches!(status, 501 | 505)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: Policy = Policy {
        retries: 2,
        backoff: Duration::from_secs(1),
        longest_pause: Duration::from_secs(10),
    };
    const EFFECTS: [Effect; 3] = [Effect::Read, Effect::Change, Effect::Irreversible];

    fn repeat(seconds: u64) -> Decision {
        repeat_as_asked(0, seconds)
    }

    fn repeat_as_asked(asked: u64, backoff: u64) -> Decision {
        Decision::Repeat(Pause {
            asked: Duration::from_secs(asked),
            backoff: Duration::from_secs(backoff),
            longest: POLICY.longest_pause,
        })
    }

    fn refused(status: u16) -> Failure {
        Failure::Refused {
            status,
            retry_after: None,
        }
    }

    fn refused_for(status: u16, seconds: u64) -> Failure {
        Failure::Refused {
            status,
            retry_after: Some(Duration::from_secs(seconds)),
        }
    }

    #[test]
    fn the_decision_follows_from_effect_and_failure() {
        use Decision::{GiveUp, RenewToken};
        let table: [(Failure, [Decision; 3]); 18] = [
            // failure, then read, change, irreversible
            (Failure::NothingSent, [repeat(1), repeat(1), repeat(1)]),
            (Failure::AnswerLost, [repeat(1), GiveUp, GiveUp]),
            (Failure::NotJson, [GiveUp, GiveUp, GiveUp]),
            (
                Failure::TokenRefused { renewed: false },
                [RenewToken, RenewToken, RenewToken],
            ),
            (
                Failure::TokenRefused { renewed: true },
                [GiveUp, GiveUp, GiveUp],
            ),
            (refused(400), [GiveUp, GiveUp, GiveUp]),
            (refused(403), [GiveUp, GiveUp, GiveUp]),
            (refused(408), [repeat(1), GiveUp, GiveUp]),
            (refused(410), [GiveUp, GiveUp, GiveUp]),
            (refused(422), [GiveUp, GiveUp, GiveUp]),
            (refused(429), [GiveUp, GiveUp, GiveUp]),
            (
                refused_for(429, 7),
                [repeat_as_asked(7, 1), repeat_as_asked(7, 1), GiveUp],
            ),
            (refused_for(429, 3600), [GiveUp, GiveUp, GiveUp]),
            (refused(500), [repeat(1), GiveUp, GiveUp]),
            (refused(501), [GiveUp, GiveUp, GiveUp]),
            (refused(503), [repeat(1), GiveUp, GiveUp]),
            (refused_for(503, 5), [repeat_as_asked(5, 1), GiveUp, GiveUp]),
            (refused_for(503, 3600), [GiveUp, GiveUp, GiveUp]),
        ];
        for (failure, decisions) in table {
            for (effect, decision) in EFFECTS.into_iter().zip(decisions) {
                assert_eq!(
                    next(&POLICY, effect, failure, 1),
                    decision,
                    "{effect:?} after {failure:?}"
                );
            }
        }
    }

    #[test]
    fn attempts_are_bounded_and_their_pauses_grow_to_a_limit() {
        let policy = Policy {
            retries: 6,
            ..POLICY
        };
        let decisions: Vec<_> = (1..=7)
            .map(|attempt| next(&policy, Effect::Read, refused(500), attempt))
            .collect();
        assert_eq!(
            decisions,
            [
                repeat(1),
                repeat(2),
                repeat(4),
                repeat(8),
                repeat(10),
                repeat(10),
                Decision::GiveUp
            ]
        );
    }

    #[test]
    fn no_retries_still_renew_a_token_once() {
        let policy = Policy {
            retries: 0,
            ..POLICY
        };
        assert_eq!(
            next(&policy, Effect::Read, Failure::NothingSent, 1),
            Decision::GiveUp
        );
        assert_eq!(
            next(
                &policy,
                Effect::Irreversible,
                Failure::TokenRefused { renewed: false },
                1
            ),
            Decision::RenewToken
        );
    }

    #[test]
    fn chance_stretches_our_own_count_and_not_what_iiko_asked_for() {
        let pause = |asked, backoff| Pause {
            asked: Duration::from_secs(asked),
            backoff: Duration::from_secs(backoff),
            longest: POLICY.longest_pause,
        };
        for (pause, chance, millis) in [
            (pause(0, 2), 0.0, 2000),
            (pause(0, 2), 0.5, 2500),
            (pause(0, 2), 1.0, 3000),
            (pause(7, 2), 1.0, 7000),
            (pause(7, 6), 0.5, 7500),
            (pause(9, 8), 1.0, 10_000),
            (pause(10, 1), 1.0, 10_000),
            (pause(0, 2), f64::NAN, 2000),
        ] {
            assert_eq!(
                pause.with_chance(chance).as_millis(),
                millis,
                "{pause:?} with {chance}"
            );
        }
    }

    fn duration() -> impl Strategy<Value = Duration> {
        prop_oneof![
            Just(Duration::ZERO),
            Just(Duration::MAX),
            (0..100_000_u64).prop_map(Duration::from_millis),
            (any::<u64>(), 0..1_000_000_000_u32)
                .prop_map(|(seconds, nanos)| Duration::new(seconds, nanos)),
        ]
    }

    proptest! {
        #[test]
        fn no_pause_is_shorter_than_asked_or_longer_than_the_longest(
            backoff in duration(),
            longest_pause in duration(),
            retry_after in proptest::option::of(duration()),
            status in prop_oneof![Just(429_u16), Just(503)],
            attempt in 1..100_u32,
            chance in any::<f64>(),
        ) {
            let policy = Policy { retries: 100, backoff, longest_pause };
            let failure = Failure::Refused { status, retry_after };
            if let Decision::Repeat(pause) = next(&policy, Effect::Read, failure, attempt) {
                let pause = pause.with_chance(chance);
                prop_assert!(pause <= longest_pause);
                prop_assert!(pause >= retry_after.unwrap_or_default());
                prop_assert!(pause >= backoff.min(longest_pause));
            }
        }
    }
}
