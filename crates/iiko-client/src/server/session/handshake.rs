//! What is said before and after the calls: who are you, let me in, let me out.

use secrecy::{ExposeSecret, SecretString};

use crate::server::{
    answer::{self, Incoming},
    connection::{FormBody, Outgoing, Payload},
    error::Error,
    info::ServerInfo,
    session::{Owner, Session},
};

/// More than this is no key, whatever surrounds it.
const LONGEST_ATTEMPT: usize = 512;

impl Owner {
    pub(super) async fn info(&self) -> Result<ServerInfo, Error> {
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

    pub(super) async fn log_in(&self) -> Result<SecretString, Error> {
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
        if incoming.status == 401 && !answer::is_html(&incoming) {
            let text = answer::quote(&self.redactor, &incoming.body);
            return Err(Error::LoginRefused { text });
        }
        let body = answer::check(OPERATION, incoming, &self.redactor)?;
        if let Some(key) = read_key(&body) {
            return Ok(key);
        }
        self.return_unreadable(&body).await;
        Err(Error::Unreadable {
            operation: OPERATION,
            problem: "it is not a session's key".to_owned(),
            // Perhaps a key all the same, so nothing of it is told.
            excerpt: format!("**** ({} bytes)", body.len()),
        })
    }

    /// The server let us in with something that is no key as we know it. Perhaps it is one all the same: one attempt to
    /// give its slot back, whatever comes of it.
    async fn return_unreadable(&self, body: &[u8]) {
        let text = String::from_utf8_lossy(body).trim().to_owned();
        if text.is_empty() || text.len() > LONGEST_ATTEMPT {
            return;
        }
        let text = SecretString::from(text);
        let redactor = self.redactor.knowing(&text);
        let outgoing = self.logout(&text);
        let attempt = self.connection.exchange(&outgoing, None, &redactor).await;
        let status = attempt.ok().map(|incoming| incoming.status);
        tracing::warn!(
            server = %self.connection.base_url,
            status,
            "iikoServer answered the login with something that is no key; tried to log out with it"
        );
    }

    /// One attempt to give a session's slot back.
    pub(super) async fn is_logged_out(&self, session: &Session) -> bool {
        let outgoing = self.logout(&session.key);
        let attempt = self
            .connection
            .exchange(&outgoing, Some(&session.key), &session.redactor);
        match attempt.await {
            // The server has already forgotten the session.
            Ok(Incoming { status: 401, .. }) => true,
            // A page of whoever stands between has given nothing back.
            Ok(incoming) if matches!(incoming.status, 200..300) && !answer::is_html(&incoming) => {
                true
            }
            Ok(incoming) => {
                let status = incoming.status;
                tracing::debug!(status, "iikoServer did not log out");
                false
            }
            Err(error) => {
                tracing::debug!(%error, "cannot log out of iikoServer");
                false
            }
        }
    }

    fn logout(&self, key: &SecretString) -> Outgoing {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("key", key.expose_secret())
            .finish();
        Outgoing {
            operation: "logout",
            path: "/api/logout".to_owned(),
            query: Vec::new(),
            payload: Payload::Form(FormBody(form.into())),
            // An attempt that hangs leaves time for a second one.
            timeout: self.settings.logout_deadline / 2,
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
