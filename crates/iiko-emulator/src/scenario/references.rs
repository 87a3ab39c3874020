//! What a scenario writes about causes, sources, addresses, people, halls and where it delivers.

use serde::Deserialize;
use uuid::Uuid;

use super::{Exact, Named};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReferencesSpec {
    pub(crate) cancel_causes: Vec<EntrySpec>,
    pub(crate) removal_types: Vec<EntrySpec>,
    pub(crate) marketing_sources: Vec<EntrySpec>,
    pub(crate) tips_types: Vec<EntrySpec>,
    pub(crate) regions: Vec<EntrySpec>,
    pub(crate) cities: Vec<CitySpec>,
    pub(crate) employees: Vec<EmployeeSpec>,
    pub(crate) halls: Vec<HallSpec>,
    pub(crate) delivery: Option<DeliverySpec>,
}

/// A row of a dictionary.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntrySpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) deleted: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CitySpec {
    pub(crate) slug: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) deleted: bool,
    pub(crate) streets: Vec<EntrySpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmployeeSpec {
    pub(crate) slug: String,
    pub(crate) id: Option<Uuid>,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) code: String,
    pub(crate) phone: String,
    /// Codes of roles; who has `COURIER` brings orders.
    pub(crate) roles: Vec<String>,
    #[serde(default)]
    pub(crate) deleted: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HallSpec {
    pub(crate) organization: String,
    pub(crate) terminal_group: String,
    pub(crate) hall: Named,
    /// Seats of each table; they are numbered from 1.
    pub(crate) seats: Vec<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliverySpec {
    pub(crate) minutes: i64,
    pub(crate) self_service_minutes: i64,
    pub(crate) min_sum: Exact,
    /// Minutes from midnight.
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) zones: Vec<ZoneSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ZoneSpec {
    pub(crate) name: String,
    pub(crate) organization: String,
    pub(crate) terminal_group: String,
    /// Latitude and longitude of each corner.
    pub(crate) corners: Vec<[Exact; 2]>,
    /// Slugs of streets that belong to it wholly.
    #[serde(default)]
    pub(crate) streets: Vec<String>,
    pub(crate) min_sum: Exact,
    pub(crate) minutes: i64,
    /// Monday is 1.
    pub(crate) days: Vec<u32>,
    /// Code of the paid delivery.
    pub(crate) product: Option<String>,
}
