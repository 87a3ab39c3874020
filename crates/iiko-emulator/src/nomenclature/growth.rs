//! A menu grown to any size: copies of its dishes, with ids, codes and names of their own.

use chrono::{DateTime, Utc};
use iiko_types::{ids::ProductId, number::ExactDecimal};
use rust_decimal::Decimal;

use super::Nomenclature;
use crate::scenario::id_of;

impl Nomenclature {
    /// Adds or takes away copies until there are `total` rows, modifiers included. What is no copy stays.
    pub(crate) fn grow(&mut self, total: usize, now: DateTime<Utc>) {
        let is_copy = |code: Option<&str>| code.is_some_and(|code| code.starts_with(COPY));
        let originals: Vec<usize> = (0..self.products.len())
            .filter(|index| {
                let product = &self.products[*index];
                product.r#type.as_deref() == Some("Dish") && !is_copy(product.code.as_deref())
            })
            .collect();
        let kept = self
            .products
            .iter()
            .filter(|product| !is_copy(product.code.as_deref()))
            .count();
        if originals.is_empty() {
            return;
        }
        let mut copies: usize = 0;
        let wanted = total.saturating_sub(kept);
        self.products.retain(|product| {
            let stays = !is_copy(product.code.as_deref()) || copies < wanted;
            copies += usize::from(stays && is_copy(product.code.as_deref()));
            stays
        });
        self.products.reserve(wanted.saturating_sub(copies));
        for number in copies..wanted {
            let mut copy = self.products[originals[number % originals.len()]].clone();
            copy.id = ProductId(id_of("growth", "product", &number.to_string()));
            copy.code = Some(format!("{COPY}{number:06}"));
            copy.name = copy.name.map(|name| format!("{name} № {}", number + 1));
            copy.order = Some(i64::try_from(number).unwrap_or_default() + 1000);
            let rise = Decimal::from(number % 97);
            for price in copy
                .size_prices
                .iter_mut()
                .flatten()
                .filter_map(|entry| entry.price.as_mut())
            {
                price.current_price = price
                    .current_price
                    .map(|price| ExactDecimal(price.0.saturating_add(rise)));
            }
            self.products.push(copy);
        }
        self.changed(now);
    }
}

/// How the codes of copies begin.
const COPY: &str = "GROWN-";
