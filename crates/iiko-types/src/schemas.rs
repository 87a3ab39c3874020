//! Bodies of calls and answers, under the contract's names.
//!
//! In requests the contract's word holds: `new` asks for what is required. In answers nothing is required but an
//! object's own `id`, since older servers lack newer properties. `null` reads as absent; an empty list is not an absent
//! one. What the contract does not know is kept in `extra`.

pub use crate::generated::schemas::*;
