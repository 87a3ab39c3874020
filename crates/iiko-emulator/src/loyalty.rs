//! Loyalty (iikoCard): guests with cards, categories and wallets, coupons, and what campaigns give.
//!
//! One network: its guests are those of every organization. What an order comes to is worked out in [`calculation`],
//! which looks at nothing but its arguments.

pub(crate) mod calculation;
mod guests;
mod orders;

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use iiko_types::{
    ids::{Guid, OrganizationId, ProductId},
    schemas::{GuestCategoryShortInfo, ManualConditionInfo},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub(crate) use self::guests::{Card, Guest, Movement, Visit, Wallet, written_phone};
pub(crate) use self::orders::{BonusPayment, OrderOfTransaction};
use crate::{
    kept::keep,
    scenario::{ScenarioFile, id_of},
};

/// Of all guests together.
const TRANSACTIONS_KEPT: usize = 100_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Loyalty {
    pub(crate) programs: Vec<Program>,
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) categories: Vec<GuestCategoryShortInfo>,
    pub(crate) conditions: Vec<ManualConditionInfo>,
    pub(crate) series: Vec<Series>,
    pub(crate) guests: BTreeMap<Guid, Guest>,
    pub(crate) transactions: VecDeque<Transaction>,
    pub(crate) messages: VecDeque<Message>,
    revision: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Program {
    pub(crate) id: Guid,
    pub(crate) wallet_id: Guid,
    pub(crate) name: String,
    /// iiko's number.
    pub(crate) kind: i64,
    pub(crate) pays: Decimal,
    pub(crate) accrues: Decimal,
}

/// What a campaign gives, and to whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Campaign {
    pub(crate) id: Guid,
    pub(crate) program_id: Guid,
    pub(crate) name: String,
    pub(crate) gift: Gift,
    pub(crate) product_category_id: Option<Guid>,
    pub(crate) guest_category_id: Option<Guid>,
    pub(crate) series_id: Option<Guid>,
    pub(crate) condition_id: Option<Guid>,
    pub(crate) pieces: Decimal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Gift {
    /// Percent off every position.
    Percent(Decimal),
    /// Roubles off the order.
    Sum(Decimal),
    /// A product that costs nothing.
    Product(ProductId),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) id: Guid,
    pub(crate) name: String,
    pub(crate) coupons: Vec<Coupon>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Coupon {
    pub(crate) id: Guid,
    pub(crate) number: String,
    pub(crate) activated_at: Option<DateTime<Utc>>,
}

/// A movement of a wallet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) id: Guid,
    pub(crate) guest_id: Guid,
    pub(crate) wallet_id: Guid,
    pub(crate) program_id: Guid,
    pub(crate) organization_id: OrganizationId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) revision: i64,
    /// Below zero where the wallet pays.
    pub(crate) sum: Decimal,
    pub(crate) before: Decimal,
    pub(crate) kind: TransactionKind,
    pub(crate) comment: Option<String>,
    pub(crate) order: Option<OrderOfTransaction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TransactionKind {
    RefillWallet,
    WithdrawFromWallet,
    HoldMoney,
    CancelHold,
    PayFromWallet,
    RefillWalletFromOrder,
}

/// A letter or a text message to a guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// By which its fate is asked for.
    pub id: Guid,
    /// When it was sent, by the emulator's clock.
    pub at: DateTime<Utc>,
    /// A phone or an address.
    pub receiver: String,
    /// Of letters.
    pub subject: Option<String>,
    /// What is written in it.
    pub text: String,
}

impl TransactionKind {
    /// Whether money leaves the wallet or comes into it, rather than being set aside there.
    pub(crate) fn is_movement(self) -> bool {
        match self {
            Self::HoldMoney | Self::CancelHold => false,
            Self::RefillWallet
            | Self::WithdrawFromWallet
            | Self::PayFromWallet
            | Self::RefillWalletFromOrder => true,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RefillWallet => "RefillWallet",
            Self::WithdrawFromWallet => "WithdrawFromWallet",
            Self::HoldMoney => "HoldMoney",
            Self::CancelHold => "CancelHold",
            Self::PayFromWallet => "PayFromWallet",
            Self::RefillWalletFromOrder => "RefillWalletFromOrder",
        }
    }
}

impl Loyalty {
    pub(crate) fn of_scenario(file: &ScenarioFile, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let id = |kind: &str, slug: &str| id_of(&file.name, kind, slug);
        let spec = &file.loyalty;
        let programs = spec.programs.iter().map(|it| Program {
            id: id("program", &it.slug),
            wallet_id: id("wallet", &it.slug),
            name: it.name.clone(),
            kind: it.kind,
            pays: Decimal::from(it.pays),
            accrues: Decimal::from(it.accrues),
        });
        let mut campaigns = Vec::new();
        for it in &spec.campaigns {
            let gift = match (it.percent, it.sum, &it.product) {
                (Some(percent), None, None) => Gift::Percent(Decimal::from(percent)),
                (None, Some(sum), None) => Gift::Sum(sum.0),
                (None, None, Some(code)) => Gift::Product(ProductId(id("product", code))),
                _ => anyhow::bail!(
                    "campaign `{}` gives one of `percent`, `sum`, `product`",
                    it.slug
                ),
            };
            anyhow::ensure!(
                spec.programs
                    .iter()
                    .any(|program| program.slug == it.program),
                "campaign `{}`: no program `{}`",
                it.slug,
                it.program
            );
            let of = |kind: &str, slug: &Option<String>| slug.as_ref().map(|slug| id(kind, slug));
            campaigns.push(Campaign {
                id: id("campaign", &it.slug),
                program_id: id("program", &it.program),
                name: it.name.clone(),
                gift,
                product_category_id: of("product-category", &it.product_category),
                guest_category_id: of("guest-category", &it.guest_category),
                series_id: of("coupon-series", &it.series),
                condition_id: of("manual-condition", &it.condition),
                pieces: Decimal::from(it.pieces.unwrap_or_default()),
            });
        }
        let mut loyalty = Self {
            programs: programs.collect(),
            campaigns,
            categories: spec
                .categories
                .iter()
                .map(|it| GuestCategoryShortInfo {
                    id: Some(id("guest-category", &it.slug)),
                    name: Some(it.name.clone()),
                    is_active: Some(!it.deleted),
                    is_default_for_new_guests: Some(false),
                    ..GuestCategoryShortInfo::default()
                })
                .collect(),
            conditions: spec
                .conditions
                .iter()
                .map(|it| ManualConditionInfo {
                    id: Some(id("manual-condition", &it.slug)),
                    caption: Some(it.name.clone()),
                    is_dynamic_discount: Some(false),
                    is_applicable_on_cashier_screen: Some(true),
                    ..ManualConditionInfo::default()
                })
                .collect(),
            series: spec
                .series
                .iter()
                .map(|it| Series {
                    id: id("coupon-series", &it.slug),
                    name: it.name.clone(),
                    coupons: it
                        .numbers
                        .iter()
                        .map(|number| Coupon {
                            id: id("coupon", &format!("{}/{number}", it.slug)),
                            number: number.clone(),
                            activated_at: None,
                        })
                        .collect(),
                })
                .collect(),
            ..Self::default()
        };
        for it in &spec.guests {
            let guest_id = id("guest", &it.phone);
            let mut guest = Guest::new(guest_id, now, None);
            guest.phone = Some(guests::written_phone(&it.phone));
            guest.name = Some(it.name.clone());
            guest.categories = it
                .category
                .iter()
                .map(|slug| id("guest-category", slug))
                .collect();
            guest.cards = it
                .card
                .iter()
                .map(|number| Card::new(number, number))
                .collect();
            if let Some(program) = loyalty.programs.first() {
                let wallet = guest.wallets.entry(program.wallet_id).or_default();
                wallet.balance = it.balance.0;
            }
            loyalty.guests.insert(guest_id, guest);
        }
        Ok(loyalty)
    }

    pub(crate) fn program_of_wallet(&self, wallet_id: Guid) -> Option<&Program> {
        self.programs
            .iter()
            .find(|program| program.wallet_id == wallet_id)
    }

    /// The program whose wallet pays for orders and is filled by them.
    pub(crate) fn paying_program(&self) -> Option<&Program> {
        self.programs
            .iter()
            .find(|program| program.pays > Decimal::ZERO)
    }

    /// The series of a coupon that an order may use.
    pub(crate) fn series_of(&self, coupon: Option<&str>) -> Option<Guid> {
        Some(self.fresh_coupon(coupon?)?.id)
    }

    /// The series of a coupon that nobody has used yet.
    pub(crate) fn fresh_coupon(&self, number: &str) -> Option<&Series> {
        self.series.iter().find(|series| {
            let mut coupons = series.coupons.iter();
            coupons.any(|it| it.number == number && it.activated_at.is_none())
        })
    }

    pub(crate) fn use_coupon(&mut self, number: &str, now: DateTime<Utc>) {
        let coupons = self
            .series
            .iter_mut()
            .flat_map(|series| &mut series.coupons);
        for coupon in coupons.filter(|it| it.number == number) {
            coupon.activated_at.get_or_insert(now);
        }
    }

    /// Writes a movement down, as it has just been done. `before` is what was there.
    pub(crate) fn write_down(&mut self, transaction: Transaction) {
        self.revision = transaction.at.timestamp_millis().max(self.revision + 1);
        let transaction = Transaction {
            revision: self.revision,
            ..transaction
        };
        keep(&mut self.transactions, transaction, TRANSACTIONS_KEPT);
    }
}
