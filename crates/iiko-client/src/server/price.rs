//! Prices set by orders, computed by the server: `GET /v2/price`. Where it can be asked, it is the authority.

use iiko_types::{ids::Guid, number::ExactDecimal};
use serde::{Deserialize, Serialize};

use crate::server::{
    Extra,
    day::Day,
    menu_change::{IncludeForCategory, PriceForCategory},
    null::null_as_default,
    schedule::PeriodSchedule,
};

/// Which orders' prices are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceType {
    /// Orders that always have effect.
    Base,
    /// Orders by the hours of a schedule.
    Scheduled,
}

/// A question for prices.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceQuery {
    /// The first day.
    pub date_from: Day,
    /// The last day, included; the server's default is `2500-01-01`.
    pub date_to: Option<Day>,
    /// Both where absent.
    pub price_type: Option<PriceType>,
    /// All where empty.
    pub department_ids: Vec<Guid>,
    /// Also the stretches in which a product is not sold.
    pub include_out_of_sale: bool,
    /// Only what has a revision above this one.
    pub revision_from: Option<i64>,
}

impl PriceQuery {
    /// The prices from a day on, all departments, both kinds of orders, without what is not sold.
    pub fn from_day(date_from: impl Into<Day>) -> Self {
        Self {
            date_from: date_from.into(),
            date_to: None,
            price_type: None,
            department_ids: Vec::new(),
            include_out_of_sale: false,
            revision_from: None,
        }
    }

    /// The prices of one day.
    pub fn on_day(day: impl Into<Day>) -> Self {
        let day = day.into();
        Self {
            date_to: Some(day.clone()),
            ..Self::from_day(day)
        }
    }
}

impl PriceType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Base => "BASE",
            Self::Scheduled => "SCHEDULED",
        }
    }
}

/// All prices of one product in one size in one department.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductPrice {
    /// The department that sells.
    pub department_id: Guid,
    /// The product.
    pub product_id: Guid,
    /// Its size; `null` for a product without sizes.
    #[serde(default)]
    pub product_size_id: Option<Guid>,
    /// In no order that could be relied on: choose by day, never the first or the last.
    #[serde(default, deserialize_with = "null_as_default")]
    pub prices: Vec<PriceInterval>,
    /// Properties that are not known.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A price and the days on which it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceInterval {
    /// The first accounting day.
    #[serde(default, deserialize_with = "null_as_default")]
    pub date_from: Day,
    /// The first accounting day on which it does not count any more.
    #[serde(default, deserialize_with = "null_as_default")]
    pub date_to: Day,
    /// May be absent where the product is not sold.
    #[serde(default)]
    pub price: Option<ExactDecimal>,
    /// Whether it is sold. An order calls the same `including`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub included: bool,
    /// A hit.
    #[serde(default, deserialize_with = "null_as_default")]
    pub dish_of_day: bool,
    /// Part of the flyer program.
    #[serde(default, deserialize_with = "null_as_default")]
    pub flyer_program: bool,
    /// The price categories with a rule of their own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub include_for_categories: Vec<IncludeForCategory>,
    /// Their prices.
    #[serde(default, deserialize_with = "null_as_default")]
    pub prices_for_categories: Vec<PriceForCategory>,
    /// The order that set it.
    #[serde(default)]
    pub document_id: Option<Guid>,
    /// `null` for a base order.
    #[serde(default)]
    pub schedule: Option<PeriodSchedule>,
    /// Tax category of the order.
    #[serde(default)]
    pub tax_category_id: Option<Guid>,
    /// Whether it has effect.
    #[serde(default)]
    pub tax_category_enabled: Option<bool>,
    /// Properties that are not known.
    #[serde(flatten)]
    pub extra: Extra,
}
