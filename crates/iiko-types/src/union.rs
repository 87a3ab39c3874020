//! Unions told apart by a tag, with a fallback that keeps an object of a kind we do not know.
//!
//! serde's own tagging reads the object into a buffer first, where exact decimals are lost. Here the object is taken as
//! raw text, the tag is looked up in it, and the text is read again as the variant. The tag belongs to the union: a
//! variant does not hold it, so that it cannot say one thing and be another.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, IgnoredAny, MapAccess, Visitor},
    ser::Error as _,
};
use serde_json::value::RawValue;

use crate::{object::Key, unknown::Extra};

/// A union whose variants are boxed structs, and a fallback struct that has the tag as a field.
macro_rules! tagged_union {
    ($(#[$doc:meta])* $name:ident by $tag:literal or $other:ident($fallback:ident) { $($value:literal => $variant:ident($schema:ident),)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $(#[doc = concat!("`", $tag, "`: `", $value, "`")] $variant(Box<$schema>),)*
            #[doc = concat!("Any other `", $tag, "`.")]
            $other(Box<$fallback>),
        }

        $(impl $crate::union::Variant for $schema {
            const TAG: &'static str = $tag;
            const VALUE: &'static str = $value;

            fn extra_mut(&mut self) -> &mut $crate::unknown::Extra {
                &mut self.extra
            }
        }

        impl From<$schema> for $name {
            fn from(value: $schema) -> Self {
                Self::$variant(Box::new(value))
            }
        })*

        impl $crate::decode::Inspect for $name {
            fn inspect(&self, place: &mut $crate::decode::Place) {
                match self {
                    $(Self::$variant(value) => value.inspect(place),)*
                    Self::$other(value) => {
                        // a fallback with a name of its own is a kind like the others
                        if stringify!($other) == "Other" {
                            place.unknown_kind(&**value, $tag, stringify!($name));
                        }
                        value.inspect(place);
                    }
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => $crate::union::write(&**value, serializer),)*
                    Self::$other(value) => value.serialize(serializer),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let object = <Box<serde_json::value::RawValue> as serde::Deserialize>::deserialize(deserializer)?;
                match $crate::union::tag(&object, $tag).map_err(serde::de::Error::custom)?.as_deref() {
                    $(Some($value) => $crate::union::read::<$schema, _>(&object).map(Self::from),)*
                    Some(_) | None => $crate::union::parse(&object).map(|value| Self::$other(Box::new(value))),
                }
            }
        }
    };
}

pub(crate) use tagged_union;

/// The tag of an object; `None` where it is absent or not a string.
pub(crate) fn tag<'a>(
    object: &'a RawValue,
    name: &str,
) -> Result<Option<Cow<'a, str>>, serde_json::Error> {
    serde_json::Deserializer::from_str(object.get()).deserialize_map(FindTag { name })
}

/// A struct that is one kind of object in a union.
pub trait Variant: Serialize + DeserializeOwned {
    /// The property that tells the kinds apart.
    const TAG: &'static str;
    /// Its value for this kind.
    const VALUE: &'static str;

    /// Where unknown properties are kept.
    fn extra_mut(&mut self) -> &mut Extra;
}

/// A variant where the contract asks for one kind of object and not for the union: written with its tag as well.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tagged<T>(pub T);

impl<T: Variant> Serialize for Tagged<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(&self.0, serializer)
    }
}

impl<'de, T: Variant> Deserialize<'de> for Tagged<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Box::<RawValue>::deserialize(deserializer)?;
        read(&object).map(Self)
    }
}

/// Reads the object as a struct.
pub(crate) fn parse<T: DeserializeOwned, E: de::Error>(object: &RawValue) -> Result<T, E> {
    serde_json::from_str(object.get()).map_err(E::custom)
}

/// Reads the object as a variant, which does not keep its tag.
pub(crate) fn read<T: Variant, E: de::Error>(object: &RawValue) -> Result<T, E> {
    let mut value: T = parse(object)?;
    value.extra_mut().remove(T::TAG);
    Ok(value)
}

/// Writes a variant with its tag before its own properties.
pub(crate) fn write<T: Variant, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let object = serde_json::to_string(value).map_err(S::Error::custom)?;
    let properties = object
        .strip_prefix('{')
        .ok_or_else(|| S::Error::custom("a variant is an object"))?;
    let comma = if properties == "}" { "" } else { "," };
    let tagged = format!("{{\"{}\":\"{}\"{comma}{properties}", T::TAG, T::VALUE);
    RawValue::from_string(tagged)
        .map_err(S::Error::custom)?
        .serialize(serializer)
}

struct FindTag<'n> {
    name: &'n str,
}

impl<'de> Visitor<'de> for FindTag<'_> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Key<'de>>()? {
            if key.0 == self.name {
                let value = map.next_value::<&'de RawValue>()?;
                found = serde_json::from_str::<Key<'de>>(value.get())
                    .ok()
                    .map(|word| word.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Tagged, tag};
    use crate::schemas::{
        CashPayment, CustomerBase, MenuItemV4, Payment, RegularCustomer, RetrievedCustomer,
        WebhookEvent,
    };

    #[test]
    fn the_tag_chooses_the_variant_and_is_written_once() {
        let text = r#"{"sum":12.50,"paymentTypeKind":"Cash","paymentTypeId":"09322f46-578a-d210-add7-eec222a08871"}"#;
        let payment: Payment = serde_json::from_str(text).unwrap();
        let Payment::Cash(cash) = &payment else {
            panic!("{payment:?}")
        };
        assert!(cash.extra.is_empty(), "{:?}", cash.extra);
        let written = serde_json::to_string(&payment).unwrap();
        assert!(
            written.starts_with(r#"{"paymentTypeKind":"Cash","#),
            "{written}"
        );
        assert!(
            written.contains(r#""sum":12.50"#),
            "the digits stay: {written}"
        );
        assert_eq!(written.matches("paymentTypeKind").count(), 1);
    }

    #[test]
    fn an_unknown_kind_keeps_the_whole_object() {
        for object in [
            json!({"eventType": "NomenclatureUpdate", "eventInfo": {"revision": 17, "deep": [1, {"a": null}]}, "new": true}),
            json!({"eventInfo": [], "organizationId": "00000000-0000-0000-0000-000000000001"}),
        ] {
            let event: WebhookEvent = serde_json::from_value(object.clone()).unwrap();
            assert!(matches!(event, WebhookEvent::Other(_)), "{event:?}");
            assert_eq!(serde_json::to_value(&event).unwrap(), object);
        }
    }

    #[test]
    fn a_known_kind_keeps_what_is_new_in_it() {
        let customer = json!({"type": "regular", "id": "00000000-0000-0000-0000-000000000001", "tier": {"name": "gold"}});
        let decoded: RetrievedCustomer = serde_json::from_value(customer.clone()).unwrap();
        assert!(
            matches!(decoded, RetrievedCustomer::Regular(_)),
            "{decoded:?}"
        );
        assert_eq!(serde_json::to_value(&decoded).unwrap(), customer);
    }

    #[test]
    fn the_fallback_may_have_a_name() {
        let text = r#"[{"type":"DISH","id":"1"},{"type":"COMBO","id":"2"},{"id":"3"}]"#;
        let items: Vec<MenuItemV4> = serde_json::from_str(text).unwrap();
        assert!(
            matches!(
                items[..],
                [
                    MenuItemV4::Item(_),
                    MenuItemV4::Combo(_),
                    MenuItemV4::Item(_)
                ]
            ),
            "{items:?}"
        );
        assert_eq!(
            serde_json::to_value(items).unwrap(),
            serde_json::from_str::<Value>(text).unwrap()
        );
    }

    #[test]
    fn a_variant_without_its_union_still_has_its_tag() {
        let customer = Tagged(RegularCustomer::default());
        let written = serde_json::to_string(&customer).unwrap();
        assert_eq!(written, r#"{"type":"regular"}"#);
        assert_eq!(
            serde_json::from_str::<Tagged<RegularCustomer>>(&written).unwrap(),
            customer
        );
    }

    #[test]
    fn tags_are_found_wherever_they_stand() {
        for (text, expected) in [
            (r#"{"type":"a"}"#, Some("a")),
            (r#"{"x":{"type":"b"},"type":"a"}"#, Some("a")),
            (r#"{"t\u0079pe":"\u0061"}"#, Some("a")),
            (r#"{"type":null}"#, None),
            (r#"{"type":1}"#, None),
            ("{}", None),
        ] {
            let raw = serde_json::from_str(text).unwrap();
            assert_eq!(tag(raw, "type").unwrap().as_deref(), expected, "{text}");
        }
        assert!(serde_json::from_str::<Payment>("[]").is_err());
    }

    #[test]
    fn variants_become_their_union() {
        let base: CustomerBase = serde_json::from_str(r#"{"type":"robot"}"#).unwrap();
        assert_eq!(serde_json::to_string(&base).unwrap(), r#"{"type":"robot"}"#);
        let cash = serde_json::from_str::<CashPayment>(
            r#"{"sum":1,"paymentTypeId":"09322f46-578a-d210-add7-eec222a08871"}"#,
        );
        assert!(matches!(Payment::from(cash.unwrap()), Payment::Cash(_)));
    }
}
