//! Which rows to write: pure, decided from the mirror's hashes and iiko's answer.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use hub_db::{
    category::CategoryRow, iiko_object::ObjectRow, modifier::ModifierRow,
    modifier_group::ModifierGroupRow, product::ProductRow, setting::SettingValues,
};
use iiko_types::schemas::{ProductInfo, ProductsGroupInfo, Size};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;
use xxhash_rust::xxh3::Xxh3;

use crate::sync::{
    failure::{Failure, FailureCode},
    nomenclature::{
        Confirmed,
        envelope::Envelope,
        mirror_state::{Known, MirrorState, Rows},
        rows::{self, ProductParts},
    },
};

/// Raise it when rows are made differently from the same answer: all rows are then written anew.
const MAPPING_VERSION: u32 = 1;

#[derive(Debug, Default)]
pub struct Plan {
    pub(super) revision: Option<i64>,
    pub(super) categories: Vec<Planned<CategoryRow>>,
    pub(super) modifier_groups: Vec<Planned<ModifierGroupRow>>,
    pub(super) products: Vec<PlannedProduct<ProductRow>>,
    pub(super) modifiers: Vec<PlannedProduct<ModifierRow>>,
    /// Living rows that iiko no longer has.
    pub(super) gone: Gone,
    pub(super) warnings: Vec<String>,
    pub(super) confirmed: Confirmed,
}

/// A row to write, with iiko's own words for it.
#[derive(Debug)]
pub(super) struct Planned<R> {
    pub(super) row: R,
    pub(super) object: ObjectRow,
}

#[derive(Debug)]
pub(super) struct PlannedProduct<R> {
    pub(super) row: R,
    pub(super) object: ObjectRow,
    pub(super) parts: ProductParts,
}

#[derive(Debug, Default)]
pub(super) struct Gone {
    pub(super) categories: Vec<String>,
    pub(super) modifier_groups: Vec<String>,
    pub(super) products: Vec<String>,
    pub(super) modifiers: Vec<String>,
}

/// What has to be known of an object before anyone decides to decode it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header<'a> {
    id: Uuid,
    is_deleted: Option<bool>,
    is_group_modifier: Option<bool>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    size_prices: Option<Vec<SizeHeader>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SizeHeader {
    size_id: Option<Uuid>,
}

impl Header<'_> {
    /// `type` is a free string: compared in any case, and what is no modifier is a product.
    fn is_modifier(&self) -> bool {
        self.kind
            .as_ref()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("modifier"))
    }
}

/// One object with all its places in the answer: a dish shown in two folders stands there twice.
#[derive(Debug)]
struct Object<'a> {
    id: String,
    header: Header<'a>,
    places: Vec<&'a RawValue>,
}

/// Decides the rows. Fails where an object cannot be read.
pub fn plan(
    mirror: &MirrorState,
    envelope: &Envelope<'_>,
    values: &SettingValues,
) -> Result<Plan, Failure> {
    let sizes = Sizes::read(&envelope.sizes)?;
    let mut plan = Plan {
        revision: envelope.revision,
        ..Plan::default()
    };
    plan.plan_groups(mirror, &objects(&envelope.groups)?, values)?;
    plan.plan_products(mirror, &objects(&envelope.products)?, &sizes, values)?;
    Ok(plan)
}

impl Plan {
    fn plan_groups(
        &mut self,
        mirror: &MirrorState,
        groups: &[Object<'_>],
        values: &SettingValues,
    ) -> Result<(), Failure> {
        let mut seen = Seen::default();
        for group in groups {
            let is_modifier_group = group.header.is_group_modifier.unwrap_or(false);
            let known = if is_modifier_group {
                &mirror.modifier_groups
            } else {
                &mirror.categories
            };
            let is_live = seen.note(group, is_modifier_group);
            let hash = content_hash(group, values, None);
            if !needs_writing(known.get(&group.id), &hash, is_live) {
                continue;
            }
            let info: ProductsGroupInfo = decode(group, group.places[0])?;
            let object = object_row(group, hash)?;
            if is_modifier_group {
                self.modifier_groups.push(Planned {
                    row: rows::modifier_group(&info, values),
                    object,
                });
            } else {
                let row = rows::category(&info, values, &mut self.warnings);
                self.categories.push(Planned { row, object });
            }
        }
        self.gone.categories = gone(&mirror.categories, &seen.others);
        self.gone.modifier_groups = gone(&mirror.modifier_groups, &seen.modifiers);
        self.confirmed.categories = count(seen.others.len());
        self.confirmed.modifier_groups = count(seen.modifiers.len());
        Ok(())
    }

    fn plan_products(
        &mut self,
        mirror: &MirrorState,
        products: &[Object<'_>],
        sizes: &Sizes<'_>,
        values: &SettingValues,
    ) -> Result<(), Failure> {
        let mut seen = Seen::default();
        for product in products {
            let is_modifier = product.header.is_modifier();
            let known = if is_modifier {
                &mirror.modifiers
            } else {
                &mirror.products
            };
            let is_live = seen.note(product, is_modifier);
            if is_live {
                self.confirmed.prices +=
                    count(product.header.size_prices.as_ref().map_or(0, Vec::len));
            }
            let hash = content_hash(product, values, Some(sizes));
            if !needs_writing(known.get(&product.id), &hash, is_live) {
                continue;
            }
            let places: Vec<ProductInfo> = product
                .places
                .iter()
                .map(|place| decode(product, place))
                .collect::<Result<_, _>>()?;
            let object = object_row(product, hash)?;
            let parts = rows::parts(&places, &sizes.decoded, values);
            if is_modifier {
                let row = rows::modifier(&places[0], &parts, values);
                self.modifiers.push(PlannedProduct { row, object, parts });
            } else {
                let row = rows::product(&places[0], &parts, values, &mut self.warnings);
                self.products.push(PlannedProduct { row, object, parts });
            }
        }
        self.gone.products = gone(&mirror.products, &seen.others);
        self.gone.modifiers = gone(&mirror.modifiers, &seen.modifiers);
        self.confirmed.products = count(seen.others.len());
        self.confirmed.modifiers = count(seen.modifiers.len());
        self.confirmed.warnings.clone_from(&self.warnings);
        Ok(())
    }

    /// Stops an answer that would empty the menu: half of iiko's trouble looks like that.
    pub(super) fn check_losses(
        &self,
        mirror: &MirrorState,
        values: &SettingValues,
    ) -> Result<(), Failure> {
        if self.confirmed.products + self.confirmed.modifiers == 0 {
            return Err(Failure::new(
                FailureCode::EmptyMenu,
                "iiko's menu is empty; nothing was changed. Mark the dishes for export in iikoOffice and wait for its upload \
                 to the cloud, or repeat with `force` if the menu is meant to be empty",
            ));
        }
        let live = |rows: &Rows| rows.live().count();
        let before = live(&mirror.products) + live(&mirror.modifiers);
        let lost = self.gone.products.len() + self.gone.modifiers.len();
        if is_too_much(lost, before, values) {
            return Err(Failure::new(
                FailureCode::ShrunkenMenu,
                format!(
                    "{lost} of {before} products are gone from iiko's menu, more than {} %; nothing was changed. Repeat with \
                     `force` if that is right",
                    values.max_loss_percent
                ),
            ));
        }
        let priced = |known: &Known| known.price.is_some_and(|price| !price.is_zero());
        let priced_before = mirror
            .products
            .live()
            .filter(|(_, known)| priced(known))
            .count();
        let zeroed = self
            .products
            .iter()
            .filter(|product| product.row.price.is_some_and(|price| price.is_zero()))
            .filter(|product| {
                mirror
                    .products
                    .get(&product.row.id)
                    .is_some_and(|known| !known.is_deleted && priced(known))
            })
            .count();
        if values.refresh.prices && is_too_much(zeroed, priced_before, values) {
            return Err(Failure::new(
                FailureCode::ZeroPrices,
                format!(
                    "{zeroed} of {priced_before} prices fell to zero, more than {} %; nothing was changed. Repeat with `force` \
                     if that is right",
                    values.max_loss_percent
                ),
            ));
        }
        Ok(())
    }
}

fn is_too_much(lost: usize, of: usize, values: &SettingValues) -> bool {
    let percent = usize::try_from(values.max_loss_percent).unwrap_or(0);
    lost * 100 > of * percent
}

fn needs_writing(known: Option<&Known>, hash: &[u8; 16], is_live: bool) -> bool {
    // an equal hash on a deleted row still revives it
    known.is_none_or(|known| {
        known.content_hash.as_ref() != Some(hash) || known.is_deleted == is_live
    })
}

/// The ids of living objects, those of modifiers (or their groups) apart.
#[derive(Debug, Default)]
struct Seen {
    modifiers: HashSet<String>,
    others: HashSet<String>,
}

impl Seen {
    /// Tells whether iiko counts the object among the living.
    fn note(&mut self, object: &Object<'_>, is_modifier: bool) -> bool {
        let is_live = !object.header.is_deleted.unwrap_or(false);
        if is_live {
            if is_modifier {
                &mut self.modifiers
            } else {
                &mut self.others
            }
            .insert(object.id.clone());
        }
        is_live
    }
}

fn gone(known: &Rows, seen: &HashSet<String>) -> Vec<String> {
    let mut gone: Vec<_> = known
        .live()
        .map(|(id, _)| id)
        .filter(|id| !seen.contains(*id))
        .map(str::to_owned)
        .collect();
    gone.sort_unstable();
    gone
}

/// Objects in the order of their first place.
fn objects<'a>(raws: &[&'a RawValue]) -> Result<Vec<Object<'a>>, Failure> {
    let mut objects: Vec<Object<'a>> = Vec::with_capacity(raws.len());
    let mut positions: HashMap<Uuid, usize> = HashMap::with_capacity(raws.len());
    for raw in raws {
        let header: Header<'a> = serde_json::from_str(raw.get()).map_err(|error| {
            Failure::torn(format!("an object has no readable id ({error})"), None)
        })?;
        if let Some(position) = positions.get(&header.id) {
            objects[*position].places.push(raw);
        } else {
            positions.insert(header.id, objects.len());
            objects.push(Object {
                id: header.id.to_string(),
                header,
                places: vec![raw],
            });
        }
    }
    Ok(objects)
}

fn decode<'a, T: Deserialize<'a>>(object: &Object<'a>, place: &'a RawValue) -> Result<T, Failure> {
    serde_json::from_str(place.get()).map_err(|error| {
        Failure::torn(
            format!("object `{}` cannot be read ({error})", object.id),
            None,
        )
    })
}

fn object_row(object: &Object<'_>, content_hash: [u8; 16]) -> Result<ObjectRow, Failure> {
    let places: Vec<&str> = object.places.iter().map(|place| place.get()).collect();
    let raw = RawValue::from_string(format!("[{}]", places.join(","))).map_err(|error| {
        Failure::torn(format!("object `{}` is no JSON ({error})", object.id), None)
    })?;
    Ok(ObjectRow {
        id: object.id.clone(),
        content_hash,
        raw,
    })
}

/// Of all that the rows are made of: the places, the sizes they name, the settings that shape rows, our mapping.
fn content_hash(
    object: &Object<'_>,
    values: &SettingValues,
    sizes: Option<&Sizes<'_>>,
) -> [u8; 16] {
    let mut hash = Xxh3::new();
    let refresh = values.refresh;
    hash.update(&MAPPING_VERSION.to_le_bytes());
    hash.update(&values.default_sort_order.to_le_bytes());
    hash.update(&[
        refresh.names.into(),
        refresh.descriptions.into(),
        refresh.pictures.into(),
        refresh.prices.into(),
        refresh.availability.into(),
        refresh.order.into(),
    ]);
    for place in &object.places {
        hash.update(&place.get().len().to_le_bytes());
        hash.update(place.get().as_bytes());
    }
    if let Some(sizes) = sizes {
        for size in object
            .header
            .size_prices
            .iter()
            .flatten()
            .filter_map(|size| size.size_id)
        {
            let raw = sizes.raws.get(&size).map_or("", |raw| raw.get());
            hash.update(&raw.len().to_le_bytes());
            hash.update(raw.as_bytes());
        }
    }
    hash.digest128().to_le_bytes()
}

/// The sizes of the organization: raw for the hashes, decoded for the rows.
#[derive(Debug, Default)]
struct Sizes<'a> {
    raws: HashMap<Uuid, &'a RawValue>,
    decoded: HashMap<Uuid, Size>,
}

impl<'a> Sizes<'a> {
    fn read(raws: &[&'a RawValue]) -> Result<Self, Failure> {
        let mut sizes = Self::default();
        for raw in raws {
            let size: Size = serde_json::from_str(raw.get())
                .map_err(|error| Failure::torn(format!("a size cannot be read ({error})"), None))?;
            if let Some(id) = size.id {
                let id = id.0;
                sizes.raws.insert(id, raw);
                sizes.decoded.insert(id, size);
            }
        }
        Ok(sizes)
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
