//! Control over HTTP, for people with `curl` and programs in other languages.
//!
//! Things are named as people name them: an organization by id, name, code or slug, a product by id or code, a size and a
//! terminal group by id or name. Answers are 200 with what there is to tell, or 400 with `{"error": …}`.

mod server;

use std::time::Duration;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State as Extracted},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use iiko_types::ids::{OrganizationId, ProductId, SizeId, TerminalGroupId};
use iiko_types::number::ExactDecimal;
use serde::Deserialize;
use serde_json::json;

use super::{Control, State};
use crate::{
    faults::{Exchange, FaultRule, FaultState},
    operations::{self, Imitated},
    pictures,
    shared::Shared,
};

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/_emulator/", get(async || HELP))
        .route("/_emulator/state", get(state))
        .route("/_emulator/operations", get(imitated))
        .route("/_emulator/reset", post(reset))
        .route("/_emulator/price", post(price))
        .route("/_emulator/rename", post(rename))
        .route("/_emulator/remove", post(remove))
        .route("/_emulator/restore", post(restore))
        .route("/_emulator/grow", post(grow))
        .route("/_emulator/nomenclature", post(nomenclature))
        .route("/_emulator/revision", post(revision))
        .route("/_emulator/stop", post(stop))
        .route("/_emulator/unstop", post(unstop))
        .route("/_emulator/sleep", post(sleep))
        .route("/_emulator/awake", post(awake))
        .route("/_emulator/clock", post(clock))
        .route("/_emulator/tokens", post(tokens))
        .route("/_emulator/strict", post(strict))
        .route(
            "/_emulator/faults",
            get(faults).post(add_fault).delete(clear_faults),
        )
        .route("/_emulator/faults/{id}", delete(remove_fault))
        .route(
            "/_emulator/exchanges",
            get(exchanges).delete(forget_exchanges),
        )
        .route("/_emulator/pictures/{name}", get(picture))
        .merge(server::router())
}

/// What `/_emulator/` says.
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

/// A product of an organization.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfProduct {
    organization: String,
    product: String,
}

impl OfProduct {
    fn find(&self, control: &Control) -> anyhow::Result<(OrganizationId, ProductId)> {
        let organization = control.organization(&self.organization)?;
        Ok((organization, control.product(organization, &self.product)?))
    }
}

fn find_size(
    control: &Control,
    organization: OrganizationId,
    size: Option<&str>,
) -> anyhow::Result<Option<SizeId>> {
    size.map(|size| control.size(organization, size))
        .transpose()
}

async fn state(Extracted(shared): Extracted<Shared>) -> Json<State> {
    Json(Control::new(shared).state())
}

async fn imitated() -> Json<Vec<Imitated>> {
    Json(operations::imitated())
}

async fn reset(Extracted(shared): Extracted<Shared>) -> Outcome {
    Control::new(shared).reset()?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceChange {
    organization: String,
    product: String,
    size: Option<String>,
    price: ExactDecimal,
}

async fn price(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: PriceChange = read(&body)?;
    let control = Control::new(shared);
    let of = OfProduct {
        organization: change.organization,
        product: change.product,
    };
    let (organization, product) = of.find(&control)?;
    let size = find_size(&control, organization, change.size.as_deref())?;
    control.set_price(organization, product, size, change.price.0)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renaming {
    organization: String,
    product: Option<String>,
    group: Option<String>,
    name: String,
}

async fn rename(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: Renaming = read(&body)?;
    let control = Control::new(shared);
    let organization = control.organization(&change.organization)?;
    match (change.product, change.group) {
        (Some(product), None) => {
            let product = control.product(organization, &product)?;
            control.rename_product(organization, product, &change.name)?;
        }
        (None, Some(group)) => {
            let group = control.group(organization, &group)?;
            control.rename_group(organization, group, &change.name)?;
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(anyhow::anyhow!("name either `product` or `group`").into());
        }
    }
    done()
}

async fn remove(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let control = Control::new(shared);
    let (organization, product) = read::<OfProduct>(&body)?.find(&control)?;
    control.remove_product(organization, product)?;
    done()
}

/// A removed product is no longer found by its code: its id is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restoring {
    organization: String,
    product: ProductId,
}

async fn restore(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: Restoring = read(&body)?;
    let control = Control::new(shared);
    control.restore_product(control.organization(&change.organization)?, change.product)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Growth {
    organization: String,
    products: usize,
}

async fn grow(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: Growth = read(&body)?;
    let control = Control::new(shared);
    control.grow(control.organization(&change.organization)?, change.products)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfOrganization {
    organization: String,
}

/// The body is the recorded answer, the organization stands in the query.
async fn nomenclature(
    Extracted(shared): Extracted<Shared>,
    Query(of): Query<OfOrganization>,
    body: Bytes,
) -> Outcome {
    let control = Control::new(shared);
    control.set_nomenclature(control.organization(&of.organization)?, &body)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revision {
    organization: String,
    revision: i64,
}

async fn revision(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: Revision = read(&body)?;
    let control = Control::new(shared);
    control.set_revision(control.organization(&change.organization)?, change.revision)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stopping {
    organization: String,
    terminal_group: String,
    product: String,
    size: Option<String>,
    #[serde(default)]
    balance: ExactDecimal,
}

impl Stopping {
    fn find(
        &self,
        control: &Control,
    ) -> anyhow::Result<(OrganizationId, TerminalGroupId, ProductId, Option<SizeId>)> {
        let organization = control.organization(&self.organization)?;
        Ok((
            organization,
            control.terminal_group(organization, &self.terminal_group)?,
            control.product(organization, &self.product)?,
            find_size(control, organization, self.size.as_deref())?,
        ))
    }
}

async fn stop(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: Stopping = read(&body)?;
    let control = Control::new(shared);
    let (organization, terminal_group, product, size) = change.find(&control)?;
    control.stop(
        organization,
        terminal_group,
        product,
        size,
        change.balance.0,
    )?;
    done()
}

async fn unstop(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: Stopping = read(&body)?;
    let control = Control::new(shared);
    let (organization, terminal_group, product, size) = change.find(&control)?;
    let was_there = control.unstop(organization, terminal_group, product, size)?;
    Ok(Json(json!({"done": was_there})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfTerminalGroup {
    organization: String,
    terminal_group: String,
}

async fn sleep(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    set_asleep(shared, &body, true)
}

async fn awake(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    set_asleep(shared, &body, false)
}

fn set_asleep(shared: Shared, body: &[u8], is_asleep: bool) -> Outcome {
    let change: OfTerminalGroup = read(body)?;
    let control = Control::new(shared);
    let organization = control.organization(&change.organization)?;
    control.set_asleep(
        control.terminal_group(organization, &change.terminal_group)?,
        is_asleep,
    )?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: u64,
}

async fn clock(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: ClockChange = read(&body)?;
    Control::new(shared).advance_clock(Duration::from_secs(change.advance_seconds));
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenChange {
    #[serde(default)]
    expire: bool,
    bare: Option<bool>,
    lifetime_seconds: Option<u64>,
}

async fn tokens(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: TokenChange = read(&body)?;
    let control = Control::new(shared);
    if change.expire {
        control.expire_tokens();
    }
    if let Some(is_bare) = change.bare {
        control.set_token_bare(is_bare);
    }
    if let Some(seconds) = change.lifetime_seconds {
        control.set_token_lifetime(Duration::from_secs(seconds));
    }
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strictness {
    strict: bool,
}

async fn strict(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let change: Strictness = read(&body)?;
    Control::new(shared).set_strict(change.strict);
    done()
}

async fn faults(Extracted(shared): Extracted<Shared>) -> Json<Vec<FaultState>> {
    Json(Control::new(shared).faults())
}

async fn add_fault(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let rule: FaultRule = read(&body)?;
    Ok(Json(json!({"id": Control::new(shared).add_fault(rule)})))
}

async fn remove_fault(Extracted(shared): Extracted<Shared>, Path(id): Path<u64>) -> Outcome {
    Ok(Json(json!({"done": Control::new(shared).remove_fault(id)})))
}

async fn clear_faults(Extracted(shared): Extracted<Shared>) -> Outcome {
    Control::new(shared).clear_faults();
    done()
}

async fn exchanges(Extracted(shared): Extracted<Shared>) -> Json<Vec<Exchange>> {
    Json(Control::new(shared).exchanges())
}

async fn forget_exchanges(Extracted(shared): Extracted<Shared>) -> Outcome {
    Control::new(shared).forget_exchanges();
    done()
}

async fn picture(Path(name): Path<String>) -> Response {
    let slug = name.strip_suffix(".svg").unwrap_or(&name);
    let content_type = HeaderValue::from_static("image/svg+xml");
    ([(header::CONTENT_TYPE, content_type)], pictures::draw(slug)).into_response()
}

fn read<T: for<'b> Deserialize<'b>>(body: &[u8]) -> anyhow::Result<T> {
    Ok(serde_json::from_slice(body)?)
}
