//! How a client is put together. Nothing here touches the network.

use std::{sync::Arc, time::Duration};

use crate::{
    base_url::BaseUrl,
    budget::{RateBudget, Rates},
    call::{Parts, Timeouts},
    client::Client,
    clock::Clock,
    credentials::Credentials,
    error::Error,
    exchange::ExchangeObserver,
    metrics::MetricsObserver,
    redact::Redactor,
    retry::Policy,
    token::{TokenCell, TokenStore},
    transport::Transport,
};

/// Settings of a [`Client`] to be.
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    base_url: String,
    credentials: Credentials,
    http: Option<reqwest::Client>,
    clock: Clock,
    token_store: Option<Arc<dyn TokenStore>>,
    observer: Option<Arc<dyn ExchangeObserver>>,
    metrics: Option<Arc<dyn MetricsObserver>>,
    rates: Option<Rates>,
    timeout: Duration,
    menu_timeout: Option<Duration>,
    connect_timeout: Duration,
    policy: Policy,
}

impl ClientBuilder {
    pub(crate) fn new(base_url: &str, credentials: Credentials) -> Self {
        Self {
            base_url: base_url.to_owned(),
            credentials,
            http: None,
            clock: Clock::System,
            token_store: None,
            observer: None,
            metrics: None,
            rates: None,
            timeout: Duration::from_secs(30),
            menu_timeout: None,
            connect_timeout: Duration::from_secs(10),
            policy: Policy::default(),
        }
    }

    /// Share connections with other clients. Its own connect timeout and compression hold then, the timeouts of calls
    /// are still set here.
    ///
    /// Its own repeats and redirects hold, too, and nobody here sees them: by default `reqwest` sends a request again that
    /// HTTP/2 has turned away, and follows a redirect with the order but, to another host, without the token. Build it
    /// with `.retry(reqwest::retry::never())` and `.redirect(reqwest::redirect::Policy::none())`, as the client builds
    /// its own, or what `Error::may_have_happened` answers does not hold.
    pub fn http(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// The clock by which tokens expire.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Where the token is kept beside the process.
    pub fn token_store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.token_store = Some(store);
        self
    }

    /// Who sees each exchange.
    pub fn observer(mut self, observer: Arc<dyn ExchangeObserver>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Who counts the calls.
    pub fn metrics(mut self, metrics: Arc<dyn MetricsObserver>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// How often each restriction group may be called: [`Rates::default`]. Holds for every client of these credentials
    /// in the process, so the last one that is given wins.
    pub fn rates(mut self, rates: Rates) -> Self {
        self.rates = Some(rates);
        self
    }

    /// How long one attempt may take, from connecting to the last byte: 30 s. iiko is told to give up earlier.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The same for the restriction group `Data: menu`, whose answers take longest: four times the other.
    pub fn menu_timeout(mut self, timeout: Duration) -> Self {
        self.menu_timeout = Some(timeout);
        self
    }

    /// How long a connection may take: 10 s. Without effect where [`http`](Self::http) is given.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How often a call that may be repeated is: 2 times after the first.
    pub fn retries(mut self, retries: u32) -> Self {
        self.policy.retries = retries;
        self
    }

    /// Pause before the first repeat: 1 s. Each further one doubles it; chance adds up to half as much.
    pub fn backoff(mut self, backoff: Duration) -> Self {
        self.policy.backoff = backoff;
        self
    }

    /// The longest pause waited for: 10 s. A longer `Retry-After` ends the call, and those of its restriction group that
    /// come after it, until it is over. May be an hour for who likes to wait.
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.policy.longest_pause = pause;
        self
    }

    /// Checks the settings; does not connect.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] names the setting that is wrong.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = BaseUrl::parse(&self.base_url)?;
        if self.timeout.is_zero() || self.menu_timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err(Error::Config {
                field: "timeout",
                problem: "it must be longer than nothing".to_owned(),
            });
        }
        let http = match self.http {
            Some(http) => http,
            None => reqwest::Client::builder()
                .connect_timeout(self.connect_timeout)
                // A POST that is led elsewhere would arrive there as a GET, with the token.
                .redirect(reqwest::redirect::Policy::none())
                // Whether a call is sent again is decided in one place, `retry::next`, and not below it.
                .retry(reqwest::retry::never())
                .build()
                .map_err(|error| Error::Config {
                    field: "http",
                    problem: format!(
                        "the HTTP client cannot start ({error}); are CA certificates installed?"
                    ),
                })?,
        };
        let fingerprint = self.credentials.fingerprint();
        Ok(Client::new(Parts {
            budget: RateBudget::shared(&base_url.join(""), &fingerprint, self.rates),
            metrics: self.metrics,
            base_url,
            fingerprint,
            redactor: Redactor::new(self.credentials.secrets()),
            credentials: self.credentials,
            transport: Transport {
                http,
                clock: self.clock,
                observer: self.observer,
            },
            token_store: self.token_store,
            token: TokenCell::default(),
            timeouts: Timeouts {
                usual: self.timeout,
                menu: self.menu_timeout.unwrap_or(self.timeout.saturating_mul(4)),
            },
            policy: self.policy,
        }))
    }
}
