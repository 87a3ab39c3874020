//! `null` where a value is expected. Java writes it for whatever it does not know, and one of them must not make a list of
//! a thousand orders unreadable: everywhere but in ids it reads as if nothing stood there.

use serde::{Deserialize, Deserializer};

/// For `deserialize_with`, beside `default`, which takes only what is absent.
pub(crate) fn null_as_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
