//! A private PostgreSQL for the benchmarks, as the product runs it, and what a measured process did to it.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context;
use hub_engine::connection::{self, ConnectionChange, ConnectionOrganization};
use hub_engine::hub::{ClientOptions, Hub, HubOptions};
use hub_engine::secret_key::SecretKey;
use hub_pg::PrivatePostgres;
use iiko_base::demo::access;
use iiko_client::clock::Clock;
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tempfile::TempDir;
use url::Url;

use crate::iiko::Iiko;
use crate::menu::Menu;

const POLL: Duration = Duration::from_millis(20);

pub(crate) struct Databases {
    // fields are dropped in order: the server goes before its folder
    server: PrivatePostgres,
    directory: TempDir,
}

impl Databases {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let directory = hub_testkit::data_directory::create();
        let server = PrivatePostgres::start(&directory.path().join("postgres"))?;
        Ok(Self { server, directory })
    }

    /// For files of the benchmarks.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) async fn version(&self) -> anyhow::Result<String> {
        let mut admin = PgConnection::connect(&self.server.url()).await?;
        let row = sqlx::raw_sql("SHOW server_version")
            .fetch_one(&mut admin)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// A new, migrated database with a connection to iiko and a token for readers.
    pub(crate) async fn prepare(
        &self,
        secret_key: &SecretKey,
        iiko: &Iiko,
        menu: &Menu,
    ) -> anyhow::Result<Prepared> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("bench_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&self.server.url()).await?;
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut admin)
            .await?;
        admin.close().await?;
        let mut url = Url::parse(&self.server.url()).context("the address of the database")?;
        url.set_path(&name);

        let db = hub_db::connect(url.as_str()).await?;
        hub_db::migrate(&db).await?;
        let hub = Hub::start(HubOptions {
            db,
            secret_key: Some(SecretKey::parse(secrecy::ExposeSecret::expose_secret(
                &secret_key.to_text(),
            ))?),
            clock: Clock::System,
            client: ClientOptions::default(),
            api_log_days: 14,
        })
        .await?;
        let change = ConnectionChange {
            api_url: Some(iiko.url()),
            api_key: Some(SecretString::from("bench")),
            organizations: Some(vec![ConnectionOrganization {
                organization_id: menu.organization_id.clone(),
                name: None,
            }]),
            ..ConnectionChange::default()
        };
        let setting_id = connection::create(&hub, change).await?.id;
        let token = access::renew(&hub).await?.token;
        hub.shutdown().await;
        hub.db().close().await;
        Ok(Prepared {
            url: url.into(),
            setting_id,
            token,
        })
    }
}

/// A database that waits for a sync. Nobody is connected to it.
pub(crate) struct Prepared {
    pub(crate) url: String,
    pub(crate) setting_id: i32,
    pub(crate) token: SecretString,
}

impl Prepared {
    pub(crate) async fn vacuum(&self) -> anyhow::Result<()> {
        let mut conn = PgConnection::connect(&self.url).await?;
        sqlx::raw_sql("VACUUM ANALYZE").execute(&mut conn).await?;
        Ok(conn.close().await?)
    }

    pub(crate) async fn counters(&self) -> anyhow::Result<Written> {
        let mut conn = PgConnection::connect(&self.url).await?;
        // A connection hands its counts in when it ends.
        loop {
            let others = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
            let row = sqlx::raw_sql(others).fetch_one(&mut conn).await?;
            if row.try_get::<i64, _>(0)? == 0 {
                break;
            }
            tokio::time::sleep(POLL).await;
        }
        let counters = "SELECT
                sum(n_tup_ins)::bigint,
                sum(n_tup_upd)::bigint,
                sum(n_tup_hot_upd)::bigint,
                pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint
            FROM pg_stat_user_tables";
        let row = sqlx::raw_sql(counters).fetch_one(&mut conn).await?;
        let written = Written {
            inserted: row.try_get(0)?,
            updated: row.try_get(1)?,
            updated_hot: row.try_get(2)?,
            wal_bytes: row.try_get(3)?,
        };
        conn.close().await?;
        Ok(written)
    }
}

/// Rows written in all of our tables, and the log that it cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) inserted: i64,
    pub(crate) updated: i64,
    /// of the updated ones: no index was touched
    pub(crate) updated_hot: i64,
    pub(crate) wal_bytes: i64,
}

impl Written {
    pub(crate) fn since(self, before: &Self) -> Self {
        Self {
            inserted: self.inserted - before.inserted,
            updated: self.updated - before.updated,
            updated_hot: self.updated_hot - before.updated_hot,
            wal_bytes: self.wal_bytes - before.wal_bytes,
        }
    }
}
