//! Period schedules: the hours in which a timed order has effect.

use iiko_types::ids::Guid;
use serde::{Deserialize, Serialize};

use crate::server::{Extra, null::null_as_default};

/// A schedule by weekday and hour (`PeriodScheduleDto`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeriodSchedule {
    /// Its id.
    pub id: Guid,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Told by the reference list, not by the copy inside an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// Its hours.
    #[serde(default, deserialize_with = "null_as_default")]
    pub periods: Vec<Period>,
    /// Properties that the guide does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Hours of some weekdays, the end not included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    /// `16:00`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub begin: String,
    /// `17:00`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub end: String,
    /// 1 is Monday, 7 is Sunday.
    #[serde(default, deserialize_with = "null_as_default")]
    pub days_of_week: Vec<u32>,
}
