//! The running hub: what every part of it shares.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use iiko_client::{Client, Credentials, clock::Clock};
use sqlx::PgPool;
use tokio_util::task::TaskTracker;

use crate::{
    api_log::{self, ApiLog},
    secret_key::{SecretKey, Secrets},
    sync::Turns,
    token_store::DatabaseTokens,
};

/// How long a stop waits for syncs that run.
const STOP_WAIT: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub struct HubOptions {
    /// A migrated database.
    pub db: PgPool,
    /// `None`: secrets can be neither stored nor used, and whoever tries is told so.
    pub secret_key: Option<SecretKey>,
    pub clock: Clock,
    pub client: ClientOptions,
    /// How long calls to iiko stay in `api_logs`.
    pub api_log_days: u32,
}

/// How the hub speaks to iiko.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// `None`: a client of its own.
    pub http: Option<reqwest::Client>,
    pub timeout: Duration,
    /// How often a failed read is repeated.
    pub retries: u32,
    /// The first wait before a repeat; it grows.
    pub retry_backoff: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            http: None,
            timeout: Duration::from_secs(60),
            retries: 2,
            retry_backoff: Duration::from_millis(500),
        }
    }
}

/// Cheap to clone; all clones are one hub.
#[derive(Clone, Debug)]
pub struct Hub {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: PgPool,
    clock: Clock,
    secrets: Secrets,
    client_options: ClientOptions,
    api_log: ApiLog,
    clients: Mutex<HashMap<i32, CachedClient>>,
    turns: Turns,
    tasks: TaskTracker,
}

#[derive(Debug)]
struct CachedClient {
    base_url: String,
    fingerprint: String,
    client: Client,
}

impl Hub {
    pub async fn start(options: HubOptions) -> anyhow::Result<Self> {
        let api_log = api_log::start(
            options.db.clone(),
            options.clock.clone(),
            options.api_log_days,
        );
        let secrets = Secrets::new(options.secret_key, options.db.clone());
        let hub = Self {
            inner: Arc::new(Inner {
                db: options.db,
                clock: options.clock,
                secrets,
                client_options: options.client,
                api_log,
                clients: Mutex::default(),
                turns: Turns::default(),
                tasks: TaskTracker::new(),
            }),
        };
        hub_db::sync_history::close_abandoned(&mut *hub.db().acquire().await?).await?;
        Ok(hub)
    }

    pub fn db(&self) -> &PgPool {
        &self.inner.db
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.inner.tasks
    }

    /// Waits a little for syncs that run, then until every call to iiko is logged.
    pub async fn shutdown(&self) {
        self.inner.tasks.close();
        if tokio::time::timeout(STOP_WAIT, self.inner.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                "a sync still runs and is cut off: its history row will be closed as failed"
            );
        }
        self.inner.api_log.flush().await;
    }

    /// Waits until every call to iiko made so far is in `api_logs`.
    pub async fn flush_api_log(&self) {
        self.inner.api_log.flush().await;
    }

    /// The client of a connection, kept for as long as address and credentials stay the same.
    pub(crate) fn client_of(
        &self,
        setting_id: i32,
        base_url: &str,
        credentials: Credentials,
    ) -> Result<Client, iiko_client::Error> {
        let fingerprint = credentials.fingerprint();
        let mut clients = self
            .inner
            .clients
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(cached) = clients.get(&setting_id)
            && cached.base_url == base_url
            && cached.fingerprint == fingerprint
        {
            return Ok(cached.client.clone());
        }
        let client = self.build_client(Some(setting_id), base_url, credentials)?;
        clients.insert(
            setting_id,
            CachedClient {
                base_url: base_url.to_owned(),
                fingerprint,
                client: client.clone(),
            },
        );
        Ok(client)
    }

    /// A client for credentials that belong to no connection yet.
    pub(crate) fn build_client(
        &self,
        setting_id: Option<i32>,
        base_url: &str,
        credentials: Credentials,
    ) -> Result<Client, iiko_client::Error> {
        let options = &self.inner.client_options;
        let mut builder = Client::builder(base_url, credentials)
            .clock(self.inner.clock.clone())
            .timeout(options.timeout)
            .retries(options.retries)
            .backoff(options.retry_backoff)
            .observer(self.inner.api_log.observer(setting_id));
        if let Some(http) = &options.http {
            builder = builder.http(http.clone());
        }
        if setting_id.is_some() {
            builder = builder.token_store(Arc::new(DatabaseTokens {
                db: self.inner.db.clone(),
                secrets: self.inner.secrets.clone(),
                clock: self.inner.clock.clone(),
                setting_id,
            }));
        }
        builder.build()
    }
}
