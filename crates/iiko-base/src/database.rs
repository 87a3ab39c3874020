//! The database of a process: the customer's own, or the private PostgreSQL, owned or visited.
//!
//! `serve` and `demo` own the private server for their life. A command joins the server that runs; where none does it
//! owns one for its own duration. Either way the schema is up to date when `open` returns.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use hub_pg::PrivatePostgres;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use tokio::task;
use tokio::time::{self, Instant};

/// How long a command waits for another one to give the data directory back, or for a hub that is starting.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a guest tries to come in.
const GUEST_PATIENCE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(100);

/// Which database, and how.
#[derive(Clone, Debug)]
pub enum Place {
    /// A PostgreSQL that is not ours: nothing of it is touched but this database.
    External(SecretString),
    /// Ours alone, in this folder: a second owner is refused.
    Owned(PathBuf),
    /// Ours, in this folder: as a guest where it runs.
    Shared(PathBuf),
}

/// An open database. Close it: a dropped one stops its server as well, but blocks the runtime meanwhile.
#[derive(Debug)]
pub struct Database {
    pool: PgPool,
    url: SecretString,
    server: Option<PrivatePostgres>,
}

impl Database {
    /// Starts or joins the server, connects and migrates.
    pub async fn open(place: &Place) -> anyhow::Result<Self> {
        let begun = Instant::now();
        loop {
            let (url, server) = match place {
                Place::External(url) => (url.clone(), None),
                Place::Owned(directory) => own(directory).await?,
                Place::Shared(directory) => join_or_own(directory).await?,
            };
            let is_guest = matches!(place, Place::Shared(_)) && server.is_none();
            match connect(&url).await {
                Ok(pool) => return Ok(Self { pool, url, server }),
                // the owner is about to make the database, or to stop the server
                Err(_) if is_guest && begun.elapsed() < GUEST_PATIENCE => time::sleep(POLL).await,
                Err(error) => {
                    stop(server).await?;
                    return Err(error);
                }
            }
        }
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// For sqlx and `psql`. It holds the password.
    pub fn url(&self) -> &SecretString {
        &self.url
    }

    /// Whether the server ends with this process.
    pub fn is_owned(&self) -> bool {
        self.server.is_some()
    }

    /// Closes the connections and stops what was started.
    pub async fn close(self) -> anyhow::Result<()> {
        // a connection that is still in use must not hold up the end of the program
        drop(time::timeout(Duration::from_secs(2), self.pool.close()).await);
        stop(self.server).await
    }
}

async fn connect(url: &SecretString) -> anyhow::Result<PgPool> {
    let pool = hub_db::connect(url.expose_secret())
        .await
        .context("cannot connect to the database")?;
    hub_db::migrate(&pool)
        .await
        .context("cannot bring the database up to date")?;
    Ok(pool)
}

async fn own(directory: &Path) -> anyhow::Result<(SecretString, Option<PrivatePostgres>)> {
    let server = start(directory).await??;
    Ok((SecretString::from(server.url()), Some(server)))
}

async fn join_or_own(directory: &Path) -> anyhow::Result<(SecretString, Option<PrivatePostgres>)> {
    let begun = Instant::now();
    loop {
        let joined = directory.to_owned();
        if let Some(url) = task::spawn_blocking(move || hub_pg::join(&joined)).await?? {
            return Ok((SecretString::from(url), None));
        }
        match start(directory).await? {
            Ok(server) => return Ok((SecretString::from(server.url()), Some(server))),
            // somebody else is just starting or stopping it: look again
            Err(hub_pg::Error::HeldByAnother { .. }) if begun.elapsed() < PATIENCE => {
                time::sleep(POLL).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn start(
    directory: &Path,
) -> Result<Result<PrivatePostgres, hub_pg::Error>, task::JoinError> {
    let directory = directory.to_owned();
    task::spawn_blocking(move || PrivatePostgres::start(&directory)).await
}

async fn stop(server: Option<PrivatePostgres>) -> anyhow::Result<()> {
    if let Some(server) = server {
        task::spawn_blocking(move || server.stop())
            .await?
            .context("cannot stop the private PostgreSQL")?;
    }
    Ok(())
}
