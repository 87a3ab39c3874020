//! What an endpoint is: a type that the client, the emulator and the hub share.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, IgnoredAny},
    ser::SerializeMap,
};

/// What a call does at iiko, which decides whether it may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Changes something; the same call again leads to the same state.
    Change,
    /// Changes something; the same call again would change it once more (an order, a payment).
    Irreversible,
}

/// One operation of the iiko Cloud API.
pub trait Endpoint: Send + Sync + 'static {
    /// Name of the operation, from its path: `stop_lists`.
    const NAME: &'static str;
    /// Path below the host: `/api/1/stop_lists`.
    const PATH: &'static str;
    /// Decides whether a repeat is allowed.
    const EFFECT: Effect;
    /// The group that iiko counts calls by: `Data: stoplists`.
    const RESTRICTION_GROUP: &'static str;
    /// Whether iiko only accepts the command and finishes it later (`commands/status` tells).
    const IS_COMMAND: bool;
    /// Body of the call. [`NoBody`] for an operation without one.
    type Request: Serialize + DeserializeOwned + Send + Sync;
    /// Body of the answer.
    type Response: Serialize + DeserializeOwned + Send;
}

/// The body of a call or an answer that has none: written as `{}`, read from whatever comes.
///
/// An answer without a single byte is not JSON; who reads bytes has to look for that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoBody;

impl Serialize for NoBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(Some(0))?.end()
    }
}

impl<'de> Deserialize<'de> for NoBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::NoBody;

    #[test]
    fn no_body_is_an_empty_object_and_may_be_anything() {
        assert_eq!(serde_json::to_string(&NoBody).unwrap(), "{}");
        for text in ["{}", "null", r#"{"correlationId":"x"}"#, "[]"] {
            assert_eq!(
                serde_json::from_str::<NoBody>(text).unwrap(),
                NoBody,
                "{text}"
            );
        }
    }
}
