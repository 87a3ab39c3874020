//! What somebody does next on a random day, and the bodies that it takes.

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Restaurant;
use crate::guests::OLGA;

/// What an order is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pickup,
    Courier,
    Table,
    /// A reserve with an order.
    Banquet,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Pickup, Self::Courier, Self::Table, Self::Banquet];

    pub(super) fn is_delivery(self) -> bool {
        matches!(self, Self::Pickup | Self::Courier)
    }

    /// How the paths of its commands begin.
    pub(super) fn family(self) -> &'static str {
        match self {
            Self::Pickup | Self::Courier => "deliveries",
            Self::Table => "order",
            Self::Banquet => "reserve",
        }
    }
}

/// An order as it is made. Some are refused.
#[derive(Clone, Debug)]
pub(super) struct Making {
    pub(super) kind: Kind,
    pub(super) amount: u32,
    /// Two are allowed.
    pub(super) toppings: u32,
    pub(super) discount: Option<Discount>,
    pub(super) by_olga: bool,
    pub(super) coupon: Option<usize>,
    /// Out of Olga's wallet.
    pub(super) bonuses: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Discount {
    Pickup,
    /// It cannot be set.
    Birthday,
    Complaint(u32),
    Evening,
}

/// Orders are meant by their number, modulo how many there are.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// In the first restaurant or the second.
    Create(usize, Making),
    /// The till does one thing that is due.
    Step,
    Move(usize, usize),
    Advance(usize),
    AddItems(usize, u32),
    /// A banquet gets other lines.
    ChangeItems(usize, u32),
    Pay(usize, u32),
    PayWithBonuses(usize, u32),
    Cancel(usize),
    CancelConfirmation(usize),
    Confirm(usize),
    Close(usize),
    /// The same order again.
    Repeat(usize),
    /// The webhooks that wait are sent.
    Send,
}

impl Deed {
    /// Whether something may be different at once. What commands do is seen when the till has done it.
    pub(super) fn changes_something(&self) -> bool {
        match self {
            Self::Create(..) | Self::Step | Self::Move(..) | Self::Advance(_) => true,
            Self::AddItems(..)
            | Self::ChangeItems(..)
            | Self::Pay(..)
            | Self::PayWithBonuses(..)
            | Self::Cancel(_)
            | Self::CancelConfirmation(_)
            | Self::Confirm(_)
            | Self::Close(_)
            | Self::Repeat(_)
            | Self::Send => false,
        }
    }
}

pub(super) const COUPONS: [&str; 3] = ["FIRST-001", "FIRST-002", "FIRST-003"];

fn making() -> impl Strategy<Value = Making> {
    let kind = prop_oneof![
        3 => Just(Kind::Pickup),
        2 => Just(Kind::Courier),
        3 => Just(Kind::Table),
        2 => Just(Kind::Banquet),
    ];
    let discount = prop_oneof![
        3 => Just(Discount::Pickup),
        1 => Just(Discount::Birthday),
        2 => (1..500_u32).prop_map(Discount::Complaint),
        2 => Just(Discount::Evening),
    ];
    let toppings = prop_oneof![6 => 0..3_u32, 1 => Just(3)];
    let bonuses = prop::option::weighted(0.4, 1..300_u32);
    let coupon = prop::option::weighted(0.3, 0..COUPONS.len());
    let discount = prop::option::weighted(0.3, discount);
    (
        kind,
        1..4_u32,
        toppings,
        discount,
        any::<bool>(),
        coupon,
        bonuses,
    )
        .prop_map(
            |(kind, amount, toppings, discount, by_olga, coupon, bonuses)| Making {
                kind,
                amount,
                toppings,
                discount,
                by_olga,
                coupon,
                bonuses,
            },
        )
}

pub(super) fn deed() -> impl Strategy<Value = Deed> {
    let order = 0..24_usize;
    // few orders, of which much becomes
    prop_oneof![
        4 => (0..2_usize, making()).prop_map(|(place, making)| Deed::Create(place, making)),
        10 => Just(Deed::Step),
        3 => (order.clone(), 0..9_usize).prop_map(|(order, status)| Deed::Move(order, status)),
        14 => order.clone().prop_map(Deed::Advance),
        2 => (order.clone(), 1..3_u32).prop_map(|(order, amount)| Deed::AddItems(order, amount)),
        3 => (order.clone(), 1..3_u32).prop_map(|(order, amount)| Deed::ChangeItems(order, amount)),
        6 => (order.clone(), 1..1500_u32).prop_map(|(order, sum)| Deed::Pay(order, sum)),
        2 => (order.clone(), 1..300_u32).prop_map(|(order, sum)| Deed::PayWithBonuses(order, sum)),
        1 => order.clone().prop_map(Deed::Cancel),
        4 => order.clone().prop_map(Deed::CancelConfirmation),
        8 => order.clone().prop_map(Deed::Confirm),
        5 => order.clone().prop_map(Deed::Close),
        1 => order.prop_map(Deed::Repeat),
        2 => Just(Deed::Send),
    ]
}

impl Restaurant {
    /// Ice cream, a modifier of which is allowed twice.
    pub(super) fn line(&self, amount: u32, toppings: u32) -> Value {
        let topping = json!({
            "productId": self.topping, "productGroupId": self.toppings, "amount": toppings, "price": "35.35",
        });
        let modifiers = if toppings == 0 {
            json!([])
        } else {
            json!([topping])
        };
        json!({
            "type": "Product", "productId": self.ice_cream, "amount": amount, "price": "99.99", "modifiers": modifiers,
        })
    }

    pub(super) fn cash(&self, sum: u32) -> Value {
        json!({"paymentTypeKind": "Cash", "sum": sum, "paymentTypeId": self.cash})
    }

    pub(super) fn bonuses(&self, sum: u32) -> Value {
        let olga =
            json!({"type": "LoyaltyCard", "credential": "7700021", "searchScope": "CardNumber"});
        json!({
            "paymentTypeKind": "LoyaltyCard", "sum": sum, "paymentTypeId": self.bonus, "paymentAdditionalData": olga,
        })
    }

    fn discount(&self, discount: Discount) -> Value {
        let (index, sum) = match discount {
            Discount::Pickup => (0, None),
            Discount::Birthday => (1, None),
            Discount::Complaint(sum) => (2, Some(sum)),
            Discount::Evening => (3, None),
        };
        json!({"type": "RMS", "discountTypeId": self.discounts[index], "sum": sum})
    }

    /// The body that creates an order, and the path it goes to.
    pub(super) fn creation(&self, id: Uuid, making: &Making) -> (&'static str, Value) {
        let lemonade = json!({
            "type": "Product", "productId": self.lemonade, "amount": 1, "price": "0.07",
        });
        let mut order = json!({"items": [self.line(making.amount, making.toppings), lemonade]});
        if let Some(discount) = making.discount {
            order["discountsInfo"] = json!({"discounts": [self.discount(discount)]});
        }
        if let Some(coupon) = making.coupon {
            order["loyaltyInfo"] = json!({"coupon": COUPONS[coupon]});
        }
        if let Some(sum) = making.bonuses {
            order["payments"] = json!([self.bonuses(sum)]);
        }
        let phone = if making.by_olga { OLGA } else { "+79990000001" };
        let customer = json!({"type": "regular", "name": "Гость"});
        let mut body = json!({"organizationId": self.organization, "terminalGroupId": self.group});
        if making.kind == Kind::Banquet {
            body["id"] = json!(id);
            body["phone"] = json!(phone);
            body["customer"] = customer;
            body["durationInMinutes"] = json!(60);
            body["shouldRemind"] = json!(false);
            body["tableIds"] = json!([self.table]);
            body["estimatedStartTime"] = json!(self.tomorrow);
            body["order"] = order;
            return ("/api/1/reserve/create", body);
        }
        order["id"] = json!(id);
        order["phone"] = json!(phone);
        order["customer"] = customer;
        let path = match making.kind {
            Kind::Table => "/api/1/order/create",
            Kind::Pickup | Kind::Courier | Kind::Banquet => "/api/1/deliveries/create",
        };
        match making.kind {
            Kind::Pickup => order["orderServiceType"] = json!("DeliveryByClient"),
            Kind::Courier => {
                order["orderServiceType"] = json!("DeliveryByCourier");
                let coordinates = json!({"latitude": 55.75, "longitude": 37.61});
                order["deliveryPoint"] = json!({"coordinates": coordinates});
            }
            Kind::Table | Kind::Banquet => {}
        }
        body["order"] = order;
        (path, body)
    }
}
