//! A scenario: the restaurant that an emulator starts with, read from TOML and checked as a whole.
//!
//! Things are named by slugs and codes; their ids are derived from those (see `id_of`), so that they are the same at
//! every start. Scenarios are shared by all emulators of a process and never change: what changes lives in the world.

pub(crate) mod dishes;
mod integrity;
pub(crate) mod loyalty;
mod monster;
pub(crate) mod offers;
pub(crate) mod references;
pub(crate) mod rules;
pub(crate) mod server;

use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, OnceLock},
};

use anyhow::Context;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::{
    dishes::{
        GroupSpec, ModifierGroupSpec, ModifierSpec, PriceSpec, ProductCategorySpec, SizeSpec,
    },
    loyalty::LoyaltySpec,
    offers::{
        ComboSpec, DiscountSpec, ExternalMenuSpec, OrderTypeSpec, PaymentTypeSpec,
        PriceCategorySpec,
    },
    references::ReferencesSpec,
    rules::Rules,
    server::ServerSpec,
};

/// A restaurant to imitate. Cheap to clone.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scenario {
    pub(crate) file: Arc<ScenarioFile>,
    /// As it was read.
    text: Arc<str>,
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scenario").field(&self.file.name).finish()
    }
}

impl From<Scenario> for String {
    fn from(scenario: Scenario) -> Self {
        scenario.text.as_ref().to_owned()
    }
}

impl TryFrom<String> for Scenario {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::from_toml(&text)
    }
}

const DEMO_TEXT: &str = include_str!("../scenarios/demo.toml");

/// The compiled-in scenarios. The demo's restaurant is a pizzeria.
const BUILT_IN: [(&str, &str); 4] = [
    ("demo", DEMO_TEXT),
    ("pizzeria", DEMO_TEXT),
    (
        "coffee-chain",
        include_str!("../scenarios/coffee-chain.toml"),
    ),
    (
        "dark-kitchen",
        include_str!("../scenarios/dark-kitchen.toml"),
    ),
];

impl Default for Scenario {
    /// The restaurant of the demo.
    fn default() -> Self {
        static DEMO: OnceLock<Scenario> = OnceLock::new();
        let read = || Scenario::from_toml(DEMO_TEXT);
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
            text: Arc::from(text),
        })
    }

    /// The names of those that are compiled in. `monster` also takes a seed and a size: `monster:7:20000`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let written = BUILT_IN.iter().map(|(name, _)| *name);
        written.chain(["monster"])
    }

    /// A compiled-in scenario.
    pub fn named(name: &str) -> anyhow::Result<Self> {
        if let Some(text) = monster::text(name, DEMO_TEXT)? {
            return Self::from_toml(&text);
        }
        let found = BUILT_IN.iter().find(|(known, _)| *known == name);
        let (_, text) = found.with_context(|| {
            let names: Vec<&str> = Self::names().collect();
            format!(
                "no scenario is named `{name}`; there are {}",
                names.join(", ")
            )
        })?;
        match *text == DEMO_TEXT {
            true => Ok(Self::default()),
            false => Self::from_toml(text),
        }
    }

    /// A scenario by name (`demo`) or from a file.
    pub fn find(name_or_path: &str) -> anyhow::Result<Self> {
        let path = Path::new(name_or_path);
        let looks_like_path = path.extension().is_some() || path.components().count() > 1;
        if !looks_like_path {
            return Self::named(name_or_path);
        }
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the scenario `{name_or_path}` cannot be read"))?;
        Self::from_toml(&text).with_context(|| format!("scenario `{}`", path.display()))
    }

    /// How one logs in, a line for each login: what version 1 wants, and version 2.
    pub fn logins(&self) -> impl Iterator<Item = String> {
        let application = self.file.applications.first();
        let version_2 = application.map_or_else(String::new, |it| {
            format!(
                ", or apiKey with appId {}, clientSecret {}",
                it.app_id, it.client_secret
            )
        });
        let logins = self.file.logins.iter();
        logins.map(move |login| format!("apiLogin {}{version_2}", login.api_login))
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
    #[serde(default)]
    pub(crate) loyalty: LoyaltySpec,
    #[serde(default)]
    pub(crate) references: ReferencesSpec,
    pub(crate) server: Option<ServerSpec>,
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
    /// Order source: its orders are stamped with it, and it sees no others.
    pub(crate) source: Option<String>,
    /// External menus that were made for it; all where absent.
    pub(crate) external_menus: Option<Vec<i64>>,
    /// Names of the operations it may call; all where absent.
    pub(crate) rights: Option<Vec<String>>,
    /// Terminal groups that were not granted to it, as `organization/group`.
    #[serde(default)]
    pub(crate) hidden_terminal_groups: Vec<String>,
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
    /// Call-centre operators may not work with drafts.
    #[serde(default)]
    pub(crate) no_drafts: bool,
    /// It is not bound to the loyalty of the network.
    #[serde(default)]
    pub(crate) no_loyalty: bool,
    /// Slug of a city of the references; the first one where absent.
    pub(crate) city: Option<String>,
    #[serde(default)]
    pub(crate) rules: Rules,
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
pub(crate) struct Named {
    pub(crate) slug: String,
    pub(crate) name: String,
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
