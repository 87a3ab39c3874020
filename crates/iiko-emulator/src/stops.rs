//! What an order needs of what a terminal group cannot sell without limit.

use std::collections::BTreeMap;

use iiko_types::{
    ids::{ProductId, SizeId, TerminalGroupId},
    schemas::{Modifier, OrderItem},
};
use rust_decimal::Decimal;

use crate::{
    failure::Failure,
    world::{Organization, Stop, StopKey},
};

/// What is needed of a product in a size, all lines and modifiers together.
type Needs = BTreeMap<(ProductId, Option<SizeId>), Decimal>;

impl Organization {
    /// What of the stop list an order asks too much of.
    pub(crate) fn rejected(
        &self,
        terminal_group_id: TerminalGroupId,
        items: &[OrderItem],
    ) -> impl Iterator<Item = (&StopKey, &Stop)> {
        let mut needs = Needs::new();
        for item in items {
            collect(item, &mut needs);
        }
        self.stops.iter().filter(move |(key, stop)| {
            let needed = needs.iter().filter(|((product_id, size_id), _)| {
                key.product_id == *product_id && (key.size_id.is_none() || key.size_id == *size_id)
            });
            let amounts: Vec<Decimal> = needed.map(|(_, amount)| *amount).collect();
            key.terminal_group_id == terminal_group_id
                && !amounts.is_empty()
                && stop.balance.0 < amounts.iter().sum::<Decimal>()
        })
    }

    /// What is looked at where a new order is to be compared with the stop list. The sentence is a guess.
    pub(crate) fn require_unstopped(
        &self,
        terminal_group_id: TerminalGroupId,
        items: &[OrderItem],
    ) -> Result<(), Failure> {
        match self.rejected(terminal_group_id, items).next() {
            None => Ok(()),
            Some((key, _)) => Err(Failure::common(format!(
                "Product {} is in the stop list.",
                key.product_id
            ))),
        }
    }
}

/// The members are there: the contract requires them, and the body has been checked.
fn collect(item: &OrderItem, needs: &mut Needs) {
    let mut need = |product_id: Option<ProductId>, size_id, amount| {
        if let Some(product_id) = product_id {
            *needs.entry((product_id, size_id)).or_default() += amount;
        }
    };
    match item {
        OrderItem::Product(item) => {
            let amount = item.amount.unwrap_or_default().0;
            need(item.product_id, item.product_size_id.map(SizeId), amount);
            for modifier in item.modifiers.iter().flatten() {
                need(modifier.product_id, None, of_each(modifier) * amount);
            }
        }
        OrderItem::Compound(item) => {
            let amount = item.amount.unwrap_or_default().0;
            let halves = [&item.primary_component, &item.secondary_component];
            for half in halves.into_iter().flatten() {
                need(half.product_id, item.product_size_id.map(SizeId), amount);
                for modifier in half.modifiers.iter().flatten() {
                    need(modifier.product_id, None, of_each(modifier) * amount);
                }
            }
            for modifier in item.common_modifiers.iter().flatten() {
                need(modifier.product_id, None, of_each(modifier) * amount);
            }
        }
        OrderItem::Other(_) => {}
    }
}

/// A modifier's amount is that of one dish.
fn of_each(modifier: &Modifier) -> Decimal {
    modifier.amount.unwrap_or_default().0
}
