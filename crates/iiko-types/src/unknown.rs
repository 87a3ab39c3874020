//! What the contract does not know is kept, so that it survives a round trip.

/// Properties of an object that the contract does not name.
pub type Extra = serde_json::Map<String, serde_json::Value>;
