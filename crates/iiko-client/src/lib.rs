//! Client of the iiko Cloud API: logs in, sends, retries what may be retried, and says exactly what went wrong.
//!
//! - [`Client`] has a method for every path and sends an endpoint's request and gives its answer, typed ([`Client::send`]) or as it came
//!   ([`Client::send_bytes`])
//! - [`Credentials`] are what a connection knows; the access token they buy is one cell, shared by all clones
//! - [`Error`] names the operation and keeps iiko's status, code, description and correlation id
//! - [`TokenStore`] keeps the token elsewhere, [`ExchangeObserver`] sees each exchange with its secrets taken out
//! - [`clock`] and [`retry`] are the time and the decision to repeat, both of which tests can hold in their hand
//!
//! What it leaves to others: what an answer means. It never looks into a menu.

#![doc = include_str!("../README.md")]

mod answer;
mod base_url;
mod builder;
mod client;
pub mod clock;
mod credentials;
mod denial;
mod error;
mod exchange;
mod generated;
mod login;
mod redact;
pub mod retry;
mod token;
mod transport;
mod verdict;

pub use crate::{
    answer::Answer,
    builder::ClientBuilder,
    client::Client,
    credentials::Credentials,
    denial::Denial,
    error::Error,
    exchange::{Exchange, ExchangeObserver},
    redact::{BODY_LIMIT_BYTES, Redactor},
    token::{StoredToken, TokenStore},
};
