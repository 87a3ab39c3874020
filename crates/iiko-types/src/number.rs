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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> ExactDecimal {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_comes_is_written_back_to_the_last_digit() {
        for text in [
            "4.35",
            "19.99",
            "549",
            "549.0",
            "0.0000",
            "-1.5",
            "999.827512345678901234",
        ] {
            assert_eq!(serde_json::to_string(&read(text)).unwrap(), text);
        }
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert_eq!(read("549"), read("549.0"));
        assert_ne!(read("4.35"), read("4.350000000000000001"));
    }

    #[test]
    fn exponents_and_numbers_in_strings_are_read() {
        for (text, expected) in [
            ("1.5e3", "1500"),
            ("2E-4", "0.0002"),
            ("\"10\"", "10"),
            ("\" 4.350 \"", "4.35"),
        ] {
            assert_eq!(read(text), read(expected), "{text}");
        }
    }

    #[test]
    fn digits_that_do_not_fit_are_rounded() {
        assert_eq!(
            read("0.33333333333333333333333333333333333"),
            read("0.3333333333333333333333333333")
        );
    }

    #[test]
    fn what_is_no_number_is_refused_with_its_text() {
        for text in ["\"ten\"", "\"\"", "true", "[]", "{}", "null"] {
            let error = serde_json::from_str::<ExactDecimal>(text)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(text) && error.contains("a decimal number"),
                "{error}"
            );
        }
    }

    #[test]
    fn null_is_an_absent_number() {
        assert_eq!(
            serde_json::from_str::<Option<ExactDecimal>>("null").unwrap(),
            None
        );
    }

    #[test]
    fn values_in_memory_work_too() {
        let decoded: ExactDecimal = serde_json::from_value(json!(4.35)).unwrap();
        assert_eq!(serde_json::to_value(decoded).unwrap(), json!(4.35));
    }

    proptest! {
        #[test]
        fn every_decimal_survives(mantissa in -(1_i128 << 95)..(1_i128 << 95), scale in 0_u32..=28) {
            let decimal = ExactDecimal(Decimal::from_i128_with_scale(mantissa, scale));
            let text = serde_json::to_string(&decimal).unwrap();
            prop_assert_eq!(read(&text), decimal);
            prop_assert_eq!(text, decimal.to_string());
        }
    }
}
