//! The session of one server: one owner, one call at a time, one license slot, given back whatever happens.
//!
//! Every login takes a slot of the customer's license until its logout or for about an hour, and it may be the only
//! one. So a session lives in a task of its own, on a runtime of its own: a caller who goes away, or whose runtime ends,
//! takes nothing along that would have to log out. The slot is given back
//!
//! - after a call that failed, before its error is told
//! - after [`Settings::idle`] without a call
//! - at `close`, and when the last `Server` is dropped
//! - before a new login, if an earlier logout failed
//!
//! What cannot be given back is the slot of a login whose answer was lost: nobody but the server knows its key then.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret, SecretString};
use tokio::{
    runtime::Runtime,
    sync::{mpsc, oneshot},
};

use crate::{
    redact::Redactor,
    server::{
        answer::{self, Incoming},
        connection::{Connection, FormBody, Outgoing, Payload},
        error::Error,
        info::ServerInfo,
        login::Login,
    },
};

/// Calls that may wait for their turn; who comes later waits to be let in.
const QUEUE: usize = 64;

/// Between two attempts to log out.
const LOGOUT_PAUSE: Duration = Duration::from_millis(200);

pub(crate) struct Settings {
    pub(crate) login: Login,
    /// How long a session without calls keeps its slot.
    pub(crate) idle: Duration,
    /// How old a session may get: the server forgets it after an hour.
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
        connection,
        settings,
        redactor,
        session: None,
        unreturned: None,
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
    connection: Connection,
    settings: Settings,
    redactor: Redactor,
    session: Option<Session>,
    /// The key of a session that could not be logged out.
    unreturned: Option<SecretString>,
}

struct Session {
    key: SecretString,
    opened: Instant,
    /// Knows the key.
    redactor: Redactor,
}

impl Owner {
    async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut farewells = Vec::new();
        loop {
            let command = if self.session.is_some() {
                match tokio::time::timeout(self.settings.idle, commands.recv()).await {
                    Ok(command) => command,
                    Err(_) => {
                        self.log_out().await;
                        continue;
                    }
                }
            } else {
                commands.recv().await
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
                    self.log_out().await;
                    reply.send(()).ok();
                }
                None => break,
            }
        }
        self.log_out().await;
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
            // Not given up when the caller is: a login must be heard to its end, or its slot is lost.
            let (key, redactor) = match self.open().await {
                Ok(session) => (session.key.clone(), session.redactor.clone()),
                Err(error) => break Err(error),
            };
            let exchange = self.connection.exchange(outgoing, Some(&key), &redactor);
            let answered = if outgoing.is_read() {
                tokio::select! {
                    answered = exchange => answered,
                    () = reply.closed() => {
                        self.log_out().await;
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
                        break Err(Error::SessionRefused { operation, text });
                    }
                    is_renewed = true;
                }
                Ok(incoming) => break answer::check(operation, incoming, &redactor),
            }
        };
        if result.is_err() {
            self.log_out().await;
        }
        // Nobody may be there to hear it any more.
        drop(reply.send(result));
    }

    /// The session, opened if there is none: first who the server is, then the login.
    async fn open(&mut self) -> Result<&Session, Error> {
        let is_old = |session: &Session| session.opened.elapsed() >= self.settings.lifetime;
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
            if let Some(key) = self.unreturned.take() {
                self.return_slot(key).await;
            }
            let opened = Instant::now();
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

    async fn info(&self) -> Result<ServerInfo, Error> {
        const OPERATION: &str = "get_server_info";
        let mut outgoing = Outgoing::get(
            OPERATION,
            "/get_server_info.jsp",
            self.settings.login_timeout,
        );
        outgoing.query.push(("encoding", "UTF-8".to_owned()));
        let incoming = self
            .connection
            .exchange(&outgoing, None, &self.redactor)
            .await?;
        let body = answer::check(OPERATION, incoming, &self.redactor)?;
        ServerInfo::read(&String::from_utf8_lossy(&body)).map_err(|problem| Error::Unreadable {
            operation: OPERATION,
            problem,
            excerpt: answer::quote(&self.redactor, &body),
        })
    }

    async fn log_in(&self) -> Result<SecretString, Error> {
        const OPERATION: &str = "auth";
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("login", &self.settings.login.name)
            .append_pair("pass", self.settings.login.password_sha1.expose_secret())
            .finish();
        let outgoing = Outgoing {
            operation: OPERATION,
            path: "/api/auth".to_owned(),
            query: Vec::new(),
            payload: Payload::Form(FormBody(form.into())),
            timeout: self.settings.login_timeout,
        };
        let incoming = self
            .connection
            .exchange(&outgoing, None, &self.redactor)
            .await?;
        if incoming.status == 401 {
            let text = answer::quote(&self.redactor, &incoming.body);
            return Err(Error::LoginRefused { text });
        }
        let body = answer::check(OPERATION, incoming, &self.redactor)?;
        read_key(&body).ok_or_else(|| Error::Unreadable {
            operation: OPERATION,
            problem: "it is not a session's key".to_owned(),
            // Perhaps a key all the same, so nothing of it is told.
            excerpt: format!("**** ({} bytes)", body.len()),
        })
    }

    async fn log_out(&mut self) {
        if let Some(session) = self.session.take() {
            self.return_slot(session.key).await;
        }
    }

    /// Logs out, again and again until the deadline. What then is not returned is tried once more before the next login.
    async fn return_slot(&mut self, key: SecretString) {
        let deadline = self.settings.logout_deadline;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("key", key.expose_secret())
            .finish();
        let outgoing = Outgoing {
            operation: "logout",
            path: "/api/logout".to_owned(),
            query: Vec::new(),
            payload: Payload::Form(FormBody(form.into())),
            timeout: deadline,
        };
        let redactor = self.redactor.knowing(&key);
        let attempts = async {
            loop {
                match self
                    .connection
                    .exchange(&outgoing, Some(&key), &redactor)
                    .await
                {
                    // 401: the server has already forgotten the session.
                    Ok(Incoming {
                        status: 200..300 | 401,
                        ..
                    }) => return,
                    Ok(incoming) => {
                        let status = incoming.status;
                        tracing::debug!(status, "iikoServer did not log out, trying again");
                    }
                    Err(error) => tracing::debug!(%error, "cannot log out, trying again"),
                }
                tokio::time::sleep(LOGOUT_PAUSE).await;
            }
        };
        if tokio::time::timeout(deadline, attempts).await.is_err() {
            tracing::warn!(
                server = %self.connection.base_url,
                "cannot log out of iikoServer: the license slot stays taken for up to an hour"
            );
            self.unreturned = Some(key);
        }
    }
}

/// The key is plain text that looks like a GUID, on some servers in quotes or in one XML element.
fn read_key(body: &[u8]) -> Option<SecretString> {
    const LONGEST: usize = 128;
    let text = std::str::from_utf8(body).ok()?.trim();
    let text = match text.strip_prefix('<') {
        Some(_) => text.rsplit_once("</")?.0.rsplit_once('>')?.1,
        None => text,
    };
    let text = text.trim().trim_matches('"').trim();
    let is_key = (8..=LONGEST).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_key.then(|| text.to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_whatever_surrounds_it() {
        let key = "8d291bb4-1464-4aa9-b375-318e257deca8";
        for body in [
            key.to_owned(),
            format!("{key}\r\n"),
            format!("\"{key}\""),
            format!("<?xml version=\"1.0\"?><string>{key}</string>"),
        ] {
            let found = read_key(body.as_bytes()).unwrap();
            assert_eq!(found.expose_secret(), key, "{body}");
        }
        for body in [
            "",
            "ok",
            "Login failed",
            "a b c d e f g",
            "<p></p>",
            "{\"token\":\"abcdefgh\"}",
        ] {
            assert!(read_key(body.as_bytes()).is_none(), "{body}");
        }
    }
}
