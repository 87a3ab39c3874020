//! What campaigns give to an order. A subset of iiko's rules, the same for the same question:
//!
//! - percent off positions, of all or of one category of the accountant, never more than a position costs
//! - a sum off the order, never more than is left of it
//! - a product that costs nothing, offered where it is not in the order and taken off where it is
//!
//! each for all guests or those of a category, with a coupon, a manual condition, or a number of pieces.

use std::collections::BTreeMap;

use iiko_types::ids::{Guid, ProductId};
use rust_decimal::Decimal;

use super::{Campaign, Gift};

/// An order as far as campaigns look at it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Basket {
    pub(crate) lines: Vec<Line>,
    pub(crate) guest_categories: Vec<Guid>,
    /// The series of a coupon that may be used.
    pub(crate) coupon_series: Option<Guid>,
    pub(crate) conditions: Vec<Guid>,
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) position_id: Guid,
    pub(crate) product_id: ProductId,
    pub(crate) category_id: Option<Guid>,
    pub(crate) amount: Decimal,
    /// With modifiers.
    pub(crate) cost: Decimal,
}

/// What one campaign gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) campaign_id: Guid,
    pub(crate) name: String,
    /// By position.
    pub(crate) off_positions: BTreeMap<Guid, Decimal>,
    pub(crate) off_order: Decimal,
    /// May be added for nothing.
    pub(crate) free_product: Option<ProductId>,
}

/// What all campaigns give, in their order: each takes off what the ones before it have left.
pub(crate) fn calculate(campaigns: &[Campaign], basket: &Basket) -> Vec<Given> {
    let mut left = Left {
        positions: basket
            .lines
            .iter()
            .map(|line| (line.position_id, line.cost))
            .collect(),
        order: basket.lines.iter().map(|line| line.cost).sum(),
    };
    let mut given = Vec::new();
    for campaign in campaigns.iter().filter(|it| applies(it, basket)) {
        let mut gift = Given {
            campaign_id: campaign.id,
            name: campaign.name.clone(),
            off_positions: BTreeMap::new(),
            off_order: Decimal::ZERO,
            free_product: None,
        };
        let lines = basket.lines.iter().filter(|line| {
            campaign.product_category_id.is_none()
                || line.category_id == campaign.product_category_id
        });
        match campaign.gift {
            Gift::Percent(percent) => {
                for line in lines {
                    let off = (line.cost * percent / Decimal::ONE_HUNDRED).round_dp(2);
                    left.take(&mut gift, line.position_id, off);
                }
            }
            Gift::Sum(sum) => {
                gift.off_order = sum.min(left.order).round_dp(2);
                left.order -= gift.off_order;
            }
            Gift::Product(product_id) => {
                match basket
                    .lines
                    .iter()
                    .find(|line| line.product_id == product_id)
                {
                    Some(line) => {
                        let one = line.cost / line.amount.max(Decimal::ONE);
                        left.take(&mut gift, line.position_id, one.round_dp(2));
                    }
                    None => gift.free_product = Some(product_id),
                }
            }
        }
        given.push(gift);
    }
    given
}

/// What is still to pay.
struct Left {
    positions: BTreeMap<Guid, Decimal>,
    order: Decimal,
}

impl Left {
    fn take(&mut self, gift: &mut Given, position_id: Guid, off: Decimal) {
        if let Some(rest) = self.positions.get_mut(&position_id) {
            let off = off.min(*rest).min(self.order);
            if off > Decimal::ZERO {
                *rest -= off;
                self.order -= off;
                *gift.off_positions.entry(position_id).or_default() += off;
            }
        }
    }
}

fn applies(campaign: &Campaign, basket: &Basket) -> bool {
    let pieces: Decimal = basket.lines.iter().map(|line| line.amount).sum();
    campaign
        .guest_category_id
        .is_none_or(|id| basket.guest_categories.contains(&id))
        && campaign
            .series_id
            .is_none_or(|id| basket.coupon_series == Some(id))
        && campaign
            .condition_id
            .is_none_or(|id| basket.conditions.contains(&id))
        && pieces >= campaign.pieces
        && !basket.lines.is_empty()
}

impl Given {
    pub(crate) fn sum(&self) -> Decimal {
        self.off_positions.values().sum::<Decimal>() + self.off_order
    }
}

#[cfg(test)]
mod tests {
    use iiko_types::ids::{Guid, ProductId};
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::{Basket, Line, calculate};
    use crate::loyalty::{Campaign, Gift};

    fn campaign(number: u128, gift: Gift) -> Campaign {
        Campaign {
            id: Uuid::from_u128(number),
            program_id: Uuid::nil(),
            name: String::new(),
            gift,
            product_category_id: None,
            guest_category_id: None,
            series_id: None,
            condition_id: None,
            pieces: Decimal::ZERO,
        }
    }

    fn line(number: u128, amount: i64, kopecks: i64) -> Line {
        Line {
            position_id: Uuid::from_u128(number),
            product_id: ProductId(Uuid::from_u128(number)),
            category_id: None,
            amount: Decimal::from(amount),
            cost: Decimal::new(kopecks, 2),
        }
    }

    #[test]
    fn campaigns_take_off_what_is_left() {
        let basket = Basket {
            lines: vec![line(1, 1, 10_000), line(2, 2, 5_000)],
            ..Basket::default()
        };
        let sums = |gifts: &[Gift]| -> Vec<String> {
            let campaigns: Vec<Campaign> = (1..)
                .zip(gifts)
                .map(|(number, gift)| campaign(number, *gift))
                .collect();
            let given = calculate(&campaigns, &basket);
            given
                .iter()
                .map(|it| it.sum().normalize().to_string())
                .collect()
        };
        let percent = |number: i64| Gift::Percent(Decimal::from(number));
        let roubles = |number: i64| Gift::Sum(Decimal::from(number));
        assert_eq!(sums(&[percent(10)]), ["15"]);
        assert_eq!(sums(&[percent(60), percent(60)]), ["90", "60"]);
        assert_eq!(sums(&[roubles(100), roubles(100)]), ["100", "50"]);
        assert_eq!(
            sums(&[Gift::Product(ProductId(Uuid::from_u128(2)))]),
            ["25"]
        );
        let absent = Gift::Product(ProductId(Uuid::from_u128(9)));
        assert_eq!(sums(&[absent]), ["0"]);
    }

    #[test]
    fn a_campaign_with_conditions_waits_for_all_of_them() {
        let mut coupon = campaign(1, Gift::Sum(Decimal::TEN));
        coupon.series_id = Some(Uuid::from_u128(7));
        coupon.pieces = Decimal::from(3);
        let mut basket = Basket {
            lines: vec![line(1, 2, 10_000)],
            coupon_series: Some(Uuid::from_u128(7)),
            ..Basket::default()
        };
        assert!(calculate(std::slice::from_ref(&coupon), &basket).is_empty());
        basket.lines.push(line(2, 1, 10_000));
        assert_eq!(calculate(std::slice::from_ref(&coupon), &basket).len(), 1);
        basket.coupon_series = None;
        assert!(calculate(&[coupon], &basket).is_empty());
    }

    fn gifts() -> impl Strategy<Value = Gift> {
        prop_oneof![
            (0i64..=100).prop_map(|percent| Gift::Percent(Decimal::from(percent))),
            (0i64..100_000).prop_map(|kopecks| Gift::Sum(Decimal::new(kopecks, 2))),
            (1u128..6).prop_map(|number| Gift::Product(ProductId(Uuid::from_u128(number)))),
        ]
    }

    proptest! {
        #[test]
        fn nothing_costs_less_than_nothing(
            gifts in prop::collection::vec(gifts(), 0..6),
            costs in prop::collection::vec((1i64..5, 0i64..100_000), 1..6),
        ) {
            let campaigns: Vec<Campaign> =
                (1..).zip(gifts).map(|(number, gift)| campaign(number, gift)).collect();
            let lines: Vec<Line> = (1..).zip(costs).map(|(number, (amount, cost))| line(number, amount, cost)).collect();
            let total: Decimal = lines.iter().map(|line| line.cost).sum();
            let basket = Basket { lines: lines.clone(), ..Basket::default() };
            let given = calculate(&campaigns, &basket);
            prop_assert_eq!(&given, &calculate(&campaigns, &basket));
            let sum: Decimal = given.iter().map(super::Given::sum).sum();
            let off_positions = |id: Guid| -> Decimal {
                given.iter().filter_map(|it| it.off_positions.get(&id)).sum()
            };
            for line in &lines {
                prop_assert!(off_positions(line.position_id) <= line.cost);
            }
            prop_assert!(Decimal::ZERO <= sum && sum <= total);
            prop_assert!(given.iter().all(|it| it.sum().scale() <= 2));
            let turned: Vec<Line> = lines.into_iter().rev().collect();
            let turned = calculate(&campaigns, &Basket { lines: turned, ..Basket::default() });
            let turned: Decimal = turned.iter().map(super::Given::sum).sum();
            prop_assert_eq!(sum, turned);
        }
    }
}
