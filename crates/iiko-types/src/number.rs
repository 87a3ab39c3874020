//! Money and amounts: decimals that are read and written exactly.
//!
//! A JSON number never becomes an `f64` here: its text is taken as it is (`RawValue`) and read into a `Decimal`, so
//! `999.827512345678901234` stays what it was. The losing option is `rust_decimal::serde::float`, which keeps 15 to 17
//! digits; `serde_json`'s `arbitrary_precision` would break tagged and flattened types in the whole workspace.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

/// A decimal as iiko writes it: exact to 28 digits, compared by value (`549` equals `549.0`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExactDecimal(pub Decimal);

impl ExactDecimal {
    /// Nothing at all.
    pub const ZERO: Self = Self(Decimal::ZERO);
}

impl fmt::Display for ExactDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Decimal> for ExactDecimal {
    fn from(decimal: Decimal) -> Self {
        Self(decimal)
    }
}

impl From<ExactDecimal> for Decimal {
    fn from(decimal: ExactDecimal) -> Self {
        decimal.0
    }
}

impl From<i64> for ExactDecimal {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

impl FromStr for ExactDecimal {
    type Err = rust_decimal::Error;

    /// Reads what JSON allows as a number. Digits beyond what fits are rounded.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let decimal = match text.contains(['e', 'E']) {
            true => Decimal::from_scientific(text),
            false => Decimal::from_str(text),
        };
        decimal.map(Self)
    }
}

impl Serialize for ExactDecimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error as _;

        RawValue::from_string(self.0.to_string())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ExactDecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use de::Error as _;

        // owned, so that `serde_json::from_value` works too
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        // iiko's tills send some numbers as strings
        let number = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .unwrap_or(text)
            .trim();
        number
            .parse()
            .map_err(|_| D::Error::invalid_value(de::Unexpected::Other(text), &"a decimal number"))
    }
}
