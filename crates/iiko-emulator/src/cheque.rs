//! What a guest has to pay: lines, payments, tips and discounts of an order, and what they come to.
//!
//! Deliveries, orders at tables and banquets have the same; only what is around it differs. Built as the till builds it:
//! from the menu, with the prices of the request, refusing what the menu forbids.

mod discounts;
mod division;
mod limits;
mod lines;
mod payments;

use iiko_types::{
    ids::{Guid, ProductId},
    number::ExactDecimal,
    schemas::{
        Combo, DeliveryOrder, DiscountItem, DiscountsInfo, LoyaltyInfo, OrderCombo, OrderItem,
        OrderItemStatus, Payment, PaymentItem, ReserveOrder, RetrievedOrderItem, TableOrder,
        TipsPayment, TipsPaymentItem,
    },
    time::LocalTime,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub(crate) use self::{
    discounts::Reductions,
    division::{cost, money},
    lines::lines,
    payments::payment_of_kind,
};
use crate::{
    failure::Failure,
    loyalty::{BonusPayment, Loyalty},
    world::Organization,
};

/// The money side of an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cheque {
    pub(crate) items: Vec<RetrievedOrderItem>,
    pub(crate) combos: Vec<OrderCombo>,
    pub(crate) payments: Vec<PaymentItem>,
    pub(crate) tips: Vec<TipsPaymentItem>,
    pub(crate) discounts: Vec<DiscountItem>,
    /// Why something is taken off, to be worked out anew whenever the lines are others.
    pub(crate) reductions: Reductions,
    /// Those of the payments that come from wallets of loyalty.
    pub(crate) bonuses: Vec<BonusPayment>,
    /// All has been paid and booked: the order is closed.
    pub(crate) is_settled: bool,
}

/// What a request for an order of any kind says about money.
pub(crate) struct Ordered<'r> {
    pub(crate) items: &'r [OrderItem],
    pub(crate) combos: Option<&'r [Combo]>,
    pub(crate) payments: Option<&'r [Payment]>,
    pub(crate) tips: Option<&'r [TipsPayment]>,
    pub(crate) discounts_info: Option<&'r DiscountsInfo>,
    pub(crate) loyalty_info: Option<&'r LoyaltyInfo>,
}

macro_rules! ordered {
    ($($request:ident)*) => {$(
        impl<'r> From<&'r $request> for Ordered<'r> {
            fn from(asked: &'r $request) -> Self {
                Self {
                    items: &asked.items,
                    combos: asked.combos.as_deref(),
                    payments: asked.payments.as_deref(),
                    tips: asked.tips.as_deref(),
                    discounts_info: asked.discounts_info.as_ref(),
                    loyalty_info: asked.loyalty_info.as_ref(),
                }
            }
        }
    )*};
}

ordered! { DeliveryOrder ReserveOrder TableOrder }

impl Cheque {
    /// What the till makes of a request, or why it refuses all of it. The guest takes part in loyalty with it.
    pub(crate) fn of(
        ordered: &Ordered<'_>,
        guest_id: Option<Guid>,
        organization: &Organization,
        loyalty: &Loyalty,
    ) -> Result<Self, Failure> {
        let (discounts_info, loyalty_info) = (ordered.discounts_info, ordered.loyalty_info);
        let reductions = Reductions::of(discounts_info, loyalty_info, guest_id);
        let mut cheque = Self {
            reductions,
            ..Self::default()
        };
        let combos = ordered.combos.unwrap_or_default();
        lines(
            &organization.nomenclature,
            &mut cheque,
            ordered.items,
            combos,
        )?;
        let (payments, tips) = (ordered.payments, ordered.tips);
        cheque.pay(
            organization,
            loyalty,
            payments.unwrap_or_default(),
            tips.unwrap_or_default(),
        )?;
        cheque.discount(organization, loyalty)?;
        Ok(cheque)
    }

    /// What is to pay: the lines that were not removed, less the discounts.
    pub(crate) fn sum(&self) -> Decimal {
        let discounts: Decimal = self
            .discounts
            .iter()
            .filter_map(|it| it.sum)
            .map(|it| it.0)
            .sum();
        (self.subtotal() - discounts).normalize()
    }

    /// The same before discounts.
    pub(crate) fn subtotal(&self) -> Decimal {
        self.items.iter().map(cost).sum()
    }

    /// What has been paid for sure: taken by others, or booked when the order was closed.
    pub(crate) fn processed(&self) -> Decimal {
        let counts = |payment: &&PaymentItem| {
            self.is_settled || payment.is_processed_externally == Some(true)
        };
        self.payments
            .iter()
            .filter(counts)
            .filter_map(|it| it.sum)
            .map(|it| it.0)
            .sum()
    }

    /// What has been promised: all payments, processed or not.
    pub(crate) fn paid(&self) -> Decimal {
        self.payments
            .iter()
            .filter_map(|it| it.sum)
            .map(|it| it.0)
            .sum()
    }

    pub(crate) fn is_paid(&self) -> bool {
        self.paid() >= self.sum()
    }

    /// How far the kitchen is with the line that it is least far with.
    pub(crate) fn slowest(&self) -> Option<&OrderItemStatus> {
        let statuses = self.items.iter().filter_map(|item| match item {
            RetrievedOrderItem::Product(item) => item.status.as_ref(),
            RetrievedOrderItem::Compound(item) => item.status.as_ref(),
            RetrievedOrderItem::Service(_) | RetrievedOrderItem::Other(_) => None,
        });
        statuses.min()
    }

    /// Moves the lines that are behind `status` on to it. Tells which statuses lines have newly got.
    pub(crate) fn reach(
        &mut self,
        status: &OrderItemStatus,
        now: LocalTime,
    ) -> Vec<OrderItemStatus> {
        let mut is_any_moved = false;
        for item in &mut self.items {
            let Some((current, when_printed)) = progress(item) else {
                continue;
            };
            if current.as_ref() < Some(status) {
                *current = Some(status.clone());
                when_printed.get_or_insert(now);
                is_any_moved = true;
            }
        }
        match is_any_moved {
            true => vec![status.clone()],
            false => Vec::new(),
        }
    }
}

/// What a line is of; a compound is of its first half.
pub(crate) fn product_of(item: &RetrievedOrderItem) -> Option<ProductId> {
    let product = match item {
        RetrievedOrderItem::Product(item) => item.product.as_ref(),
        RetrievedOrderItem::Compound(item) => item.primary_component.as_ref()?.product.as_ref(),
        RetrievedOrderItem::Service(item) => item.service.as_ref(),
        RetrievedOrderItem::Other(_) => None,
    };
    product.map(|product| ProductId(product.id))
}

pub(crate) fn amount_of(item: &RetrievedOrderItem) -> Decimal {
    decimal(match item {
        RetrievedOrderItem::Product(item) => item.amount,
        RetrievedOrderItem::Compound(item) => item.amount,
        RetrievedOrderItem::Service(item) => item.amount,
        RetrievedOrderItem::Other(_) => None,
    })
}

/// The positions of a line: its own, or those of its halves.
pub(crate) fn positions(item: &RetrievedOrderItem) -> Vec<Guid> {
    match item {
        RetrievedOrderItem::Product(item) => item.position_id.into_iter().collect(),
        RetrievedOrderItem::Compound(item) => [&item.primary_component, &item.secondary_component]
            .into_iter()
            .flatten()
            .filter_map(|part| part.position_id)
            .collect(),
        RetrievedOrderItem::Service(_) | RetrievedOrderItem::Other(_) => Vec::new(),
    }
}

/// How far the kitchen is with a line, and when it heard of it.
fn progress(
    item: &mut RetrievedOrderItem,
) -> Option<(&mut Option<OrderItemStatus>, &mut Option<LocalTime>)> {
    match item {
        RetrievedOrderItem::Product(item) => Some((&mut item.status, &mut item.when_printed)),
        RetrievedOrderItem::Compound(item) => Some((&mut item.status, &mut item.when_printed)),
        RetrievedOrderItem::Service(item) => Some((&mut item.status, &mut item.when_printed)),
        RetrievedOrderItem::Other(_) => None,
    }
}

fn decimal(value: Option<ExactDecimal>) -> Decimal {
    value.unwrap_or_default().0
}

/// Money and amounts as answers carry them.
pub(crate) fn exact(value: Decimal) -> Option<ExactDecimal> {
    Some(ExactDecimal(value.normalize()))
}
