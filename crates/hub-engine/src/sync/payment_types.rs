//! Payment types (`POST /api/1/payment_types`), asked one organization at a time: the answer does not say whose they are.

use std::time::Instant;

use hub_db::{
    mirror::{self, Entity},
    payment_type::{self, PaymentTypeRow},
};
use iiko_types::{
    ids::OrganizationId,
    operations::PaymentTypes,
    schemas::{PaymentType, PaymentTypesRequest},
};

use crate::sync::{
    answer::{Part, PartResult},
    failure::Failure,
    run::RunContext,
};

pub(super) async fn sync(run: &RunContext, organization_id: OrganizationId) -> PartResult {
    let started = Instant::now();
    match fetch_and_apply(run, organization_id).await {
        Ok(synced) => PartResult::succeeded(Part::PaymentTypes, started, synced),
        Err(failure) => PartResult::failed(Part::PaymentTypes, started, failure),
    }
}

async fn fetch_and_apply(
    run: &RunContext,
    organization_id: OrganizationId,
) -> Result<i64, Failure> {
    let organization = organization_id.to_string();
    run.step(&organization, "asking for payment types");
    let turn =
        hub_db::sync_turn::take(run.hub.db(), &[format!("payment_types:{organization}")]).await?;
    let answer = run
        .client
        .send::<PaymentTypes>(&PaymentTypesRequest::new(vec![organization_id]))
        .await?;
    let correlation_id = answer.correlation_id.map(|id| id.to_string());
    let list = answer
        .payment_types
        .ok_or_else(|| Failure::torn("it has no list `paymentTypes`", correlation_id))?;
    let mut rows: Vec<PaymentTypeRow> = Vec::with_capacity(list.len());
    for row in list.iter().filter_map(row) {
        if rows.iter().all(|known| known.id != row.id) {
            rows.push(row);
        }
    }
    let synced = apply(run, &organization, &rows).await?;
    turn.end().await;
    Ok(synced)
}

async fn apply(run: &RunContext, organization: &str, rows: &[PaymentTypeRow]) -> sqlx::Result<i64> {
    let pass = run.pass(organization);
    let mut tx = run.hub.db().begin().await?;
    mirror::begin_pass(&mut tx, organization).await?;
    let known = payment_type::list_live_ids(&mut tx, organization).await?;
    let gone: Vec<&str> = known
        .iter()
        .map(String::as_str)
        .filter(|id| rows.iter().all(|row| row.id != *id))
        .collect();
    let mut ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    ids.extend(&gone);
    let before = mirror::snapshot(&mut tx, pass, Entity::PaymentTypes, &ids).await?;
    payment_type::upsert_all(&mut tx, pass, rows).await?;
    mirror::mark_deleted(&mut tx, pass, Entity::PaymentTypes, &gone).await?;
    mirror::record_changes(&mut tx, pass, Entity::PaymentTypes, &ids, &before).await?;
    tx.commit().await?;
    Ok(i64::try_from(rows.iter().filter(|row| !row.is_deleted).count()).unwrap_or(i64::MAX))
}

/// A payment type without an id could never be paid with.
fn row(payment: &PaymentType) -> Option<PaymentTypeRow> {
    Some(PaymentTypeRow {
        id: payment.id?.to_string(),
        code: payment.code.clone(),
        name: payment.name.clone().unwrap_or_default(),
        comment: payment.comment.clone(),
        payment_type_kind: payment.payment_type_kind.as_ref().map(ToString::to_string),
        payment_processing_type: payment
            .payment_processing_type
            .as_ref()
            .map(ToString::to_string),
        combinable: payment.combinable.unwrap_or(false),
        print_cheque: payment.print_cheque.unwrap_or(false),
        terminal_group_ids: payment
            .terminal_groups
            .iter()
            .flatten()
            .map(|group| group.id.to_string())
            .collect(),
        marketing_campaign_ids: payment
            .applicable_marketing_campaigns
            .iter()
            .flatten()
            .map(ToString::to_string)
            .collect(),
        is_deleted: payment.is_deleted.unwrap_or(false),
    })
}
