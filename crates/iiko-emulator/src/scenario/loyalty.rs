//! What a scenario writes about loyalty: programs with their wallets, campaigns and their rules, coupons, guests.

use serde::Deserialize;

use super::{Exact, references::EntrySpec};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LoyaltySpec {
    pub(crate) programs: Vec<ProgramSpec>,
    pub(crate) categories: Vec<EntrySpec>,
    pub(crate) conditions: Vec<EntrySpec>,
    pub(crate) series: Vec<SeriesSpec>,
    pub(crate) campaigns: Vec<CampaignSpec>,
    pub(crate) guests: Vec<GuestSpec>,
}

/// A program and its wallet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgramSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// iiko's number: 0 deposit, 1 bonus, 2 product, 3 discount, 4 certificate.
    pub(crate) kind: i64,
    /// How many percent of an order may be paid from the wallet.
    #[serde(default)]
    pub(crate) pays: u32,
    /// How many percent of what was paid otherwise come into the wallet.
    #[serde(default)]
    pub(crate) accrues: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) numbers: Vec<String>,
}

/// A campaign gives one thing (`percent`, `sum` or `product`) under all the conditions that it names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CampaignSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) program: String,
    /// Off every position.
    pub(crate) percent: Option<u32>,
    /// Off the order.
    pub(crate) sum: Option<Exact>,
    /// Code of a product that is free.
    pub(crate) product: Option<String>,
    /// Only positions of this category of the accountant.
    pub(crate) product_category: Option<String>,
    /// Only guests of this category.
    pub(crate) guest_category: Option<String>,
    /// Only with a coupon of this series.
    pub(crate) series: Option<String>,
    /// Only where this manual condition was chosen.
    pub(crate) condition: Option<String>,
    /// Only from so many pieces in the order on.
    pub(crate) pieces: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuestSpec {
    pub(crate) phone: String,
    pub(crate) name: String,
    pub(crate) card: Option<String>,
    pub(crate) category: Option<String>,
    /// Of the first program's wallet.
    #[serde(default)]
    pub(crate) balance: Exact,
}
