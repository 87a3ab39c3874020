//! Enums that keep what they do not know: a new word from iiko must not break a sync.

use std::{fmt, marker::PhantomData};

use serde::de::{Error, Visitor};

/// An enum over words; `Other` (or the name given) keeps a word that is not among them.
macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident or $other:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $variant,)*
            /// A word that the contract does not know.
            $other(String),
        }

        impl $name {
            /// The words that the contract knows.
            pub const KNOWN: &'static [&'static str] = &[$($word),*];

            /// The word as iiko writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::$other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    word => Self::$other(word.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::decode::Inspect for $name {
            fn inspect(&self, place: &mut $crate::decode::Place) {
                if let Self::$other(word) = self {
                    place.unknown_value(word, stringify!($name));
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::open_enum::Word::new())
            }
        }
    };
}

/// An enum over integers; `Other` (or the name given) keeps a number that is not among them.
macro_rules! open_number_enum {
    ($(#[$doc:meta])* $name:ident or $other:ident { $($variant:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $number, "`")] $variant,)*
            /// A number that the contract does not know.
            $other(i64),
        }

        impl $name {
            /// The numbers that the contract knows.
            pub const KNOWN: &'static [i64] = &[$($number),*];

            /// The number as iiko writes it.
            pub fn as_number(self) -> i64 {
                match self {
                    $(Self::$variant => $number,)*
                    Self::$other(number) => number,
                }
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    number => Self::$other(number),
                }
            }
        }

        impl $crate::decode::Inspect for $name {
            fn inspect(&self, place: &mut $crate::decode::Place) {
                if let Self::$other(number) = self {
                    place.unknown_value(number, stringify!($name));
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.as_number())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <i64 as serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

pub(crate) use {open_enum, open_number_enum};

/// Reads a string into an open enum without a copy of a known word.
pub(crate) struct Word<T>(PhantomData<T>);

impl<T> Word<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: for<'a> From<&'a str>> Visitor<'_> for Word<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
        Ok(T::from(word))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Serialize, de::DeserializeOwned};

    use crate::schemas::{CreationStatus, IikoNetUserSex, ReserveCancelReason};

    fn round_trip<T: Serialize + DeserializeOwned>(text: &str) -> T {
        let value: T = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        value
    }

    #[test]
    fn known_words_have_names() {
        assert_eq!(
            round_trip::<CreationStatus>("\"InProgress\""),
            CreationStatus::InProgress
        );
        assert_eq!(CreationStatus::KNOWN, ["Success", "InProgress", "Error"]);
    }

    #[test]
    fn unknown_words_and_numbers_are_kept() {
        let word: CreationStatus = round_trip("\"Выполнено\"");
        assert_eq!(word, CreationStatus::Other("Выполнено".to_owned()));
        assert_eq!(round_trip::<IikoNetUserSex>("7"), IikoNetUserSex::Other(7));
        assert_eq!(round_trip::<IikoNetUserSex>("2"), IikoNetUserSex::Female);
    }

    #[test]
    fn a_word_called_other_is_not_an_unknown_one() {
        assert_eq!(
            round_trip::<ReserveCancelReason>("\"Other\""),
            ReserveCancelReason::Other
        );
        let unknown = ReserveCancelReason::Unlisted("Rain".to_owned());
        assert_eq!(round_trip::<ReserveCancelReason>("\"Rain\""), unknown);
    }

    #[test]
    fn a_word_that_is_no_string_is_refused() {
        assert!(serde_json::from_str::<CreationStatus>("3").is_err());
        assert!(serde_json::from_str::<IikoNetUserSex>("\"2\"").is_err());
    }
}
