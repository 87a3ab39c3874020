//! A database of one test: copied from a migrated template, dropped with the test.

use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, Row, ValueRef};
use tokio::process::Command;
use url::Url;

use crate::server;

const TEMPLATE: &str = "iiko_base_test_template";
/// Any number: held while the template is made or copied, since nobody may be connected to it then.
const TEMPLATE_LOCK: i64 = 7_203_118;

/// An own database on the shared server.
pub struct TestDatabase {
    name: String,
    url: SecretString,
    pool: PgPool,
    server_url: String,
}

impl TestDatabase {
    /// Makes a new, migrated, empty one.
    pub async fn create() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("iiko_base_test_{}_{number}", std::process::id());

        let mut admin = connect_to_server().await;
        let lock = format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})");
        run(&mut admin, &lock).await;
        prepare_template(&mut admin).await;
        run(
            &mut admin,
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await;
        run(
            &mut admin,
            &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"),
        )
        .await;
        // the lock ends with the connection
        admin.close().await.expect("a server that lets go");

        let url = url_of(&name).await;
        let pool = hub_db::connect(&url)
            .await
            .expect("a connection to the test's database");
        Self {
            name,
            url: SecretString::from(url),
            pool,
            server_url: server::url().await.to_owned(),
        }
    }

    pub fn url(&self) -> &str {
        self.url.expose_secret()
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Runs SQL and gives its rows as the texts that `psql` would show, NULL as `NULL`.
    pub async fn sql(&self, statements: &str) -> Vec<Vec<String>> {
        let rows = sqlx::raw_sql(AssertSqlSafe(statements))
            .fetch_all(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{error}, in: {statements}"));
        rows.iter().map(texts).collect()
    }

    /// Runs a statement by the real `psql` as the program's database user, and gives what it prints.
    pub async fn psql(&self, statement: &str) -> String {
        let output = Command::new(server::psql())
            .args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement])
            .arg(self.url())
            .stdin(Stdio::null())
            .output()
            .await
            .expect("psql, which comes with PostgreSQL");
        assert!(
            output.status.success(),
            "psql: {}, in: {statement}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout)
            .expect("UTF-8")
            .trim_end()
            .to_owned()
    }
}

/// Best effort, by a `psql` that nobody waits for: a DROP waits for every backend of the server, also for one whose login
/// hangs in the very runtime that this thread would block. What is left of a killed test goes when its number comes again.
impl Drop for TestDatabase {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = std::process::Command::new(server::psql())
            .args(["-X", "-q", "-c", &statement, &self.server_url])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        // without psql the tests have failed already
        drop(dropping);
    }
}

/// The template with today's migrations; made anew where it was migrated by other ones.
async fn prepare_template(admin: &mut PgConnection) {
    let known = format!("SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'");
    let is_known = !sqlx::raw_sql(AssertSqlSafe(known))
        .fetch_all(&mut *admin)
        .await
        .expect("a list of databases")
        .is_empty();
    if is_known && migrate_template().await.is_ok() {
        return;
    }
    run(
        admin,
        &format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)"),
    )
    .await;
    run(admin, &format!("CREATE DATABASE {TEMPLATE}")).await;
    migrate_template()
        .await
        .expect("migrations that run on an empty database");
}

async fn migrate_template() -> anyhow::Result<()> {
    let pool = hub_db::connect(&url_of(TEMPLATE).await).await?;
    let migrated = hub_db::migrate(&pool).await;
    pool.close().await;
    Ok(migrated?)
}

async fn connect_to_server() -> PgConnection {
    PgConnection::connect(server::url().await)
        .await
        .expect("a connection to the test server")
}

async fn run(admin: &mut PgConnection, statement: &str) {
    admin
        .execute(AssertSqlSafe(statement))
        .await
        .unwrap_or_else(|error| panic!("{error}, in: {statement}"));
}

async fn url_of(database: &str) -> String {
    let mut url = Url::parse(server::url().await).expect("the address of a server");
    url.set_path(database);
    url.to_string()
}

fn texts(row: &PgRow) -> Vec<String> {
    (0..row.len())
        .map(|column| {
            let value = row.try_get_raw(column).expect("a column that is there");
            if value.is_null() {
                "NULL".to_owned()
            } else {
                value.as_str().expect("text").to_owned()
            }
        })
        .collect()
}
