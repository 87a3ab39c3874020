//! What the ids in an order stand for: departments, products, sizes and their scales, price categories.

use iiko_types::{ids::Guid, number::ExactDecimal};
use serde::{Deserialize, Serialize};

use crate::server::{Extra, null::null_as_default};

/// An item of the corporation's tree (`corporateItemDto`). Orders want those of type `DEPARTMENT`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Department {
    /// Its id.
    pub id: Guid,
    /// The item above it.
    #[serde(default, deserialize_with = "filled")]
    pub parent_id: Option<Guid>,
    /// Its code.
    #[serde(default, deserialize_with = "filled")]
    pub code: Option<String>,
    /// Its name.
    #[serde(default, deserialize_with = "filled")]
    pub name: Option<String>,
    /// `CORPORATION`, `JURPERSON`, `DEPARTMENT`, `STORE`, …
    #[serde(default, rename = "type", deserialize_with = "filled")]
    pub item_type: Option<String>,
    /// Taxpayer number.
    #[serde(default, deserialize_with = "filled")]
    pub taxpayer_id_number: Option<String>,
}

impl Department {
    /// Whether orders may name it.
    #[must_use]
    pub fn sells(&self) -> bool {
        self.item_type.as_deref() == Some("DEPARTMENT")
    }

    /// Reads the server's XML.
    pub(crate) fn read_all(xml: &str) -> Result<Vec<Self>, String> {
        #[derive(Deserialize)]
        struct CorporateItemDtoes {
            #[serde(default, rename = "corporateItemDto")]
            items: Vec<Department>,
        }
        let list: CorporateItemDtoes =
            quick_xml::de::from_str(xml).map_err(|error| error.to_string())?;
        Ok(list.items)
    }
}

/// XML has empty elements where a value is absent.
fn filled<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
    D: serde::Deserializer<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

/// A product card. What is not named here is in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Its id.
    pub id: Guid,
    /// Orders may still name it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub deleted: bool,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Article number.
    #[serde(default)]
    pub num: Option<String>,
    /// Quick code.
    #[serde(default)]
    pub code: Option<String>,
    /// The group it lies in.
    #[serde(default)]
    pub parent: Option<Guid>,
    /// `GOODS`, `DISH`, `PREPARED`, `MODIFIER`, `SERVICE`, `OUTER`, `RATE`.
    #[serde(default, rename = "type")]
    pub product_type: Option<String>,
    /// Price where no order sets one.
    #[serde(default)]
    pub default_sale_price: Option<ExactDecimal>,
    /// In the menu where no order says so.
    #[serde(default)]
    pub default_included_in_menu: Option<bool>,
    /// The scale of its sizes, if it has sizes and no schema of modifiers that brings another scale.
    #[serde(default)]
    pub product_scale_id: Option<Guid>,
    /// Tax category.
    #[serde(default)]
    pub tax_category: Option<Guid>,
    /// The other properties of the card.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Which products are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductQuery {
    /// Also deleted ones.
    pub include_deleted: bool,
    /// Only what has a revision above this one.
    pub revision_from: Option<i64>,
    /// All where empty.
    pub ids: Vec<Guid>,
    /// `DISH`, `GOODS`, …; all where empty.
    pub types: Vec<String>,
    /// Groups; all where empty.
    pub parent_ids: Vec<Guid>,
}

/// A scale of sizes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductScale {
    /// Its id.
    pub id: Guid,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Deleted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub deleted: bool,
    /// Its sizes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub product_sizes: Vec<ProductSize>,
    /// Properties that are not known.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A size. Orders may name deleted ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductSize {
    /// Its id.
    pub id: Guid,
    /// Deleted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub deleted: bool,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Short name, on the buttons of the till.
    #[serde(default)]
    pub short_name: Option<String>,
    /// Place in its scale.
    #[serde(default)]
    pub priority: Option<i64>,
    /// The size sold if none is named.
    #[serde(default, rename = "default")]
    pub is_default: Option<bool>,
    /// Properties that are not known: `disabled` and factors in the scale of a product.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A price category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceCategory {
    /// Its id.
    pub id: Guid,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Deleted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub deleted: bool,
    /// Its code.
    #[serde(default)]
    pub code: Option<String>,
    /// May be chosen at the till.
    #[serde(default)]
    pub assignable_manually: Option<bool>,
    /// How iikoOffice proposes its prices.
    #[serde(default)]
    pub pricing_strategy: Option<PricingStrategy>,
    /// Properties that are not known.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How iikoOffice proposes the prices of a category. Orders hold the result as explicit prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PricingStrategy {
    /// `ABSOLUTE_VALUE` with `delta`, `PERCENT` with `percent`.
    #[serde(rename = "type", default, deserialize_with = "null_as_default")]
    pub strategy_type: String,
    /// Added to the price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<ExactDecimal>,
    /// Percent of the price, added to it; -100 or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<ExactDecimal>,
    /// Properties that are not known.
    #[serde(flatten)]
    pub extra: Extra,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn departments_come_as_xml() {
        let xml = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <corporateItemDtoes>
              <corporateItemDto><id>6713a472-973e-4215-8e0f-000000000001</id><parentId/><code></code>
                <name>Сеть</name><type>CORPORATION</type><new>1</new></corporateItemDto>
              <corporateItemDto><id>6713a472-973e-4215-8e0f-000000000002</id>
                <parentId>6713a472-973e-4215-8e0f-000000000001</parentId><code>1</code>
                <name>Кафе &quot;Ель&quot;</name><type>DEPARTMENT</type></corporateItemDto>
            </corporateItemDtoes>"#;
        let departments = Department::read_all(xml).unwrap();
        let seen: Vec<_> = departments
            .iter()
            .map(|d| (d.name.as_deref(), d.code.as_deref(), d.sells()))
            .collect();
        assert_eq!(
            seen,
            [
                (Some("Сеть"), None, false),
                (Some("Кафе \"Ель\""), Some("1"), true)
            ]
        );
        assert_eq!(departments[1].parent_id, Some(departments[0].id));
        assert_eq!(Department::read_all("<corporateItemDtoes/>"), Ok(vec![]));
        assert!(Department::read_all("not xml").is_err());
    }
}
