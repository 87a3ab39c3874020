//! What orders do to loyalty: guests are remembered, coupons used up, wallets pay and are filled.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use iiko_types::{
    ids::{Guid, OrganizationId},
    schemas::{ErrorCode, IikoCardSearchScope, RegularCustomer},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Guest, Loyalty, Movement, Series, TransactionKind, Visit, written_phone};
use crate::{
    cheque::Cheque,
    failure::Failure,
    kept::{KEPT, keep},
    world::World,
};

/// A part of an order that a guest pays with bonuses, out of the wallet of the program that pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BonusPayment {
    pub(crate) guest_id: Guid,
    pub(crate) sum: Decimal,
}

/// The order that a movement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderOfTransaction {
    pub(crate) id: Guid,
    /// What it came to.
    pub(crate) sum: Decimal,
    pub(crate) is_delivery: bool,
}

impl World {
    /// A closed order is told to loyalty, where its organization has some.
    pub(crate) fn settle_with_loyalty(
        &mut self,
        organization_id: OrganizationId,
        id: Guid,
        cheque: &Cheque,
        is_delivery: bool,
    ) {
        let now = self.now();
        let organization = self.organization(organization_id);
        if organization.is_some_and(|it| it.has_loyalty) {
            let order = OrderOfTransaction {
                id,
                sum: cheque.sum(),
                is_delivery,
            };
            self.loyalty.settle(organization_id, order, cheque, now);
        }
    }
}

impl Loyalty {
    /// The guest of an order: found by id or phone, or made of what the order says of him.
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

    /// Who pays with bonuses. Tokens and faces are not imitated, and nobody says what `Reserved` is.
    pub(crate) fn guest_by_credential(
        &self,
        scope: Option<&IikoCardSearchScope>,
        credential: &str,
    ) -> Result<Option<&Guest>, Failure> {
        let mut living = self.living();
        Ok(match scope {
            Some(IikoCardSearchScope::Phone) => self.guest_by_phone(credential),
            Some(IikoCardSearchScope::CardNumber) => {
                living.find(|guest| guest.cards.iter().any(|card| card.number == credential))
            }
            Some(IikoCardSearchScope::CardTrack) => {
                living.find(|guest| guest.cards.iter().any(|card| card.track == credential))
            }
            Some(
                IikoCardSearchScope::Reserved
                | IikoCardSearchScope::PaymentToken
                | IikoCardSearchScope::FindFaceId
                | IikoCardSearchScope::Other(_),
            )
            | None => {
                return Err(Failure::new(
                    ErrorCode::Iikocard51PaymentSearchScopeNotFound,
                    "Guests are searched by Phone, CardNumber or CardTrack.",
                ));
            }
        })
    }

    /// Whether every wallet has what it is to pay. What is set aside there is for orders, so it counts. The sentence is
    /// a guess.
    pub(crate) fn require_money(&self, bonuses: &[BonusPayment]) -> Result<(), Failure> {
        let mut wanted: BTreeMap<Guid, Decimal> = BTreeMap::new();
        for bonus in bonuses {
            *wanted.entry(bonus.guest_id).or_default() += bonus.sum;
        }
        let wallet_id = self.paying_program().map(|program| program.wallet_id);
        for (guest_id, sum) in wanted {
            let guest = self.guests.get(&guest_id);
            let wallet = guest
                .zip(wallet_id)
                .and_then(|(guest, id)| guest.wallets.get(&id));
            if wallet.is_none_or(|wallet| wallet.balance < sum) {
                return Err(Failure::common(
                    "There is not enough money in the wallet of the guest.",
                ));
            }
        }
        Ok(())
    }

    /// Whether a campaign of the coupon's series took something off.
    fn has_given_for(&self, coupon: &str, cheque: &Cheque) -> bool {
        let holds = |series: &&Series| series.coupons.iter().any(|it| it.number == coupon);
        let Some(series) = self.series.iter().find(holds) else {
            return false;
        };
        let mut campaigns = self.campaigns.iter();
        campaigns.any(|campaign| {
            let mut given = cheque.discounts.iter();
            campaign.series_id == Some(series.id)
                && given.any(|it| {
                    it.discount_type
                        .as_ref()
                        .is_some_and(|it| it.id == campaign.id)
                })
        })
    }

    /// A closed order: bonuses leave the wallets, new ones come, the visit counts, the coupon is used up.
    fn settle(
        &mut self,
        organization_id: OrganizationId,
        order: OrderOfTransaction,
        cheque: &Cheque,
        now: DateTime<Utc>,
    ) {
        if let Some(coupon) = &cheque.reductions.coupon
            && self.has_given_for(coupon, cheque)
        {
            self.use_coupon(coupon, now);
        }
        let program = self.paying_program().cloned();
        let movement = |sum, kind| Movement {
            organization_id,
            at: now,
            sum,
            kind,
            comment: None,
            order: Some(order),
        };
        for bonus in &cheque.bonuses {
            if let Some(program) = &program
                && let Some(guest) = self.guests.get_mut(&bonus.guest_id)
            {
                let wallet = guest.wallets.entry(program.wallet_id).or_default();
                wallet.use_holds(bonus.sum);
                let paid = movement(-bonus.sum, TransactionKind::PayFromWallet);
                self.move_money(bonus.guest_id, program.wallet_id, paid);
            }
        }
        let guest = cheque
            .reductions
            .guest_id
            .filter(|id| self.guests.contains_key(id));
        let Some(guest_id) = guest else {
            return;
        };
        if let Some(guest) = self.guests.get_mut(&guest_id) {
            let visit = Visit {
                at: now,
                sum: order.sum,
                organization_id,
            };
            keep(&mut guest.visits, visit, KEPT);
        }
        let paid_with_bonuses: Decimal = cheque.bonuses.iter().map(|bonus| bonus.sum).sum();
        let paid_with_money = (order.sum - paid_with_bonuses).max(Decimal::ZERO);
        if let Some(program) = program {
            let earned = (paid_with_money * program.accrues / Decimal::ONE_HUNDRED).round_dp(2);
            if !earned.is_zero() {
                let earned = movement(earned, TransactionKind::RefillWalletFromOrder);
                self.move_money(guest_id, program.wallet_id, earned);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use iiko_types::{ids::OrganizationId, schemas::RegularCustomer};
    use uuid::Uuid;

    use crate::{loyalty::Loyalty, scenario::Scenario};

    #[test]
    fn a_guest_is_known_by_phone_however_it_is_written() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut loyalty = Loyalty::of_scenario(&Scenario::default().file, now).unwrap();
        let organization_id = OrganizationId(Uuid::nil());
        let customer = RegularCustomer::default();
        let olga = loyalty.remember("+7 (999) 000-00-21", &customer, organization_id, now);
        assert_eq!(loyalty.guests[&olga].name.as_deref(), Some("Ольга"));
        let stranger = loyalty.remember("+79990000099", &customer, organization_id, now);
        assert_ne!(stranger, olga);
    }
}
