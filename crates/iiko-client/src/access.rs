//! How a call gets its token: from the cell, from the store beside the process, by a login.

use secrecy::SecretString;

use crate::{
    call::{Deadline, Parts},
    error::Error,
    login,
    retry::{self, Decision},
    token::{NotFetched, StoredToken},
    transport::Outgoing,
};

impl Parts {
    /// A token that is good now and is not the refused one.
    pub(crate) async fn token(
        &self,
        refused: Option<&SecretString>,
        deadline: Deadline,
    ) -> Result<StoredToken, Error> {
        let operation = login::OPERATION;
        let now = || self.transport.clock.now();
        let token = self
            .token
            .get(refused, now, || self.fetch_token(refused, deadline));
        match deadline.left() {
            None => token.await,
            Some(left) => tokio::time::timeout(left, token).await.unwrap_or_else(|_| {
                Err(Error::Timeout {
                    operation,
                    nothing_sent: false,
                    after: deadline.elapsed(),
                })
            }),
        }
    }

    async fn fetch_token(
        &self,
        refused: Option<&SecretString>,
        deadline: Deadline,
    ) -> Result<StoredToken, NotFetched> {
        let Some(store) = &self.token_store else {
            return self.log_in(deadline).await;
        };
        if let Some(stored) = store.load(&self.fingerprint).await {
            let is_refused = refused.is_some_and(|refused| stored.is(refused));
            if stored.is_usable(self.transport.clock.now()) && !is_refused {
                return Ok(stored);
            }
            // Another replica's newer token stays; what iiko refused does not.
            if is_refused {
                store.forget(&self.fingerprint).await;
            }
        }
        let token = self.log_in(deadline).await?;
        store.save(&self.fingerprint, &token).await;
        Ok(token)
    }

    async fn log_in(&self, deadline: Deadline) -> Result<StoredToken, NotFetched> {
        let (path, body) = login::request(&self.credentials).map_err(NotFetched::Failed)?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.turn(login::OPERATION, login::RESTRICTION_GROUP, deadline)
                .await
                .map_err(|error| self.tell_own_haste(error))?;
            let outgoing = Outgoing {
                operation: login::OPERATION,
                url: self.base_url.join(path),
                body: body.clone(),
                token: None,
                timeout: deadline
                    .bound(self.timeouts.usual, login::OPERATION)
                    .map_err(NotFetched::OutOfTime)?,
                redactor: &self.redactor,
                answer_is_secret: true,
            };
            let is_cut_short = outgoing.timeout < self.timeouts.usual;
            let now = self.transport.clock.now();
            let lost = match self.transport.exchange(outgoing).await {
                Ok(incoming) => match login::read_answer(incoming, &self.redactor) {
                    // The time before the exchange: a token must not seem to live longer than it does.
                    Ok(token) => return Ok(StoredToken::fetched(token, now)),
                    Err(lost) => lost,
                },
                Err(lost) => lost,
            };
            self.settle(login::RESTRICTION_GROUP, lost.failure);
            if is_cut_short && matches!(*lost.error, Error::Timeout { .. }) {
                return Err(NotFetched::OutOfTime(*lost.error));
            }
            match retry::next(&self.policy, login::EFFECT, lost.failure, attempt) {
                // No token was sent, so none can be renewed.
                Decision::GiveUp | Decision::RenewToken => {
                    return Err(NotFetched::Failed(*lost.error));
                }
                Decision::Repeat(pause) => {
                    let pause = pause.with_chance(rand::random());
                    if !deadline.has_left(pause) {
                        return Err(NotFetched::OutOfTime(*lost.error));
                    }
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// Why there was no turn to log in: a pause that nobody waits for holds for all, all else for this caller alone.
    fn tell_own_haste(&self, error: Error) -> NotFetched {
        match error {
            Error::Paused { remaining, .. } if remaining > self.policy.longest_pause => {
                NotFetched::Failed(error)
            }
            error => NotFetched::OutOfTime(error),
        }
    }
}
