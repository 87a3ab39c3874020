//! What all writes of a sync share: the writer's mark, the organization's lock, the record of changes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A row of a mirror table, as far as a plan needs it.
#[derive(Clone, Debug)]
pub struct MirrorRow {
    pub id: String,
    pub is_deleted: bool,
    pub price: Option<rust_decimal::Decimal>,
    /// `None`: iiko's own words for it are not stored.
    pub content_hash: Option<Vec<u8>>,
}

/// The tables whose changes are recorded field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    Categories,
    Products,
    ModifierGroups,
    Modifiers,
    Combos,
    TerminalGroups,
    PaymentTypes,
}

impl Entity {
    fn table(self) -> &'static str {
        match self {
            Self::Categories => "categories",
            Self::Products => "products",
            Self::ModifierGroups => "modifier_groups",
            Self::Modifiers => "modifiers",
            Self::Combos => "combos",
            Self::TerminalGroups => "terminal_groups",
            Self::PaymentTypes => "payment_types",
        }
    }
}

/// One pass of a sync over one organization.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    pub organization_id: &'a str,
    pub run_id: Uuid,
    pub now: DateTime<Utc>,
}

/// Opens a pass inside the caller's transaction: marks it as the sync's and takes the organization's lock. Menu and stop
/// lists both write `products`; without the lock they would deadlock.
pub async fn begin_pass(conn: &mut PgConnection, organization_id: &str) -> sqlx::Result<()> {
    sqlx::query_scalar!("SELECT set_config('iiko_base.writer', 'sync', TRUE)")
        .fetch_one(&mut *conn)
        .await?;
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('apply:' || $1, 0))",
        organization_id
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The rows before a write, for [`record_changes`].
pub async fn snapshot(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    entity: Entity,
    ids: &[&str],
) -> sqlx::Result<serde_json::Value> {
    sqlx::query_scalar!(
        r#"SELECT menu_snapshot($1, $2, $3) AS "snapshot!""#,
        entity.table(),
        pass.organization_id,
        ids as &[&str],
    )
    .fetch_one(conn)
    .await
}

/// Writes what differs from the snapshot into `menu_changes`.
pub async fn record_changes(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    entity: Entity,
    ids: &[&str],
    before: &serde_json::Value,
) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT record_menu_changes($1, $2, $3, $4, $5, $6)",
        entity.table(),
        pass.organization_id,
        ids as &[&str],
        before,
        pass.run_id,
        pass.now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks living rows as deleted: iiko no longer has them.
pub async fn mark_deleted(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    entity: Entity,
    ids: &[&str],
) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT mark_menu_rows_deleted($1, $2, $3, $4)",
        entity.table(),
        pass.organization_id,
        ids as &[&str],
        pass.now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves `synced_at` of all living rows; those written in this pass have it already.
pub async fn confirm_all(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    entity: Entity,
) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT confirm_menu_rows($1, $2, $3)",
        entity.table(),
        pass.organization_id,
        pass.now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
