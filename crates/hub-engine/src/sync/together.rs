//! Answers that iiko gives for many organizations at once: one call, then each organization by itself.

use std::time::Instant;

use iiko_types::ids::OrganizationId;

use crate::sync::{
    answer::{Part, PartResult},
    failure::Failure,
    run::RunContext,
};

/// Asks for all organizations of the run together, singly after `ORGANIZATION_DENIED`, and applies the answer one
/// organization at a time. Gives a result for each, in the order of the run.
pub(super) async fn ask_together<A>(
    run: &RunContext,
    part: Part,
    resource: &'static str,
    step: &'static str,
    fetch: impl AsyncFn(&RunContext, Vec<OrganizationId>) -> Result<A, iiko_client::Error>,
    apply: impl AsyncFn(&RunContext, &A, OrganizationId) -> Result<i64, Failure>,
) -> Vec<PartResult> {
    let started = Instant::now();
    let ids = &run.organization_ids;
    run.step("", step);
    let mut names: Vec<String> = ids.iter().map(|id| format!("{resource}:{id}")).collect();
    names.sort_unstable();
    let turn = match hub_db::sync_turn::take(run.hub.db(), &names).await {
        Ok(turn) => turn,
        Err(error) => {
            let failure = Failure::from(error);
            return ids
                .iter()
                .map(|_| PartResult::failed(part, started, failure.clone()))
                .collect();
        }
    };
    let mut results = Vec::with_capacity(ids.len());
    match fetch(run, ids.clone()).await {
        Ok(answer) => {
            for id in ids {
                results.push(finish(part, started, apply(run, &answer, *id).await));
            }
        }
        Err(error) if ids.len() > 1 && error.code() == Some("ORGANIZATION_DENIED") => {
            for id in ids {
                let started = Instant::now();
                let applied = match fetch(run, vec![*id]).await {
                    Ok(answer) => apply(run, &answer, *id).await,
                    Err(error) => Err(error.into()),
                };
                results.push(finish(part, started, applied));
            }
        }
        Err(error) => {
            let failure = Failure::from(error);
            results.extend(
                ids.iter()
                    .map(|_| PartResult::failed(part, started, failure.clone())),
            );
        }
    }
    turn.end().await;
    results
}

fn finish(part: Part, started: Instant, applied: Result<i64, Failure>) -> PartResult {
    match applied {
        Ok(synced) => PartResult::succeeded(part, started, synced),
        Err(failure) => PartResult::failed(part, started, failure),
    }
}
