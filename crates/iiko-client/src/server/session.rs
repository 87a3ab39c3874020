//! The session of one server: one owner, one call at a time, one license slot, given back whatever happens.
//!
//! Every login takes a slot of the customer's license until its logout or for about an hour, and it may be the only
//! one. So a session lives in a task of its own, on a runtime of its own: a caller who goes away, or whose runtime ends,
//! takes nothing along that would have to log out. The slot is given back
//!
//! - after a call that failed, before its error is told
//! - after [`Settings::idle`] without a call
//! - at `close`, and when the last `Server` is dropped
//! - before a new login
//! - when another client of the same login waits for its [`Turn`]
//!
//! A logout that fails is made up for at the next of these occasions, until the server has forgotten the session anyway.
//! What cannot be given back is the slot of a login whose answer was lost: nobody but the server knows its key then.

mod handshake;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use tokio::{
    runtime::Runtime,
    sync::{mpsc, oneshot},
};

use crate::{
    redact::Redactor,
    server::{
        answer,
        connection::{Connection, Outgoing},
        error::Error,
        info::ServerInfo,
        login::Login,
        turn::{Seat, Turn},
    },
};

/// Calls that may wait for their turn; who comes later waits to be let in.
const QUEUE: usize = 64;

/// Between two attempts to log out.
const LOGOUT_PAUSE: Duration = Duration::from_millis(200);

/// When the server forgets a session by itself, counted from the login.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);

pub(crate) struct Settings {
    pub(crate) login: Login,
    /// How long a session without calls keeps its slot.
    pub(crate) idle: Duration,
    /// How old a session may get, by the client's clock: the server forgets it after an hour.
    pub(crate) lifetime: Duration,
    /// How long logging in may take.
    pub(crate) login_timeout: Duration,
    /// How long logging out may take, repeats included.
    pub(crate) logout_deadline: Duration,
}

/// What the owner of the session is asked to do.
pub(crate) enum Command {
    /// Send this, with a session.
    Call {
        outgoing: Box<Outgoing>,
        reply: oneshot::Sender<Result<Vec<u8>, Error>>,
    },
    /// Ask who the server is; takes no slot.
    Info {
        reply: oneshot::Sender<Result<ServerInfo, Error>>,
    },
    /// Give the slot back now, and end if told to.
    LogOut {
        for_good: bool,
        reply: oneshot::Sender<()>,
    },
}

/// Begins a session's task; the server is not touched before the first command.
pub(crate) fn start(
    connection: Connection,
    settings: Settings,
) -> Result<mpsc::Sender<Command>, Error> {
    let (sender, commands) = mpsc::channel(QUEUE);
    let redactor = Redactor::new([settings.login.password_sha1.clone()]);
    let owner = Owner {
        turn: Turn::of(&connection.base_url, &settings.login),
        seat: None,
        connection,
        settings,
        redactor,
        session: None,
        unreturned: Vec::new(),
    };
    runtime()?.spawn(owner.run(commands));
    Ok(sender)
}

/// The runtime of all sessions of this process: one thread, which no caller's runtime can take down.
fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("iiko-server")
        .enable_all()
        .build()
        .map_err(|error| Error::Config {
            field: "runtime",
            problem: format!("the thread of the sessions cannot start ({error})"),
        })?;
    // Two callers may come at once. A runtime must not be dropped where others run, so the second is shut down aside.
    if let Err(second) = RUNTIME.set(runtime) {
        second.shutdown_background();
    }
    RUNTIME.get().ok_or_else(|| Error::Config {
        field: "runtime",
        problem: "the thread of the sessions did not start".to_owned(),
    })
}

struct Owner {
    turn: Arc<Turn>,
    /// Held while there is a session.
    seat: Option<Seat>,
    connection: Connection,
    settings: Settings,
    redactor: Redactor,
    session: Option<Session>,
    /// Sessions that could not be logged out: each still has its slot. Since they leave after an hour, there are no more
    /// than logins in an hour.
    unreturned: Vec<Session>,
}

struct Session {
    key: SecretString,
    opened: DateTime<Utc>,
    /// Knows the key.
    redactor: Redactor,
}

impl Owner {
    async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut farewells = Vec::new();
        loop {
            let command = if self.session.is_some() || !self.unreturned.is_empty() {
                let command = tokio::time::timeout(self.settings.idle, commands.recv());
                tokio::select! {
                    // Asked first, so that who is busy gives way too.
                    biased;
                    () = self.turn.is_wanted(), if self.seat.is_some() => None,
                    command = command => command.ok(),
                }
            } else {
                Some(commands.recv().await)
            };
            let Some(command) = command else {
                self.rest().await;
                continue;
            };
            match command {
                Some(Command::Call { outgoing, reply }) => self.call(&outgoing, reply).await,
                Some(Command::Info { reply }) => {
                    // Nobody may be there to hear it any more.
                    drop(reply.send(self.info().await));
                }
                Some(Command::LogOut {
                    for_good: true,
                    reply,
                }) => {
                    // What was asked before is still done, then `recv` has no more.
                    commands.close();
                    farewells.push(reply);
                }
                Some(Command::LogOut {
                    for_good: false,
                    reply,
                }) => {
                    self.rest().await;
                    reply.send(()).ok();
                }
                None => break,
            }
        }
        self.rest().await;
        for reply in farewells {
            reply.send(()).ok();
        }
    }

    async fn call(
        &mut self,
        outgoing: &Outgoing,
        mut reply: oneshot::Sender<Result<Vec<u8>, Error>>,
    ) {
        if reply.is_closed() {
            return;
        }
        let operation = outgoing.operation;
        let mut is_renewed = false;
        let result = loop {
            if self.seat.is_none() {
                self.seat = tokio::select! {
                    seat = self.turn.take() => Some(seat),
                    () = reply.closed() => return,
                };
            }
            // Not given up when the caller is: a login must be heard to its end, or its slot is lost.
            let (key, redactor) = match self.open().await {
                Ok(session) => (session.key.clone(), session.redactor.clone()),
                Err(error) => break Err(error),
            };
            if reply.is_closed() {
                // The caller left during the login. Nothing was begun, and the session serves the next call.
                return;
            }
            let exchange = self.connection.exchange(outgoing, Some(&key), &redactor);
            let answered = if outgoing.is_read() {
                tokio::select! {
                    answered = exchange => answered,
                    () = reply.closed() => {
                        self.rest().await;
                        return;
                    }
                }
            } else {
                exchange.await
            };
            match answered {
                Err(error) => break Err(error),
                Ok(incoming) if incoming.status == 401 => {
                    // The server has forgotten the session, or so it says: its slot must not stay taken either way.
                    self.log_out().await;
                    if is_renewed {
                        let text = answer::quote(&redactor, &incoming.body);
                        let refused = Error::SessionRefused { operation, text };
                        // A page is told for what it is.
                        break match answer::is_html(&incoming) {
                            true => answer::check(operation, incoming, &redactor),
                            false => Err(refused),
                        };
                    }
                    is_renewed = true;
                }
                Ok(incoming) => break answer::check(operation, incoming, &redactor),
            }
        };
        if result.is_err() {
            self.rest().await;
        }
        // Nobody may be there to hear it any more.
        drop(reply.send(result));
    }

    /// The session, opened if there is none: first who the server is, then the login.
    async fn open(&mut self) -> Result<&Session, Error> {
        let lifetime = TimeDelta::from_std(self.settings.lifetime).unwrap_or(TimeDelta::MAX);
        let ages = TimeDelta::zero()..lifetime;
        let is_old = |session: &Session| !ages.contains(&session.age(&self.connection));
        if self.session.as_ref().is_some_and(is_old) {
            self.log_out().await;
        }
        if self.session.is_none() {
            let info = self.info().await?;
            if !info.is_ready() {
                let state = answer::quote(&self.redactor, info.server_state.as_bytes());
                return Err(Error::NotReady { state });
            }
            if !info.version.knows_price_orders() {
                let version = info.version;
                return Err(Error::TooOld { version });
            }
            self.log_out().await;
            let opened = self.connection.clock.now();
            let key = self.log_in().await?;
            tracing::debug!(server = %self.connection.base_url, "logged in to iikoServer");
            self.session = Some(Session {
                redactor: self.redactor.knowing(&key),
                key,
                opened,
            });
        }
        Ok(self.session.as_ref().expect("it was opened above"))
    }

    /// Gives every slot back, and the turn to whoever waits for it.
    async fn rest(&mut self) {
        self.log_out().await;
        self.seat = None;
    }

    /// Gives every slot back that is held, again and again until the deadline. What is not returned then waits for the
    /// next occasion.
    async fn log_out(&mut self) {
        let is_first_attempt = self.session.is_some();
        self.unreturned.extend(self.session.take());
        self.unreturned
            .retain(|session| session.age(&self.connection) < FORGOTTEN);
        let deadline = self.settings.logout_deadline;
        let attempts = async {
            while let Some(session) = self.unreturned.first() {
                if self.is_logged_out(session).await {
                    self.unreturned.remove(0);
                } else {
                    // One that cannot be returned must not keep the others waiting.
                    self.unreturned.rotate_left(1);
                    tokio::time::sleep(LOGOUT_PAUSE).await;
                }
            }
        };
        if tokio::time::timeout(deadline, attempts).await.is_ok() {
            return;
        }
        let (server, slots) = (&self.connection.base_url, self.unreturned.len());
        if is_first_attempt {
            tracing::warn!(
                %server,
                slots,
                "cannot log out of iikoServer: the license slot stays taken until a later attempt, or for an hour"
            );
        } else {
            tracing::debug!(%server, slots, "still cannot log out of iikoServer");
        }
    }
}

impl Session {
    fn age(&self, connection: &Connection) -> TimeDelta {
        connection.clock.now() - self.opened
    }
}
