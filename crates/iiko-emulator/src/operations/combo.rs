//! Combos: what there is, and what a filled one costs.

use iiko_types::{
    number::ExactDecimal,
    operations::{Combo, ComboCalculate},
    schemas::{
        CalculateComboPriceRequest, CalculateComboPriceResponse, ComboGroup,
        ComboPriceModificationType, ComboProduct, ComboSpecification, GetCombosInfoRequest,
        GetCombosInfoResponse, OrderItem, ProductOrderItem,
    },
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Operation, typed};
use crate::{refusal::Refusal, world::World};

pub(super) fn register() -> Vec<Operation> {
    vec![typed::<Combo>(combo), typed::<ComboCalculate>(calculate)]
}

fn combo(
    world: &mut World,
    request: GetCombosInfoRequest,
) -> Result<GetCombosInfoResponse, Refusal> {
    let organization = world.permitted_one(request.organization_id)?;
    Ok(GetCombosInfoResponse {
        combo_specifications: Some(organization.combos.clone()),
        combo_categories: Some(organization.combo_categories.clone()),
        warnings: Some(Vec::new()),
        ..GetCombosInfoResponse::default()
    })
}

/// The price of one combo whose lines are `items`. A group without exactly one fitting line makes the price zero.
fn calculate(
    world: &mut World,
    request: CalculateComboPriceRequest,
) -> Result<CalculateComboPriceResponse, Refusal> {
    let organization = world.permitted_one(request.organization_id)?;
    let lines: Vec<&ProductOrderItem> = request
        .items
        .iter()
        .filter_map(|item| match item {
            OrderItem::Product(line) => Some(&**line),
            OrderItem::Compound(_) | OrderItem::Other(_) => None,
        })
        .collect();
    let source = lines
        .iter()
        .find_map(|line| line.combo_information.as_ref()?.combo_source_id);
    let combo = organization
        .combos
        .iter()
        .find(|combo| source.is_some() && combo.source_action_id == source);
    let Some(combo) = combo else {
        return Err(Refusal::invalid_request("Combo is not found."));
    };
    let groups = combo.groups.as_deref().unwrap_or_default();
    let wrong: Vec<Uuid> = groups
        .iter()
        .filter(|group| chosen(group, &lines).is_none())
        .filter_map(|it| it.id)
        .collect();
    let price = if wrong.is_empty() {
        price_of(combo, groups, &lines)
    } else {
        Decimal::ZERO
    };
    Ok(CalculateComboPriceResponse {
        price: Some(ExactDecimal(price)),
        incorrectly_filled_groups: Some(wrong),
        ..CalculateComboPriceResponse::default()
    })
}

/// The one line that fills the group, and what the group says about its product.
fn chosen<'c>(
    group: &'c ComboGroup,
    lines: &[&'c ProductOrderItem],
) -> Option<(&'c ProductOrderItem, &'c ComboProduct)> {
    let of_group = |line: &&ProductOrderItem| {
        line.combo_information
            .as_ref()
            .is_some_and(|information| information.combo_group_id == group.id)
    };
    let mut candidates = lines.iter().copied().filter(|line| of_group(line));
    let line = candidates.next()?;
    if candidates.next().is_some() {
        return None;
    }
    let fits = |product: &&ComboProduct| product.product_id == line.product_id;
    Some((line, group.products.as_ref()?.iter().find(fits)?))
}

fn price_of(
    combo: &ComboSpecification,
    groups: &[ComboGroup],
    lines: &[&ProductOrderItem],
) -> Decimal {
    let filled: Vec<(&ProductOrderItem, &ComboProduct)> = groups
        .iter()
        .filter_map(|group| chosen(group, lines))
        .collect();
    let own = |line: &ProductOrderItem| line.price.unwrap_or_default().0;
    let total: Decimal = filled.iter().map(|(line, _)| own(line)).sum();
    let modification = combo.price_modification.unwrap_or_default().0;
    let amounts = filled.iter().map(|(line, product)| {
        (
            own(line),
            product.price_modification_amount.unwrap_or_default().0,
        )
    });
    match combo.price_modification_type {
        Some(ComboPriceModificationType::FixedComboPrice) => modification,
        Some(ComboPriceModificationType::FixedPositionPrice) => {
            amounts.map(|(_, fixed)| fixed).sum()
        }
        Some(ComboPriceModificationType::CheapestPositionDiscount) => {
            let cheapest = filled
                .iter()
                .map(|(line, _)| own(line))
                .min()
                .unwrap_or_default();
            total - cheapest * modification / Decimal::ONE_HUNDRED
        }
        Some(ComboPriceModificationType::MostExpensivePositionDiscount) => {
            let dearest = filled
                .iter()
                .map(|(line, _)| own(line))
                .max()
                .unwrap_or_default();
            total - dearest * modification / Decimal::ONE_HUNDRED
        }
        Some(ComboPriceModificationType::PercentageDiscountForEachPosition) => amounts
            .map(|(price, percent)| price - price * percent / Decimal::ONE_HUNDRED)
            .sum(),
        Some(ComboPriceModificationType::Value5 | ComboPriceModificationType::Other(_)) | None => {
            total
        }
    }
}
