//! The menu of iikoOffice (`POST /api/1/nomenclature`): fetched whole, compared by hashes, written where it differs.
//!
//! Categories, products, sizes and modifiers of one answer commit or fail together. `envelope` splits the answer into raw
//! objects, `plan` decides the rows (pure), `apply` writes them in one transaction.

use std::time::Instant;

use hub_db::{
    mirror::{self, Pass},
    setting::SettingValues,
};
use iiko_client::Client;
use iiko_types::{ids::OrganizationId, operations::Nomenclature, schemas::NomenclatureRequest};

use crate::{
    hub::Hub,
    sync::{
        answer::{Part, PartResult, RunStatus, SyncKind},
        failure::Failure,
        nomenclature::{envelope::Envelope, plan::Plan},
        run::RunContext,
    },
};

mod apply;
mod envelope;
mod flags;
mod mirror_state;
pub mod plan;
#[cfg(test)]
mod plan_tests;
mod rows;

pub use envelope::Envelope as NomenclatureEnvelope;
pub use mirror_state::MirrorState;

/// Syncs the menu of one organization and reports the parts that the kind asks for.
pub(crate) async fn sync(run: &RunContext, organization_id: OrganizationId) -> Vec<PartResult> {
    let started = Instant::now();
    let parts: Vec<Part> = run
        .kind
        .parts()
        .iter()
        .copied()
        .filter(|part| is_ours(*part))
        .collect();
    match fetch_and_apply(run, organization_id).await {
        Ok(done) => parts
            .into_iter()
            .map(|part| done.report(part, started))
            .collect(),
        Err(failure) => parts
            .into_iter()
            .map(|part| PartResult::failed(part, started, failure.clone()))
            .collect(),
    }
}

fn is_ours(part: Part) -> bool {
    match part {
        Part::Categories | Part::Products | Part::Modifiers | Part::Prices => true,
        Part::TerminalGroups | Part::PaymentTypes | Part::StopLists | Part::Combos => false,
    }
}

/// How many rows one answer confirmed.
#[derive(Debug, Default)]
struct Confirmed {
    categories: i64,
    products: i64,
    modifier_groups: i64,
    modifiers: i64,
    prices: i64,
    warnings: Vec<String>,
}

impl Confirmed {
    fn report(&self, part: Part, started: Instant) -> PartResult {
        let mut result = PartResult::succeeded(
            part,
            started,
            match part {
                Part::Categories => self.categories,
                Part::Products => self.products,
                Part::Modifiers => self.modifier_groups + self.modifiers,
                Part::Prices => self.prices,
                Part::TerminalGroups | Part::PaymentTypes | Part::StopLists | Part::Combos => 0,
            },
        );
        match part {
            Part::Modifiers => {
                result.modifier_groups = Some(self.modifier_groups);
                result.modifiers = Some(self.modifiers);
            }
            Part::Products => result.warnings.clone_from(&self.warnings),
            Part::Categories
            | Part::Prices
            | Part::TerminalGroups
            | Part::PaymentTypes
            | Part::StopLists
            | Part::Combos => {}
        }
        debug_assert!(result.status == RunStatus::Success);
        result
    }
}

async fn fetch_and_apply(
    run: &RunContext,
    organization_id: OrganizationId,
) -> Result<Confirmed, Failure> {
    let organization = organization_id.to_string();
    let turn =
        hub_db::sync_turn::take(run.hub.db(), &[format!("nomenclature:{organization}")]).await?;
    let result = in_turn(run, organization_id, &organization).await;
    turn.end().await;
    result
}

async fn in_turn(
    run: &RunContext,
    organization_id: OrganizationId,
    organization: &str,
) -> Result<Confirmed, Failure> {
    let mirror = {
        let mut conn = run.hub.db().acquire().await?;
        mirror_state::load(&mut conn, organization).await?
    };
    if run.kind == SyncKind::Prices
        && let Some(revision) = mirror.revision
        && is_unchanged(&run.client, organization_id, revision).await?
    {
        return confirm(&run.hub, run.pass(organization), &mirror).await;
    }
    run.step(organization, "downloading the menu");
    let answer = run
        .client
        .send_bytes::<Nomenclature>(&NomenclatureRequest::new(organization_id))
        .await?;
    run.step(organization, "comparing the menu");
    let (values, force, correlation_id) =
        (run.values.clone(), run.force, answer.correlation_id.clone());
    // Hashing and parsing 24 MB takes a tenth of a second: not on a thread that serves others.
    let plan =
        tokio::task::spawn_blocking(move || plan_answer(&answer.bytes, &mirror, &values, force))
            .await
            .map_err(|error| {
                tracing::error!(%error, "planning a menu panicked");
                Failure::new(
                    crate::sync::failure::FailureCode::Internal,
                    "the menu could not be compared; the program's log has more",
                )
            })?
            .map_err(|failure| Failure {
                correlation_id: failure.correlation_id.clone().or(correlation_id),
                ..failure
            })?;
    for warning in &plan.warnings {
        tracing::warn!(organization.id = organization, "{warning}");
    }
    run.step(organization, "writing the menu");
    apply::apply(&run.hub, run.pass(organization), run.values.refresh, &plan).await?;
    Ok(plan.confirmed)
}

fn plan_answer(
    bytes: &[u8],
    mirror: &MirrorState,
    values: &SettingValues,
    force: bool,
) -> Result<Plan, Failure> {
    let envelope = Envelope::parse(bytes)?;
    let plan = plan::plan(mirror, &envelope, values)?;
    if !force {
        plan.check_losses(mirror, values)?;
    }
    Ok(plan)
}

/// iiko answers with empty lists where nothing changed since the revision. Anything else may be a delta, so it is not
/// used: the menu is then asked for whole.
async fn is_unchanged(
    client: &Client,
    organization_id: OrganizationId,
    revision: i64,
) -> Result<bool, Failure> {
    let mut request = NomenclatureRequest::new(organization_id);
    request.start_revision = Some(revision);
    let answer = client.send_bytes::<Nomenclature>(&request).await?;
    let envelope = Envelope::parse(&answer.bytes).map_err(|failure| Failure {
        correlation_id: answer.correlation_id.clone(),
        ..failure
    })?;
    Ok(envelope.revision == Some(revision)
        && envelope.groups.is_empty()
        && envelope.products.is_empty())
}

/// Nothing changed: all living rows are confirmed.
async fn confirm(hub: &Hub, pass: Pass<'_>, mirror: &MirrorState) -> Result<Confirmed, Failure> {
    let mut tx = hub.db().begin().await?;
    mirror::begin_pass(&mut tx, pass.organization_id).await?;
    apply::confirm_all(&mut tx, pass).await?;
    let prices = hub_db::product_part::count_prices(&mut tx, pass.organization_id).await?;
    tx.commit().await?;
    Ok(Confirmed {
        categories: mirror.categories.count_live(),
        products: mirror.products.count_live(),
        modifier_groups: mirror.modifier_groups.count_live(),
        modifiers: mirror.modifiers.count_live(),
        prices,
        warnings: Vec::new(),
    })
}
