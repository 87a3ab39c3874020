//! What a scenario writes about combos, external menus and dictionaries.

use serde::Deserialize;
use uuid::Uuid;

use super::Exact;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComboSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) price_modification_type: i64,
    pub(crate) price: Exact,
    pub(crate) organizations: Vec<String>,
    pub(crate) groups: Vec<ComboGroupSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComboGroupSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) main: bool,
    pub(crate) products: Vec<ComboProductSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComboProductSpec {
    pub(crate) code: String,
    pub(crate) size: Option<String>,
    #[serde(default)]
    pub(crate) price: Exact,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceCategorySpec {
    pub(crate) id: Option<Uuid>,
    #[serde(default)]
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Of the nomenclature's prices, rounded up to roubles where it is not 100.
    pub(crate) percent: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExternalMenuSpec {
    pub(crate) id: i64,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) text: String,
    pub(crate) categories: Vec<MenuCategorySpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MenuCategorySpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Codes.
    #[serde(default)]
    pub(crate) dishes: Vec<String>,
    /// All dishes of these folders.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    pub(crate) schedule: Option<ScheduleSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleSpec {
    pub(crate) name: String,
    pub(crate) begin: String,
    pub(crate) end: String,
    pub(crate) days: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentTypeSpec {
    pub(crate) id: Option<Uuid>,
    #[serde(default)]
    pub(crate) slug: String,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) processing: Option<String>,
    #[serde(default)]
    pub(crate) print_cheque: bool,
    #[serde(default)]
    pub(crate) campaigns: Vec<String>,
    #[serde(default)]
    pub(crate) deleted: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderTypeSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) service: String,
    #[serde(default)]
    pub(crate) default: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscountSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) percent: Exact,
    pub(crate) mode: String,
    #[serde(default)]
    pub(crate) manual: bool,
    #[serde(default)]
    pub(crate) automatic: bool,
    /// May be set on chosen lines.
    #[serde(default)]
    pub(crate) selective: bool,
    pub(crate) min_order_sum: Option<Exact>,
    #[serde(default)]
    pub(crate) categories: Vec<DiscountCategorySpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscountCategorySpec {
    pub(crate) slug: String,
    pub(crate) percent: Exact,
}
