//! What a scenario writes about the restaurant's own server.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use chrono::NaiveDate;
use serde::Deserialize;

use super::{Exact, ScenarioFile};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerSpec {
    pub(crate) name: String,
    /// The owner of the restaurants; named as the server where absent.
    pub(crate) legal_entity: Option<String>,
    pub(crate) version: String,
    /// `default` for the server of a restaurant, `chain` for that of a chain.
    pub(crate) edition: String,
    pub(crate) time_zone: String,
    pub(crate) login: String,
    pub(crate) password: String,
    /// How many may be logged in at once.
    pub(crate) slots: usize,
    /// Licensed modules.
    #[serde(default)]
    pub(crate) modules: Vec<u32>,
    #[serde(default)]
    pub(crate) schedules: Vec<ScheduleSpec>,
    #[serde(default)]
    pub(crate) orders: Vec<PriceOrderSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleSpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) periods: Vec<PeriodSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeriodSpec {
    pub(crate) begin: String,
    pub(crate) end: String,
    /// Monday is 1.
    pub(crate) days: Vec<u8>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceOrderSpec {
    pub(crate) number: String,
    pub(crate) from: NaiveDate,
    pub(crate) to: Option<NaiveDate>,
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) name: String,
    pub(crate) schedule: Option<String>,
    pub(crate) rows: Vec<PriceRowSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceRowSpec {
    pub(crate) organization: String,
    pub(crate) product: String,
    pub(crate) size: Option<String>,
    pub(crate) price: Exact,
    #[serde(default)]
    pub(crate) excluded: bool,
    /// Prices of price categories, by slug.
    #[serde(default)]
    pub(crate) categories: BTreeMap<String, Exact>,
}

impl ServerSpec {
    /// Whether the schedules, organizations, products with their sizes, and price categories of its orders are there.
    pub(crate) fn check(&self, file: &ScenarioFile) -> anyhow::Result<()> {
        for order in &self.orders {
            let number = &order.number;
            if let Some(slug) = &order.schedule {
                ensure!(
                    self.schedules.iter().any(|it| it.slug == *slug),
                    "price order `{number}`: no schedule `{slug}`"
                );
            }
            for row in &order.rows {
                ensure!(
                    file.organizations
                        .iter()
                        .any(|it| it.slug == row.organization),
                    "price order `{number}`: no organization `{}`",
                    row.organization
                );
                row.check_product(file)
                    .with_context(|| format!("price order `{number}`"))?;
                for slug in row.categories.keys() {
                    ensure!(
                        file.price_categories.iter().any(|it| it.slug == *slug),
                        "price order `{number}`: no price category `{slug}`"
                    );
                }
            }
        }
        Ok(())
    }
}

impl PriceRowSpec {
    fn check_product(&self, file: &ScenarioFile) -> anyhow::Result<()> {
        let code = &self.product;
        ensure!(file.codes().any(|it| it == code), "no product `{code}`");
        let mut dishes = file.groups.iter().flat_map(|group| &group.dishes);
        let prices = dishes
            .find(|dish| dish.code == *code)
            .and_then(|dish| dish.prices.as_ref());
        if let Some(size) = &self.size {
            ensure!(
                prices.is_some_and(|prices| prices.contains_key(size)),
                "`{code}` has no size `{size}`"
            );
        }
        Ok(())
    }
}
