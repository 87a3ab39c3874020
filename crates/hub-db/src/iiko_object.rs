//! iiko's own words for each object, with the hash that tells whether anything changed.

use serde_json::value::RawValue;
use sqlx::{PgConnection, types::Json};

use crate::{column::column, mirror::Pass};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Group,
    Product,
    Combo,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Product => "product",
            Self::Combo => "combo",
        }
    }
}

#[derive(Clone, Debug)]
pub struct ObjectRow {
    pub id: String,
    pub content_hash: [u8; 16],
    /// A JSON array: all places of the object in the answer.
    pub raw: Box<RawValue>,
}

pub async fn upsert_all(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    kind: Kind,
    rows: &[ObjectRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO iiko_objects (organization_id, kind, id, content_hash, raw, seen_at)
         SELECT $1, $2, object.id, object.content_hash, object.raw, $6
         FROM unnest($3::text[], $4::bytea[], $5::json[]) AS object (id, content_hash, raw)
         ON CONFLICT (organization_id, kind, id) DO UPDATE
         SET content_hash = excluded.content_hash,
             raw = excluded.raw,
             seen_at = excluded.seen_at",
        pass.organization_id,
        kind.as_str(),
        &column(rows, |row| row.id.as_str()) as &[&str],
        &column(rows, |row| row.content_hash.as_slice()) as &[&[u8]],
        &column(rows, |row| Json(&*row.raw)) as &[Json<&RawValue>],
        pass.now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
