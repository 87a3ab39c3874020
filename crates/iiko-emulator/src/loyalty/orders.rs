//! What orders do to loyalty: guests are remembered, coupons used up, wallets pay and are filled.

use chrono::{DateTime, Utc};
use iiko_types::{
    ids::{Guid, OrganizationId},
    schemas::RegularCustomer,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Guest, Loyalty, Movement, TransactionKind, Visit, written_phone};

/// A closed order, as loyalty looks at it.
pub(crate) struct ClosedOrder {
    pub(crate) id: Guid,
    pub(crate) organization_id: OrganizationId,
    pub(crate) phone: String,
    pub(crate) sum: Decimal,
    /// What was paid with bonuses.
    pub(crate) paid_with_bonuses: Decimal,
    pub(crate) coupon: Option<String>,
}

impl Loyalty {
    /// The guest of an order: found by phone, or made of what the order says of him.
    pub(crate) fn remember(
        &mut self,
        phone: &str,
        customer: &RegularCustomer,
        organization_id: OrganizationId,
        now: DateTime<Utc>,
    ) -> Guid {
        let known = customer.id.filter(|id| self.guests.contains_key(id));
        let known = known.or_else(|| self.guest_by_phone(phone).map(|guest| guest.id));
        if let Some(id) = known {
            return id;
        }
        let id = customer.id.unwrap_or_else(Uuid::new_v4);
        let mut guest = Guest::new(id, now, Some(organization_id));
        guest.phone = Some(written_phone(phone));
        guest.name.clone_from(&customer.name);
        guest.surname.clone_from(&customer.surname);
        guest.email.clone_from(&customer.email);
        self.guests.insert(id, guest);
        id
    }

    /// A closed order: bonuses leave the wallet, new ones come, the visit counts, the coupon is used up.
    pub(crate) fn settle(&mut self, order: &ClosedOrder, now: DateTime<Utc>) {
        if let Some(coupon) = &order.coupon {
            self.use_coupon(coupon, now);
        }
        let Some(guest) = self.guest_by_phone(&order.phone) else {
            return;
        };
        let guest_id = guest.id;
        if let Some(guest) = self.guests.get_mut(&guest_id) {
            guest.visits.push(Visit {
                at: now,
                sum: order.sum,
                organization_id: order.organization_id,
            });
        }
        let Some(program) = self
            .programs
            .iter()
            .find(|it| it.pays > Decimal::ZERO)
            .cloned()
        else {
            return;
        };
        let earned = (order.sum - order.paid_with_bonuses).max(Decimal::ZERO) * program.accrues;
        let movements = [
            (-order.paid_with_bonuses, TransactionKind::PayFromWallet),
            (
                (earned / Decimal::ONE_HUNDRED).round_dp(2),
                TransactionKind::RefillWalletFromOrder,
            ),
        ];
        for (sum, kind) in movements.into_iter().filter(|(sum, _)| !sum.is_zero()) {
            let movement = Movement {
                organization_id: order.organization_id,
                at: now,
                sum,
                kind,
                comment: None,
                order: Some((order.id, order.sum)),
            };
            self.move_money(guest_id, program.wallet_id, movement);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use iiko_types::{ids::OrganizationId, schemas::RegularCustomer};
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::ClosedOrder;
    use crate::{loyalty::Loyalty, scenario::Scenario};

    #[test]
    fn an_order_pays_from_the_wallet_and_fills_it() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut loyalty = Loyalty::of_scenario(&Scenario::default().file, now).unwrap();
        let organization_id = OrganizationId(Uuid::nil());
        let customer = RegularCustomer::default();
        let olga = loyalty.remember("+7 (999) 000-00-21", &customer, organization_id, now);
        let balance = |loyalty: &Loyalty| -> Decimal {
            loyalty.guests[&olga]
                .wallets
                .values()
                .map(|wallet| wallet.balance)
                .sum()
        };
        assert_eq!(balance(&loyalty), Decimal::from(350));
        let order = ClosedOrder {
            id: Uuid::from_u128(1),
            organization_id,
            phone: "+79990000021".to_owned(),
            sum: Decimal::from(1000),
            paid_with_bonuses: Decimal::from(300),
            coupon: Some("FIRST-001".to_owned()),
        };
        loyalty.settle(&order, now);
        // 350 − 300 + 5 % of the 700 that were paid in money
        assert_eq!(balance(&loyalty), Decimal::from(85));
        assert_eq!(loyalty.transactions.len(), 2);
        assert_eq!(loyalty.guests[&olga].visits.len(), 1);
        assert!(loyalty.fresh_coupon("FIRST-001").is_none());
        assert!(loyalty.fresh_coupon("FIRST-002").is_some());

        let stranger = loyalty.remember("+79990000099", &customer, organization_id, now);
        assert_ne!(stranger, olga);
    }
}
