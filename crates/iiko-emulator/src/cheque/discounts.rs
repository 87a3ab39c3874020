//! Discounts of an order: the restaurant's own, computed by the till, and those that loyalty has worked out.
//!
//! The two are not mixed. Whatever is taken off is divided among the lines, so that their sums are the order's.

use iiko_types::{
    ids::{Guid, ProductId},
    schemas::{
        Discount, DiscountCardMode, DiscountCardTypeInfo, DiscountItem, DiscountType,
        DiscountsInfo, ErrorCode, IikoCardDiscount, LoyaltyInfo, PositionWithSum,
        RetrievedOrderItem, RmsDiscount,
    },
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    Cheque, amount_of, cost, decimal,
    division::{divide, settle_line},
    exact, money, positions, product_of,
};
use crate::{
    failure::Failure,
    loyalty::{
        Loyalty,
        calculation::{Basket, Given, Line, calculate},
    },
    world::Organization,
};

/// Why something is taken off an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reductions {
    asked: Vec<Discount>,
    /// What loyalty promised elsewhere stands as it was told, and the till does not work it out again.
    is_loyalty_fixed: bool,
    pub(crate) coupon: Option<String>,
    conditions: Vec<Guid>,
    /// Who takes part in loyalty with the order.
    pub(crate) guest_id: Option<Guid>,
}

impl Reductions {
    pub(super) fn of(
        discounts: Option<&DiscountsInfo>,
        loyalty: Option<&LoyaltyInfo>,
        guest_id: Option<Guid>,
    ) -> Self {
        Self {
            asked: discounts
                .and_then(|info| info.discounts.clone())
                .unwrap_or_default(),
            is_loyalty_fixed: discounts
                .is_some_and(|info| info.fixed_loyalty_discounts == Some(true)),
            coupon: loyalty
                .and_then(|info| info.coupon.clone())
                .filter(|coupon| !coupon.is_empty()),
            conditions: loyalty
                .and_then(|info| info.applicable_manual_conditions.clone())
                .unwrap_or_default(),
            guest_id,
        }
    }

    /// Whether a program's or a campaign's gift was told by the request itself.
    fn names(&self, id: Guid) -> bool {
        self.asked
            .iter()
            .any(|it| matches!(it, Discount::IikoCard(it) if it.program_id == Some(id)))
    }
}

impl Cheque {
    /// Works the discounts out anew.
    pub(crate) fn discount(
        &mut self,
        organization: &Organization,
        loyalty: &Loyalty,
    ) -> Result<(), Failure> {
        let mut left: Vec<Decimal> = self.items.iter().map(cost).collect();
        let is_own = |it: &Discount| matches!(it, Discount::Rms(_));
        let asked = &self.reductions.asked;
        let is_any_own = asked.iter().any(is_own);
        if is_any_own && !asked.iter().all(is_own) {
            return Err(wrong("RMS discounts and loyalty programs cannot be mixed."));
        }
        let mut made = Vec::new();
        for discount in asked {
            made.push(match discount {
                Discount::Rms(discount) => self.own(organization, discount, &mut left)?,
                Discount::IikoCard(discount) => self.of_program(discount, &mut left)?,
                Discount::Other(_) => return Err(wrong("A discount of an unknown type.")),
            });
        }
        if organization.has_loyalty && !is_any_own && !self.reductions.is_loyalty_fixed {
            made.extend(self.gifts(organization, loyalty, &mut left));
        }
        for (item, left) in self.items.iter_mut().zip(left) {
            settle_line(item, left);
        }
        self.discounts = made;
        let bonuses: Decimal = self.bonuses.iter().map(|bonus| bonus.sum).sum();
        if bonuses > self.sum() {
            return Err(Failure::common(
                "More is paid with bonuses than the order comes to.",
            ));
        }
        Ok(())
    }

    fn own(
        &self,
        organization: &Organization,
        asked: &RmsDiscount,
        left: &mut [Decimal],
    ) -> Result<DiscountItem, Failure> {
        let id = asked.discount_type_id.unwrap_or_default();
        let mut known = organization.discounts.iter();
        let Some(info) = known.find(|it| it.id == id && it.is_deleted != Some(true)) else {
            return Err(Failure::new(
                ErrorCode::DiscountCardNotFound,
                format!("Discount type {id} is not found."),
            ));
        };
        let selected = asked
            .selective_positions
            .clone()
            .filter(|ids| !ids.is_empty());
        require_settable(info, selected.as_deref())?;
        for id in selected.iter().flatten() {
            self.line_at(*id)?;
        }
        let is_selected = |item: &RetrievedOrderItem| {
            let mut own = positions(item).into_iter();
            selected
                .as_ref()
                .is_none_or(|ids| own.any(|id| ids.contains(&id)))
        };
        let weights: Vec<Decimal> = self
            .items
            .iter()
            .map(|item| match is_selected(item) {
                true => cost(item) * weight(info, item, organization),
                false => Decimal::ZERO,
            })
            .collect();
        // below its least sum a discount stays in the order and takes nothing (a guess)
        let waits = info
            .min_order_sum
            .is_some_and(|least| self.subtotal() < least.0);
        let sum = match own_sum(info, asked, weights.iter().sum())? {
            _ if waits => Decimal::ZERO,
            sum => sum,
        };
        Ok(DiscountItem {
            discount_type: Some(DiscountType {
                name: info.name.clone(),
                ..DiscountType::new(id)
            }),
            selective_positions: selected,
            sum: exact(take(sum, &weights, left)),
            ..DiscountItem::default()
        })
    }

    fn of_program(
        &self,
        asked: &IikoCardDiscount,
        left: &mut [Decimal],
    ) -> Result<DiscountItem, Failure> {
        let mut of_positions = Vec::new();
        for item in asked.discount_items.iter().flatten() {
            let id = item.position_id.unwrap_or_default();
            let line = self.line_at(id)?;
            of_positions.push((id, take_off(line, decimal(item.sum), left)));
        }
        let id = asked.program_id.unwrap_or_default();
        Ok(of_loyalty(
            id,
            asked.program_name.clone(),
            &of_positions,
            Decimal::ZERO,
        ))
    }

    /// What loyalty gives, worked out by the till as `calculate` does it. The request's own word stands before it: gifts
    /// that it names are not given twice (a guess).
    fn gifts(
        &self,
        organization: &Organization,
        loyalty: &Loyalty,
        left: &mut [Decimal],
    ) -> Vec<DiscountItem> {
        let reductions = &self.reductions;
        let basket = Basket {
            lines: self.basket_lines(organization, left),
            guest_categories: loyalty.categories_of(reductions.guest_id),
            coupon_series: loyalty.series_of(reductions.coupon.as_deref()),
            conditions: reductions.conditions.clone(),
        };
        let campaigns = loyalty.campaigns.iter();
        let campaigns = campaigns
            .filter(|it| !reductions.names(it.id) && !reductions.names(it.program_id))
            .cloned();
        let campaigns: Vec<_> = campaigns.collect();
        let given = calculate(&campaigns, &basket).into_iter();
        given
            .filter(|gift| !gift.sum().is_zero())
            .map(|gift| self.gift(&gift, left))
            .collect()
    }

    /// The lines as campaigns look at them, where so much is left of each.
    pub(crate) fn basket_lines(&self, organization: &Organization, left: &[Decimal]) -> Vec<Line> {
        let lines = self.items.iter().zip(left).filter_map(|(item, left)| {
            let product_id = product_of(item)?;
            Some(Line {
                position_id: *positions(item).first()?,
                product_id,
                category_id: category_of(organization, Some(product_id)),
                amount: amount_of(item),
                cost: *left,
            })
        });
        lines.collect()
    }

    fn gift(&self, gift: &Given, left: &mut [Decimal]) -> DiscountItem {
        let mut of_positions = Vec::new();
        for (id, sum) in &gift.off_positions {
            if let Ok(line) = self.line_at(*id) {
                of_positions.push((*id, take_off(line, *sum, left)));
            }
        }
        let weights = left.to_vec();
        let off_order = take(gift.off_order, &weights, left);
        of_loyalty(
            gift.campaign_id,
            Some(gift.name.clone()),
            &of_positions,
            off_order,
        )
    }

    /// The number of the line at a position.
    fn line_at(&self, position_id: Guid) -> Result<usize, Failure> {
        let mut lines = self.items.iter();
        let found = lines.position(|item| positions(item).contains(&position_id));
        found.ok_or_else(|| {
            Failure::new(
                ErrorCode::DiscountItemPositionNotFound,
                format!("Position {position_id} is not found."),
            )
        })
    }
}

fn wrong(sentence: impl Into<String>) -> Failure {
    Failure::new(ErrorCode::InvalidDiscountItem, sentence)
}

/// Takes what there is of `total`, and tells how much that was.
fn take(total: Decimal, weights: &[Decimal], left: &mut [Decimal]) -> Decimal {
    let has_part = |(_, weight): &(&Decimal, &Decimal)| !weight.is_zero();
    let most: Decimal = left
        .iter()
        .zip(weights)
        .filter(has_part)
        .map(|it| it.0)
        .sum();
    let shares = divide(money(total).min(most), weights, left);
    for (left, share) in left.iter_mut().zip(&shares) {
        *left -= share;
    }
    shares.iter().sum()
}

fn take_off(line: usize, sum: Decimal, left: &mut [Decimal]) -> Decimal {
    match left.get_mut(line) {
        Some(left) => {
            let sum = money(sum).min(*left);
            *left -= sum;
            sum
        }
        None => Decimal::ZERO,
    }
}

/// As orders carry what loyalty gave. What stands for the type is what `calculate` calls the campaign (a guess).
fn of_loyalty(
    id: Guid,
    name: Option<String>,
    of_positions: &[(Guid, Decimal)],
    off_order: Decimal,
) -> DiscountItem {
    let off_positions: Decimal = of_positions.iter().map(|(_, sum)| sum).sum();
    let with_sums = of_positions.iter().map(|(id, sum)| PositionWithSum {
        position_id: Some(*id),
        sum: exact(*sum),
        ..PositionWithSum::default()
    });
    let with_sums: Vec<PositionWithSum> = with_sums.collect();
    DiscountItem {
        discount_type: Some(DiscountType {
            name,
            ..DiscountType::new(id)
        }),
        selective_positions: (!of_positions.is_empty())
            .then(|| of_positions.iter().map(|(id, _)| *id).collect()),
        selective_positions_with_sum: (!with_sums.is_empty()).then_some(with_sums),
        sum: exact(off_positions + off_order),
        ..DiscountItem::default()
    }
}

/// Only people set discounts, and chosen lines are for some of them. Code and sentences are guesses.
fn require_settable(info: &DiscountCardTypeInfo, selected: Option<&[Guid]>) -> Result<(), Failure> {
    if info.is_automatic == Some(true) || info.is_manual != Some(true) {
        return Err(Failure::new(
            ErrorCode::DiscountCardTypeModeForbidden,
            format!("Discount type {} cannot be set manually.", info.id),
        ));
    }
    if selected.is_some() && info.can_be_applied_selectively != Some(true) {
        return Err(wrong(format!(
            "Discount type {} cannot be applied selectively.",
            info.id
        )));
    }
    Ok(())
}

/// What part a line has in a discount: its percent where lines differ, else the same for all. Modifiers go with their
/// dish (a guess).
fn weight(
    info: &DiscountCardTypeInfo,
    item: &RetrievedOrderItem,
    organization: &Organization,
) -> Decimal {
    if !is_percent(info) {
        return Decimal::ONE;
    }
    if info.is_categorised_discount != Some(true) {
        return decimal(info.percent);
    }
    let category = category_of(organization, product_of(item));
    let mut categories = info.product_category_discounts.iter().flatten();
    let of_category = categories.find(|it| it.category_id.is_some() && it.category_id == category);
    of_category.map_or(Decimal::ZERO, |it| decimal(it.percent))
}

/// The category of the accountant.
fn category_of(organization: &Organization, product: Option<ProductId>) -> Option<Guid> {
    organization
        .nomenclature
        .product(product?)?
        .product_category_id
}

fn is_percent(info: &DiscountCardTypeInfo) -> bool {
    match &info.mode {
        Some(DiscountCardMode::FixedSum | DiscountCardMode::FlexibleSum) => false,
        Some(DiscountCardMode::Percent | DiscountCardMode::Other(_)) | None => true,
    }
}

/// `weighted` is the sum of costs times their percents.
fn own_sum(
    info: &DiscountCardTypeInfo,
    asked: &RmsDiscount,
    weighted: Decimal,
) -> Result<Decimal, Failure> {
    match &info.mode {
        Some(DiscountCardMode::FixedSum) => Ok(decimal(info.sum)),
        Some(DiscountCardMode::FlexibleSum) => match asked.sum {
            Some(sum) => Ok(sum.0),
            None => Err(Failure::new(
                ErrorCode::DiscountSumNotSpecified,
                "A discount of a flexible sum needs the sum.",
            )),
        },
        Some(DiscountCardMode::Percent | DiscountCardMode::Other(_)) | None => {
            Ok(weighted / Decimal::ONE_HUNDRED)
        }
    }
}
