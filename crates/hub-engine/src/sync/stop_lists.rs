//! Stop lists (`POST /api/1/stop_lists`), asked for all organizations together. The answer is whole: it replaces.

use std::collections::HashSet;

use hub_db::{
    availability, mirror,
    stop_list::{self, StopRow},
};
use iiko_types::{
    ids::OrganizationId,
    operations::StopLists,
    schemas::{StopListsRequest, StopListsResponse},
};
use rust_decimal::Decimal;

use crate::sync::{
    answer::{Part, PartResult},
    failure::Failure,
    run::RunContext,
    together::ask_together,
};

/// A result for each organization of the run, in its order.
pub(super) async fn sync(run: &RunContext) -> Vec<PartResult> {
    ask_together(
        run,
        Part::StopLists,
        "stop_lists",
        "asking for stop lists",
        fetch,
        apply,
    )
    .await
}

async fn fetch(
    run: &RunContext,
    organization_ids: Vec<OrganizationId>,
) -> Result<StopListsResponse, iiko_client::Error> {
    let mut request = StopListsRequest::new(organization_ids);
    // without it all sizes of a dish look stopped when one is
    request.return_size = Some(true);
    run.client.send::<StopLists>(&request).await
}

async fn apply(
    run: &RunContext,
    answer: &StopListsResponse,
    organization_id: OrganizationId,
) -> Result<i64, Failure> {
    let rows = rows(answer, organization_id, run.values.stop_balance_threshold)?;
    let organization = organization_id.to_string();
    let pass = run.pass(&organization);
    let mut tx = run.hub.db().begin().await?;
    mirror::begin_pass(&mut tx, &organization).await?;
    stop_list::replace_all(&mut tx, pass, &rows).await?;
    if run.values.refresh.availability {
        availability::refresh(&mut tx, &organization, pass.run_id, pass.now).await?;
    }
    tx.commit().await?;
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

/// An organization that is not in the answer has nothing stopped.
fn rows(
    answer: &StopListsResponse,
    organization_id: OrganizationId,
    threshold: Decimal,
) -> Result<Vec<StopRow>, Failure> {
    let torn = |what: &str| Failure::torn(what, answer.correlation_id.map(|id| id.to_string()));
    let lists = answer
        .terminal_group_stop_lists
        .as_ref()
        .ok_or_else(|| torn("it has no list `terminalGroupStopLists`"))?;
    let mut rows: Vec<StopRow> = Vec::new();
    let mut seen = HashSet::new();
    for list in lists
        .iter()
        .filter(|list| list.organization_id == Some(organization_id))
    {
        for group in list.items.iter().flatten() {
            let group_id = group
                .terminal_group_id
                .ok_or_else(|| torn("a stop list has no `terminalGroupId`"))?;
            for item in group.items.iter().flatten() {
                let product_id = item
                    .product_id
                    .ok_or_else(|| torn("a line of a stop list has no `productId`"))?;
                // a line without a balance says that nothing is left
                let balance = item
                    .balance
                    .as_ref()
                    .map_or(Decimal::ZERO, |balance| balance.0);
                let row = StopRow {
                    terminal_group_id: group_id.to_string(),
                    product_id: product_id.to_string(),
                    size_id: item.size_id.map(|id| id.to_string()),
                    balance,
                    sku: item.sku.clone(),
                    added_at: item.date_add.map(|time| time.0),
                    is_stopped: balance <= threshold,
                };
                // one statement must not hold a key twice; of twins in iiko's answer the first counts
                if seen.insert((group_id, product_id, item.size_id)) {
                    rows.push(row);
                }
            }
        }
    }
    Ok(rows)
}
