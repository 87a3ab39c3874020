//! `entities/list`: one bare list for each kind of thing, deleted ones among them unless somebody says otherwise.

use std::collections::BTreeSet;

use iiko_types::ids::Guid;
use serde_json::{Value, json};

use super::reference;
use crate::{
    scenario::id_of,
    world::{Organization, World},
};

/// The kinds that the server has; those of which the emulator knows nothing are empty.
const KINDS: [&str; 16] = [
    "Account",
    "AccountingCategory",
    "AlcoholClass",
    "AllergenGroup",
    "AttendanceType",
    "Conception",
    "CookingPlaceType",
    "DiscountType",
    "MeasureUnit",
    "OrderType",
    "PaymentType",
    "ProductCategory",
    "ProductScale",
    "ProductSize",
    "ScheduleType",
    "TaxCategory",
];

/// All things of a kind; none where there is no such kind.
pub(super) fn entities(world: &World, kind: &str, with_deleted: bool) -> Option<Vec<Value>> {
    if !KINDS.contains(&kind) {
        return None;
    }
    let mut known = BTreeSet::new();
    let mut entities = of_no_organization(world, kind);
    for organization in &world.organizations {
        entities.extend(of_organization(world, organization, kind));
    }
    entities.retain(|entity| {
        let is_meant = with_deleted || entity["deleted"] != true;
        is_meant && known.insert(entity["id"].to_string())
    });
    Some(entities)
}

fn of_no_organization(world: &World, kind: &str) -> Vec<Value> {
    match kind {
        "ProductScale" => reference::scales(world, None)
            .into_iter()
            .map(|it| json!({"id": it["id"], "rootType": kind, "deleted": false, "code": null, "name": it["name"]}))
            .collect(),
        "TaxCategory" => vec![json!({
            "id": id_of(world.scenario.name(), "tax-category", "20"), "rootType": kind, "deleted": false,
            "code": "20", "name": "НДС 20%", "vatPercent": 20,
        })],
        _ => Vec::new(),
    }
}

fn of_organization(world: &World, organization: &Organization, kind: &str) -> Vec<Value> {
    let entity = |id: Guid, code: Option<&str>, name: Option<&str>, deleted: Option<bool>| {
        let deleted = deleted.unwrap_or_default();
        json!({"id": id, "rootType": kind, "deleted": deleted, "code": code, "name": name})
    };
    let nomenclature = &organization.nomenclature;
    match kind {
        "DiscountType" => organization
            .discounts
            .iter()
            .map(|it| entity(it.id, None, it.name.as_deref(), it.is_deleted))
            .collect(),
        "MeasureUnit" => {
            let units: BTreeSet<&str> = nomenclature.products.iter().map(reference::unit).collect();
            units
                .into_iter()
                .map(|name| {
                    let id = id_of(world.scenario.name(), "unit", name);
                    entity(id, None, Some(name), None)
                })
                .collect()
        }
        "OrderType" => organization
            .order_types
            .iter()
            .map(|it| entity(it.id, None, it.name.as_deref(), it.is_deleted))
            .collect(),
        "PaymentType" => organization
            .payment_types
            .iter()
            .filter_map(|it| {
                Some(entity(
                    it.id?.0,
                    it.code.as_deref(),
                    it.name.as_deref(),
                    it.is_deleted,
                ))
            })
            .collect(),
        "ProductCategory" => nomenclature
            .product_categories
            .iter()
            .map(|it| entity(it.id, None, it.name.as_deref(), it.is_deleted))
            .collect(),
        "ProductSize" => nomenclature
            .sizes
            .iter()
            .filter_map(|it| reference::size(world, it.id?))
            .collect(),
        _ => Vec::new(),
    }
}
