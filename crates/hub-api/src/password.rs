//! Passwords: Argon2id with 19 MiB, off the async threads, a few at a time.

use std::sync::LazyLock;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::Semaphore, task};

/// The work of one hash takes 19 MiB and a core for some 20 ms: a flood of logins must not take all there is.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Verified where there is no such user, so that the time taken does not tell who exists.
static NOBODYS_HASH: LazyLock<String> =
    LazyLock::new(|| hash_now(&SecretString::from("nobody's password")));

pub(crate) async fn hash(password: SecretString) -> String {
    run(move || hash_now(&password)).await
}

/// Whether `password` is the one of `stored`; takes as long where nothing is stored.
pub(crate) async fn verify(password: SecretString, stored: Option<String>) -> bool {
    run(move || {
        let known = stored.is_some();
        let stored = stored.as_ref().unwrap_or(&NOBODYS_HASH);
        let matches = Argon2::default()
            .verify_password(password.expose_secret().as_bytes(), stored.as_str())
            .is_ok();
        known && matches
    })
    .await
}

fn hash_now(password: &SecretString) -> String {
    Argon2::default()
        .hash_password(password.expose_secret().as_bytes())
        .expect("the default parameters are valid and the system has randomness")
        .to_string()
}

async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let _permit = AT_ONCE
        .acquire()
        .await
        .expect("the semaphore is never closed");
    task::spawn_blocking(work)
        .await
        .expect("hashing does not panic and is not aborted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_passes() {
        let stored = hash("correct horse".into()).await;
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(verify("correct horse".into(), Some(stored.clone())).await);
        assert!(!verify("wrong horse".into(), Some(stored)).await);
        assert!(!verify("nobody's password".into(), None).await);
        assert!(!verify("anything".into(), Some("not a hash".to_owned())).await);
    }
}
