//! How many modifiers a dish may have: of each group together, of each child where the group says so, and of each simple
//! one.

use iiko_types::{
    ids::Guid,
    schemas::{Modifier, ProductInfo},
};
use rust_decimal::Decimal;

use super::decimal;
use crate::failure::Failure;

/// Refuses what the modifier schema of a dish forbids. The sentence is known for groups (`cloud-api.md` 2.3), for what
/// is in them it is a guess.
pub(super) fn require(product: &ProductInfo, modifiers: &[Modifier]) -> Result<(), Failure> {
    let chosen = |group_id: Option<Guid>, id: Option<Guid>| -> Decimal {
        let of_group = modifiers
            .iter()
            .filter(|it| it.product_group_id == group_id);
        of_group
            .filter(|it| id.is_none_or(|id| it.product_id.is_some_and(|it| it.0 == id)))
            .map(|it| decimal(it.amount))
            .sum()
    };
    for group in product.group_modifiers.iter().flatten() {
        let limits = Limits {
            min: group.min_amount,
            max: group.max_amount,
        };
        let actual = chosen(Some(group.id), None);
        limits.require("group", product, group.id, actual)?;
        // elsewhere the children's numbers mean nothing: the group's limit is theirs (`cloud-api.md` 4.1)
        if group.child_modifiers_have_min_max_restrictions != Some(true) {
            continue;
        }
        for child in group.child_modifiers.iter().flatten() {
            let limits = Limits {
                min: child.min_amount,
                max: child.max_amount,
            };
            let actual = chosen(Some(group.id), Some(child.id));
            limits.require("modifier", product, child.id, actual)?;
        }
    }
    for simple in product.modifiers.iter().flatten() {
        let limits = Limits {
            min: simple.min_amount,
            // one that nobody may choose would not be there (a guess)
            max: simple.max_amount.filter(|max| *max > 0),
        };
        let actual = chosen(None, Some(simple.id));
        limits.require("modifier", product, simple.id, actual)?;
    }
    Ok(())
}

struct Limits {
    min: Option<i64>,
    max: Option<i64>,
}

impl Limits {
    fn require(
        &self,
        kind: &str,
        product: &ProductInfo,
        id: Guid,
        actual: Decimal,
    ) -> Result<(), Failure> {
        let (min, max) = (self.min.unwrap_or_default(), self.max.unwrap_or(i64::MAX));
        if (Decimal::from(min)..=Decimal::from(max)).contains(&actual) {
            return Ok(());
        }
        let what = match kind {
            "group" => "Modifier group",
            _ => "Modifier",
        };
        Err(Failure::common(format!(
            "{what} {id} of product {}: invalid {kind} amount: min = {min}, max = {max}, actual = {}",
            product.id,
            actual.normalize()
        )))
    }
}
