//! Control of what is sold and what is stopped over HTTP.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Query, State as Extracted},
    routing::post,
};
use iiko_types::{
    ids::{OrganizationId, ProductId, SizeId, TerminalGroupId},
    number::ExactDecimal,
};
use serde::Deserialize;
use serde_json::json;

use super::{Control, Outcome, done, read};
use crate::shared::Shared;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/_emulator/price", post(price))
        .route("/_emulator/rename", post(rename))
        .route("/_emulator/remove", post(remove))
        .route("/_emulator/restore", post(restore))
        .route("/_emulator/grow", post(grow))
        .route("/_emulator/nomenclature", post(nomenclature))
        .route("/_emulator/external_menu", post(external_menu))
        .route("/_emulator/revision", post(revision))
        .route("/_emulator/stop", post(stop))
        .route("/_emulator/unstop", post(unstop))
        .route("/_emulator/sleep", post(sleep))
        .route("/_emulator/awake", post(awake))
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

async fn external_menu(Extracted(shared): Extracted<Shared>, body: Bytes) -> Outcome {
    let menu = std::str::from_utf8(&body).map_err(anyhow::Error::from)?;
    Control::new(shared).set_external_menu(menu)?;
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
