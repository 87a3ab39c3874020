//! A scenario: the restaurant that an emulator starts with, read from TOML and checked as a whole.
//!
//! Things are named by slugs and codes; their ids are derived from those (see [`id_of`]), so that they are the same at
//! every start. Scenarios are shared by all emulators of a process and never change: what changes lives in the world.

mod integrity;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
};

use anyhow::{Context, bail};
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

/// A restaurant to imitate. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub(crate) file: Arc<ScenarioFile>,
}

impl Default for Scenario {
    /// The restaurant of the demo.
    fn default() -> Self {
        static DEMO: OnceLock<Scenario> = OnceLock::new();
        let read = || Scenario::from_toml(include_str!("../scenarios/demo.toml"));
        DEMO.get_or_init(|| read().expect("the compiled-in scenario is checked by a test"))
            .clone()
    }
}

impl Scenario {
    /// Reads a scenario and checks that all it names is there.
    pub fn from_toml(text: &str) -> anyhow::Result<Self> {
        let file: ScenarioFile = toml::from_str(text)?;
        file.check()?;
        Ok(Self {
            file: Arc::new(file),
        })
    }

    /// A scenario by name (`demo`) or from a file.
    pub fn find(name_or_path: &str) -> anyhow::Result<Self> {
        if name_or_path == "demo" {
            return Ok(Self::default());
        }
        let path = Path::new(name_or_path);
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("no scenario is named `{name_or_path}`, and it cannot be read as a file")
        })?;
        Self::from_toml(&text).with_context(|| format!("scenario `{}`", path.display()))
    }

    /// The scenario's own name.
    pub fn name(&self) -> &str {
        &self.file.name
    }
}

/// The id of a thing of a scenario: a hash of its scenario, kind and slug in the form of a GUID.
pub(crate) fn id_of(scenario: &str, kind: &str, slug: &str) -> Uuid {
    let hash = xxhash_rust::xxh3::xxh3_128(format!("{scenario}/{kind}/{slug}").as_bytes());
    uuid::Builder::from_u128(hash)
        .with_variant(uuid::Variant::RFC4122)
        .with_version(uuid::Version::Random)
        .into_uuid()
}

/// A scenario as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScenarioFile {
    pub(crate) name: String,
    pub(crate) revision: i64,
    pub(crate) menu_revision: i64,
    /// Answers with 500 where iiko does although its contract says otherwise.
    #[serde(default)]
    pub(crate) strict: bool,
    pub(crate) logins: Vec<LoginSpec>,
    #[serde(default)]
    pub(crate) applications: Vec<ApplicationSpec>,
    pub(crate) organizations: Vec<OrganizationSpec>,
    #[serde(default)]
    pub(crate) sizes: Vec<SizeSpec>,
    #[serde(default)]
    pub(crate) product_categories: Vec<ProductCategorySpec>,
    #[serde(default)]
    pub(crate) modifier_groups: Vec<ModifierGroupSpec>,
    #[serde(default)]
    pub(crate) simple_modifiers: Vec<ModifierSpec>,
    pub(crate) groups: Vec<GroupSpec>,
    #[serde(default)]
    pub(crate) combo_categories: Vec<Named>,
    #[serde(default)]
    pub(crate) combos: Vec<ComboSpec>,
    #[serde(default)]
    pub(crate) price_categories: Vec<PriceCategorySpec>,
    #[serde(default)]
    pub(crate) external_menus: Vec<ExternalMenuSpec>,
    #[serde(default)]
    pub(crate) stops: Vec<StopSpec>,
    #[serde(default)]
    pub(crate) payment_types: Vec<PaymentTypeSpec>,
    #[serde(default)]
    pub(crate) order_types: Vec<OrderTypeSpec>,
    #[serde(default)]
    pub(crate) discounts: Vec<DiscountSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginSpec {
    pub(crate) api_login: String,
    /// Slugs; all where absent.
    pub(crate) organizations: Option<Vec<String>>,
    /// Prices come from the external menu itself: no price categories are listed.
    #[serde(default)]
    pub(crate) prices_from_menu: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplicationSpec {
    pub(crate) app_id: String,
    pub(crate) client_secret: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganizationSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) address: String,
    pub(crate) latitude: Exact,
    pub(crate) longitude: Exact,
    pub(crate) inn: String,
    pub(crate) terminal_groups: Vec<TerminalGroupSpec>,
    /// Slugs of the folders it sells; all where absent.
    pub(crate) groups: Option<Vec<String>>,
    /// Its own prices, by code.
    #[serde(default)]
    pub(crate) prices: BTreeMap<String, PriceSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TerminalGroupSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) time_zone: String,
    #[serde(default)]
    pub(crate) asleep: bool,
}

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
pub(crate) struct Named {
    pub(crate) slug: String,
    pub(crate) name: String,
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
pub(crate) struct StopSpec {
    pub(crate) organization: String,
    pub(crate) terminal_group: String,
    pub(crate) product: String,
    pub(crate) size: Option<String>,
    pub(crate) balance: Exact,
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

/// One price, or one for each size.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum PriceSpec {
    One(Exact),
    BySize(BTreeMap<String, Exact>),
}

/// A decimal, written as a whole number or as text.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(try_from = "WholeOrText")]
pub(crate) struct Exact(pub(crate) Decimal);

#[derive(Deserialize)]
#[serde(untagged)]
enum WholeOrText {
    Whole(i64),
    Text(String),
}

impl TryFrom<WholeOrText> for Exact {
    type Error = rust_decimal::Error;

    fn try_from(written: WholeOrText) -> Result<Self, Self::Error> {
        match written {
            WholeOrText::Whole(whole) => Ok(Self(Decimal::from(whole))),
            WholeOrText::Text(text) => text.parse().map(Self),
        }
    }
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
