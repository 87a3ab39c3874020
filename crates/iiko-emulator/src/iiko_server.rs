//! The restaurant's own server (`/resto`), as far as price orders need it.
//!
//! Sessions take counted slots of a license; orders are kept under the vendor's rules; prices are computed from the
//! orders; reference lists come in the form each has there, XML here and JSON there, bare or wrapped.
//!
//! - [`documents`]: price orders and what may be done with them
//! - [`taxes`]: the tax categories of their rows
//! - [`prices`]: what they come to
//! - [`sessions`]: who is logged in
//! - [`corporation`]: departments, stores, groups and terminals
//! - [`reference`]: products, sizes, price categories, schedules
//! - [`entities`]: all other reference lists
//! - [`door`]: the calls over HTTP

mod corporation;
pub(crate) mod documents;
mod door;
mod entities;
mod prices;
mod reference;
mod sessions;
mod taxes;

use std::collections::VecDeque;

use chrono::{DateTime, NaiveDate, Utc};
use iiko_types::{
    ids::{Guid, OrganizationId, ProductId, SizeId},
    number::ExactDecimal,
    time::TimeSpan,
};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

pub(crate) use self::door::answer;
use self::{
    documents::{IncludeForCategory, PriceForCategory, PriceOrder, Row, Status},
    sessions::Session,
};
use crate::{
    scenario::{
        ScenarioFile, id_of,
        server::{PriceOrderSpec, ScheduleSpec, ServerSpec},
    },
    world::World,
};

/// The cloud counts revisions in milliseconds, the server in steps: so many of the one are one of the other.
const REVISIONS_PER_OURS: i64 = 1000;

/// The far end of orders that do not end.
fn endless() -> NaiveDate {
    NaiveDate::from_ymd_opt(2500, 1, 1).unwrap_or(NaiveDate::MAX)
}

/// How faults name the server's operations: `server/v2/price`.
pub(crate) const SERVER_OPERATIONS: &str = "server/";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct IikoServer {
    pub(crate) name: String,
    /// The owner of the restaurants.
    legal_entity: String,
    pub(crate) version: String,
    edition: String,
    zone: TimeSpan,
    login: String,
    password_sha1: String,
    pub(crate) slots: usize,
    pub(crate) modules: Vec<u32>,
    /// Whether the user may work with price orders.
    pub(crate) has_right: bool,
    sessions: Vec<Session>,
    pub(crate) orders: Vec<PriceOrder>,
    schedules: Vec<Schedule>,
    revision: i64,
    /// What the server writes for itself.
    pub(crate) log: VecDeque<String>,
}

/// A timetable in which orders have effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schedule {
    id: Guid,
    name: String,
    periods: Vec<Period>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Period {
    begin: String,
    end: String,
    days_of_week: Vec<u8>,
}

/// Why a call was refused: a status and a sentence, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Refused {
    fn new(status: u16, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
        }
    }
}

impl IikoServer {
    pub(crate) fn of_scenario(file: &ScenarioFile, spec: &ServerSpec) -> anyhow::Result<Self> {
        let mut server = Self {
            name: spec.name.clone(),
            legal_entity: spec.legal_entity.as_ref().unwrap_or(&spec.name).clone(),
            version: spec.version.clone(),
            edition: spec.edition.clone(),
            zone: spec
                .time_zone
                .parse()
                .map_err(|_| anyhow::anyhow!("time zone `{}` of the server", spec.time_zone))?,
            login: spec.login.clone(),
            password_sha1: hex::encode(Sha1::digest(spec.password.as_bytes())),
            slots: spec.slots,
            modules: spec.modules.clone(),
            has_right: true,
            sessions: Vec::new(),
            orders: Vec::new(),
            schedules: spec
                .schedules
                .iter()
                .map(|it| open_schedule(file, it))
                .collect(),
            revision: file.revision / REVISIONS_PER_OURS,
            log: VecDeque::new(),
        };
        for order in &spec.orders {
            let order = server.open_order(file, order)?;
            server.orders.push(order);
        }
        Ok(server)
    }

    fn open_order(
        &mut self,
        file: &ScenarioFile,
        spec: &PriceOrderSpec,
    ) -> anyhow::Result<PriceOrder> {
        let id = |kind: &str, slug: &str| id_of(&file.name, kind, slug);
        let schedule_id = spec.schedule.as_ref().map(|slug| id("schedule", slug));
        let category = |slug: &String| {
            let known = file.price_categories.iter().find(|it| it.slug == *slug);
            known
                .and_then(|it| it.id)
                .unwrap_or_else(|| id("price-category", slug))
        };
        let rows = spec.rows.iter().zip(1..).map(|(row, num)| Row {
            num,
            department_id: OrganizationId(id("organization", &row.organization)),
            product_id: ProductId(id("product", &row.product)),
            product_size_id: row.size.as_ref().map(|slug| SizeId(id("size", slug))),
            including: !row.excluded,
            price: ExactDecimal(row.price.0),
            dish_of_day: false,
            flyer_program: false,
            prices_for_categories: row
                .categories
                .iter()
                .map(|(slug, price)| PriceForCategory {
                    category_id: category(slug),
                    price: ExactDecimal(price.0),
                })
                .collect(),
            include_for_categories: row
                .categories
                .keys()
                .map(|slug| IncludeForCategory {
                    category_id: category(slug),
                    include: true,
                })
                .collect(),
            tax_category_id: None,
            tax_category_enabled: None,
        });
        let status = match spec.status.as_str() {
            "NEW" => Status::New,
            "PROCESSED" => Status::Processed,
            "DELETED" => Status::Deleted,
            word => anyhow::bail!("price order `{}`: no status `{word}`", spec.number),
        };
        Ok(PriceOrder {
            id: id("price-order", &spec.number),
            date_incoming: spec.from,
            document_number: spec.number.clone(),
            status,
            comment: None,
            short_name: spec.name.clone(),
            delete_previous_menu: false,
            schedule: schedule_id.and_then(|id| self.schedule(id).cloned()),
            date_to: spec.to.unwrap_or_else(endless),
            items: rows.collect(),
            revision: self.next_revision(),
        })
    }

    fn server_type(&self) -> &'static str {
        match self.edition.as_str() {
            "chain" => "CHAIN",
            _ => "STANDALONE_RMS",
        }
    }

    /// The revision up to which lists tell.
    fn listed_revision(&self) -> i64 {
        self.revision
    }

    fn schedule(&self, id: Guid) -> Option<&Schedule> {
        self.schedules.iter().find(|it| it.id == id)
    }

    fn next_revision(&mut self) -> i64 {
        self.revision += 1;
        self.revision
    }

    /// The day in the server's zone.
    fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        (now.naive_utc() + self.zone.0).date()
    }

    fn require_right(&self) -> Result<(), Refused> {
        match self.has_right {
            true => Ok(()),
            false => Err(Refused::new(403, "Permission denied")),
        }
    }
}

impl World {
    fn server_revision(&self) -> i64 {
        self.iiko_server
            .as_ref()
            .map_or(-1, IikoServer::listed_revision)
    }

    fn server_schedules(&self) -> Vec<serde_json::Value> {
        self.iiko_server
            .as_ref()
            .map(reference::schedules)
            .unwrap_or_default()
    }
}

fn open_schedule(file: &ScenarioFile, spec: &ScheduleSpec) -> Schedule {
    Schedule {
        id: id_of(&file.name, "schedule", &spec.slug),
        name: spec.name.clone(),
        periods: spec
            .periods
            .iter()
            .map(|period| Period {
                begin: period.begin.clone(),
                end: period.end.clone(),
                days_of_week: period.days.clone(),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{scenario::Scenario, schedule::Pace};

    #[test]
    fn the_day_of_the_server_ends_at_midnight_of_its_zone() {
        let world = World::of_scenario(&Scenario::default(), Duration::ZERO, Pace::default());
        let server = world.unwrap().iiko_server.unwrap();
        for (now, day) in [
            ("2026-11-23T20:59:59Z", "2026-11-23"),
            ("2026-11-23T21:00:00Z", "2026-11-24"),
        ] {
            assert_eq!(server.today(now.parse().unwrap()).to_string(), day);
        }
    }
}
