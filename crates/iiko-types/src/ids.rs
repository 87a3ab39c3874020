//! Ids of iiko's objects. All are GUIDs, so each kind has a type of its own: a swap must not compile.
//!
//! iiko's GUIDs are any 128 bits (many are not version 4, the zero GUID is a legal price category). Written and
//! printed in lower case with hyphens; read in any case.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A GUID whose kind has no type of its own.
pub type Guid = Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

id! {
    /// A restaurant in iiko.
    OrganizationId;
    /// The group of tills that receives our orders.
    TerminalGroupId;
    /// A product of the nomenclature: dish, good, service or modifier.
    ProductId;
    /// A group of the nomenclature: a folder of the menu or a group of modifiers.
    ProductGroupId;
    /// A size of a product.
    SizeId;
    /// A way to pay.
    PaymentTypeId;
    /// What iiko's support asks for: the id of one call.
    CorrelationId;
}

#[cfg(test)]
mod tests {
    use super::OrganizationId;

    #[test]
    fn any_case_is_read_and_lower_case_is_written() {
        let id: OrganizationId =
            serde_json::from_str("\"01330000-6BEC-AC1F-BF3E-08DD5A5A5A5A\"").unwrap();
        assert_eq!(
            serde_json::to_string(&id).unwrap(),
            "\"01330000-6bec-ac1f-bf3e-08dd5a5a5a5a\""
        );
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn the_zero_guid_is_an_id_and_a_word_is_none() {
        assert!(
            "00000000-0000-0000-0000-000000000000"
                .parse::<OrganizationId>()
                .is_ok()
        );
        assert!("4679".parse::<OrganizationId>().is_err());
    }
}
