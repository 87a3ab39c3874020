//! What a scenario writes about dishes, their folders, sizes and modifiers.

use std::collections::BTreeMap;

use anyhow::bail;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::Exact;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SizeSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) default: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductCategorySpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) deleted: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModifierGroupSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Whether the modifiers' own limits count.
    #[serde(default)]
    pub(crate) child_limits: bool,
    pub(crate) modifiers: Vec<ModifierSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModifierSpec {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) price: Exact,
    #[serde(default)]
    pub(crate) max: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) parent: Option<String>,
    #[serde(default)]
    pub(crate) text: String,
    pub(crate) seo_title: Option<String>,
    pub(crate) seo_description: Option<String>,
    pub(crate) seo_text: Option<String>,
    pub(crate) seo_keywords: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// Product category of its dishes.
    #[serde(default = "kitchen")]
    pub(crate) category: String,
    /// Modifier groups of all its dishes.
    #[serde(default)]
    pub(crate) modifier_groups: Vec<ModifierGroupLink>,
    #[serde(default)]
    pub(crate) dishes: Vec<DishSpec>,
}

fn kitchen() -> String {
    "kitchen".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DishSpec {
    pub(crate) code: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) english: String,
    #[serde(rename = "type", default = "dish")]
    pub(crate) kind: String,
    pub(crate) price: Option<Exact>,
    /// By size, instead of `price`.
    pub(crate) prices: Option<BTreeMap<String, Exact>>,
    /// Announced for the sizes that are in the menu.
    pub(crate) next_price: Option<NextPrice>,
    pub(crate) weight: Exact,
    #[serde(default = "portion")]
    pub(crate) unit: String,
    pub(crate) per_100: Nutrition,
    #[serde(default)]
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    pub(crate) additional_info: Option<String>,
    pub(crate) seo_title: Option<String>,
    pub(crate) seo_description: Option<String>,
    pub(crate) seo_keywords: Option<String>,
    /// More folders that show it.
    #[serde(default)]
    pub(crate) also_in: Vec<String>,
    /// Sizes that are not sold; `*` for the whole dish.
    #[serde(default)]
    pub(crate) not_in_menu: Vec<String>,
    #[serde(default)]
    pub(crate) modifier_groups: Vec<ModifierGroupLink>,
    /// Simple modifiers.
    #[serde(default)]
    pub(crate) modifiers: Vec<ModifierLink>,
}

fn dish() -> String {
    "Dish".to_owned()
}

fn portion() -> String {
    "порц".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextPrice {
    pub(crate) price: Exact,
    /// Local time of the terminal.
    pub(crate) date: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModifierGroupLink {
    pub(crate) slug: String,
    #[serde(default)]
    pub(crate) min: i64,
    pub(crate) max: i64,
    #[serde(default)]
    pub(crate) default: i64,
    #[serde(default)]
    pub(crate) free: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModifierLink {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) min: i64,
    pub(crate) max: i64,
    #[serde(default)]
    pub(crate) default: i64,
    #[serde(default)]
    pub(crate) free: i64,
}

/// One price, or one for each size.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum PriceSpec {
    One(Exact),
    BySize(BTreeMap<String, Exact>),
}

/// What stands in 100 g, written as four numbers.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Nutrition {
    pub(crate) energy: Decimal,
    pub(crate) proteins: Decimal,
    pub(crate) fats: Decimal,
    pub(crate) carbohydrates: Decimal,
}

impl TryFrom<String> for Nutrition {
    type Error = anyhow::Error;

    fn try_from(text: String) -> anyhow::Result<Self> {
        let numbers: Vec<Decimal> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let [energy, proteins, fats, carbohydrates] = numbers[..] else {
            bail!(
                "nutrition is four numbers (energy, proteins, fats, carbohydrates), not `{text}`"
            );
        };
        Ok(Self {
            energy,
            proteins,
            fats,
            carbohydrates,
        })
    }
}
