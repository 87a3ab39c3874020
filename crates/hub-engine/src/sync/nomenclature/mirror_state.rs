//! What the mirror holds, as far as a plan needs it.

use std::collections::HashMap;

use hub_db::{category, mirror::MirrorRow, modifier, modifier_group, product};
use rust_decimal::Decimal;
use sqlx::PgConnection;

#[derive(Debug, Default)]
pub struct MirrorState {
    /// The revision applied last.
    pub(super) revision: Option<i64>,
    pub(super) categories: Rows,
    pub(super) modifier_groups: Rows,
    pub(super) products: Rows,
    pub(super) modifiers: Rows,
}

/// The rows of one table, by id.
#[derive(Debug, Default)]
pub(super) struct Rows(HashMap<String, Known>);

#[derive(Debug)]
pub(super) struct Known {
    pub(super) content_hash: Option<[u8; 16]>,
    pub(super) is_deleted: bool,
    pub(super) price: Option<Decimal>,
}

impl Rows {
    pub(super) fn get(&self, id: &str) -> Option<&Known> {
        self.0.get(id)
    }

    pub(super) fn live(&self) -> impl Iterator<Item = (&str, &Known)> {
        self.0
            .iter()
            .filter(|(_, known)| !known.is_deleted)
            .map(|(id, known)| (id.as_str(), known))
    }

    pub(super) fn count_live(&self) -> i64 {
        i64::try_from(self.live().count()).unwrap_or(i64::MAX)
    }
}

impl From<Vec<MirrorRow>> for Rows {
    fn from(rows: Vec<MirrorRow>) -> Self {
        Self(
            rows.into_iter()
                .map(|row| {
                    let content_hash = row.content_hash.and_then(|hash| hash.try_into().ok());
                    (
                        row.id,
                        Known {
                            content_hash,
                            is_deleted: row.is_deleted,
                            price: row.price,
                        },
                    )
                })
                .collect(),
        )
    }
}

pub(super) async fn load(
    conn: &mut PgConnection,
    organization_id: &str,
) -> sqlx::Result<MirrorState> {
    Ok(MirrorState {
        revision: hub_db::setting::find_nomenclature_revision(conn, organization_id).await?,
        categories: category::list_mirror(conn, organization_id).await?.into(),
        modifier_groups: modifier_group::list_mirror(conn, organization_id)
            .await?
            .into(),
        products: product::list_mirror(conn, organization_id).await?.into(),
        modifiers: modifier::list_mirror(conn, organization_id).await?.into(),
    })
}
