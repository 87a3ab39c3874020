//! Control over HTTP, for people with `curl` and programs in other languages.
//!
//! Things are named as people name them: an organization by id, name, code or slug, a product by id or code, a size and a
//! terminal group by id or name. Answers are 200 with what there is to tell, or 400 with `{"error": …}`.

mod faults;
mod menu;
mod orders;
mod server;
mod time;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State as Extracted},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{Control, State};
use crate::{
    http,
    operations::{self, Imitated},
    pictures,
    scenario::Scenario,
    shared::Shared,
};

/// Snapshots and recorded menus are large.
const MAX_BODY_BYTES: usize = 512 * 1024 * 1024;

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/_emulator/help", get(async || HELP))
        .route("/_emulator/state", get(state))
        .route("/_emulator/snapshot", get(snapshot).post(restore))
        .route("/_emulator/operations", get(imitated))
        .route("/_emulator/scenarios", get(scenarios))
        .route("/_emulator/reset", post(reset))
        .route("/_emulator/pictures/{name}", get(picture))
        .route("/_emulator/{*switch}", any(no_such_switch))
        .merge(faults::router())
        .merge(menu::router())
        .merge(orders::router())
        .merge(server::router())
        .merge(time::router())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

/// What there is under `/_emulator/`.
const HELP: &str = include_str!("help.txt");

type Outcome = Result<Json<serde_json::Value>, Failed>;

/// A change that could not be made.
struct Failed(anyhow::Error);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (
            StatusCode::BAD_REQUEST,
            Json(json!({"error": format!("{:#}", self.0)})),
        )
            .into_response()
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self(error)
    }
}

fn done() -> Outcome {
    Ok(Json(json!({"done": true})))
}

async fn state(Extracted(shared): Extracted<Shared>) -> Json<State> {
    Json(Control::new(shared).state())
}

async fn imitated() -> Json<Vec<Imitated>> {
    Json(operations::imitated())
}

async fn scenarios() -> Json<Vec<&'static str>> {
    Json(Scenario::names().collect())
}

async fn snapshot(Extracted(shared): Extracted<Shared>) -> Result<Response, Failed> {
    let snapshot = Control::new(shared).snapshot()?;
    Ok(http::json(StatusCode::OK, snapshot))
}

async fn restore(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let snapshot = std::str::from_utf8(&body).map_err(anyhow::Error::from)?;
    Control::new(shared).restore(snapshot)?;
    done()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resetting {
    /// The one of the start where absent.
    scenario: Option<String>,
}

async fn reset(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let asked: Resetting = match body.is_empty() {
        true => Resetting::default(),
        false => read(&body)?,
    };
    let control = Control::new(shared);
    match asked.scenario {
        None => control.reset()?,
        Some(name) => control.reset_to(&Scenario::named(&name)?)?,
    }
    done()
}

async fn picture(Path(name): Path<String>) -> Response {
    let slug = name.strip_suffix(".svg").unwrap_or(&name);
    let content_type = HeaderValue::from_static("image/svg+xml");
    ([(header::CONTENT_TYPE, content_type)], pictures::draw(slug)).into_response()
}

async fn no_such_switch(Path(switch): Path<String>) -> Response {
    let error = format!("there is no `/_emulator/{switch}`; `/_emulator/help` lists what there is");
    (StatusCode::NOT_FOUND, Json(json!({"error": error}))).into_response()
}

fn read<T: for<'b> Deserialize<'b>>(body: &[u8]) -> anyhow::Result<T> {
    Ok(serde_json::from_slice(body)?)
}
