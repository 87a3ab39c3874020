//! The access token: how long it lives, and the one cell in which all clones of a client keep it.
//!
//! The cell promises: however many callers lack a token at once, one of them logs in and all take what it got, a
//! failure of the login too. Ten callers who each repeat a refused login would look like an attack, and iiko blocks for
//! that. But who logs in does so within its own deadline, and where that is what ended it, the next in line logs in: the
//! haste of one caller is no news to the others.

use std::{
    fmt,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::error::Error;

/// A token with the time from which it is no longer used.
#[derive(Clone)]
pub struct StoredToken {
    /// What goes into `Authorization: Bearer`.
    pub token: SecretString,
    /// From here on a new one is fetched; a minute before iiko's own end.
    pub expires_at: DateTime<Utc>,
}

/// Keeps the token outside the process, so that replicas and the command line share one login.
///
/// Best effort by nature: what fails here costs one login more, so the implementation says so and goes on.
pub trait TokenStore: Send + Sync {
    /// The token of these credentials, if one is kept.
    fn load<'a>(&'a self, fingerprint: &'a str) -> BoxFuture<'a, Option<StoredToken>>;
    /// Keep this token in the place of any other.
    fn save<'a>(&'a self, fingerprint: &'a str, token: &'a StoredToken) -> BoxFuture<'a, ()>;
    /// iiko refused the token that is kept.
    fn forget<'a>(&'a self, fingerprint: &'a str) -> BoxFuture<'a, ()>;
}

impl StoredToken {
    /// A token that has just been fetched: good until a minute before its `exp`, or for 14 minutes where it has none.
    pub(crate) fn fetched(token: SecretString, now: DateTime<Utc>) -> Self {
        let expires_at = read_claims(token.expose_secret())
            .and_then(|claims| claims.usable_until(now))
            .unwrap_or(now + WITHOUT_EXPIRY);
        Self { token, expires_at }
    }

    pub(crate) fn is_usable(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at
    }

    pub(crate) fn is(&self, token: &SecretString) -> bool {
        self.token.expose_secret() == token.expose_secret()
    }
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("token", &"****")
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

const MARGIN: TimeDelta = TimeDelta::seconds(60);
const WITHOUT_EXPIRY: TimeDelta = TimeDelta::minutes(14);

/// What a token says of its own life. Not verified: the key is iiko's.
#[derive(Deserialize)]
struct Claims {
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
}

impl Claims {
    fn usable_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let by_their_clock = seconds(self.exp)?.checked_sub_signed(MARGIN)?;
        if by_their_clock > now {
            return Some(by_their_clock);
        }
        // A fresh token that ends in the past: it lives less than two margins, or our clock is ahead of theirs. Its
        // own length of life says how long it is good from now on; else each call would log in anew.
        let life = seconds(self.exp)? - seconds(self.iat.or(self.nbf)?)?;
        (life > TimeDelta::zero()).then(|| now + (life - MARGIN).max(life / 2))
    }
}

fn seconds(since_1970: f64) -> Option<DateTime<Utc>> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, and what is out of range gives none"
    )]
    DateTime::from_timestamp(since_1970 as i64, 0)
}

fn read_claims(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Why a caller who fetched has no token.
pub(crate) enum NotFetched {
    /// The login failed. All who waited for it are told so.
    Failed(Error),
    /// The caller's own deadline came first. Says nothing of the login.
    OutOfTime(Error),
}

/// The token of one set of credentials, shared by all clones of a client.
#[derive(Default)]
pub(crate) struct TokenCell {
    /// What all callers read. Held for a copy only, never across an await.
    current: RwLock<Option<StoredToken>>,
    /// How many times a token was fetched or failed to be. Counts up when one is done, not where it ran out of time.
    rounds: AtomicU64,
    /// Held by the one caller who fetches; keeps the failure of the last round for those who waited for it.
    fetching: Mutex<Option<Error>>,
}

impl TokenCell {
    /// The token, fetched by `fetch` where there is none, it is too old, or it is the `refused` one.
    ///
    /// Safe to cancel: the next caller in line fetches then.
    pub(crate) async fn get<F>(
        &self,
        refused: Option<&SecretString>,
        now: impl Fn() -> DateTime<Utc>,
        fetch: impl FnOnce() -> F,
    ) -> Result<StoredToken, Error>
    where
        F: Future<Output = Result<StoredToken, NotFetched>>,
    {
        if let Some(token) = self.find(refused, now()) {
            return Ok(token);
        }
        let round = self.rounds.load(Ordering::SeqCst);
        let mut failure = self.fetching.lock().await;
        if let Some(token) = self.find(refused, now()) {
            return Ok(token);
        }
        if self.rounds.load(Ordering::SeqCst) != round
            && let Some(failure) = failure.as_ref()
        {
            return Err(failure.clone());
        }
        let fetched = match fetch().await {
            Ok(token) => Ok(token),
            Err(NotFetched::Failed(error)) => Err(error),
            Err(NotFetched::OutOfTime(error)) => return Err(error),
        };
        self.rounds.fetch_add(1, Ordering::SeqCst);
        *failure = fetched.as_ref().err().cloned();
        let token = fetched?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }

    fn find(&self, refused: Option<&SecretString>, now: DateTime<Utc>) -> Option<StoredToken> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current
            .as_ref()
            .filter(|token| token.is_usable(now) && !refused.is_some_and(|old| token.is(old)))
            .cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str) -> SecretString {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload)).into()
    }

    #[test]
    fn a_token_is_good_until_a_minute_before_its_end_or_for_fourteen_minutes() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for (payload, usable_seconds) in [
            (r#"{"exp":1800003600}"#, 3540),
            (r#"{"exp":1800003600.0,"nbf":1800000000}"#, 3540),
            (r#"{"exp":1800000900}"#, 840),
            // it lives for less than two minutes
            (r#"{"exp":1800000050,"iat":1800000000}"#, 25),
            // our clock is an hour ahead
            (r#"{"exp":1799999000,"iat":1799995400}"#, 3540),
            (r#"{"exp":1799999000}"#, 840),
            (r#"{"exp":"soon"}"#, 840),
            (r#"{"iat":1800000000}"#, 840),
            (r#"{"exp":1e300}"#, 840),
            ("not json", 840),
        ] {
            let token = StoredToken::fetched(jwt(payload), now);
            assert_eq!(
                (token.expires_at - now).num_seconds(),
                usable_seconds,
                "{payload}"
            );
        }
        for opaque in ["opaque", "a.b", "a.%%.c", ""] {
            let token = StoredToken::fetched(opaque.into(), now);
            assert_eq!((token.expires_at - now).num_seconds(), 840, "{opaque}");
        }
    }

    #[test]
    fn debug_prints_no_token() {
        let text = format!(
            "{:?}",
            StoredToken::fetched("s3cret".into(), DateTime::UNIX_EPOCH)
        );
        assert!(!text.contains("s3cret"), "{text}");
    }
}
