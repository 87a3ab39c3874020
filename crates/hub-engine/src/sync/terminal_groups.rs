//! Terminal groups (`POST /api/1/terminal_groups`), asked for all organizations together.

use std::time::Instant;

use hub_db::{
    availability,
    mirror::{self, Entity},
    terminal_group::{self, TerminalGroupRow},
};
use iiko_types::{
    ids::OrganizationId,
    operations::TerminalGroups,
    schemas::{OrganizationItemsOfTerminalGroup, TerminalGroupsRequest, TerminalGroupsResponse},
};

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
        Part::TerminalGroups,
        "terminal_groups",
        "asking for terminal groups",
        fetch,
        apply,
    )
    .await
}

async fn fetch(
    run: &RunContext,
    organization_ids: Vec<OrganizationId>,
) -> Result<TerminalGroupsResponse, iiko_client::Error> {
    let mut request = TerminalGroupsRequest::new(organization_ids);
    // groups that are not granted to the login are hidden otherwise, and their stops would be nobody's
    request.include_disabled = Some(true);
    run.client.send::<TerminalGroups>(&request).await
}

async fn apply(
    run: &RunContext,
    answer: &TerminalGroupsResponse,
    organization_id: OrganizationId,
) -> Result<i64, Failure> {
    let torn = |name| {
        Failure::torn(
            format!("it has no list `{name}`"),
            answer.correlation_id.map(|id| id.to_string()),
        )
    };
    let awake = answer
        .terminal_groups
        .as_ref()
        .ok_or_else(|| torn("terminalGroups"))?;
    let asleep = answer
        .terminal_groups_in_sleep
        .as_ref()
        .map_or(&[][..], Vec::as_slice);
    let mut rows = rows(awake, organization_id, false);
    for row in self::rows(asleep, organization_id, true) {
        if rows.iter().all(|known| known.id != row.id) {
            rows.push(row);
        }
    }
    let organization = organization_id.to_string();
    let started = Instant::now();
    write(run, &organization, &rows).await?;
    tracing::debug!(elapsed = ?started.elapsed(), "wrote terminal groups");
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

async fn write(
    run: &RunContext,
    organization: &str,
    rows: &[TerminalGroupRow],
) -> sqlx::Result<()> {
    let pass = run.pass(organization);
    let mut tx = run.hub.db().begin().await?;
    mirror::begin_pass(&mut tx, organization).await?;
    let known = terminal_group::list_live_ids(&mut tx, organization).await?;
    let gone: Vec<&str> = known
        .iter()
        .map(String::as_str)
        .filter(|id| rows.iter().all(|row| row.id != *id))
        .collect();
    let mut ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    ids.extend(&gone);
    let before = mirror::snapshot(&mut tx, pass, Entity::TerminalGroups, &ids).await?;
    terminal_group::upsert_all(&mut tx, pass, rows).await?;
    mirror::mark_deleted(&mut tx, pass, Entity::TerminalGroups, &gone).await?;
    mirror::record_changes(&mut tx, pass, Entity::TerminalGroups, &ids, &before).await?;
    if run.values.refresh.availability {
        // a group that fell asleep no longer counts
        availability::refresh(&mut tx, organization, pass.run_id, pass.now).await?;
    }
    tx.commit().await
}

fn rows(
    wrappers: &[OrganizationItemsOfTerminalGroup],
    organization_id: OrganizationId,
    is_asleep: bool,
) -> Vec<TerminalGroupRow> {
    let mut rows: Vec<TerminalGroupRow> = Vec::new();
    let ours = wrappers
        .iter()
        .filter(|wrapper| wrapper.organization_id == Some(organization_id));
    for group in ours.flat_map(|wrapper| wrapper.items.iter().flatten()) {
        let id = group.id.to_string();
        if rows.iter().all(|known| known.id != id) {
            rows.push(TerminalGroupRow {
                id,
                name: group.name.clone().unwrap_or_default(),
                address: group.address.clone().filter(|address| !address.is_empty()),
                time_zone: group.time_zone.as_ref().map(ToString::to_string),
                pos_version: group.pos_version.clone(),
                is_asleep,
            });
        }
    }
    rows
}
