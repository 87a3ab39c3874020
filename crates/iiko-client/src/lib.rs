//! Client of the iiko Cloud API and of iikoServer's price orders: logs in, sends, retries what may be retried, and says
//! exactly what went wrong.
//!
//! - [`Client`] has a method for every path; it sends an endpoint's request and gives its answer, typed
//!   ([`Client::send`]), as it came ([`Client::send_bytes`]) or both ([`Client::send_with_raw`])
//! - [`Credentials`] are what a connection knows; the access token they buy is one cell, shared by all clones
//! - [`Error`] names the operation and keeps iiko's status, code, description and correlation id
//! - [`RateBudget`] holds calls back, for each restriction group of iiko apart; [`MetricsObserver`] counts them
//! - [`TokenStore`] keeps the token elsewhere, [`ExchangeObserver`] sees each exchange with its secrets taken out
//! - [`Patience`] is how long one waits for what iiko does later: a [`CommandEnd`], the [`Creation`] of an order
//! - [`DeliveryChanges`], [`TransactionChanges`] and [`DeliveriesFound`] are pages of streams, by revision and by date
//! - [`server`] is the client of an iikoServer
//! - [`webhook`] checks and reads what iiko sends on its own
//! - [`clock`] and [`retry`] are the time and the decision to repeat, both of which tests can hold in their hand
//!
//! What it leaves to others: what an answer means. It never looks into a menu.

#![doc = include_str!("../README.md")]

mod access;
mod answer;
mod base_url;
mod budget;
mod builder;
mod by_date;
mod call;
mod client;
pub mod clock;
mod credentials;
mod denial;
mod error;
mod exchange;
mod generated;
#[cfg(doctest)]
mod guides;
mod login;
mod metrics;
mod redact;
pub mod retry;
mod revisions;
pub mod server;
mod token;
mod transport;
mod verdict;
mod wait;
pub mod webhook;

pub use crate::{
    answer::Answer,
    budget::{GroupBudget, Rate, RateBudget, Rates},
    builder::ClientBuilder,
    by_date::{DateWindow, DeliveriesFound, SearchByDate},
    client::Client,
    credentials::Credentials,
    denial::Denial,
    error::Error,
    exchange::{Exchange, ExchangeObserver},
    metrics::{CallMetrics, CallOutcome, MetricsObserver},
    redact::{BODY_LIMIT_BYTES, Redactor},
    revisions::{DeliveryChanges, DeliveryCursor, TransactionChanges, TransactionCursor},
    token::{StoredToken, TokenStore},
    wait::{CommandEnd, Creation, Patience},
};
