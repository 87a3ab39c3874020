//! Whose turn it is to be logged in: one client at a time per address, login and password.
//!
//! Each client has a session of its own, and each session takes a slot of the license. Two clients of one login in one
//! process would lock each other out where there is one slot, and where there are two take both. So they take turns: who
//! waits is noticed by who holds the turn, and that one logs out after the call it is at. Sharing the session itself was
//! the losing option: two clients may trust different certificates, and one must not close the other.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::server::login::Login;

/// The turns of this process, as long as somebody has a client. By a hash, since the password's own hash is a secret.
static TURNS: LazyLock<Mutex<HashMap<[u8; 32], Weak<Turn>>>> = LazyLock::new(Mutex::default);

pub(crate) struct Turn {
    seat: Arc<Semaphore>,
    /// How many wait for the seat.
    waiting: watch::Sender<usize>,
}

/// Whoever has it may be logged in; the next one is let in when it is dropped.
pub(crate) struct Seat {
    _permit: OwnedSemaphorePermit,
}

impl Turn {
    /// The turn that all clients of this address, login and password share.
    pub(crate) fn of(base_url: &str, login: &Login) -> Arc<Self> {
        let mut hash = Sha256::new();
        for part in [base_url, &login.name, login.password_sha1.expose_secret()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let key = hash.finalize().into();
        let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&key).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Self {
            seat: Arc::new(Semaphore::new(1)),
            waiting: watch::Sender::new(0),
        });
        turns.insert(key, Arc::downgrade(&turn));
        turn
    }

    /// Waits for the seat. Who is dropped while waiting leaves the queue.
    pub(crate) async fn take(&self) -> Seat {
        self.waiting.send_modify(|waiting| *waiting += 1);
        let _place = Place(self);
        let permit = Arc::clone(&self.seat).acquire_owned().await;
        Seat {
            _permit: permit.expect("the seats are never closed"),
        }
    }

    /// Until somebody waits for the seat.
    pub(crate) async fn is_wanted(&self) {
        let mut waiting = self.waiting.subscribe();
        // The sender lives in this very turn, so there is nobody to miss it.
        let _ = waiting.wait_for(|waiting| *waiting > 0).await;
    }
}

/// A place in the queue.
struct Place<'a>(&'a Turn);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.send_modify(|waiting| *waiting -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(address: &str, name: &str, password: &str) -> Arc<Turn> {
        Turn::of(address, &Login::new(name, &password.to_owned().into()))
    }

    #[tokio::test]
    async fn who_waits_is_noticed_and_let_in_when_the_seat_is_free() {
        let turn = turn("http://one.example/resto", "api", "p");
        let seat = turn.take().await;
        let wanted = turn.is_wanted();
        tokio::pin!(wanted);
        assert!(futures::poll!(&mut wanted).is_pending());
        {
            let given_up = turn.take();
            tokio::pin!(given_up);
            assert!(futures::poll!(&mut given_up).is_pending());
            assert!(futures::poll!(&mut wanted).is_ready());
        }
        let wanted = turn.is_wanted();
        tokio::pin!(wanted);
        assert!(futures::poll!(&mut wanted).is_pending(), "it left");
        drop(seat);
        turn.take().await;
    }

    #[test]
    fn a_turn_is_shared_by_address_login_and_password_and_ends_with_its_last_client() {
        let one = turn("http://two.example/resto", "api", "p");
        assert!(Arc::ptr_eq(
            &one,
            &turn("http://two.example/resto", "api", "p")
        ));
        for other in [
            turn("http://three.example/resto", "api", "p"),
            turn("http://two.example/resto", "api2", "p"),
            turn("http://two.example/resto", "api", "q"),
        ] {
            assert!(!Arc::ptr_eq(&one, &other));
        }
        let before = Arc::downgrade(&one);
        drop(one);
        assert!(before.upgrade().is_none());
    }
}
