//! How long and how large values may be: what the contract leaves out and the prose of the API has.
//!
//! The numbers of lengths, amounts and payments are iiko's. Those of prices, other sums and times are wide guesses, so
//! that whatever passes here can be reckoned with. The sentences are a guess.

use iiko_types::number::ExactDecimal;
use rust_decimal::Decimal;

use super::join;
use crate::{
    json::{Json, Value},
    refusal::Refusal,
};

enum Bound {
    /// So many characters at most.
    Length(usize),
    /// From zero, both included.
    UpTo(Decimal),
    /// So far from zero at most, on either side.
    Within(Decimal),
    /// So many digits, and nothing else.
    Digits(std::ops::RangeInclusive<usize>),
}

/// Families of operations that carry orders, or other numbers that are reckoned with.
const FAMILIES: [&str; 7] = [
    "/api/1/deliveries/",
    "/api/1/order/",
    "/api/1/reserve/",
    "/api/1/combo/",
    "/api/1/employees/",
    "/api/1/loyalty/",
    "/api/1/stop_lists/",
];

/// By the end of a value's path, `*` for any place in a list. The first that fits counts.
const BOUNDS: [(&str, Bound); 26] = [
    ("externalNumber", Bound::Length(50)),
    ("phoneExtension", Bound::Digits(1..=10)),
    ("customer.name", Bound::Length(60)),
    ("eventType", Bound::Length(160)),
    ("items.*.comment", Bound::Length(255)),
    // of lines, and of modifiers, combos and discounts
    (
        "amount",
        Bound::UpTo(Decimal::from_parts(999_999, 0, 0, false, 3)),
    ),
    ("price", Bound::UpTo(TEN_BILLIONS)),
    ("payments.*.sum", Bound::UpTo(TEN_BILLIONS)),
    ("tips.*.sum", Bound::UpTo(TEN_BILLIONS)),
    // of discounts, which may be surcharges, and of wallets
    ("sum", Bound::Within(TEN_BILLIONS)),
    ("balance", Bound::Within(TEN_BILLIONS)),
    ("transportToFrontTimeout", Bound::UpTo(INT32)),
    ("durationInMinutes", Bound::UpTo(INT32)),
    ("deliveryDuration", Bound::UpTo(INT32)),
    ("offsetInSeconds", Bound::UpTo(INT32)),
    ("guests.count", Bound::UpTo(INT32)),
    ("deliveryPoint.comment", Bound::Length(500)),
    ("newDeliveryPoint.comment", Bound::Length(500)),
    ("externalCartographyId", Bound::Length(100)),
    ("address.line1", Bound::Length(250)),
    ("address.building", Bound::Length(10)),
    ("address.entrance", Bound::Length(10)),
    ("address.floor", Bound::Length(10)),
    ("address.doorphone", Bound::Length(10)),
    ("address.index", Bound::Length(10)),
    ("address.flat", Bound::Length(10)),
];

/// The most that anything costs or pays: 10 000 000 000, as the lower 32 bits and the rest.
pub(crate) const TEN_BILLIONS: Decimal = Decimal::from_parts(1_410_065_408, 2, 0, false, 0);

/// What .NET keeps in an `int`.
const INT32: Decimal = Decimal::from_parts(i32::MAX.cast_unsigned(), 0, 0, false, 0);

/// Looks at all values of a body of the operation at `operation`.
pub(super) fn check(operation: &str, body: &Json) -> Result<(), Refusal> {
    match FAMILIES.iter().any(|family| operation.starts_with(family)) {
        true => look(body, ""),
        false => Ok(()),
    }
}

fn look(json: &Json, path: &str) -> Result<(), Refusal> {
    match &json.value {
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, member)| look(member, &join(path, name))),
        Value::List(items) => items
            .iter()
            .try_for_each(|item| look(item, &join(path, "*"))),
        Value::Text(text) => bound_of(path).map_or(Ok(()), |bound| bound.check(text, path)),
        Value::Number(number) => bound_of(path).map_or(Ok(()), |bound| bound.check(number, path)),
        Value::Null | Value::Bool(_) => Ok(()),
    }
}

fn bound_of(path: &str) -> Option<&'static Bound> {
    let is_end = |end: &str| {
        path.strip_suffix(end)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let found = BOUNDS.iter().find(|(end, _)| is_end(end));
    found.map(|(_, bound)| bound)
}

impl Bound {
    fn check(&self, value: &str, path: &str) -> Result<(), Refusal> {
        let name = path.rsplit('.').next().unwrap_or(path);
        let sentence = match self {
            Self::Length(most) if value.chars().count() > *most => {
                format!("The field {name} must be a string with a maximum length of {most}.")
            }
            Self::Digits(count)
                if !count.contains(&value.len())
                    || !value.bytes().all(|it| it.is_ascii_digit()) =>
            {
                let (least, most) = count.clone().into_inner();
                format!("The field {name} must have from {least} to {most} digits.")
            }
            Self::UpTo(most)
                if value
                    .parse()
                    .is_ok_and(|ExactDecimal(it)| it < Decimal::ZERO || it > *most) =>
            {
                format!("The field {name} must be between 0 and {most}.")
            }
            Self::Within(most)
                if value
                    .parse()
                    .is_ok_and(|ExactDecimal(it)| it < -most || it > *most) =>
            {
                format!("The field {name} must be between -{most} and {most}.")
            }
            Self::Length(_) | Self::Digits(_) | Self::UpTo(_) | Self::Within(_) => return Ok(()),
        };
        Err(Refusal::invalid_request(sentence))
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::json::Json;

    fn refused(body: &str) -> Option<String> {
        let body = Json::parse(body).unwrap();
        let refusal = check("/api/1/deliveries/create", &body).err()?;
        Some(refusal.description)
    }

    #[test]
    fn values_of_orders_have_bounds() {
        let fits = r#"{"order": {"externalNumber": "W-1", "items": [{"amount": 999.999, "comment": "да"}],
            "payments": [{"sum": 10000000000}]}}"#;
        assert_eq!(refused(fits), None);
        for (body, name) in [
            (r#"{"order": {"items": [{"amount": 1000}]}}"#, "amount"),
            (r#"{"items": [{"amount": -1}]}"#, "amount"),
            (
                r#"{"items": [{"modifiers": [{"price": 79228162514264337593543950335}]}]}"#,
                "price",
            ),
            (r#"{"discounts": [{"sum": -10000000001}]}"#, "sum"),
            (
                r#"{"createOrderSettings": {"transportToFrontTimeout": 9223372036854775807}}"#,
                "transportToFrontTimeout",
            ),
            (
                r#"{"order": {"payments": [{"sum": 10000000000.01}]}}"#,
                "sum",
            ),
            (r#"{"order": {"phoneExtension": "12a"}}"#, "phoneExtension"),
            (
                r#"{"newDeliveryPoint": {"address": {"flat": "12345678901"}}}"#,
                "flat",
            ),
        ] {
            let sentence = refused(body).unwrap();
            assert!(
                sentence.starts_with(&format!("The field {name} must")),
                "{sentence}"
            );
        }
        let long = format!(r#"{{"order": {{"externalNumber": "{}"}}}}"#, "я".repeat(51));
        assert!(refused(&long).unwrap().ends_with("maximum length of 50."));
    }

    #[test]
    fn other_operations_are_left_alone() {
        let body = Json::parse(r#"{"items": [{"amount": 5000}]}"#).unwrap();
        assert_eq!(check("/api/1/organizations", &body), Ok(()));
    }
}
