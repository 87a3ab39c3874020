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
