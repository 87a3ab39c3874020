//! Price orders ("приказы"): what the server has ([`MenuChange`]) and what is sent to it ([`MenuChangeDraft`]).
//!
//! Two types, since they differ where it matters: the server tells the whole schedule and takes an id of one, numbers
//! its rows and ignores ours, and a field left out of what is sent has a meaning of its own. Both write their fields in
//! the order of the vendor's guide.

use std::fmt;

use iiko_types::{ids::Guid, number::ExactDecimal, unknown::Extra};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::server::{day::Day, schedule::PeriodSchedule};

/// Where an order stands. Only a posted one has effect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// `NEW`: a draft.
    New,
    /// `PROCESSED`: posted.
    Processed,
    /// `DELETED`.
    Deleted,
    /// A word that the guide does not know.
    Other(String),
}

/// A price order as the server tells it (`MenuChangeDocumentDto`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MenuChange {
    /// Its id.
    pub id: Guid,
    /// The accounting day from which it has effect.
    pub date_incoming: Day,
    /// A text with leading zeros; no key, since it starts anew each year on some servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Survives a round trip: a place for a marker by which an order is found again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Caption on the buttons of the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_name: Option<String>,
    /// Takes every dish that is not in the order out of the menu.
    #[serde(default)]
    pub delete_previous_menu: bool,
    /// The hours in which it has effect; absent for an order that always has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<PeriodSchedule>,
    /// The first day on which it has no effect any more; `2500-01-01` is no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_to: Option<Day>,
    /// Its rows.
    #[serde(default)]
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
    pub including: bool,
    /// Price for all who have no price category with a rule of its own.
    pub price: ExactDecimal,
    /// A hit.
    #[serde(default)]
    pub dish_of_day: bool,
    /// Part of the flyer program.
    #[serde(default)]
    pub flyer_program: bool,
    /// Prices of the price categories that [`include_for_categories`](Self::include_for_categories) includes.
    #[serde(default)]
    pub prices_for_categories: Vec<PriceForCategory>,
    /// The price categories with a rule of their own.
    #[serde(default)]
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
    pub include: bool,
}

/// A price of one price category (`PriceForCategoryDto`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceForCategory {
    /// The price category.
    pub category_id: Guid,
    /// Zero is a price.
    pub price: ExactDecimal,
}

/// An order to create, or with [`id`](Self::id) to edit.
///
/// What is `None` is not sent. Editing what was read begins with `MenuChangeDraft::from(order)`, which leaves out what
/// the server only tells: the schedule's content and the numbers of rows.
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
    #[serde(default)]
    pub delete_previous_menu: bool,
    /// Makes the order one by the hours of this schedule.
    #[serde(default)]
    pub schedule_id: Option<Guid>,
    /// The first day on which it is to have no effect any more.
    #[serde(default)]
    pub date_to: Option<Day>,
    /// Its rows.
    #[serde(default)]
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
            price,
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
            extra,
        } = order;
        for item in &mut items {
            item.num = None;
        }
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

impl Serialize for MenuChangeDraft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Written<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            id: Option<Guid>,
            date_incoming: &'a Day,
            #[serde(skip_serializing_if = "Option::is_none")]
            document_number: Option<&'a str>,
            status: &'a Status,
            #[serde(skip_serializing_if = "Option::is_none")]
            comment: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            short_name: Option<&'a str>,
            delete_previous_menu: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            schedule_id: Option<Guid>,
            #[serde(skip_serializing_if = "Option::is_none")]
            date_to: Option<&'a Day>,
            items: Vec<WrittenItem<'a>>,
            #[serde(flatten)]
            extra: &'a Extra,
        }
        Written {
            id: self.id,
            date_incoming: &self.date_incoming,
            document_number: self.document_number.as_deref(),
            status: &self.status,
            comment: self.comment.as_deref(),
            short_name: self.short_name.as_deref(),
            delete_previous_menu: self.delete_previous_menu,
            schedule_id: self.schedule_id,
            date_to: self.date_to.as_ref(),
            items: self.items.iter().map(WrittenItem::from).collect(),
            extra: &self.extra,
        }
        .serialize(serializer)
    }
}

/// A row in the order in which the guide sends it, which is not the one in which the server answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenItem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    num: Option<i64>,
    department_id: Guid,
    product_id: Guid,
    product_size_id: Option<Guid>,
    including: bool,
    price: ExactDecimal,
    prices_for_categories: &'a [PriceForCategory],
    include_for_categories: &'a [IncludeForCategory],
    flyer_program: bool,
    dish_of_day: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_category_id: Option<Option<Guid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_category_enabled: Option<Option<bool>>,
    #[serde(flatten)]
    extra: &'a Extra,
}

impl<'a> From<&'a MenuChangeItem> for WrittenItem<'a> {
    fn from(item: &'a MenuChangeItem) -> Self {
        Self {
            num: item.num,
            department_id: item.department_id,
            product_id: item.product_id,
            product_size_id: item.product_size_id,
            including: item.including,
            price: item.price,
            prices_for_categories: &item.prices_for_categories,
            include_for_categories: &item.include_for_categories,
            flyer_program: item.flyer_program,
            dish_of_day: item.dish_of_day,
            tax_category_id: item.tax_category_id,
            tax_category_enabled: item.tax_category_enabled,
            extra: &item.extra,
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
