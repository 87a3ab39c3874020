//! Properties of which iiko takes one and refuses both: one field of the object, so that both cannot be built.
//!
//! ```
//! use iiko_types::schemas::{DeliveryOrder, DeliveryServiceType, OrderKind};
//!
//! let mut order = DeliveryOrder::new("+70000000000", vec![]);
//! order.kind = Some(OrderKind::Service(DeliveryServiceType::DeliveryByClient));
//! let written = serde_json::to_value(&order)?;
//! assert_eq!(written["orderServiceType"], "DeliveryByClient");
//! assert_eq!(written.get("orderTypeId"), None);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Who reads an object that says both loses nothing: the first one read is the choice, the other one stays in `extra`,
//! where `is_said_twice` finds it.

use std::borrow::Cow;

use serde::{de::MapAccess, ser::SerializeMap};

use crate::unknown::Extra;

/// An enum over properties that exclude each other.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident($kind:ty) = $property:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $(#[doc = concat!("`", $property, "`")] $variant($kind),)*
        }

        impl $name {
            /// The properties to choose from.
            pub const PROPERTIES: &'static [&'static str] = &[$($property),*];

            /// Whether an object that was read says another of them besides the one that was taken.
            pub fn is_said_twice(extra: &$crate::unknown::Extra) -> bool {
                Self::PROPERTIES.iter().any(|property| extra.contains_key(*property))
            }
        }

        impl $crate::choice::Choice for $name {
            fn read<'de, A: serde::de::MapAccess<'de>>(
                property: &str,
                map: &mut A,
            ) -> Result<Option<Self>, A::Error> {
                match property {
                    $($property => map.next_value::<Option<$kind>>().map(|value| value.map(Self::$variant)),)*
                    _ => Err(serde::de::Error::unknown_field(property, Self::PROPERTIES)),
                }
            }

            fn write<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                match self {
                    $(Self::$variant(value) => map.serialize_entry($property, value),)*
                }
            }
        }

        impl $crate::decode::Inspect for $name {
            fn inspect(&self, place: &mut $crate::decode::Place) {
                match self {
                    $(Self::$variant(value) => place.field($property, value),)*
                }
            }
        }
    };
}

pub(crate) use choice;

/// What `choice!` makes.
pub(crate) trait Choice: Sized {
    /// Reads the value of one of the properties; `null` chooses nothing.
    fn read<'de, A: MapAccess<'de>>(property: &str, map: &mut A) -> Result<Option<Self>, A::Error>;

    /// Writes the property that was chosen.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// Reads one of the properties into the choice, or into `extra` where another one was read before.
pub(crate) fn read<'de, C: Choice, A: MapAccess<'de>>(
    choice: &mut Option<C>,
    property: Cow<'_, str>,
    map: &mut A,
    extra: &mut Extra,
) -> Result<(), A::Error> {
    if choice.is_none() {
        *choice = C::read(&property, map)?;
        return Ok(());
    }
    if let Some(value) = map.next_value()? {
        extra.insert(property.into_owned(), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{
        decode,
        ids::Guid,
        schemas::{DeliveryOrder, DeliveryServiceType, OrderKind},
    };

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    fn read(properties: &str) -> DeliveryOrder {
        serde_json::from_str(&format!(r#"{{"phone":"+7","items":[]{properties}}}"#)).unwrap()
    }

    #[test]
    fn either_property_is_read_and_written() {
        let kind = OrderKind::Type(Guid::from_u128(7));
        let service = OrderKind::Service(DeliveryServiceType::DeliveryByClient);
        for (properties, expected) in [
            (format!(r#","orderTypeId":"{ID}""#), kind),
            (
                r#","orderServiceType":"DeliveryByClient""#.to_owned(),
                service,
            ),
        ] {
            let order = read(&properties);
            assert_eq!(order.kind, Some(expected));
            let written = serde_json::to_string(&order).unwrap();
            assert!(written.contains(&properties), "{written}");
            assert!(!OrderKind::is_said_twice(&order.extra));
        }
    }

    #[test]
    fn null_chooses_nothing_wherever_it_stands() {
        let service = r#""orderServiceType":"DeliveryByClient""#;
        for properties in [
            format!(r#","orderTypeId":null,{service}"#),
            format!(r#",{service},"orderTypeId":null"#),
        ] {
            let order = read(&properties);
            assert!(
                matches!(order.kind, Some(OrderKind::Service(_))),
                "{order:?}"
            );
            assert!(!OrderKind::is_said_twice(&order.extra));
        }
        assert_eq!(read(r#","orderTypeId":null"#).kind, None);
    }

    #[test]
    fn what_is_said_twice_is_told_and_not_lost() {
        let text = format!(
            r#"{{"phone":"+7","items":[],"orderServiceType":"Tomorrow","orderTypeId":"{ID}"}}"#
        );
        let order: DeliveryOrder = serde_json::from_str(&text).unwrap();
        assert!(OrderKind::is_said_twice(&order.extra));
        let report = decode::report::<DeliveryOrder>(&text).unwrap();
        assert!(report.loses_nothing(), "{report:?}");
        assert_eq!(report.unknown_fields[0].place, "orderTypeId");
        assert_eq!(report.unknown_values[0].place, "orderServiceType");
    }
}
