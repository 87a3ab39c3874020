//! Client of an iikoServer (RMS or chain, 7.8 and newer): price orders and what is needed to write them.
//!
//! - [`Server`] holds one session at a time and gives its license slot back whatever happens; calls go one by one
//! - [`MenuChange`] is a price order as the server tells it, [`MenuChangeDraft`] one to be sent
//! - [`rules`] are checked before sending, by the server's own day
//! - [`Server::prices`] are the prices as the server computes them; [`effective_price()`] computes one from orders and
//!   says `Ambiguous` where nobody knows the rule
//! - [`Error`] tells the three causes of a 403 apart and names what is no iikoServer at all
//!
//! ```no_run
//! use iiko_client::server::{Login, MenuChangeQuery, Server};
//!
//! # async fn run() -> Result<(), iiko_client::server::Error> {
//! let login = Login::new("api", &"password".into());
//! let server = Server::builder("https://cafe.example:443", login, chrono_tz::Europe::Moscow).build()?;
//! let orders = server.menu_changes(&MenuChangeQuery::between("2026-11-01", "2026-11-30")).await?;
//! for order in orders.items {
//!     println!("{:?} from {}: {} rows", order.document_number, order.date_incoming, order.items.len());
//! }
//! server.close().await;
//! # Ok(())
//! # }
//! ```

mod answer;
mod builder;
mod calls;
mod connection;
mod day;
mod effective_price;
mod error;
mod info;
mod login;
mod menu_change;
mod null;
mod price;
mod reference;
pub mod rules;
mod schedule;
mod session;
mod trust;
mod turn;

use std::fmt;

use chrono_tz::Tz;
use tokio::sync::mpsc;

use crate::{clock::Clock, server::session::Command};

pub use crate::server::{
    answer::Listing,
    builder::ServerBuilder,
    calls::MenuChangeQuery,
    day::Day,
    effective_price::{
        Assumption, Card, Confidence, EffectivePrice, Outcome, Question, Source, effective_price,
    },
    error::{Error, Forbidden, Problem},
    info::{Edition, ServerInfo, Version},
    login::Login,
    menu_change::{
        IncludeForCategory, MenuChange, MenuChangeDraft, MenuChangeItem, PriceForCategory, Status,
    },
    price::{PriceInterval, PriceQuery, PriceType, ProductPrice},
    reference::{
        Department, PriceCategory, PricingStrategy, Product, ProductQuery, ProductScale,
        ProductSize,
    },
    schedule::{Period, PeriodSchedule},
};

/// Properties that the vendor's guide does not name. Unlike those of the Cloud API their numbers are floats: `flatten`
/// buffers what it collects.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// A connection to one iikoServer. A clone is cheap and shares the session, so all callers of a server should.
///
/// Two that were built for the same address, login and password hold one slot between them: they take turns, and each
/// turn costs a login.
///
/// Every call may be dropped at any time. One that writes is then finished all the same.
#[derive(Clone)]
pub struct Server {
    commands: mpsc::Sender<Command>,
    base_url: String,
    clock: Clock,
    time_zone: Tz,
    timeouts: calls::Timeouts,
}

impl Server {
    /// Begins to build a connection. `address` has scheme, host and port; `time_zone` is the restaurant's, whose day
    /// decides what may be edited.
    pub fn builder(address: &str, login: Login, time_zone: Tz) -> ServerBuilder {
        ServerBuilder::new(address, login, time_zone)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("base_url", &self.base_url)
            .field("time_zone", &self.time_zone)
            .finish_non_exhaustive()
    }
}
