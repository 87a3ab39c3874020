//! Pages of the hub: rendered on the server, Russian first, English second, complete without JavaScript.
//!
//! A page is one file in `pages/`: its view (a struct), its handler, its markup (a maud function of the view).

use axum::{Router, routing::get};
use sqlx::PgPool;

mod language;
mod pages;

/// What the pages show.
#[derive(Clone)]
pub struct Site {
    pub db: PgPool,
    /// of the program
    pub version: &'static str,
}

/// The pages, for the API's router to stand beside.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/", get(pages::home::show))
        .with_state(site)
}
