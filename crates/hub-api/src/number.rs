//! Exact numbers in JSON: written and read as plain numbers, digit for digit, never through a float.

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A decimal number, exact: `4.35` is 4.35.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = f64, examples(4.35))]
pub struct JsonNumber(pub Decimal);

impl From<Decimal> for JsonNumber {
    fn from(number: Decimal) -> Self {
        Self(number)
    }
}

impl Serialize for JsonNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // `numeric` comes back with the zeros it was stored with
        RawValue::from_string(self.0.normalize().to_string())
            .map_err(ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        Decimal::from_str_exact(text)
            .or_else(|_| Decimal::from_scientific(text))
            .map(Self)
            .map_err(|_| de::Error::custom(format_args!("expected a number, found `{text}`")))
    }
}

/// A price in roubles as kopecks; a part of a kopeck is rounded away from zero.
pub(crate) fn kopecks(price: Decimal) -> Option<i64> {
    price
        .checked_mul(Decimal::ONE_HUNDRED)?
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
        .to_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, json: &str, in_kopecks: i64) {
        let price: Decimal = text.parse().unwrap();
        assert_eq!(serde_json::to_string(&JsonNumber(price)).unwrap(), json);
        assert_eq!(kopecks(price), Some(in_kopecks));
        assert_eq!(
            serde_json::from_str::<JsonNumber>(json).unwrap(),
            JsonNumber(price)
        );
    }

    #[test]
    fn a_price_keeps_every_digit() {
        check("4.35", "4.35", 435);
        check("19.99", "19.99", 1999);
        check("8.20", "8.2", 820);
        check("1.15", "1.15", 115);
        check("0.57", "0.57", 57);
        check("0", "0", 0);
        check("350.0000", "350", 35000);
        check("-0.00", "0", 0);
        check("999.827512345678901234", "999.827512345678901234", 99983);
    }

    #[test]
    fn an_exponent_is_read_and_text_is_refused() {
        assert_eq!(
            serde_json::from_str::<JsonNumber>("1.5e2").unwrap().0,
            Decimal::from(150)
        );
        assert!(serde_json::from_str::<JsonNumber>("\"4.35\"").is_err());
        assert!(serde_json::from_str::<JsonNumber>("true").is_err());
    }

    #[test]
    fn it_is_written_exactly_inside_a_flattened_struct_too() {
        #[derive(Serialize)]
        struct Inner {
            price: JsonNumber,
        }
        #[derive(Serialize)]
        struct Outer {
            #[serde(flatten)]
            inner: Inner,
        }
        let outer = Outer {
            inner: Inner {
                price: JsonNumber("1.15".parse().unwrap()),
            },
        };
        assert_eq!(serde_json::to_string(&outer).unwrap(), r#"{"price":1.15}"#);
    }
}
