//! Sums divided to the kopeck: what is taken off an order among its lines, and off a line among what it is made of.

use iiko_types::{
    number::ExactDecimal,
    schemas::{OrderItemModifier, RetrievedOrderItem},
};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{amount_of, decimal, exact};

/// Money as the till counts it: in kopecks, half of one counts as one.
pub(crate) fn money(sum: Decimal) -> Decimal {
    sum.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// Divides `total` in the proportion of `weights`, nobody giving more than is `left` of it. What rounding leaves is the
/// last one's. Below zero it is a surcharge, which has no limit.
pub(super) fn divide(total: Decimal, weights: &[Decimal], left: &[Decimal]) -> Vec<Decimal> {
    let whole: Decimal = weights.iter().sum();
    if whole.is_zero() {
        return vec![Decimal::ZERO; weights.len()];
    }
    let down = |share: Decimal| share.round_dp_with_strategy(2, RoundingStrategy::ToZero);
    let mut shares: Vec<Decimal> = weights
        .iter()
        .zip(left)
        .map(|(weight, left)| down(total * weight / whole).min(*left))
        .collect();
    let mut rest = total - shares.iter().sum::<Decimal>();
    let places = shares.iter_mut().zip(weights).zip(left).rev();
    for ((share, _), left) in places.filter(|((_, weight), _)| !weight.is_zero()) {
        let more = (*left - *share).min(rest);
        *share += more;
        rest -= more;
    }
    shares
}

/// What a line costs with its modifiers; nothing, once it was removed.
pub(crate) fn cost(item: &RetrievedOrderItem) -> Decimal {
    costs(item).iter().sum()
}

/// Writes into a line and its modifiers what they come to, of which `sum` is left together.
pub(super) fn settle_line(item: &mut RetrievedOrderItem, sum: Decimal) {
    let costs = costs(item);
    let off = costs.iter().sum::<Decimal>() - sum;
    let shares = divide(off, &costs, &costs);
    let results = costs.into_iter().zip(shares);
    for (result_sum, (cost, off)) in result_sums(item).into_iter().zip(results) {
        *result_sum = exact(cost - off);
    }
}

/// What each thing in a line costs: the dish, or its halves with their modifiers, and the modifiers. What was removed
/// costs nothing.
fn costs(item: &RetrievedOrderItem) -> Vec<Decimal> {
    let amount = amount_of(item);
    let of_modifiers = |modifiers: Option<&[OrderItemModifier]>| -> Vec<Decimal> {
        let all = modifiers.unwrap_or_default().iter();
        all.map(|it| of_modifier(it, amount)).collect()
    };
    match item {
        RetrievedOrderItem::Product(item) if item.deleted.is_none() => {
            let mut costs = vec![money(decimal(item.cost))];
            costs.extend(of_modifiers(item.modifiers.as_deref()));
            costs
        }
        RetrievedOrderItem::Compound(item) if item.deleted.is_none() => {
            let mut costs = Vec::new();
            for half in [&item.primary_component, &item.secondary_component]
                .into_iter()
                .flatten()
            {
                costs.push(money(decimal(half.cost)));
                costs.extend(of_modifiers(half.modifiers.as_deref()));
            }
            costs.extend(of_modifiers(item.common_modifiers.as_deref()));
            costs
        }
        RetrievedOrderItem::Service(item) => vec![money(decimal(item.cost))],
        RetrievedOrderItem::Product(_)
        | RetrievedOrderItem::Compound(_)
        | RetrievedOrderItem::Other(_) => Vec::new(),
    }
}

/// A modifier's amount is that of one dish.
fn of_modifier(modifier: &OrderItemModifier, amount: Decimal) -> Decimal {
    match modifier.deleted {
        Some(_) => Decimal::ZERO,
        None => money(decimal(modifier.price) * decimal(modifier.amount) * amount),
    }
}

/// Where the result of each thing in a line is written, in the order of [`costs`].
fn result_sums(item: &mut RetrievedOrderItem) -> Vec<&mut Option<ExactDecimal>> {
    let of_modifiers = |modifiers| {
        let all: Option<&mut Vec<OrderItemModifier>> = modifiers;
        all.into_iter().flatten().map(|it| &mut it.result_sum)
    };
    match item {
        RetrievedOrderItem::Product(item) => {
            let own = [&mut item.result_sum];
            own.into_iter()
                .chain(of_modifiers(item.modifiers.as_mut()))
                .collect()
        }
        RetrievedOrderItem::Compound(item) => {
            let halves = [&mut item.primary_component, &mut item.secondary_component];
            let halves = halves.into_iter().flatten().flat_map(|half| {
                let own = [&mut half.result_sum];
                own.into_iter().chain(of_modifiers(half.modifiers.as_mut()))
            });
            halves
                .chain(of_modifiers(item.common_modifiers.as_mut()))
                .collect()
        }
        // a service has no result of its own in the contract
        RetrievedOrderItem::Service(_) | RetrievedOrderItem::Other(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::divide;

    #[test]
    fn what_rounding_leaves_is_the_last_ones() {
        let check = |total: i64, weights: &[i64], left: &[i64], expected: &[i64]| {
            let kopecks = |sums: &[i64]| -> Vec<Decimal> {
                sums.iter().map(|it| Decimal::new(*it, 2)).collect()
            };
            let shares = divide(Decimal::new(total, 2), &kopecks(weights), &kopecks(left));
            assert_eq!(shares, kopecks(expected), "{total} by {weights:?}");
        };
        check(100, &[1, 1, 1], &[100, 100, 100], &[33, 33, 34]);
        check(100, &[1, 0, 3], &[100, 100, 100], &[25, 0, 75]);
        check(100, &[1, 1], &[100, 10], &[90, 10]);
        check(-100, &[1, 2], &[0, 0], &[-33, -67]);
        check(100, &[0, 0], &[50, 50], &[0, 0]);
    }

    proptest! {
        #[test]
        fn nobody_gives_more_than_there_is(
            lines in prop::collection::vec((0i64..50_000, 0i64..50_000), 1..6),
            percent in 0i64..=100,
        ) {
            let kopecks = |sum: i64| Decimal::new(sum, 2);
            let left: Vec<Decimal> = lines.iter().map(|(_, left)| kopecks(*left)).collect();
            let weights: Vec<Decimal> =
                lines.iter().map(|(weight, left)| kopecks(*weight.min(left))).collect();
            let most: Decimal = weights.iter().sum();
            let total = super::money(most * Decimal::from(percent) / Decimal::ONE_HUNDRED);
            let shares = divide(total, &weights, &left);
            prop_assert_eq!(shares.iter().sum::<Decimal>(), total);
            for (share, left) in shares.iter().zip(&left) {
                prop_assert!(Decimal::ZERO <= *share && share <= left && share.scale() <= 2);
            }
        }
    }
}
