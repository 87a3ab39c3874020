//! Payment types.

use sqlx::{PgConnection, types::Json};

use crate::{
    column::{column, lists},
    mirror::Pass,
};

/// A way to pay as iiko has it.
#[derive(Clone, Debug)]
pub struct PaymentTypeRow {
    pub id: String,
    pub code: Option<String>,
    pub name: String,
    pub comment: Option<String>,
    /// `Cash`, `Card`, `External`, `IikoCard` ...
    pub payment_type_kind: Option<String>,
    /// `External`, `Internal`, `Both`.
    pub payment_processing_type: Option<String>,
    pub combinable: bool,
    pub print_cheque: bool,
    pub terminal_group_ids: Vec<String>,
    pub marketing_campaign_ids: Vec<String>,
    /// iiko marks it as deleted.
    pub is_deleted: bool,
}

pub async fn list_live_ids(
    conn: &mut PgConnection,
    organization_id: &str,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT id
         FROM payment_types
         WHERE organization_id = $1 AND NOT is_deleted",
        organization_id,
    )
    .fetch_all(conn)
    .await
}

/// Writes all rows; what did not change only gets a new `synced_at`.
pub async fn upsert_all(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    rows: &[PaymentTypeRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO payment_types AS mirrored (
             organization_id, id, code, name, comment, payment_type_kind, payment_processing_type, combinable, print_cheque,
             terminal_group_ids, marketing_campaign_ids, is_deleted, deleted_at, created_at, updated_at, synced_at
         )
         SELECT
             $1, item.id, item.code, item.name, item.comment, item.payment_type_kind, item.payment_processing_type, item.combinable,
             item.print_cheque, ARRAY(SELECT jsonb_array_elements_text(item.terminal_group_ids)),
             ARRAY(SELECT jsonb_array_elements_text(item.marketing_campaign_ids)), item.is_deleted,
             CASE WHEN item.is_deleted THEN $2::timestamptz END, $2, $2, $2
         FROM unnest(
             $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::boolean[], $11::jsonb[],
             $12::jsonb[], $13::boolean[]
         ) AS item (
             id, code, name, comment, payment_type_kind, payment_processing_type, combinable, print_cheque, terminal_group_ids,
             marketing_campaign_ids, is_deleted
         )
         ON CONFLICT (organization_id, id) DO UPDATE
         SET code = excluded.code,
             name = excluded.name,
             comment = excluded.comment,
             payment_type_kind = excluded.payment_type_kind,
             payment_processing_type = excluded.payment_processing_type,
             combinable = excluded.combinable,
             print_cheque = excluded.print_cheque,
             terminal_group_ids = excluded.terminal_group_ids,
             marketing_campaign_ids = excluded.marketing_campaign_ids,
             is_deleted = excluded.is_deleted,
             deleted_at = CASE WHEN excluded.is_deleted THEN COALESCE(mirrored.deleted_at, excluded.deleted_at) END,
             updated_at = CASE
                 WHEN (mirrored.code, mirrored.name, mirrored.comment, mirrored.payment_type_kind, mirrored.payment_processing_type,
                       mirrored.combinable, mirrored.print_cheque, mirrored.terminal_group_ids, mirrored.marketing_campaign_ids,
                       mirrored.is_deleted)
                     IS DISTINCT FROM
                     (excluded.code, excluded.name, excluded.comment, excluded.payment_type_kind, excluded.payment_processing_type,
                      excluded.combinable, excluded.print_cheque, excluded.terminal_group_ids, excluded.marketing_campaign_ids,
                      excluded.is_deleted)
                 THEN excluded.updated_at
                 ELSE mirrored.updated_at
             END,
             synced_at = excluded.synced_at",
        pass.organization_id,
        pass.now,
        &column(rows, |row| row.id.as_str()) as &[&str],
        &column(rows, |row| row.code.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.name.as_str()) as &[&str],
        &column(rows, |row| row.comment.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.payment_type_kind.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.payment_processing_type.as_deref()) as &[Option<&str>],
        &column(rows, |row| row.combinable),
        &column(rows, |row| row.print_cheque),
        &lists(rows, |row| &row.terminal_group_ids) as &[Json<&Vec<String>>],
        &lists(rows, |row| &row.marketing_campaign_ids) as &[Json<&Vec<String>>],
        &column(rows, |row| row.is_deleted),
    )
    .execute(conn)
    .await?;
    Ok(())
}
