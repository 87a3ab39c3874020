//! Who is logged in: a session takes a slot of the license until it ends.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{IikoServer, Refused};

/// How long a session lives, counted from its login.
const SESSION: TimeDelta = TimeDelta::hours(1);

/// The license module that lets programs in.
const API_MODULE: u32 = 2000;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    key: String,
    expires_at: DateTime<Utc>,
}

impl IikoServer {
    /// A key for who knows login and password, as long as the license has a slot left.
    pub(super) fn log_in(
        &mut self,
        login: &str,
        pass: &str,
        now: DateTime<Utc>,
    ) -> Result<String, Refused> {
        if login != self.login || !pass.eq_ignore_ascii_case(&self.password_sha1) {
            return Err(Refused::new(401, "Wrong login or password"));
        }
        if !self.modules.contains(&API_MODULE) {
            let text = format!("Module {API_MODULE} is blocked within current license");
            return Err(Refused::new(403, text));
        }
        if self.used_slots(now) >= self.slots {
            let text = format!(
                "License enhancement is required: no connections available for module {API_MODULE}"
            );
            return Err(Refused::new(403, text));
        }
        let key = Uuid::new_v4().to_string();
        self.sessions.push(Session {
            key: key.clone(),
            expires_at: now + SESSION,
        });
        Ok(key)
    }

    /// Gives the slot of a session back. Without such a session there is nothing to give.
    pub(super) fn log_out(&mut self, key: &str) {
        self.sessions.retain(|session| session.key != key);
    }

    /// How many are logged in.
    pub(crate) fn used_slots(&mut self, now: DateTime<Utc>) -> usize {
        self.sessions.retain(|session| session.expires_at > now);
        self.sessions.len()
    }

    /// All sessions end, as when the server is started again.
    pub(crate) fn restart(&mut self) {
        self.sessions.clear();
    }

    pub(super) fn require_session(
        &mut self,
        key: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        self.sessions.retain(|session| session.expires_at > now);
        let mut sessions = self.sessions.iter();
        match key.is_some_and(|key| sessions.any(|session| session.key == key)) {
            true => Ok(()),
            false => Err(Refused::new(401, "Token is expired or invalid")),
        }
    }

    pub(super) fn free_slots(&mut self, module: u32, now: DateTime<Utc>) -> usize {
        match self.modules.contains(&module) {
            true => self.slots.saturating_sub(self.used_slots(now)),
            false => 0,
        }
    }
}
