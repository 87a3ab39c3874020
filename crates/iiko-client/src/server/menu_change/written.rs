//! An order as it is sent: only what is said, field by field as in the vendor's guide.

use iiko_types::{ids::Guid, number::ExactDecimal};
use serde::{Serialize, Serializer};

use crate::server::{
    Extra,
    day::Day,
    menu_change::{IncludeForCategory, MenuChangeDraft, MenuChangeItem, PriceForCategory, Status},
};

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
    price: Option<ExactDecimal>,
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
