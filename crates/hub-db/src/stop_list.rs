//! Stop lists: what iiko lists now. What left the list is in `menu_changes`.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::{column::column, mirror::Pass};

/// A line of a stop list as iiko has it.
#[derive(Clone, Debug, PartialEq)]
pub struct StopRow {
    pub terminal_group_id: String,
    pub product_id: String,
    /// `None`: all sizes.
    pub size_id: Option<String>,
    pub balance: Decimal,
    pub sku: Option<String>,
    pub added_at: Option<DateTime<Utc>>,
    /// The balance is at or below the connection's threshold.
    pub is_stopped: bool,
}

/// Makes the table hold these rows and no others, and records what came, changed and left.
pub async fn replace_all(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    rows: &[StopRow],
) -> sqlx::Result<()> {
    let terminal_group_ids = column(rows, |row| row.terminal_group_id.as_str());
    let product_ids = column(rows, |row| row.product_id.as_str());
    let size_ids = column(rows, |row| row.size_id.as_deref());
    sqlx::query!(
        "WITH left_list AS (
             DELETE FROM stop_lists AS stop
             WHERE stop.organization_id = $1
                 AND NOT EXISTS (
                     SELECT 1
                     FROM unnest($4::text[], $5::text[], $6::text[]) AS item (terminal_group_id, product_id, size_id)
                     WHERE item.terminal_group_id = stop.terminal_group_id
                         AND item.product_id = stop.product_id
                         AND item.size_id IS NOT DISTINCT FROM stop.size_id
                 )
             RETURNING stop.*
         )
         INSERT INTO menu_changes (organization_id, entity, entity_id, change, old_value, run_id, changed_at)
         SELECT $1, 'stop_lists', product_id, 'deleted',
             jsonb_build_object('terminal_group_id', terminal_group_id, 'size_id', size_id, 'balance', balance),
             $2, $3
         FROM left_list",
        pass.organization_id,
        pass.run_id,
        pass.now,
        &terminal_group_ids as &[&str],
        &product_ids as &[&str],
        &size_ids as &[Option<&str>],
    )
    .execute(&mut *conn)
    .await?;

    // Old balances are read before the upsert: both parts of the statement see the table as it was.
    sqlx::query!(
        "WITH item AS (
             SELECT *
             FROM unnest($4::text[], $5::text[], $6::text[], $7::numeric[], $8::text[], $9::timestamptz[], $10::boolean[])
                 AS item (terminal_group_id, product_id, size_id, balance, sku, added_at, is_stopped)
         ),
         written AS (
             INSERT INTO stop_lists AS mirrored (
                 organization_id, terminal_group_id, product_id, size_id, balance, sku, added_at, is_stopped,
                 created_at, updated_at, synced_at
             )
             SELECT $1, terminal_group_id, product_id, size_id, balance, sku, added_at, is_stopped, $3, $3, $3
             FROM item
             ON CONFLICT (organization_id, terminal_group_id, product_id, size_id) DO UPDATE
             SET balance = excluded.balance,
                 sku = excluded.sku,
                 added_at = excluded.added_at,
                 is_stopped = excluded.is_stopped,
                 updated_at = CASE
                     WHEN (mirrored.balance, mirrored.sku, mirrored.added_at, mirrored.is_stopped)
                         IS DISTINCT FROM (excluded.balance, excluded.sku, excluded.added_at, excluded.is_stopped)
                     THEN excluded.updated_at
                     ELSE mirrored.updated_at
                 END,
                 synced_at = excluded.synced_at
         )
         INSERT INTO menu_changes (organization_id, entity, entity_id, change, field, old_value, new_value, run_id, changed_at)
         SELECT
             $1, 'stop_lists', item.product_id,
             CASE WHEN known.id IS NULL THEN 'created' ELSE 'changed' END,
             CASE WHEN known.id IS NOT NULL THEN 'balance' END,
             CASE WHEN known.id IS NOT NULL
                 THEN jsonb_build_object('terminal_group_id', item.terminal_group_id, 'size_id', item.size_id, 'balance', known.balance)
             END,
             jsonb_build_object('terminal_group_id', item.terminal_group_id, 'size_id', item.size_id, 'balance', item.balance),
             $2, $3
         FROM item
         LEFT JOIN stop_lists AS known
             ON known.organization_id = $1
             AND known.terminal_group_id = item.terminal_group_id
             AND known.product_id = item.product_id
             AND known.size_id IS NOT DISTINCT FROM item.size_id
         WHERE known.id IS NULL OR known.balance IS DISTINCT FROM item.balance",
        pass.organization_id,
        pass.run_id,
        pass.now,
        &terminal_group_ids as &[&str],
        &product_ids as &[&str],
        &size_ids as &[Option<&str>],
        &column(rows, |row| row.balance),
        &column(rows, |row| row.sku.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.added_at) as &[Option<DateTime<Utc>>],
        &column(rows, |row| row.is_stopped),
    )
    .execute(conn)
    .await?;
    Ok(())
}
