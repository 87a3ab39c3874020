//! The hub of a process, put together from the configuration.

use std::path::{Path, PathBuf};

use hub_engine::hub::{ClientOptions, Hub, HubOptions};
use hub_engine::secret_key::SecretKey;
use iiko_client::clock::Clock;
use sqlx::PgPool;

use crate::config::Config;
use crate::data_directory;
use crate::database::{Database, Place};
use crate::secret_key;

/// Who the process is to the private PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It runs for long and owns the server: `serve`, `demo`.
    Owner,
    /// It does one thing, beside whoever owns the server.
    Guest,
}

/// A hub over its database. `close` it.
pub struct OpenHub {
    pub hub: Hub,
    pub database: Database,
}

impl OpenHub {
    /// Opens the database of `config` and starts the hub over it.
    pub async fn open(
        config: &Config,
        data_directory: &Path,
        standing: Standing,
    ) -> anyhow::Result<Self> {
        let database = open_database(config, data_directory, standing).await?;
        match start(config, data_directory, database.pool()).await {
            Ok(hub) => Ok(Self { hub, database }),
            Err(error) => {
                database.close().await?;
                Err(error)
            }
        }
    }

    /// Ends the hub's work, then the database's.
    pub async fn close(self) -> anyhow::Result<()> {
        self.hub.shutdown().await;
        self.database.close().await
    }
}

/// The database of `config`, for what needs no hub.
pub async fn open_database(
    config: &Config,
    data_directory: &Path,
    standing: Standing,
) -> anyhow::Result<Database> {
    let place = match (&config.database_url, standing) {
        (Some(url), Standing::Owner | Standing::Guest) => Place::External(url.clone()),
        (None, Standing::Owner) => Place::Owned(postgres_directory(data_directory)),
        (None, Standing::Guest) => Place::Shared(postgres_directory(data_directory)),
    };
    if config.database_url.is_none() {
        data_directory::create(data_directory)?;
    }
    Database::open(&place).await
}

/// Where the private PostgreSQL of a data directory lives.
pub fn postgres_directory(data_directory: &Path) -> PathBuf {
    data_directory.join("postgres")
}

async fn start(config: &Config, data_directory: &Path, pool: &PgPool) -> anyhow::Result<Hub> {
    Hub::start(HubOptions {
        db: pool.clone(),
        secret_key: find_secret_key(config, data_directory)?,
        clock: Clock::System,
        client: ClientOptions::default(),
        api_log_days: config.api_log_days,
    })
    .await
}

fn find_secret_key(config: &Config, data_directory: &Path) -> anyhow::Result<Option<SecretKey>> {
    match &config.secret_key {
        Some(text) => secret_key::parse(text).map(Some),
        None if config.database_url.is_some() => Ok(None),
        None => secret_key::load_or_make(data_directory).map(Some),
    }
}
