//! The operations of the iiko Cloud API: a marker type for each, and a table of all.

use crate::endpoint::{Effect, Endpoint};
pub use crate::generated::operations::*;

/// What is known about an operation, without its types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationInfo {
    /// See [`Endpoint::NAME`].
    pub name: &'static str,
    /// See [`Endpoint::PATH`].
    pub path: &'static str,
    /// See [`Endpoint::EFFECT`].
    pub effect: Effect,
    /// See [`Endpoint::RESTRICTION_GROUP`].
    pub restriction_group: &'static str,
    /// See [`Endpoint::IS_COMMAND`].
    pub is_command: bool,
}

impl OperationInfo {
    /// What the marker type says.
    pub const fn of<E: Endpoint>() -> Self {
        Self {
            name: E::NAME,
            path: E::PATH,
            effect: E::EFFECT,
            restriction_group: E::RESTRICTION_GROUP,
            is_command: E::IS_COMMAND,
        }
    }
}
