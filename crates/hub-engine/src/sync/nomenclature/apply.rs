//! Writes a plan in one transaction.

use hub_db::{
    availability, category, iiko_object,
    iiko_object::{Kind, ObjectRow},
    mirror::{self, Entity, Pass},
    modifier, modifier_group, product, product_part, setting,
    setting::Refresh,
};
use sqlx::PgConnection;

use crate::{
    hub::Hub,
    sync::nomenclature::{
        plan::{Plan, Planned, PlannedProduct},
        rows::ProductParts,
    },
};

/// Rows in one statement: fewer cost round trips, more cost memory and win nothing.
const CHUNK: usize = 1_000;

pub(super) async fn apply(
    hub: &Hub,
    pass: Pass<'_>,
    refresh: Refresh,
    plan: &Plan,
) -> sqlx::Result<()> {
    let mut tx = hub.db().begin().await?;
    let conn = &mut *tx;
    mirror::begin_pass(conn, pass.organization_id).await?;
    for chunk in plan.categories.chunks(CHUNK) {
        let (rows, objects) = split(chunk);
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let before = mirror::snapshot(conn, pass, Entity::Categories, &ids).await?;
        category::upsert_all(conn, pass, refresh, &rows).await?;
        iiko_object::upsert_all(conn, pass, Kind::Group, &objects).await?;
        mirror::record_changes(conn, pass, Entity::Categories, &ids, &before).await?;
    }
    for chunk in plan.modifier_groups.chunks(CHUNK) {
        let (rows, objects) = split(chunk);
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let before = mirror::snapshot(conn, pass, Entity::ModifierGroups, &ids).await?;
        modifier_group::upsert_all(conn, pass, refresh, &rows).await?;
        iiko_object::upsert_all(conn, pass, Kind::Group, &objects).await?;
        mirror::record_changes(conn, pass, Entity::ModifierGroups, &ids, &before).await?;
    }
    for chunk in plan.products.chunks(CHUNK) {
        let (rows, objects) = split_products(chunk);
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let before = mirror::snapshot(conn, pass, Entity::Products, &ids).await?;
        product::upsert_all(conn, pass, refresh, &rows).await?;
        write_parts(
            conn,
            pass,
            refresh,
            &ids,
            chunk.iter().map(|planned| &planned.parts),
        )
        .await?;
        iiko_object::upsert_all(conn, pass, Kind::Product, &objects).await?;
        mirror::record_changes(conn, pass, Entity::Products, &ids, &before).await?;
    }
    for chunk in plan.modifiers.chunks(CHUNK) {
        let (rows, objects) = split_products(chunk);
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let before = mirror::snapshot(conn, pass, Entity::Modifiers, &ids).await?;
        modifier::upsert_all(conn, pass, refresh, &rows).await?;
        write_parts(
            conn,
            pass,
            refresh,
            &ids,
            chunk.iter().map(|planned| &planned.parts),
        )
        .await?;
        iiko_object::upsert_all(conn, pass, Kind::Product, &objects).await?;
        mirror::record_changes(conn, pass, Entity::Modifiers, &ids, &before).await?;
    }
    mark_gone(conn, pass, plan).await?;
    confirm_all(conn, pass).await?;
    if refresh.availability {
        availability::refresh(conn, pass.organization_id, pass.run_id, pass.now).await?;
    }
    setting::set_nomenclature_revision(conn, pass.organization_id, plan.revision).await?;
    tx.commit().await
}

/// Moves `synced_at` of all living rows of the menu.
pub(super) async fn confirm_all(conn: &mut PgConnection, pass: Pass<'_>) -> sqlx::Result<()> {
    for entity in [
        Entity::Categories,
        Entity::ModifierGroups,
        Entity::Products,
        Entity::Modifiers,
    ] {
        mirror::confirm_all(conn, pass, entity).await?;
    }
    Ok(())
}

async fn mark_gone(conn: &mut PgConnection, pass: Pass<'_>, plan: &Plan) -> sqlx::Result<()> {
    let tables = [
        (Entity::Categories, &plan.gone.categories),
        (Entity::ModifierGroups, &plan.gone.modifier_groups),
        (Entity::Products, &plan.gone.products),
        (Entity::Modifiers, &plan.gone.modifiers),
    ];
    for (entity, gone) in tables {
        if gone.is_empty() {
            continue;
        }
        let ids: Vec<&str> = gone.iter().map(String::as_str).collect();
        let before = mirror::snapshot(conn, pass, entity, &ids).await?;
        mirror::mark_deleted(conn, pass, entity, &ids).await?;
        mirror::record_changes(conn, pass, entity, &ids, &before).await?;
    }
    Ok(())
}

async fn write_parts(
    conn: &mut PgConnection,
    pass: Pass<'_>,
    refresh: Refresh,
    product_ids: &[&str],
    parts: impl Iterator<Item = &ProductParts>,
) -> sqlx::Result<()> {
    let mut all = ProductParts::default();
    for parts in parts {
        all.sizes.extend_from_slice(&parts.sizes);
        all.places.extend_from_slice(&parts.places);
        all.group_links.extend_from_slice(&parts.group_links);
        all.modifier_links.extend_from_slice(&parts.modifier_links);
    }
    product_part::mark_deleted(conn, pass, product_ids).await?;
    for rows in all.sizes.chunks(CHUNK) {
        product_part::upsert_sizes(conn, pass.organization_id, refresh, rows).await?;
    }
    for rows in all.places.chunks(CHUNK) {
        product_part::upsert_places(conn, pass.organization_id, rows).await?;
    }
    for rows in all.group_links.chunks(CHUNK) {
        product_part::upsert_group_links(conn, pass.organization_id, rows).await?;
    }
    for rows in all.modifier_links.chunks(CHUNK) {
        product_part::upsert_modifier_links(conn, pass.organization_id, rows).await?;
    }
    Ok(())
}

fn split<R: Clone>(chunk: &[Planned<R>]) -> (Vec<R>, Vec<ObjectRow>) {
    chunk
        .iter()
        .map(|planned| (planned.row.clone(), planned.object.clone()))
        .unzip()
}

fn split_products<R: Clone>(chunk: &[PlannedProduct<R>]) -> (Vec<R>, Vec<ObjectRow>) {
    chunk
        .iter()
        .map(|planned| (planned.row.clone(), planned.object.clone()))
        .unzip()
}
