//! A day as iikoServer writes it, `yyyy-MM-dd`, kept as text.
//!
//! The vendor's own guide asks for the 31st of September, and the server answers. So a day is what the caller wrote;
//! only who compares days reads it, and [`Day::hint`] says what looks wrong.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A day of the server's calendar: text as it is written, a date where it is one. By default empty, which is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(String);

impl Day {
    /// The end of what has none: `2500-01-01`.
    #[must_use]
    pub fn endless() -> Self {
        Self("2500-01-01".to_owned())
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The date, if the text is exactly one of the calendar: ten characters, `yyyy-MM-dd`.
    #[must_use]
    pub fn date(&self) -> Option<NaiveDate> {
        let date = NaiveDate::parse_from_str(&self.0, "%Y-%m-%d").ok()?;
        (date.format("%Y-%m-%d").to_string() == self.0).then_some(date)
    }

    /// What looks wrong with it, for the person who wrote it. The server has the last word.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        if self.date().is_some() {
            return None;
        }
        let text = &self.0;
        let last_of_month = text
            .rsplit_once('-')
            .and_then(|(month, _)| {
                NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok()
            })
            .map(|first| u32::from(first.num_days_in_month()))
            .and_then(|days| Some(format!("{}-{days:02}", text.rsplit_once('-')?.0)));
        Some(match last_of_month {
            Some(last) => {
                format!("`{text}` is not in the calendar; the month ends with {last}")
            }
            None => format!("`{text}` is not a day like 2026-11-30"),
        })
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(date.format("%Y-%m-%d").to_string())
    }
}

impl From<&str> for Day {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Day {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, hint: Option<&str>) {
        let day = Day::from(text);
        assert_eq!(day.hint().as_deref(), hint);
        assert_eq!(day.date().is_some(), hint.is_none(), "{text}");
        assert_eq!(day.to_string(), text);
    }

    #[test]
    fn a_day_that_does_not_exist_passes_with_a_hint() {
        check("2021-09-30", None);
        check("2500-01-01", None);
        check(
            "2021-09-31",
            Some("`2021-09-31` is not in the calendar; the month ends with 2021-09-30"),
        );
        check(
            "2023-02-29",
            Some("`2023-02-29` is not in the calendar; the month ends with 2023-02-28"),
        );
        check(
            "01.09.2021",
            Some("`01.09.2021` is not a day like 2026-11-30"),
        );
        check(
            "2021-9-1",
            Some("`2021-9-1` is not in the calendar; the month ends with 2021-9-30"),
        );
        check("", Some("`` is not a day like 2026-11-30"));
    }
}
