//! What is seen of an order from outside, what has to be true of it, and whom it has to be told.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::deeds::{Kind, Making};
use crate::orders::{number, require_whole};

const WAY: [&str; 8] = [
    "Unconfirmed",
    "WaitCooking",
    "CookingStarted",
    "CookingCompleted",
    "Waiting",
    "OnWay",
    "Delivered",
    "Closed",
];

pub(super) const ENDS: [&str; 3] = ["Closed", "Cancelled", "Deleted"];

/// An order, and what was last seen of it.
pub(super) struct Watched {
    /// The number of its restaurant.
    pub(super) place: usize,
    pub(super) making: Making,
    pub(super) last: Value,
}

impl Watched {
    /// The part of the answer that has lines and money.
    pub(super) fn order(&self) -> &Value {
        match self.making.kind {
            Kind::Banquet => &self.last["reserve"]["order"],
            Kind::Pickup | Kind::Courier | Kind::Table => &self.last["order"],
        }
    }

    pub(super) fn status(&self) -> Option<&str> {
        let status = match self.making.kind {
            Kind::Banquet => &self.last["reserve"]["status"],
            Kind::Pickup | Kind::Courier | Kind::Table => &self.last["order"]["status"],
        };
        status.as_str()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.making.kind != Kind::Banquet && self.status() == Some("Closed")
    }

    pub(super) fn is_refused(&self) -> bool {
        self.last["creationStatus"] == "Error"
    }

    /// How far each line is in the kitchen.
    fn lines(&self) -> Vec<&str> {
        let lines = self.order()["items"].as_array().into_iter().flatten();
        lines.map(|line| line["status"].as_str().unwrap()).collect()
    }

    /// It is `now`: checks that it may be, and tells whether a handler with this filter is to hear of it.
    pub(super) fn change_to(&mut self, now: Value, filter: &Value) -> bool {
        let before = Self {
            place: self.place,
            making: self.making.clone(),
            last: std::mem::replace(&mut self.last, now),
        };
        if let (Some(from), Some(to)) = (before.status(), self.status()) {
            self.check_way(from, to);
        }
        if self.status().is_some() {
            self.check_money();
        }
        self.is_wanted(&before, filter)
    }

    fn is_wanted(&self, before: &Self, filter: &Value) -> bool {
        let of_kind = match self.making.kind {
            Kind::Pickup | Kind::Courier => &filter["deliveryOrderFilter"],
            Kind::Table => &filter["tableOrderFilter"],
            Kind::Banquet => &filter["reserveFilter"],
        };
        if self.is_refused() {
            return of_kind["errors"] == true;
        }
        if self.making.kind == Kind::Banquet {
            return of_kind["updates"] == true;
        }
        let has = |list: &str, word: &str| {
            of_kind[list]
                .as_array()
                .is_some_and(|words| words.iter().any(|it| it == word))
        };
        let has_new_status = self.status() != before.status()
            && self.status().is_some_and(|it| has("orderStatuses", it));
        let lines = self.lines();
        let mut moved = before
            .lines()
            .into_iter()
            .zip(lines)
            .filter(|(old, new)| old != new);
        has_new_status || moved.any(|(_, new)| has("itemStatuses", new))
    }

    fn check_way(&self, from: &str, to: &str) {
        assert!(
            from == to || !ENDS.contains(&from),
            "{from} is the end, and then it was {to}"
        );
        let place = |status: &str| WAY.iter().position(|it| *it == status);
        match self.making.kind {
            // a bill may be taken back
            Kind::Table => assert!(["New", "Bill", "Closed", "Deleted"].contains(&to), "{to}"),
            Kind::Banquet => assert!(["New", "Closed"].contains(&to), "{to}"),
            Kind::Pickup | Kind::Courier => {
                let is_brought = ["OnWay", "Delivered"].contains(&to);
                let by_courier = self.making.kind == Kind::Courier;
                assert!(by_courier || !is_brought, "somebody brings what is fetched");
                let back = (from, to) == ("WaitCooking", "Unconfirmed");
                assert!(
                    to == "Cancelled" || back || place(to) >= place(from),
                    "from {from} back to {to}"
                );
            }
        }
    }

    fn check_money(&self) {
        let order = self.order();
        require_whole(order);
        let mut full = Decimal::ZERO;
        for line in order["items"].as_array().unwrap() {
            let amount = number(&line["amount"]);
            let mut part = |cost: Decimal, result_sum: &Value| {
                let result = number(result_sum);
                assert!(Decimal::ZERO <= result && result <= cost, "{line}");
                full += cost;
            };
            part(number(&line["price"]) * amount, &line["resultSum"]);
            for modifier in line["modifiers"].as_array().unwrap() {
                let pieces = number(&modifier["amount"]) * amount;
                part(number(&modifier["price"]) * pieces, &modifier["resultSum"]);
            }
        }
        let off = total(&order["discounts"]);
        assert!(Decimal::ZERO <= off && off <= full, "{order}");
        let sum = number(&order["sum"]);
        assert_eq!(sum, full - off, "{order}");
        let may_be = usize::from(self.making.coupon.is_some() && self.making.discount.is_none());
        assert!(self.gifts() <= may_be, "{order}");
        if self.is_closed() {
            let paid = total(&order["payments"]);
            assert!(paid >= sum, "closed, and {paid} of {sum} are paid");
            assert_eq!(number(&order["processedPaymentsSum"]), paid, "{order}");
        }
    }

    /// How often something was taken off for its coupon.
    fn gifts(&self) -> usize {
        let discounts = self.order()["discounts"].as_array().unwrap().iter();
        let gifts = discounts.filter(|it| it["discountType"]["name"] == "Первый заказ");
        gifts.count()
    }

    /// Whether it has used up its coupon: one that gave nothing stays.
    pub(super) fn has_used(&self, coupon: usize) -> bool {
        self.is_closed() && self.making.coupon == Some(coupon) && self.gifts() > 0
    }

    /// What its payments take out of the wallet.
    pub(super) fn paid_with_bonuses(&self) -> Decimal {
        let payments = self.order()["payments"].as_array().unwrap().iter();
        let bonuses = payments.filter(|it| it["paymentType"]["name"] == "Бонусы");
        bonuses.map(|it| number(&it["sum"])).sum()
    }

    /// What it brings into the wallet of its guest: five percent of what was paid in money.
    pub(super) fn earned(&self) -> Decimal {
        let rest = number(&self.order()["sum"]) - self.paid_with_bonuses();
        (rest.max(Decimal::ZERO) * Decimal::from(5) / Decimal::ONE_HUNDRED).round_dp(2)
    }
}

fn total(rows: &Value) -> Decimal {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|it| number(&it["sum"]))
        .sum()
}

/// What the handlers of the two restaurants want to hear. They are different on purpose.
pub(super) fn filters() -> [Value; 2] {
    [
        json!({
            "deliveryOrderFilter": {
                "orderStatuses": ["Unconfirmed", "WaitCooking", "CookingStarted", "OnWay", "Closed", "Cancelled"],
                "itemStatuses": ["CookingCompleted"], "errors": true,
            },
            "tableOrderFilter": {"orderStatuses": ["New", "Closed"], "itemStatuses": ["Served"], "errors": false},
            "reserveFilter": {"updates": true, "errors": true},
        }),
        json!({
            "deliveryOrderFilter": {"orderStatuses": ["Closed"], "itemStatuses": ["Served"], "errors": false},
            "tableOrderFilter": {"orderStatuses": ["New", "Bill", "Closed", "Deleted"], "errors": true},
        }),
    ]
}
