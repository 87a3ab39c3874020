//! What the contract does not say about its operations: `contract/operations.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// By path.
pub(crate) type Operations = BTreeMap<String, OperationFacts>;

/// What is said about one path.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationFacts {
    pub(crate) name: String,
    pub(crate) effect: Effect,
    /// Only where the contract has none.
    pub(crate) restriction_group: Option<String>,
    /// The restriction group is our guess.
    #[serde(default)]
    pub(crate) guess: bool,
    /// Names that people coming from other libraries look for.
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
}

/// `Effect` of iiko-types.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    Read,
    Change,
    Irreversible,
}
