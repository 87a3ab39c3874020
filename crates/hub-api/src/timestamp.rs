//! Times in JSON: RFC 3339 in UTC with `Z`, whole seconds, as the guide shows them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, examples("2024-01-15T10:30:00Z"))]
pub struct Timestamp(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_utc_in_whole_seconds() {
        let time: DateTime<Utc> = "2024-01-15T13:30:00.987+03:00".parse().unwrap();
        assert_eq!(
            serde_json::to_string(&Timestamp(time)).unwrap(),
            r#""2024-01-15T10:30:00Z""#
        );
    }
}
