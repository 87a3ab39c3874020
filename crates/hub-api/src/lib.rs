//! REST of the hub and its OpenAPI document.
//!
//! - [`router()`]: everything under `/api/v1`, `/health`, `/ready`, with the layers around it
//! - [`openapi`]: the document, made from the code
//! - [`accounts`]: users and API tokens, for the command line
//! - [`sync_answer`]: the answer of a sync, for REST and the command line alike
//!
//! A handler reads as: who, what, do, answer. Permission is an extractor, every error is an `application/problem+json`
//! with a stable code, and nothing here speaks to iiko: that is the engine's.

use std::sync::Arc;

use axum::Router;
use hub_engine::hub::Hub;

use crate::login_throttle::LoginThrottle;

pub mod accounts;
pub mod number;
pub mod sync_answer;
pub mod timestamp;

mod auth;
mod error;
mod error_code;
mod input;
mod layers;
mod login_throttle;
mod pagination;
mod password;
mod router;
mod routes;
mod token;

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    hub: Hub,
    version: &'static str,
    login_throttle: Arc<LoginThrottle>,
}

impl App {
    pub fn new(hub: Hub, version: &'static str) -> Self {
        Self {
            hub,
            version,
            login_throttle: Arc::default(),
        }
    }
}

/// The API alone.
pub fn router(app: App) -> Router {
    router_with(app, Router::new())
}

/// The API and `pages` beside it, all within the same layers.
pub fn router_with(app: App, pages: Router) -> Router {
    layers::surround(router::build(app).merge(pages))
}

/// The OpenAPI document, as `GET /api/v1/openapi.json` serves it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    router::document()
}
