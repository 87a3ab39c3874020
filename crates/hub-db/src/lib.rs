//! Tables, migrations and all SQL of the hub.
//!
//! Free functions, connection first; the caller owns the transaction. Rows are this crate's types, views are not its
//! business. Every query is checked against the migrations at compile time (`.sqlx`, refreshed by `cargo xtask prepare`).

use std::time::Duration;

use sqlx::{PgPool, migrate::MigrateError, postgres::PgPoolOptions};

pub mod access_token;
pub mod api_log;
pub mod api_token;
pub mod availability;
pub mod category;
pub mod category_list;
pub mod combo;
pub mod iiko_object;
pub mod mirror;
pub mod modifier;
pub mod modifier_group;
pub mod payment_type;
pub mod product;
pub mod product_detail;
pub mod product_list;
pub mod product_part;
pub mod readiness;
pub mod session;
pub mod setting;
pub mod stop_list;
pub mod stop_list_view;
pub mod sync_history;
pub mod sync_turn;
pub mod terminal_group;
pub mod user;

mod column;

/// Opens a pool; makes one connection, so that a wrong address is told at once.
pub async fn connect(url: &str) -> sqlx::Result<PgPool> {
    PgPoolOptions::new()
        .max_connections(20)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(|conn, _| {
            Box::pin(async move {
                // Compiling a statement costs seconds where PostgreSQL overrates it, and wins nothing at the size of a menu.
                sqlx::query!("SET jit = off").execute(conn).await?;
                Ok(())
            })
        })
        .connect(url)
        .await
}

/// Brings the schema up to date. Safe to call from several processes at once: sqlx holds an advisory lock.
pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    sqlx::migrate!().run(pool).await
}
