//! A hub with its own database and its own emulated iiko, for tests through the door.
//!
//! ```no_run
//! # async fn example() {
//! use serde_json::json;
//!
//! let hub = hub_testkit::TestHub::start().await;
//! let setting_id = hub.connect_demo().await;
//! let answer = hub.post("/api/v1/sync/menu", &json!({ "setting_id": setting_id })).await;
//! assert_eq!(answer.status, 200);
//! assert_eq!(hub.sql("SELECT count(*) > 0 FROM products").await, [["t"]]);
//! # }
//! ```
//!
//! Everything that fails here panics: in a test that is what is wanted.

pub mod answer;
pub mod data_directory;
pub mod database;
pub mod hub;
pub mod server;

pub use crate::answer::Answer;
pub use crate::hub::{TestHub, TestHubOptions};
