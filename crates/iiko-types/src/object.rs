//! The objects of the API: structs that know most of their properties and keep the rest.
//!
//! A derive with `#[serde(flatten)]` would do the same; it is slower to compile and to run, since every derived impl
//! brings a visitor of its own that takes unknown properties through a buffer. Here all objects share one visitor, and
//! a property is one line:
//!
//! ```text
//! object! {
//!     /// Body of `POST /api/1/cities`.
//!     pub struct CitiesRequest new(organization_ids: Vec<OrganizationId>) {
//!         pub include_deleted: Option<bool> = "includeDeleted",
//!         pub organization_ids: Vec<OrganizationId> = "organizationIds" required,
//!     }
//! }
//! ```
//!
//! Without a word behind it a property may be absent and is not written when it is. `required`: must be there.
//! `asked`: may be absent, but `new` asks for it. `key`: written as `null` where there is no value. `either kind:
//! OrderKind` at the end stands for the properties of a [`crate::choice`].

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
    forward_to_deserialize_any,
};

macro_rules! object {
    ($(#[$meta:meta])* pub struct $name:ident new($($parameter:ident: $argument:ty),*) {
        $(pub $field:ident: $kind:ty = $property:literal $($need:ident)?,)*
        $(either $choice:ident: $choices:ty,)*
    }) => {
        $crate::object::object! {
            $(#[$meta])*
            pub struct $name {
                $(pub $field: $kind = $property $($need)?,)*
                $(either $choice: $choices,)*
            }
        }

        impl $name {
            /// With what must be there.
            #[expect(
                clippy::allow_attributes,
                reason = "one macro for objects with few and with many required properties"
            )]
            #[allow(clippy::too_many_arguments, reason = "the contract asks for all of them")]
            pub fn new($($parameter: $argument),*) -> Self {
                Self {
                    $($field: $crate::object::initial!($field $($need)?),)*
                    $($choice: None,)*
                    extra: $crate::unknown::Extra::new(),
                }
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident {
        $(pub $field:ident: $kind:ty = $property:literal $($need:ident)?,)*
        $(either $choice:ident: $choices:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $(pub $field: $kind,)*
            $(
                /// One of these or none, never both.
                pub $choice: Option<$choices>,
            )*
            /// Properties that the contract does not name.
            pub extra: $crate::unknown::Extra,
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;

                let mut map = serializer.serialize_map(None)?;
                $($crate::object::write!(map, self.$field, $property $($need)?);)*
                $(if let Some(chosen) = &self.$choice {
                    $crate::choice::Choice::write(chosen, &mut map)?;
                })*
                for (property, value) in &self.extra {
                    map.serialize_entry(property, value)?;
                }
                map.end()
            }
        }

        impl $crate::decode::Inspect for $name {
            fn inspect(&self, place: &mut $crate::decode::Place) {
                $(place.field($property, &self.$field);)*
                $($crate::decode::Inspect::inspect(&self.$choice, place);)*
                place.extra(&self.extra);
            }
        }

        impl $crate::object::Object for $name {
            const NAME: &'static str = stringify!($name);

            fn read<'de, A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                $(let mut $field: Option<$kind> = None;)*
                $(let mut $choice: Option<$choices> = None;)*
                let mut extra = $crate::unknown::Extra::new();
                while let Some($crate::object::Key(property)) = map.next_key()? {
                    match &*property {
                        $($property => $field = Some(map.next_value()?),)*
                        $(other if <$choices>::PROPERTIES.contains(&other) => {
                            $crate::choice::read(&mut $choice, property, &mut map, &mut extra)?;
                        })*
                        _ => {
                            extra.insert(property.into_owned(), map.next_value()?);
                        }
                    }
                }
                Ok(Self {
                    $($field: $crate::object::found($field, $property)?,)*
                    $($choice,)*
                    extra,
                })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::object::deserialize(deserializer)
            }
        }
    };
}

/// The value that `new` gives a field.
macro_rules! initial {
    ($field:ident) => {
        None
    };
    ($field:ident key) => {
        None
    };
    ($field:ident asked) => {
        Some($field.into())
    };
    ($field:ident required) => {
        $field.into()
    };
}

/// Writes one property.
macro_rules! write {
    ($map:ident, $value:expr, $property:literal) => {
        if let Some(value) = &$value {
            $map.serialize_entry($property, value)?;
        }
    };
    ($map:ident, $value:expr, $property:literal asked) => {
        $crate::object::write!($map, $value, $property)
    };
    ($map:ident, $value:expr, $property:literal key) => {
        $map.serialize_entry($property, &$value)?
    };
    ($map:ident, $value:expr, $property:literal required) => {
        $map.serialize_entry($property, &$value)?
    };
}

pub(crate) use {initial, object, write};

/// A struct that `object!` made.
pub(crate) trait Object: Sized {
    /// Name of the struct, for messages.
    const NAME: &'static str;

    /// Reads the properties.
    fn read<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

pub(crate) fn deserialize<'de, T: Object, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(map)
    }
}

/// The value of a property, or what its type makes of its absence: nothing, or a complaint.
pub(crate) fn found<'de, T: Deserialize<'de>, E: de::Error>(
    value: Option<T>,
    property: &'static str,
) -> Result<T, E> {
    value.map_or_else(
        || {
            T::deserialize(Absent {
                property,
                error: PhantomData,
            })
        },
        Ok,
    )
}

/// An absent property.
struct Absent<E> {
    property: &'static str,
    error: PhantomData<E>,
}

impl<'de, E: de::Error> Deserializer<'de> for Absent<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.property))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A string, borrowed where it has no escapes.
pub(crate) struct Key<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use crate::schemas::{
        StopListItem, StopListsRequest, TerminalGroup, UpdateOrderProblemRequest,
    };

    #[test]
    fn what_the_contract_does_not_know_is_kept() {
        let text = json!({"productId": "00000000-0000-0000-0000-000000000007", "balance": 0.5, "why": {"who": [1, "x"]}});
        let item: StopListItem = serde_json::from_value(text.clone()).unwrap();
        assert_eq!(item.extra.keys().collect::<Vec<_>>(), ["why"]);
        assert_eq!(serde_json::to_value(&item).unwrap(), text);
    }

    #[test]
    fn null_is_absent_and_an_empty_list_is_not() {
        let read = |text| {
            serde_json::from_str::<StopListsRequest>(text)
                .unwrap()
                .terminal_groups_ids
        };
        assert_eq!(
            read(r#"{"organizationIds":[],"terminalGroupsIds":null}"#),
            None
        );
        assert_eq!(read(r#"{"organizationIds":[]}"#), None);
        assert_eq!(
            read(r#"{"organizationIds":[],"terminalGroupsIds":[]}"#),
            Some(vec![])
        );
    }

    #[test]
    fn an_answer_needs_nothing_but_its_id() {
        let id = "00000000-0000-0000-0000-000000000007";
        let group: TerminalGroup = serde_json::from_value(json!({ "id": id })).unwrap();
        assert_eq!(serde_json::to_value(&group).unwrap(), json!({ "id": id }));
        let error = serde_json::from_str::<TerminalGroup>("{}")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("missing field `id`"), "{error}");
    }

    #[test]
    fn a_request_needs_what_the_contract_requires() {
        let error = serde_json::from_str::<StopListsRequest>("{}")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("missing field `organizationIds`"),
            "{error}"
        );
        let error = serde_json::from_str::<StopListsRequest>("[]")
            .unwrap_err()
            .to_string();
        assert!(error.contains("expected StopListsRequest"), "{error}");
        let request = StopListsRequest::new(vec![]);
        assert_eq!(
            serde_json::to_string(&request).unwrap(),
            r#"{"organizationIds":[]}"#
        );
    }

    #[test]
    fn a_key_that_must_be_there_is_written_as_null() {
        let (order, organization) = (uuid::Uuid::nil(), uuid::Uuid::nil().into());
        let request = UpdateOrderProblemRequest::new(organization, order, false);
        let written = serde_json::to_value(&request).unwrap();
        assert_eq!(written.get("problem"), Some(&Value::Null));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(Map::from_iter(map))),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_new_survives(unknown in prop::collection::btree_map("new[A-Z].*", any_json(), 0..4)) {
            let mut object = Map::from_iter(unknown);
            object.insert("id".to_owned(), json!("00000000-0000-0000-0000-000000000007"));
            object.insert("name".to_owned(), json!("Bar"));
            let group: TerminalGroup = serde_json::from_value(Value::Object(object.clone())).unwrap();
            prop_assert_eq!(serde_json::to_value(&group).unwrap(), Value::Object(object));
        }
    }
}
