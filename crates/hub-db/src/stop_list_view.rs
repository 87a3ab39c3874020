//! The stop list of one organization as it is read from outside: iiko's rows with the names of what they stop.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

pub struct StopRow {
    pub id: i64,
    pub organization_id: String,
    pub terminal_group_id: String,
    pub product_id: String,
    /// `None`: neither a product nor a modifier of the mirror
    pub product_name: Option<String>,
    /// `None`: all sizes
    pub size_id: Option<String>,
    pub balance: Decimal,
    pub sku: Option<String>,
    pub is_stopped: bool,
    pub added_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
    pub synced_at: DateTime<Utc>,
}

pub struct StopFilter<'a> {
    pub organization_id: &'a str,
    /// `None` lets everything through
    pub terminal_group_id: Option<&'a str>,
    /// `None` lets everything through
    pub is_stopped: Option<bool>,
}

pub async fn list(conn: &mut PgConnection, filter: StopFilter<'_>) -> sqlx::Result<Vec<StopRow>> {
    sqlx::query_as!(
        StopRow,
        r#"SELECT
            stop.id,
            stop.organization_id,
            stop.terminal_group_id,
            stop.product_id,
            COALESCE(product.name, modifier.name) AS "product_name?",
            stop.size_id,
            stop.balance,
            stop.sku,
            stop.is_stopped,
            stop.added_at,
            stop.updated_at,
            stop.synced_at
        FROM stop_lists AS stop
        LEFT JOIN products AS product
            ON product.organization_id = stop.organization_id
            AND product.id = stop.product_id
        LEFT JOIN modifiers AS modifier
            ON modifier.organization_id = stop.organization_id
            AND modifier.id = stop.product_id
        WHERE stop.organization_id = $1
            AND ($2::text IS NULL OR stop.terminal_group_id = $2)
            AND ($3::boolean IS NULL OR stop.is_stopped = $3)
        ORDER BY COALESCE(product.name, modifier.name) NULLS LAST, stop.id, stop.organization_id"#,
        filter.organization_id,
        filter.terminal_group_id,
        filter.is_stopped,
    )
    .fetch_all(conn)
    .await
}
