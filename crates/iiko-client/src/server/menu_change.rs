//! Price orders ("приказы"): what the server has ([`MenuChange`]) and what is sent to it ([`MenuChangeDraft`]).
//!
//! Two types, since they differ where it matters: the server tells the whole schedule and takes an id of one, numbers
//! its rows and ignores ours, and a field left out of what is sent has a meaning of its own. Both write their fields in
//! the order of the vendor's guide.

mod written;

use std::fmt;

use iiko_types::{ids::Guid, number::ExactDecimal};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::server::{Extra, day::Day, null::null_as_default, schedule::PeriodSchedule};

/// What an edit leaves as it is by not naming it.
pub(crate) const TAX_FIELDS: [&str; 2] = ["taxCategoryId", "taxCategoryEnabled"];

/// Where an order stands. Only a posted one has effect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// `NEW`: a draft.
    New,
    /// `PROCESSED`: posted.
    Processed,
    /// `DELETED`.
    Deleted,
    /// A word that the guide does not know; empty where there was none.
    Other(String),
}

impl Default for Status {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// A price order as the server tells it (`MenuChangeDocumentDto`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MenuChange {
    /// Its id.
    pub id: Guid,
    /// The accounting day from which it has effect.
    #[serde(default, deserialize_with = "null_as_default")]
    pub date_incoming: Day,
    /// A text with leading zeros; no key, since it starts anew each year on some servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// Where it stands.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: Status,
    /// Survives a round trip: a place for a marker by which an order is found again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Caption on the buttons of the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_name: Option<String>,
    /// Takes every dish that is not in the order out of the menu.
    #[serde(default, deserialize_with = "null_as_default")]
    pub delete_previous_menu: bool,
    /// The hours in which it has effect; absent for an order that always has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<PeriodSchedule>,
    /// The first day on which it has no effect any more; `2500-01-01` is no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_to: Option<Day>,
    /// Its rows.
    #[serde(default, deserialize_with = "null_as_default")]
    pub items: Vec<MenuChangeItem>,
    /// Properties that the guide does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A row of an order: all that it says of one product, in one size, in one department
/// (`MenuChangeDocumentItemDto`). It replaces what an earlier order says as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MenuChangeItem {
    /// The server's numbering: with gaps and doubles, no key. Ignored when sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num: Option<i64>,
    /// The department that sells.
    pub department_id: Guid,
    /// The product.
    pub product_id: Guid,
    /// Its size; `null`, which is written, for a product without sizes.
    pub product_size_id: Option<Guid>,
    /// Whether it is in the price list.
    #[serde(default, deserialize_with = "null_as_default")]
    pub including: bool,
    /// Price for all who have no price category with a rule of its own. `None` is sent as `null`.
    #[serde(default)]
    pub price: Option<ExactDecimal>,
    /// A hit.
    #[serde(default, deserialize_with = "null_as_default")]
    pub dish_of_day: bool,
    /// Part of the flyer program.
    #[serde(default, deserialize_with = "null_as_default")]
    pub flyer_program: bool,
    /// Prices of the price categories that [`include_for_categories`](Self::include_for_categories) includes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub prices_for_categories: Vec<PriceForCategory>,
    /// The price categories with a rule of their own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub include_for_categories: Vec<IncludeForCategory>,
    /// Tax category. `None` leaves the stored one as it is, `Some(None)` is sent as `null`. Needs license module
    /// 21052802; without it the server ignores the field and says so in its own log alone.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub tax_category_id: Option<Option<Guid>>,
    /// Whether the tax category has effect. As [`tax_category_id`](Self::tax_category_id).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub tax_category_enabled: Option<Option<bool>>,
    /// Properties that the guide does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A rule of one price category (`IncludeForCategoryDto`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncludeForCategory {
    /// The price category.
    pub category_id: Guid,
    /// True: sold at the category's own price. False: not sold for the category.
    #[serde(default, deserialize_with = "null_as_default")]
    pub include: bool,
}

/// A price of one price category (`PriceForCategoryDto`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceForCategory {
    /// The price category.
    pub category_id: Guid,
    /// Zero is a price, `None` is none.
    #[serde(default)]
    pub price: Option<ExactDecimal>,
}

/// An order to create, or with [`id`](Self::id) to edit.
///
/// What is `None` is not sent. Editing what was read begins with `MenuChangeDraft::from(order)`, which leaves out what
/// the server only tells, the schedule's content and the numbers of rows, and what needs a license of its own where it
/// is said: the tax fields, which then stay as they are.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MenuChangeDraft {
    /// Absent: create. Present: edit.
    #[serde(default)]
    pub id: Option<Guid>,
    /// The accounting day from which it is to have effect.
    pub date_incoming: Day,
    /// Left out, the server takes the next one.
    #[serde(default)]
    pub document_number: Option<String>,
    /// Only a posted order has effect.
    pub status: Status,
    /// A unique marker here is the only way to find an order whose answer was lost.
    #[serde(default)]
    pub comment: Option<String>,
    /// Caption on the buttons of the till.
    #[serde(default)]
    pub short_name: Option<String>,
    /// Takes every dish that is not in the order out of the menu. How far that reaches, the guide does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub delete_previous_menu: bool,
    /// Makes the order one by the hours of this schedule.
    #[serde(default)]
    pub schedule_id: Option<Guid>,
    /// The first day on which it is to have no effect any more.
    #[serde(default)]
    pub date_to: Option<Day>,
    /// Its rows.
    #[serde(default, deserialize_with = "null_as_default")]
    pub items: Vec<MenuChangeItem>,
    /// Properties that the guide does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

impl MenuChangeItem {
    /// A row without price categories, hit and flyer: sold at this price.
    #[must_use]
    pub fn new(
        department_id: Guid,
        product_id: Guid,
        product_size_id: Option<Guid>,
        price: ExactDecimal,
    ) -> Self {
        Self {
            num: None,
            department_id,
            product_id,
            product_size_id,
            including: true,
            price: Some(price),
            dish_of_day: false,
            flyer_program: false,
            prices_for_categories: Vec::new(),
            include_for_categories: Vec::new(),
            tax_category_id: None,
            tax_category_enabled: None,
            extra: Extra::new(),
        }
    }

    /// What identifies a row of an order.
    pub(crate) fn position(&self) -> (Guid, Guid, Option<Guid>) {
        (self.department_id, self.product_id, self.product_size_id)
    }
}

impl MenuChangeDraft {
    /// A new draft without end, to have effect from `date_incoming` once it is posted.
    pub fn new(date_incoming: impl Into<Day>, items: Vec<MenuChangeItem>) -> Self {
        Self {
            id: None,
            date_incoming: date_incoming.into(),
            document_number: None,
            status: Status::New,
            comment: None,
            short_name: Some(String::new()),
            delete_previous_menu: false,
            schedule_id: None,
            date_to: Some(Day::endless()),
            items,
            extra: Extra::new(),
        }
    }
}

impl From<MenuChange> for MenuChangeDraft {
    fn from(order: MenuChange) -> Self {
        let MenuChange {
            id,
            date_incoming,
            document_number,
            status,
            comment,
            short_name,
            delete_previous_menu,
            schedule,
            date_to,
            mut items,
            mut extra,
        } = order;
        for item in &mut items {
            item.num = None;
            item.tax_category_id = None;
            item.tax_category_enabled = None;
        }
        // The guide does not say where they stand; some have seen them beside the rows.
        extra.retain(|name, _| !TAX_FIELDS.contains(&name.as_str()));
        Self {
            id: Some(id),
            date_incoming,
            document_number,
            status,
            comment,
            short_name,
            delete_previous_menu,
            schedule_id: schedule.map(|schedule| schedule.id),
            date_to,
            items,
            extra,
        }
    }
}

/// A field that is there, be it `null`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Status {
    /// The word as iiko writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::New => "NEW",
            Self::Processed => "PROCESSED",
            Self::Deleted => "DELETED",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Status {
    fn from(word: &str) -> Self {
        match word {
            "NEW" => Self::New,
            "PROCESSED" => Self::Processed,
            "DELETED" => Self::Deleted,
            word => Self::Other(word.to_owned()),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(&*String::deserialize(deserializer)?))
    }
}
