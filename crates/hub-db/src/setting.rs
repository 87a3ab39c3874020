//! Connections to iiko: a row of `iiko_settings` and the organizations it serves.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::column::column;

/// What a sync refreshes in rows that exist already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    pub names: bool,
    pub descriptions: bool,
    pub pictures: bool,
    pub prices: bool,
    pub availability: bool,
    pub order: bool,
}

impl Default for Refresh {
    fn default() -> Self {
        Self {
            names: true,
            descriptions: true,
            pictures: true,
            prices: true,
            availability: true,
            order: true,
        }
    }
}

/// What a person sets of a connection. Secrets are sealed.
#[derive(Clone, Debug)]
pub struct SettingValues {
    pub api_url: String,
    /// `v1` or `v2`.
    pub login_kind: String,
    pub api_key_sealed: Option<Vec<u8>>,
    pub app_id: Option<String>,
    pub client_secret_sealed: Option<Vec<u8>>,
    pub source_key: Option<String>,
    pub webhook_url: Option<String>,
    pub webhook_secret_sealed: Option<Vec<u8>>,
    pub refresh: Refresh,
    pub stop_balance_threshold: Decimal,
    pub default_sort_order: i32,
    pub max_loss_percent: i32,
    pub is_active: bool,
}

#[derive(Clone, Debug)]
pub struct SettingRow {
    pub id: i32,
    pub values: SettingValues,
    pub last_token_refresh: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An organization that a connection serves. The one of the lowest position is the default.
#[derive(Clone, Debug)]
pub struct OrganizationRow {
    pub organization_id: String,
    pub setting_id: i32,
    pub name: Option<String>,
    /// iiko's revision of the nomenclature that was applied last.
    pub nomenclature_revision: Option<i64>,
}

/// All connections, or one.
pub async fn list(conn: &mut PgConnection, id: Option<i32>) -> sqlx::Result<Vec<SettingRow>> {
    let rows = sqlx::query!(
        "SELECT
             id, api_url, login_kind, api_key_sealed, app_id, client_secret_sealed, source_key, webhook_url, webhook_secret_sealed,
             refresh_names, refresh_descriptions, refresh_pictures, refresh_prices, refresh_availability, refresh_order,
             stop_balance_threshold, default_sort_order, max_loss_percent, is_active, last_token_refresh, created_at, updated_at
         FROM iiko_settings
         WHERE $1::integer IS NULL OR id = $1
         ORDER BY id",
        id,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SettingRow {
            id: row.id,
            values: SettingValues {
                api_url: row.api_url,
                login_kind: row.login_kind,
                api_key_sealed: row.api_key_sealed,
                app_id: row.app_id,
                client_secret_sealed: row.client_secret_sealed,
                source_key: row.source_key,
                webhook_url: row.webhook_url,
                webhook_secret_sealed: row.webhook_secret_sealed,
                refresh: Refresh {
                    names: row.refresh_names,
                    descriptions: row.refresh_descriptions,
                    pictures: row.refresh_pictures,
                    prices: row.refresh_prices,
                    availability: row.refresh_availability,
                    order: row.refresh_order,
                },
                stop_balance_threshold: row.stop_balance_threshold,
                default_sort_order: row.default_sort_order,
                max_loss_percent: row.max_loss_percent,
                is_active: row.is_active,
            },
            last_token_refresh: row.last_token_refresh,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
        .collect())
}

/// Keeps the row from other writers until the transaction ends. Tells whether there is one.
pub async fn lock(conn: &mut PgConnection, id: i32) -> sqlx::Result<bool> {
    let row = sqlx::query_scalar!("SELECT id FROM iiko_settings WHERE id = $1 FOR UPDATE", id)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// Gives the new connection's id.
pub async fn insert(
    conn: &mut PgConnection,
    values: &SettingValues,
    now: DateTime<Utc>,
) -> sqlx::Result<i32> {
    let id = sqlx::query_scalar!(
        "INSERT INTO iiko_settings (api_url, created_at) VALUES ($1, $2) RETURNING id",
        values.api_url,
        now,
    )
    .fetch_one(&mut *conn)
    .await?;
    update(conn, id, values, now).await?;
    Ok(id)
}

pub async fn update(
    conn: &mut PgConnection,
    id: i32,
    values: &SettingValues,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE iiko_settings
         SET api_url = $2,
             login_kind = $3,
             api_key_sealed = $4,
             app_id = $5,
             client_secret_sealed = $6,
             source_key = $7,
             webhook_url = $8,
             webhook_secret_sealed = $9,
             refresh_names = $10,
             refresh_descriptions = $11,
             refresh_pictures = $12,
             refresh_prices = $13,
             refresh_availability = $14,
             refresh_order = $15,
             stop_balance_threshold = $16,
             default_sort_order = $17,
             max_loss_percent = $18,
             is_active = $19,
             updated_at = $20
         WHERE id = $1",
        id,
        values.api_url,
        values.login_kind,
        values.api_key_sealed,
        values.app_id,
        values.client_secret_sealed,
        values.source_key,
        values.webhook_url,
        values.webhook_secret_sealed,
        values.refresh.names,
        values.refresh.descriptions,
        values.refresh.pictures,
        values.refresh.prices,
        values.refresh.availability,
        values.refresh.order,
        values.stop_balance_threshold,
        values.default_sort_order,
        values.max_loss_percent,
        values.is_active,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells whether there was one. Mirrored rows stay.
pub async fn delete(conn: &mut PgConnection, id: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM iiko_settings WHERE id = $1", id)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn mark_token_refreshed(
    conn: &mut PgConnection,
    id: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE iiko_settings SET last_token_refresh = $2 WHERE id = $1",
        id,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Organizations of all connections or of one, the default one first.
pub async fn list_organizations(
    conn: &mut PgConnection,
    setting_id: Option<i32>,
) -> sqlx::Result<Vec<OrganizationRow>> {
    sqlx::query_as!(
        OrganizationRow,
        "SELECT organization_id, setting_id, name, nomenclature_revision
         FROM connection_organizations
         WHERE $1::integer IS NULL OR setting_id = $1
         ORDER BY setting_id, position",
        setting_id,
    )
    .fetch_all(conn)
    .await
}

/// The connection that serves one of these organizations already, if another than `setting_id` does.
pub async fn find_rival(
    conn: &mut PgConnection,
    setting_id: i32,
    organization_ids: &[&str],
) -> sqlx::Result<Option<OrganizationRow>> {
    sqlx::query_as!(
        OrganizationRow,
        "SELECT organization_id, setting_id, name, nomenclature_revision
         FROM connection_organizations
         WHERE organization_id = ANY ($2) AND setting_id <> $1
         ORDER BY organization_id
         LIMIT 1",
        setting_id,
        organization_ids as &[&str],
    )
    .fetch_optional(conn)
    .await
}

/// Makes the connection serve these organizations and no others; the first becomes the default. What another connection
/// serves stays there ([`find_rival`] tells).
pub async fn replace_organizations(
    conn: &mut PgConnection,
    setting_id: i32,
    organizations: &[(String, Option<String>)],
) -> sqlx::Result<()> {
    let ids = column(organizations, |(id, _)| id.as_str());
    sqlx::query!(
        "DELETE FROM connection_organizations WHERE setting_id = $1 AND organization_id <> ALL ($2)",
        setting_id,
        &ids as &[&str],
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO connection_organizations AS known (organization_id, setting_id, name, position)
         SELECT item.id, $1, item.name, item.place::integer - 1
         FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS item (id, name, place)
         ON CONFLICT (organization_id) DO UPDATE
         SET name = COALESCE(excluded.name, known.name),
             position = excluded.position
         WHERE known.setting_id = excluded.setting_id",
        setting_id,
        &ids as &[&str],
        &column(organizations, |(_, name)| name.as_deref()) as &[Option<&str>],
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE iiko_settings
         SET organization_id = first.organization_id,
             organization_name = first.name
         FROM (SELECT 1) AS always
         LEFT JOIN connection_organizations AS first ON first.setting_id = $1 AND first.position = 0
         WHERE iiko_settings.id = $1",
        setting_id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// iiko's revision of the nomenclature that was applied last.
pub async fn find_nomenclature_revision(
    conn: &mut PgConnection,
    organization_id: &str,
) -> sqlx::Result<Option<i64>> {
    let revision = sqlx::query_scalar!(
        "SELECT nomenclature_revision FROM connection_organizations WHERE organization_id = $1",
        organization_id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(revision.flatten())
}

pub async fn set_nomenclature_revision(
    conn: &mut PgConnection,
    organization_id: &str,
    revision: Option<i64>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE connection_organizations SET nomenclature_revision = $2 WHERE organization_id = $1",
        organization_id,
        revision,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The known text sealed with the secret key, or `None` before the first secret.
pub async fn find_key_check(conn: &mut PgConnection) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!("SELECT sealed FROM secret_key_check")
        .fetch_optional(conn)
        .await
}

/// Does nothing where another process was first.
pub async fn insert_key_check(conn: &mut PgConnection, sealed: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO secret_key_check (sealed) VALUES ($1) ON CONFLICT DO NOTHING",
        sealed
    )
    .execute(conn)
    .await?;
    Ok(())
}
