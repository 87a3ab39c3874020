//! iiko's times: a mask of its own, mostly without a zone.
//!
//! The mask is `yyyy-MM-dd HH:mm:ss.fff`. Most times are the wall clock of the restaurant ([`LocalTime`]) and become an
//! instant only where the time zone of the organization is at hand; a few are UTC ([`UtcTime`]). Reading is tolerant:
//! milliseconds may be missing or longer, and `T` may stand for the blank.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How iiko writes a time.
const MASK: &str = "%Y-%m-%d %H:%M:%S%.3f";

const NANOSECONDS: i64 = 1_000_000_000;

/// A time on the restaurant's wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(pub NaiveDateTime);

/// A time in UTC, written without saying so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(pub DateTime<Utc>);

/// A span of time or a time of day: `10:00:00`, `-05:30:00`, `1.02:00:00` (a day and two hours).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan(pub TimeDelta);

/// A text that is not a time as iiko writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATime;

impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time as iiko writes it")
    }
}

impl std::error::Error for NotATime {}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format(MASK).fmt(f)
    }
}

impl FromStr for LocalTime {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (date, time) = text.split_once([' ', 'T']).ok_or(NotATime)?;
        let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(|_| NotATime)?;
        let time = NaiveTime::parse_from_str(time, "%H:%M:%S%.f").map_err(|_| NotATime)?;
        Ok(Self(date.and_time(time)))
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format(MASK).fmt(f)
    }
}

impl FromStr for UtcTime {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let time: LocalTime = text.strip_suffix('Z').unwrap_or(text).parse()?;
        Ok(Self(time.0.and_utc()))
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = self.0.abs();
        if self.0 < TimeDelta::zero() {
            f.write_str("-")?;
        }
        if span.num_days() > 0 {
            write!(f, "{}.", span.num_days())?;
        }
        write!(
            f,
            "{:02}:{:02}:{:02}",
            span.num_hours() % 24,
            span.num_minutes() % 60,
            span.num_seconds() % 60
        )?;
        match span.subsec_nanos() {
            0 => Ok(()),
            // .NET counts ticks of 100 nanoseconds
            nanoseconds => write!(f, ".{:07}", nanoseconds / 100),
        }
    }
}

impl FromStr for TimeSpan {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (is_negative, text) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (hours, rest) = text.split_once(':').ok_or(NotATime)?;
        let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
        let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "0"));
        let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
        let number =
            |digits: &str, limit: i64| match digits.bytes().all(|digit| digit.is_ascii_digit()) {
                true => digits
                    .parse()
                    .ok()
                    .filter(|number| *number <= limit)
                    .ok_or(NotATime),
                false => Err(NotATime),
            };
        let fraction = format!("{fraction:0<9}");
        let nanoseconds = number(&fraction, NANOSECONDS - 1)?;
        let minutes =
            (number(days, 100_000)? * 24 + number(hours, 24)?) * 60 + number(minutes, 59)?;
        let span = TimeDelta::seconds(minutes * 60 + number(seconds, 59)?)
            + TimeDelta::nanoseconds(nanoseconds);
        Ok(Self(if is_negative { -span } else { span }))
    }
}

macro_rules! as_text {
    ($($name:ident $expected:literal;)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    )*};
}

as_text! {
    LocalTime "a local time such as `2026-05-01 12:30:00.000`";
    UtcTime "a UTC time such as `2026-05-01 12:30:00.000`";
    TimeSpan "a span of time such as `10:00:00`";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::schemas::{FilterDraftsRequest, GetDraftResponse};

    #[test]
    fn local_times_are_read_leniently_and_written_by_the_mask() {
        for (text, expected) in [
            ("2024-11-17 13:36:35.129", "2024-11-17 13:36:35.129"),
            ("2024-11-17 13:36:35", "2024-11-17 13:36:35.000"),
            ("2024-11-17T13:36:35.1", "2024-11-17 13:36:35.100"),
            ("2000-04-01 00:00:00.0000000", "2000-04-01 00:00:00.000"),
        ] {
            assert_eq!(
                text.parse::<LocalTime>().unwrap().to_string(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn the_times_of_a_draft_are_utc() {
        let time = "2026-05-01 12:30:00.000";
        let at: Option<UtcTime> = Some(time.parse().unwrap());
        let draft: GetDraftResponse =
            serde_json::from_value(json!({"createdAt": time, "lockedAt": time})).unwrap();
        assert_eq!((draft.created_at, draft.locked_at), (at, at));
        let mut filter = FilterDraftsRequest::new(vec![]);
        (filter.date_from, filter.date_to) = (at, at);
        assert_eq!(serde_json::to_value(filter).unwrap()["dateTo"], time);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2024-11-17",
            "17.11.2024 13:36:35",
            "2024-13-01 00:00:00",
            "2024-11-17 25:00:00",
        ] {
            assert_eq!(text.parse::<LocalTime>(), Err(NotATime), "{text}");
        }
        let error = serde_json::from_str::<LocalTime>("\"soon\"")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("invalid value: string \"soon\", expected a local time"),
            "{error}"
        );
    }

    #[test]
    fn times_in_utc_are_instants() {
        let time: UtcTime = serde_json::from_str("\"2024-11-17 09:40:07.150\"").unwrap();
        assert_eq!(time.0.timestamp_millis(), 1_731_836_407_150);
        assert_eq!("2024-11-17T09:40:07.150Z".parse(), Ok(time));
    }

    #[test]
    fn spans_are_read_and_written_as_dot_net_does() {
        for (text, seconds) in [
            ("10:00:00", 36_000),
            ("-05:30:00", -19_800),
            ("00:00:00", 0),
            ("1.02:00:00", 93_600),
            ("03:00:00.5000000", 10_800),
        ] {
            let span: TimeSpan = text.parse().unwrap();
            assert_eq!(
                (span.0.num_seconds(), span.to_string()),
                (seconds, text.to_owned())
            );
        }
        assert_eq!("9:30".parse::<TimeSpan>().unwrap().to_string(), "09:30:00");
        for text in [
            "",
            "10",
            "aa:00:00",
            "10:61:00",
            "Europe/Moscow",
            "+3:00",
            "1:-2:00",
        ] {
            assert_eq!(text.parse::<TimeSpan>(), Err(NotATime), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_millisecond_survives(milliseconds in 0_i64..4_102_444_800_000) {
            let time = UtcTime(DateTime::from_timestamp_millis(milliseconds).unwrap());
            prop_assert_eq!(time.to_string().parse(), Ok(time));
            let time = LocalTime(time.0.naive_utc());
            prop_assert_eq!(time.to_string().parse(), Ok(time));
        }

        #[test]
        fn every_span_survives(seconds in -1_000_000_i64..1_000_000) {
            let span = TimeSpan(TimeDelta::seconds(seconds));
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }

        #[test]
        fn no_text_breaks_the_reading(text in ".*") {
            let _ = (text.parse::<LocalTime>(), text.parse::<UtcTime>(), text.parse::<TimeSpan>());
        }
    }
}
