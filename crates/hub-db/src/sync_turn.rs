//! Turns: who may fetch now, across all processes.
//!
//! A turn is a session lock of PostgreSQL on a connection of its own: it ends with the connection, so a killed process
//! leaves nothing stuck, and it is no transaction, so waiting for iiko holds none open.

use sqlx::{Connection, PgConnection, PgPool};

/// Held while it lives; [`Turn::end`] gives it back at once, dropping it when the connection is closed.
#[derive(Debug)]
pub struct Turn {
    conn: PgConnection,
}

/// Waits for the turns of these names, all on one connection. They are taken in the order given: callers who need several
/// sort them, or two of them could each wait for the other.
pub async fn take(pool: &PgPool, names: &[String]) -> sqlx::Result<Turn> {
    let mut conn = PgConnection::connect_with(&pool.connect_options()).await?;
    for name in names {
        sqlx::query!("SELECT pg_advisory_lock(hashtextextended($1, 1))", name)
            .execute(&mut conn)
            .await?;
    }
    Ok(Turn { conn })
}

impl Turn {
    pub async fn end(self) {
        if let Err(error) = self.conn.close().await {
            tracing::debug!(%error, "a turn's connection did not close cleanly; the server ends it");
        }
    }
}
