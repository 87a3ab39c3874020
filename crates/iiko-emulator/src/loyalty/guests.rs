//! Guests: how they are found, what they have, and the money in their wallets.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use iiko_types::{
    ids::{Guid, OrganizationId},
    number::ExactDecimal,
    schemas::{Customer, GetCustomerInfoResponse, GuestBalanceInfo, GuestCardInfo},
    time::LocalTime,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Loyalty, OrderOfTransaction, Transaction, TransactionKind};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Guest {
    pub(crate) id: Guid,
    /// With a plus and digits only.
    pub(crate) phone: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) surname: Option<String>,
    pub(crate) middle_name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) birthday: Option<LocalTime>,
    pub(crate) sex: i64,
    pub(crate) consent: i64,
    pub(crate) comment: Option<String>,
    pub(crate) user_data: Option<String>,
    pub(crate) referrer_id: Option<String>,
    pub(crate) receives_promo: bool,
    pub(crate) receives_loyalty: bool,
    pub(crate) cards: Vec<Card>,
    pub(crate) categories: Vec<Guid>,
    /// By the wallet of the program.
    pub(crate) wallets: BTreeMap<Guid, Wallet>,
    /// The last ones.
    pub(crate) visits: VecDeque<Visit>,
    pub(crate) registered_at: DateTime<Utc>,
    pub(crate) registered_in: Option<OrganizationId>,
    pub(crate) is_deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) id: Guid,
    pub(crate) track: String,
    pub(crate) number: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Wallet {
    pub(crate) balance: Decimal,
    /// What is set aside for orders on their way, by transaction.
    pub(crate) holds: BTreeMap<Guid, Decimal>,
}

/// An order that was closed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Visit {
    pub(crate) at: DateTime<Utc>,
    pub(crate) sum: Decimal,
    pub(crate) organization_id: OrganizationId,
}

impl Card {
    pub(crate) fn new(track: &str, number: &str) -> Self {
        Self {
            id: Uuid::new_v4(),
            track: track.to_owned(),
            number: number.to_owned(),
        }
    }
}

impl Wallet {
    /// What can be spent.
    pub(crate) fn free(&self) -> Decimal {
        self.balance - self.holds.values().sum::<Decimal>()
    }

    /// An order is paid: what was set aside is for that. An order does not say what was set aside for it, so it uses up
    /// one hold after another until its sum is reached; more than that is free again (a guess).
    pub(crate) fn use_holds(&mut self, sum: Decimal) {
        let mut rest = sum;
        while rest > Decimal::ZERO
            && let Some((_, held)) = self.holds.pop_first()
        {
            rest -= held;
        }
    }
}

/// A phone by its digits, with a plus.
pub(crate) fn written_phone(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    format!("+{digits}")
}

impl Guest {
    pub(crate) fn new(id: Guid, now: DateTime<Utc>, organization: Option<OrganizationId>) -> Self {
        Self {
            id,
            phone: None,
            name: None,
            surname: None,
            middle_name: None,
            email: None,
            birthday: None,
            sex: 0,
            consent: 0,
            comment: None,
            user_data: None,
            referrer_id: None,
            receives_promo: true,
            receives_loyalty: true,
            cards: Vec::new(),
            categories: Vec::new(),
            wallets: BTreeMap::new(),
            visits: VecDeque::new(),
            registered_at: now,
            registered_in: organization,
            is_deleted: false,
        }
    }
}

impl Loyalty {
    /// Living guests.
    pub(crate) fn living(&self) -> impl Iterator<Item = &Guest> {
        self.guests.values().filter(|guest| !guest.is_deleted)
    }

    pub(crate) fn guest_by_phone(&self, phone: &str) -> Option<&Guest> {
        let phone = written_phone(phone);
        self.living()
            .find(|guest| guest.phone.as_deref() == Some(&phone))
    }

    /// Who takes part in loyalty with a delivery: not who is there this once only (`cloud-api.md` 8.2).
    pub(crate) fn guest_of_delivery(
        &self,
        customer: Option<&Customer>,
        phone: &str,
    ) -> Option<&Guest> {
        match customer {
            Some(Customer::OneTime(_) | Customer::Other(_)) => None,
            Some(Customer::Regular(customer)) => self.guest_of(customer.id, Some(phone)),
            None => self.guest_of(None, Some(phone)),
        }
    }

    /// The guest that an order names, else the one with its phone.
    pub(crate) fn guest_of(&self, id: Option<Guid>, phone: Option<&str>) -> Option<&Guest> {
        let by_id = id.and_then(|id| self.living().find(|guest| guest.id == id));
        by_id.or_else(|| self.guest_by_phone(phone?))
    }

    pub(crate) fn categories_of(&self, guest_id: Option<Guid>) -> Vec<Guid> {
        let guest = self.guest_of(guest_id, None);
        let categories = guest.map(|guest| guest.categories.clone());
        categories.unwrap_or_default()
    }

    /// A guest as `customer/info` tells one.
    pub(crate) fn info(&self, guest: &Guest) -> GetCustomerInfoResponse {
        let local = |at: DateTime<Utc>| LocalTime(at.naive_utc());
        let cards = guest.cards.iter().map(|card| GuestCardInfo {
            id: Some(card.id),
            track: Some(card.track.clone()),
            number: Some(card.number.clone()),
            ..GuestCardInfo::default()
        });
        let balances = guest.wallets.iter().filter_map(|(wallet_id, wallet)| {
            let program = self.program_of_wallet(*wallet_id)?;
            Some(GuestBalanceInfo {
                id: Some(*wallet_id),
                name: Some(program.name.clone()),
                r#type: Some(program.kind.into()),
                balance: Some(ExactDecimal(wallet.balance)),
                ..GuestBalanceInfo::default()
            })
        });
        let categories = self
            .categories
            .iter()
            .filter(|it| it.id.is_some_and(|id| guest.categories.contains(&id)));
        GetCustomerInfoResponse {
            id: Some(guest.id),
            referrer_id: guest.referrer_id.clone(),
            name: guest.name.clone(),
            surname: guest.surname.clone(),
            middle_name: guest.middle_name.clone(),
            comment: guest.comment.clone(),
            phone: guest.phone.clone(),
            birthday: guest.birthday,
            email: guest.email.clone(),
            sex: Some(guest.sex.into()),
            consent_status: Some(guest.consent.into()),
            anonymized: Some(false),
            cards: Some(cards.collect()),
            categories: Some(categories.cloned().collect()),
            wallet_balances: Some(balances.collect()),
            user_data: guest.user_data.clone(),
            should_receive_promo_actions_info: Some(guest.receives_promo),
            should_receive_loyalty_info: Some(guest.receives_loyalty),
            should_receive_order_status_info: Some(true),
            is_deleted: Some(guest.is_deleted),
            when_registered: Some(local(guest.registered_at)),
            first_order_date: guest.visits.front().map(|visit| local(visit.at)),
            last_processed_order_date: guest.visits.back().map(|visit| local(visit.at)),
            last_visited_organization_id: guest.visits.back().map(|it| it.organization_id.0),
            registration_organization_id: guest.registered_in.map(|id| id.0),
            ..GetCustomerInfoResponse::default()
        }
    }

    /// Writes a movement down and does it, unless money is only set aside by it. The caller has looked whether there is
    /// enough.
    pub(crate) fn move_money(
        &mut self,
        guest_id: Guid,
        wallet_id: Guid,
        movement: Movement,
    ) -> Option<()> {
        let program_id = self.program_of_wallet(wallet_id)?.id;
        let wallet = self
            .guests
            .get_mut(&guest_id)?
            .wallets
            .entry(wallet_id)
            .or_default();
        let before = wallet.balance;
        if movement.kind.is_movement() {
            wallet.balance += movement.sum;
        }
        self.write_down(Transaction {
            id: Uuid::new_v4(),
            guest_id,
            wallet_id,
            program_id,
            organization_id: movement.organization_id,
            at: movement.at,
            revision: 0,
            sum: movement.sum,
            before,
            kind: movement.kind,
            comment: movement.comment,
            order: movement.order,
        });
        Some(())
    }
}

/// What moves in a wallet.
pub(crate) struct Movement {
    pub(crate) organization_id: OrganizationId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) sum: Decimal,
    pub(crate) kind: TransactionKind,
    pub(crate) comment: Option<String>,
    pub(crate) order: Option<OrderOfTransaction>,
}
