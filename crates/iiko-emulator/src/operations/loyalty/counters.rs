//! How often guests came, and what they left.
//!
//! iiko takes words here, whatever its description says (`cloud-api.md` 15). So the body is checked against a schema of
//! our own, in the same way as any other.

use std::sync::OnceLock;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use iiko_types::{
    endpoint::Endpoint,
    ids::{Guid, OrganizationId},
    operations::LoyaltyIikoGetCounters,
};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    super::{Operation, unchecked},
    require_guest, require_loyalty,
};
use crate::{
    check::check_body,
    contract::{self, Schema},
    loyalty::Visit,
    refusal::Refusal,
    world::World,
};

pub(super) fn register() -> Vec<Operation> {
    vec![unchecked::<LoyaltyIikoGetCounters>(counters).guessing(
        "without a list of periods or metrics all of them, unless the scenario is strict",
    )]
}

/// The body as iiko reads it.
fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let text = r#"{
            "type": "object", "required": ["organizationId"],
            "properties": {
                "organizationId": {"type": "string", "format": "uuid"},
                "guestIds": {"type": "array", "items": {"type": "string", "format": "uuid"}},
                "periods": {"type": "array", "items": {
                    "type": "string", "enum": ["AllTime", "Day", "Week", "Month", "Quarter", "Year"]
                }},
                "metrics": {"type": "array", "items": {"type": "string", "enum": ["OrdersCount", "OrdersSum"]}}
            }
        }"#;
        serde_json::from_str(text).expect("the schema is compiled in and valid")
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountersRequest {
    organization_id: OrganizationId,
    guest_ids: Option<Vec<Guid>>,
    periods: Option<Vec<Period>>,
    metrics: Option<Vec<Metric>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Period {
    AllTime,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Metric {
    OrdersCount,
    OrdersSum,
}

fn request_of(body: &str) -> Result<CountersRequest, Refusal> {
    let path = LoyaltyIikoGetCounters::PATH;
    let (contract, _) = contract::find(path).ok_or_else(Refusal::internal)?;
    let body = check_body(contract, schema(), &[], path, body)?;
    serde_json::from_str(&body).map_err(|_| Refusal::internal())
}

fn counters(world: &mut World, body: &str) -> Result<String, Refusal> {
    let request = request_of(body)?;
    require_loyalty(world, request.organization_id)?;
    if world.is_strict
        && (request.guest_ids.is_none() || request.periods.is_none() || request.metrics.is_none())
    {
        return Err(Refusal::internal());
    }
    let periods = request.periods.unwrap_or_else(|| {
        use Period::{AllTime, Day, Month, Quarter, Week, Year};
        vec![AllTime, Day, Week, Month, Quarter, Year]
    });
    let metrics = request
        .metrics
        .unwrap_or_else(|| vec![Metric::OrdersCount, Metric::OrdersSum]);
    let today = world.now().date_naive();
    let mut counters = Vec::new();
    for guest_id in request.guest_ids.unwrap_or_default() {
        let visits = require_guest(world, guest_id)?.visits.clone();
        for period in &periods {
            let since = period.begins(today);
            let counted = visits
                .iter()
                .filter(|it| since.is_none_or(|since| day(it.at) >= since));
            let counted: Vec<&Visit> = counted.collect();
            for metric in &metrics {
                let value = match metric {
                    Metric::OrdersCount => Decimal::from(counted.len()),
                    Metric::OrdersSum => counted.iter().map(|visit| visit.sum).sum(),
                };
                counters.push(format!(
                    "{{\"guestId\":\"{guest_id}\",\"period\":\"{period:?}\",\"metric\":\"{metric:?}\",\"value\":{}}}",
                    value.normalize()
                ));
            }
        }
    }
    Ok(format!("{{\"counters\":[{}]}}", counters.join(",")))
}

fn day(at: DateTime<Utc>) -> NaiveDate {
    at.date_naive()
}

impl Period {
    /// The first day of the period that `today` is in.
    fn begins(self, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::AllTime => None,
            Self::Day => Some(today),
            Self::Week => {
                today.checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()))
            }
            Self::Month => today.with_day(1),
            Self::Quarter => today.with_day(1)?.with_month(today.month0() / 3 * 3 + 1),
            Self::Year => NaiveDate::from_ymd_opt(today.year(), 1, 1),
        }
    }
}
