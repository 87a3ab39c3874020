//! Types of the iiko Cloud API: one type per endpoint, ids, money, time. No I/O.
//!
//! - [`endpoint`]: what an endpoint is; [`operations`] has one marker type for each
//! - [`schemas`]: bodies of calls and answers, generated from `contract/` (`cargo xtask codegen`)
//! - [`ids`]: a type for every kind of id
//! - [`number`], [`time`]: exact decimals, iiko's times
//! - [`choice`]: what must not be said twice
//! - [`menu_by_id`]: the one answer whose shape depends on the question
//! - [`refusal`]: the body of an answer that says no
//! - [`json`]: what nobody described
//! - [`secret`]: what is never printed
//! - [`decode`]: what an answer says beyond the contract, and what these types would lose of it
//!
//! Reading is lenient, since iiko adds words and properties at any time: unknown words, unknown kinds of objects and
//! unknown properties are kept and written back.
//!
//! ```
//! use iiko_types::{endpoint::Endpoint, operations::StopLists};
//!
//! type Answer = <StopLists as Endpoint>::Response;
//!
//! let text = r#"{"terminalGroupStopLists": [], "isNew": true}"#;
//! let answer: Answer = serde_json::from_str(text)?;
//! assert_eq!(answer.terminal_group_stop_lists, Some(vec![]));
//! assert_eq!(answer.correlation_id, None);
//! assert_eq!(answer.extra["isNew"].text(), "true");
//! # Ok::<(), serde_json::Error>(())
//! ```

pub mod choice;
pub mod decode;
pub mod endpoint;
mod generated;
pub mod ids;
pub mod json;
pub mod map;
pub mod menu_by_id;
pub mod number;
mod object;
mod open_enum;
pub mod operations;
pub mod refusal;
pub mod schemas;
pub mod secret;
pub mod time;
pub mod union;
pub mod unknown;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
