//! Enums that keep what they do not know: a new word from iiko must not break a sync.
//!
//! Nor may a number where the contract has words, or the other way round: the same refusal comes as
//! `"DuplicatedOrderId"` and as `192`. What is of the other kind is not interpreted, only kept as it came.

use std::{fmt, marker::PhantomData};

use serde::de::{Error, Visitor};

/// An enum over words; `Other` (or the name given) keeps what is not among them.
macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident or $other:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $variant,)*
            /// A word that the contract does not know, or a number.
            $other($crate::unknown::UnknownValue),
        }

        impl $name {
            /// The words that the contract knows.
            pub const KNOWN: &'static [&'static str] = &[$($word),*];

            /// The word as iiko writes it; the digits where it is a number.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::$other(value) => value.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    word => Self::$other(word.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::open_enum::Open for $name {
            fn of_word(word: &str) -> Self {
                word.into()
            }

            fn of_number(number: i64) -> Self {
                Self::$other(number.into())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant => serializer.serialize_str($word),)*
                    Self::$other(value) => value.serialize(serializer),
                }
            }
        }

        $crate::open_enum::reading!($name or $other);
    };
}

/// An enum over integers; `Other` (or the name given) keeps what is not among them.
macro_rules! open_number_enum {
    ($(#[$doc:meta])* $name:ident or $other:ident { $($variant:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $number, "`")] $variant,)*
            /// A number that the contract does not know, or a word.
            $other($crate::unknown::UnknownValue),
        }

        impl $name {
            /// The numbers that the contract knows.
            pub const KNOWN: &'static [i64] = &[$($number),*];

            /// The number as iiko writes it; nothing where it is a word.
            pub fn as_number(&self) -> Option<i64> {
                match self {
                    $(Self::$variant => Some($number),)*
                    Self::$other(value) => value.as_number(),
                }
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    number => Self::$other(number.into()),
                }
            }
        }

        impl $crate::open_enum::Open for $name {
            fn of_word(word: &str) -> Self {
                Self::$other(word.into())
            }

            fn of_number(number: i64) -> Self {
                number.into()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant => serializer.serialize_i64($number),)*
                    Self::$other(value) => value.serialize(serializer),
                }
            }
        }

        $crate::open_enum::reading!($name or $other);
    };
}

/// What both have in common.
macro_rules! reading {
    ($name:ident or $other:ident) => {
        impl $crate::decode::Inspect for $name {
            fn inspect(&self, place: &mut $crate::decode::Place) {
                if let Self::$other(value) = self {
                    place.unknown_value(value, stringify!($name));
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::open_enum::WordOrNumber::new())
            }
        }
    };
}

pub(crate) use {open_enum, open_number_enum, reading};

/// An open enum, made of what was read.
pub(crate) trait Open {
    fn of_word(word: &str) -> Self;
    fn of_number(number: i64) -> Self;
}

/// Reads an open enum without a copy of a known word.
pub(crate) struct WordOrNumber<T>(PhantomData<T>);

impl<T> WordOrNumber<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Open> Visitor<'_> for WordOrNumber<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word or an integer")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
        Ok(T::of_word(word))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Ok(T::of_number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        let number = i64::try_from(number);
        number
            .map(T::of_number)
            .map_err(|_| E::custom("an integer of an enum is too large"))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Serialize, de::DeserializeOwned};

    use crate::schemas::{CreationStatus, ErrorCode, IikoNetUserSex, ReserveCancelReason};

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
        assert_eq!(word, CreationStatus::Other("Выполнено".into()));
        assert_eq!(
            round_trip::<IikoNetUserSex>("7"),
            IikoNetUserSex::Other(7.into())
        );
        assert_eq!(round_trip::<IikoNetUserSex>("2"), IikoNetUserSex::Female);
    }

    #[test]
    fn a_word_called_other_is_not_an_unknown_one() {
        assert_eq!(
            round_trip::<ReserveCancelReason>("\"Other\""),
            ReserveCancelReason::Other
        );
        let unknown = ReserveCancelReason::Unlisted("Rain".into());
        assert_eq!(round_trip::<ReserveCancelReason>("\"Rain\""), unknown);
    }

    #[test]
    fn a_number_among_words_and_a_word_among_numbers_come_out_as_they_came() {
        let code: ErrorCode = round_trip("192");
        assert_eq!(code, ErrorCode::Other(192.into()));
        assert_eq!(code.as_str(), "192");
        assert_ne!(code, round_trip("\"192\""));

        let sex: IikoNetUserSex = round_trip("\"Female\"");
        assert_eq!(sex, IikoNetUserSex::Other("Female".into()));
        assert_eq!(sex.as_number(), None);
        assert_eq!(round_trip::<IikoNetUserSex>("-7").as_number(), Some(-7));
    }

    #[test]
    fn what_is_neither_word_nor_integer_is_refused() {
        for text in ["true", "[]", "{}", "null", "0.5"] {
            assert!(serde_json::from_str::<ErrorCode>(text).is_err(), "{text}");
            assert!(
                serde_json::from_str::<IikoNetUserSex>(text).is_err(),
                "{text}"
            );
        }
    }
}
