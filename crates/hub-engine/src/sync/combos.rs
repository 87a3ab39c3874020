//! Combos (`POST /api/1/combo`). An empty list is an ordinary answer: without loyalty there are none.

use std::{collections::HashMap, time::Instant};

use hub_db::{
    combo::{self, ComboItemRow, ComboRow},
    iiko_object::{self, Kind, ObjectRow},
    mirror::{self, Entity},
    setting::SettingValues,
};
use iiko_types::{
    ids::OrganizationId,
    operations::Combo,
    schemas::{ComboSpecification, GetCombosInfoRequest},
};
use xxhash_rust::xxh3::xxh3_128;

use crate::sync::{
    answer::{Part, PartResult},
    failure::Failure,
    run::RunContext,
};

pub(super) async fn sync(run: &RunContext, organization_id: OrganizationId) -> PartResult {
    let started = Instant::now();
    match fetch_and_apply(run, organization_id).await {
        Ok(synced) => PartResult::succeeded(Part::Combos, started, synced),
        Err(failure) => PartResult::failed(Part::Combos, started, failure),
    }
}

/// A combo with the products that may stand in it.
struct PlannedCombo {
    row: ComboRow,
    items: Vec<ComboItemRow>,
    object: ObjectRow,
}

async fn fetch_and_apply(
    run: &RunContext,
    organization_id: OrganizationId,
) -> Result<i64, Failure> {
    let organization = organization_id.to_string();
    run.step(&organization, "asking for combos");
    let turn = hub_db::sync_turn::take(run.hub.db(), &[format!("combos:{organization}")]).await?;
    let mut request = GetCombosInfoRequest::new(organization_id);
    request.extra_data = Some(true);
    let answer = run.client.send::<Combo>(&request).await?;
    let specifications = answer
        .combo_specifications
        .ok_or_else(|| Failure::torn("it has no list `comboSpecifications`", None))?;
    let categories: HashMap<String, Option<String>> = answer
        .combo_categories
        .unwrap_or_default()
        .into_iter()
        .filter_map(|category| Some((category.id?.to_string(), category.name)))
        .collect();
    let mut combos: Vec<PlannedCombo> = Vec::with_capacity(specifications.len());
    for specification in &specifications {
        let combo = planned(specification, &categories, &run.values)
            .map_err(|error| Failure::torn(format!("a combo cannot be kept ({error})"), None))?;
        if let Some(combo) = combo
            && combos.iter().all(|known| known.row.id != combo.row.id)
        {
            combos.push(combo);
        }
    }
    apply(run, &organization, &combos).await?;
    turn.end().await;
    Ok(i64::try_from(combos.len()).unwrap_or(i64::MAX))
}

async fn apply(run: &RunContext, organization: &str, combos: &[PlannedCombo]) -> sqlx::Result<()> {
    let pass = run.pass(organization);
    let mut tx = run.hub.db().begin().await?;
    mirror::begin_pass(&mut tx, organization).await?;
    let known = combo::list_mirror(&mut tx, organization).await?;
    let is_changed = |combo: &&PlannedCombo| {
        let known = known.iter().find(|known| known.id == combo.row.id);
        known.is_none_or(|known| {
            known.is_deleted
                || known.content_hash.as_deref() != Some(&combo.object.content_hash[..])
        })
    };
    let changed: Vec<&PlannedCombo> = combos.iter().filter(is_changed).collect();
    let rows: Vec<ComboRow> = changed.iter().map(|combo| combo.row.clone()).collect();
    let items: Vec<ComboItemRow> = changed
        .iter()
        .flat_map(|combo| combo.items.iter().cloned())
        .collect();
    let objects: Vec<ObjectRow> = changed.iter().map(|combo| combo.object.clone()).collect();
    let gone: Vec<&str> = known
        .iter()
        .filter(|known| !known.is_deleted && combos.iter().all(|combo| combo.row.id != known.id))
        .map(|known| known.id.as_str())
        .collect();
    let written: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let touched = [written.as_slice(), &gone].concat();
    let before = mirror::snapshot(&mut tx, pass, Entity::Combos, &touched).await?;
    combo::upsert_all(&mut tx, pass, run.values.refresh, &rows).await?;
    combo::mark_items_deleted(&mut tx, pass, &written).await?;
    combo::upsert_items(&mut tx, organization, &items).await?;
    iiko_object::upsert_all(&mut tx, pass, Kind::Combo, &objects).await?;
    mirror::mark_deleted(&mut tx, pass, Entity::Combos, &gone).await?;
    mirror::record_changes(&mut tx, pass, Entity::Combos, &touched, &before).await?;
    mirror::confirm_all(&mut tx, pass, Entity::Combos).await?;
    tx.commit().await
}

/// A combo without `sourceActionId` could not be ordered.
fn planned(
    combo: &ComboSpecification,
    categories: &HashMap<String, Option<String>>,
    values: &SettingValues,
) -> serde_json::Result<Option<PlannedCombo>> {
    let Some(id) = combo.source_action_id.map(|id| id.to_string()) else {
        return Ok(None);
    };
    let category_id = combo.category_id.map(|id| id.to_string());
    let row = ComboRow {
        id: id.clone(),
        category_name: category_id
            .as_ref()
            .and_then(|id| categories.get(id).cloned().flatten()),
        category_id,
        name: combo.name.clone().unwrap_or_default(),
        price_modification_type: combo
            .price_modification_type
            .as_ref()
            .and_then(|kind| kind.as_number())
            .map(clamped),
        price: combo.price_modification.as_ref().map(|price| price.0),
        is_active: combo.is_active.unwrap_or(true),
        start_date: combo.start_date.map(|time| time.0),
        expiration_date: combo.expiration_date.map(|time| time.0),
        include_modifiers: combo.include_modifiers,
        sort_order: combo.sort_order.map_or(values.default_sort_order, clamped),
        is_deleted: false,
    };
    let raw = serde_json::value::to_raw_value(&[combo])?;
    let shape = format!(
        "{}{:?}{}",
        row.category_name.as_deref().unwrap_or_default(),
        values.refresh,
        values.default_sort_order
    );
    let content_hash = xxh3_128(format!("{shape}{}", raw.get()).as_bytes()).to_le_bytes();
    Ok(Some(PlannedCombo {
        items: items(&id, combo),
        object: ObjectRow {
            id,
            content_hash,
            raw,
        },
        row,
    }))
}

fn items(combo_id: &str, combo: &ComboSpecification) -> Vec<ComboItemRow> {
    let mut items: Vec<ComboItemRow> = Vec::new();
    for group in combo.groups.iter().flatten() {
        for product in group.products.iter().flatten() {
            let (Some(group_id), Some(product_id)) = (group.id, product.product_id) else {
                continue;
            };
            let item = ComboItemRow {
                combo_id: combo_id.to_owned(),
                group_id: group_id.to_string(),
                group_name: group.name.clone(),
                is_main_group: group.is_main_group.unwrap_or(false),
                skip_step: group.skip_step.unwrap_or(false),
                product_id: product_id.to_string(),
                size_id: product.size_id.map(|id| id.to_string()),
                price_modification: product
                    .price_modification_amount
                    .as_ref()
                    .map(|price| price.0),
                forbidden_modifiers: product
                    .forbidden_modifiers
                    .iter()
                    .flatten()
                    .map(ToString::to_string)
                    .collect(),
                position: product
                    .position
                    .map_or_else(|| i32::try_from(items.len()).unwrap_or(i32::MAX), clamped),
            };
            let key = |item: &ComboItemRow| {
                (
                    item.group_id.clone(),
                    item.product_id.clone(),
                    item.size_id.clone(),
                )
            };
            if items.iter().all(|known| key(known) != key(&item)) {
                items.push(item);
            }
        }
    }
    items
}

fn clamped(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}
