//! Discounts of an order: the restaurant's own, computed by the till, and those that loyalty has worked out.

use iiko_types::{
    ids::Guid,
    schemas::{
        Discount, DiscountCardMode, DiscountCardTypeInfo, DiscountItem, DiscountType, ErrorCode,
        IikoCardDiscount, PositionWithSum, RetrievedOrderItem, RmsDiscount,
    },
};
use rust_decimal::Decimal;

use super::{Cheque, cost, decimal, exact, positions};
use crate::{failure::Failure, world::Organization};

impl Cheque {
    /// Works the discounts out anew.
    pub(crate) fn discount(
        &mut self,
        organization: &Organization,
        asked: &[Discount],
    ) -> Result<(), Failure> {
        let is_own = |it: &Discount| matches!(it, Discount::Rms(_));
        if asked.iter().any(is_own) && !asked.iter().all(is_own) {
            return Err(Failure::new(
                ErrorCode::InvalidDiscountItem,
                "RMS discounts and loyalty programs cannot be mixed.",
            ));
        }
        let mut made = Vec::new();
        for discount in asked {
            made.push(match discount {
                Discount::Rms(discount) => self.own(organization, discount)?,
                Discount::IikoCard(discount) => self.of_program(discount)?,
                Discount::Other(_) => {
                    return Err(Failure::new(
                        ErrorCode::InvalidDiscountItem,
                        "A discount of an unknown type.",
                    ));
                }
            });
        }
        self.discounts = made;
        Ok(())
    }

    fn own(
        &self,
        organization: &Organization,
        asked: &RmsDiscount,
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
        let base: Decimal = self
            .items
            .iter()
            .filter(|item| {
                selected
                    .as_ref()
                    .is_none_or(|ids| positions(item).iter().any(|id| ids.contains(id)))
            })
            .map(cost)
            .sum();
        let sum = own_sum(info, asked, base)?;
        Ok(DiscountItem {
            discount_type: Some(DiscountType {
                name: info.name.clone(),
                ..DiscountType::new(id)
            }),
            selective_positions: selected,
            sum: exact(sum.min(base).round_dp(2)),
            ..DiscountItem::default()
        })
    }

    fn of_program(&self, asked: &IikoCardDiscount) -> Result<DiscountItem, Failure> {
        let mut of_positions = Vec::new();
        for item in asked.discount_items.iter().flatten() {
            let id = item.position_id.unwrap_or_default();
            let Some(line) = self.line_at(id) else {
                return Err(Failure::new(
                    ErrorCode::DiscountItemPositionNotFound,
                    format!("Position {id} is not found."),
                ));
            };
            of_positions.push(PositionWithSum {
                position_id: Some(id),
                sum: exact(decimal(item.sum).min(cost(line))),
                ..PositionWithSum::default()
            });
        }
        let sum: Decimal = of_positions.iter().map(|it| decimal(it.sum)).sum();
        Ok(DiscountItem {
            discount_type: Some(DiscountType {
                name: asked.program_name.clone(),
                ..DiscountType::new(asked.program_id.unwrap_or_default())
            }),
            selective_positions: Some(
                of_positions
                    .iter()
                    .filter_map(|it| it.position_id)
                    .collect(),
            ),
            selective_positions_with_sum: Some(of_positions),
            sum: exact(sum),
            ..DiscountItem::default()
        })
    }

    fn line_at(&self, position_id: Guid) -> Option<&RetrievedOrderItem> {
        self.items
            .iter()
            .find(|item| positions(item).contains(&position_id))
    }
}

fn own_sum(
    info: &DiscountCardTypeInfo,
    asked: &RmsDiscount,
    base: Decimal,
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
            Ok(base * decimal(info.percent) / Decimal::ONE_HUNDRED)
        }
    }
}
