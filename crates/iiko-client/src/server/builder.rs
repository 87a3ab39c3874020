//! How a connection to an iikoServer is put together. Nothing here touches the network.

use std::{fmt, sync::Arc, time::Duration};

use chrono_tz::Tz;
use reqwest::redirect;

use crate::{
    base_url::Address,
    clock::Clock,
    exchange::ExchangeObserver,
    server::{
        Server,
        calls::Timeouts,
        connection::Connection,
        error::Error,
        login::Login,
        session::{self, Settings},
        trust::Trust,
    },
};

/// Settings of a [`Server`] to be.
#[must_use = "a builder does nothing until `build`"]
pub struct ServerBuilder {
    address: String,
    login: Login,
    time_zone: Tz,
    clock: Clock,
    observer: Option<Arc<dyn ExchangeObserver>>,
    trust: Trust,
    timeout: Duration,
    list_timeout: Duration,
    login_timeout: Duration,
    logout_deadline: Duration,
    idle: Duration,
    lifetime: Duration,
}

impl ServerBuilder {
    pub(crate) fn new(address: &str, login: Login, time_zone: Tz) -> Self {
        Self {
            address: address.to_owned(),
            login,
            time_zone,
            clock: Clock::System,
            observer: None,
            trust: Trust::System,
            timeout: Duration::from_secs(60),
            list_timeout: Duration::from_secs(300),
            login_timeout: Duration::from_secs(30),
            logout_deadline: Duration::from_secs(5),
            idle: Duration::from_secs(15),
            lifetime: Duration::from_secs(55 * 60),
        }
    }

    /// The clock that knows the server's day.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Who sees every exchange.
    pub fn observer(mut self, observer: Arc<dyn ExchangeObserver>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Believe also what these certificates (PEM) signed, and a server that shows exactly one of them, whatever name and
    /// dates stand in it: the way to a server with a certificate of its own making.
    pub fn trusting(mut self, certificates_pem: impl Into<Vec<u8>>) -> Self {
        self.trust = Trust::Also(certificates_pem.into());
        self
    }

    /// Believe any certificate, so that whoever stands between reads the password's hash and all else. For a server on
    /// the same wire and no other; [`trusting`](Self::trusting) is better.
    pub fn accepting_any_certificate(mut self) -> Self {
        self.trust = Trust::Anybody;
        self
    }

    /// How long a call may take: 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a list of products or prices may take: 300 s.
    pub fn list_timeout(mut self, timeout: Duration) -> Self {
        self.list_timeout = timeout;
        self
    }

    /// How long the login may take: 30 s. The slot of one that takes longer is lost for an hour, so this is no place to
    /// save.
    pub fn login_timeout(mut self, timeout: Duration) -> Self {
        self.login_timeout = timeout;
        self
    }

    /// How long logging out is tried: 5 s.
    pub fn logout_deadline(mut self, deadline: Duration) -> Self {
        self.logout_deadline = deadline;
        self
    }

    /// How long the license slot is kept without a call: 15 s.
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// How long a session is used before it is changed for a new one: 55 minutes. The server forgets it after 60.
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Checks the settings; does not connect.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] names the setting that is wrong.
    pub fn build(self) -> Result<Server, Error> {
        let base_url = parse_address(&self.address)?;
        let config = |field, problem: String| Error::Config { field, problem };
        let http = reqwest::Client::builder()
            .connect_timeout(self.login_timeout.min(Duration::from_secs(10)))
            // One call at a time needs one connection.
            .pool_max_idle_per_host(1)
            .redirect(redirect::Policy::custom(stay_at_home))
            // Whether something may be sent twice is decided by the session and nobody else.
            .retry(reqwest::retry::never());
        if matches!(self.trust, Trust::Anybody) {
            tracing::warn!(
                server = %base_url,
                "any certificate of this iikoServer is believed: the connection is not safe from others"
            );
        }
        let http = self
            .trust
            .apply(http)
            .map_err(|problem| config("trusting", problem))?;
        let http = http.build().map_err(|error| {
            let problem = "are CA certificates installed?";
            config(
                "http",
                format!("the HTTP client cannot start ({error}); {problem}"),
            )
        })?;
        let connection = Connection {
            http,
            base_url: base_url.clone(),
            clock: self.clock.clone(),
            observer: self.observer,
        };
        let settings = Settings {
            login: self.login,
            idle: self.idle,
            lifetime: self.lifetime,
            login_timeout: self.login_timeout,
            logout_deadline: self.logout_deadline,
        };
        let timeouts = Timeouts {
            usual: self.timeout,
            list: self.list_timeout,
        };
        Ok(Server {
            commands: session::start(connection, settings)?,
            base_url,
            clock: self.clock,
            time_zone: self.time_zone,
            timeouts,
        })
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let believes = match &self.trust {
            Trust::System => "the system's authorities",
            Trust::Also(_) => "the system's authorities and given certificates",
            Trust::Anybody => "any certificate",
        };
        f.debug_struct("ServerBuilder")
            .field("address", &self.address)
            .field("login", &self.login)
            .field("believes", &believes)
            .finish_non_exhaustive()
    }
}

/// The gateways of hosted servers lead on with 307 and 308, which keep method and body. Only to another path of the
/// same server: elsewhere the HTTP client takes the session's cookie off, so that the login would be carried on and every
/// call after it refused.
fn stay_at_home(attempt: redirect::Attempt<'_>) -> redirect::Action {
    const LONGEST_CHAIN: usize = 3;
    let keeps_body = matches!(attempt.status().as_u16(), 307 | 308);
    let mut previous = attempt.previous().iter();
    let is_home = previous.all(|url| url.origin() == attempt.url().origin());
    if keeps_body && is_home && attempt.previous().len() <= LONGEST_CHAIN {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// Scheme, host, port and the path of the web application, `/resto` where none is named. Scheme and port are not
/// guessed: old servers listen on http 8080, hosted ones on https.
fn parse_address(text: &str) -> Result<String, Error> {
    let address = Address::parse(text, "https://server.example:443", &["/api/v2", "/api"]);
    let Address { origin, path } = address.map_err(|problem| Error::Config {
        field: "address",
        problem,
    })?;
    let path = if path.is_empty() { "/resto" } else { &path };
    Ok(format!("{origin}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_with_or_without_its_path() {
        for (text, expected) in [
            ("https://cafe.iiko.it", "https://cafe.iiko.it/resto"),
            (
                " https://cafe.iiko.it:443/resto/ ",
                "https://cafe.iiko.it/resto",
            ),
            ("http://10.0.0.5:8080", "http://10.0.0.5:8080/resto"),
            (
                "https://localhost:8080/resto/api",
                "https://localhost:8080/resto",
            ),
            (
                "https://localhost:8080/resto/api/v2/",
                "https://localhost:8080/resto",
            ),
            (
                "https://proxy.example/cafe/resto",
                "https://proxy.example/cafe/resto",
            ),
        ] {
            assert_eq!(parse_address(text).unwrap(), expected, "{text}");
        }
        for text in [
            "",
            "cafe.iiko.it",
            "cafe.iiko.it:443",
            "ftp://cafe.iiko.it",
            "https://user:pa55@cafe.iiko.it",
            "https://cafe.iiko.it/?key=1",
        ] {
            let error = parse_address(text).unwrap_err();
            assert!(!error.to_string().contains("pa55"), "{error}");
        }
    }
}
