//! A run from its turn to its end: history rows, heartbeat, the steps of each kind.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use hub_db::{
    mirror::Pass,
    setting::SettingValues,
    sync_history::{self, HistoryEnd},
    sync_turn,
};
use iiko_client::Client;
use iiko_types::ids::OrganizationId;
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    hub::Hub,
    sync::{
        SyncProgress,
        answer::{self, Part, PartResult, RunStatus, SyncAnswer, SyncKind},
        combos,
        failure::{Failure, FailureCode},
        nomenclature, payment_types, stop_lists, terminal_groups,
    },
};

const HEARTBEAT: Duration = Duration::from_secs(10);

/// What all steps of a run share.
#[derive(Debug)]
pub(crate) struct RunContext {
    pub(crate) hub: Hub,
    pub(crate) run_id: Uuid,
    /// Runs of the same turn ask for the same.
    pub(crate) turn: String,
    /// Under which later callers find the run until it begins.
    pub(crate) waiting_key: String,
    /// When the last of them joined.
    pub(crate) last_asked: Arc<Mutex<Instant>>,
    pub(crate) setting_id: i32,
    pub(crate) kind: SyncKind,
    pub(crate) force: bool,
    pub(crate) values: SettingValues,
    pub(crate) client: Client,
    pub(crate) organization_ids: Vec<OrganizationId>,
    pub(crate) progress: watch::Sender<SyncProgress>,
}

impl RunContext {
    pub(crate) fn pass<'a>(&self, organization_id: &'a str) -> Pass<'a> {
        Pass {
            organization_id,
            run_id: self.run_id,
            now: self.hub.clock().now(),
        }
    }

    pub(crate) fn step(&self, organization_id: &str, step: &'static str) {
        self.progress.send_modify(|progress| {
            progress.organization_id = organization_id.to_owned();
            progress.step = step;
        });
    }

    fn parts_done(&self, parts: usize) {
        self.progress
            .send_modify(|progress| progress.done_parts += parts);
    }
}

impl PartResult {
    pub(crate) fn succeeded(part: Part, started: Instant, synced: i64) -> Self {
        Self {
            part,
            status: RunStatus::Success,
            synced,
            duration_ms: milliseconds(started.elapsed()),
            modifier_groups: None,
            modifiers: None,
            warnings: Vec::new(),
            failure: None,
        }
    }

    pub(crate) fn failed(part: Part, started: Instant, failure: Failure) -> Self {
        Self {
            status: RunStatus::Failed,
            failure: Some(failure),
            ..Self::succeeded(part, started, 0)
        }
    }
}

/// Runs and tells everyone who waits.
pub(crate) async fn run_to_end(
    context: Arc<RunContext>,
    answer: watch::Sender<Option<SyncAnswer>>,
) {
    let result = take_turn_and_run(&context).await;
    let answer_of_run = result.unwrap_or_else(|failure| {
        tracing::error!(sync.run_id = %context.run_id, "a sync run did not happen: {}", failure.detail);
        failed_answer(&context, failure)
    });
    context
        .hub
        .turns()
        .begin(&context.waiting_key, context.run_id);
    // A run that took another's result has no rows of its own, and stays known for who holds its id.
    if answer_of_run.run_id == context.run_id {
        context.hub.turns().forget(context.run_id);
    }
    answer.send_replace(Some(answer_of_run));
}

async fn take_turn_and_run(context: &Arc<RunContext>) -> Result<SyncAnswer, Failure> {
    let hub = &context.hub;
    // A closed semaphore is never met: nothing closes it.
    let _place = hub.turns().places.acquire().await;
    let started = Instant::now();
    let started_at = sync_history::database_time(&mut *hub.db().acquire().await?).await?;
    let turn = sync_turn::take(hub.db(), std::slice::from_ref(&context.turn)).await?;
    // from here on the run reads what is at iiko now: who asks later must not join it
    hub.turns().begin(&context.waiting_key, context.run_id);
    let last_asked = *context
        .last_asked
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    // The database's clock tells which run of another process began when; ours only how much later the last caller came.
    let asked_at = started_at + last_asked.saturating_duration_since(started);
    let result = run_unless_done(context, asked_at).await;
    turn.end().await;
    result
}

/// Another process may have begun and finished the same run while this one waited for its turn.
async fn run_unless_done(
    context: &Arc<RunContext>,
    asked_at: DateTime<Utc>,
) -> Result<SyncAnswer, Failure> {
    let hub = &context.hub;
    let others_rows = {
        let mut conn = hub.db().acquire().await?;
        sync_history::close_abandoned(&mut conn).await?;
        match sync_history::find_run_since(&mut conn, &context.turn, asked_at).await? {
            Some(run_id) => sync_history::list_of_run(&mut conn, run_id).await?,
            None => Vec::new(),
        }
    };
    if let Some(answer) = answer::from_history(&others_rows) {
        return Ok(answer);
    }
    let context_of_heart = Arc::clone(context);
    let heart = tokio::spawn(async move { beat(&context_of_heart).await });
    let result = run(context).await;
    heart.abort();
    result
}

async fn beat(context: &RunContext) {
    let mut interval = tokio::time::interval(HEARTBEAT);
    loop {
        interval.tick().await;
        let beaten = async {
            sync_history::beat(&mut *context.hub.db().acquire().await?, context.run_id).await
        };
        if let Err(error) = beaten.await {
            tracing::warn!(%error, "the heartbeat of a sync run was not written");
        }
    }
}

/// One organization of a run.
struct Line {
    organization_id: OrganizationId,
    history_id: i32,
    started: Instant,
    started_at: DateTime<Utc>,
    parts: Vec<PartResult>,
}

async fn run(context: &Arc<RunContext>) -> Result<SyncAnswer, Failure> {
    let mut lines = open_lines(context).await?;
    let all_parts = lines.len() * context.kind.parts().len();
    context
        .progress
        .send_modify(|progress| progress.all_parts = all_parts);
    for line in &mut lines {
        for step in context.kind.steps() {
            let parts = match step {
                Step::Menu => nomenclature::sync(context, line.organization_id).await,
                Step::Combos => vec![combos::sync(context, line.organization_id).await],
                Step::PaymentTypes => {
                    vec![payment_types::sync(context, line.organization_id).await]
                }
                Step::TerminalGroups | Step::StopLists => continue,
            };
            context.parts_done(parts.len());
            line.parts.extend(parts);
        }
    }
    // Asked for all organizations of the login together: one call instead of many.
    for step in context.kind.steps() {
        let parts = match step {
            Step::TerminalGroups => terminal_groups::sync(context).await,
            Step::StopLists => stop_lists::sync(context).await,
            Step::Menu | Step::Combos | Step::PaymentTypes => continue,
        };
        context.parts_done(parts.len());
        for (line, part) in lines.iter_mut().zip(parts) {
            line.parts.push(part);
        }
    }
    close_lines(context, lines).await?;
    let rows =
        sync_history::list_of_run(&mut *context.hub.db().acquire().await?, context.run_id).await?;
    answer::from_history(&rows)
        .ok_or_else(|| Failure::new(FailureCode::Internal, "the history of the run is gone"))
}

async fn open_lines(context: &RunContext) -> Result<Vec<Line>, Failure> {
    let started_at = context.hub.clock().now();
    let mut lines = Vec::with_capacity(context.organization_ids.len());
    let mut tx = context.hub.db().begin().await?;
    for organization_id in &context.organization_ids {
        let history_id = sync_history::insert_running(
            &mut tx,
            context.run_id,
            context.setting_id,
            &organization_id.to_string(),
            context.kind.as_str(),
            &context.turn,
            started_at,
        )
        .await?;
        lines.push(Line {
            organization_id: *organization_id,
            history_id,
            started: Instant::now(),
            started_at,
            parts: Vec::new(),
        });
    }
    tx.commit().await?;
    Ok(lines)
}

async fn close_lines(context: &RunContext, lines: Vec<Line>) -> Result<(), Failure> {
    let mut tx = context.hub.db().begin().await?;
    for mut line in lines {
        line.parts.sort_by_key(|result| {
            context
                .kind
                .parts()
                .iter()
                .position(|part| *part == result.part)
        });
        let status = answer::status_of_parts(&line.parts);
        let failure = line.parts.iter().find_map(|part| part.failure.as_ref());
        let duration_ms = milliseconds(line.started.elapsed());
        let results = serde_json::value::to_raw_value(&line.parts).map_err(|error| {
            Failure::new(
                FailureCode::Internal,
                format!("the results cannot be written: {error}"),
            )
        })?;
        let organization = line.organization_id.to_string();
        match failure {
            None => tracing::info!(
                organization.id = organization,
                sync.kind = context.kind.as_str(),
                "synced {} of {organization} in {duration_ms} ms",
                context.kind.as_str()
            ),
            Some(failure) => tracing::warn!(
                organization.id = organization,
                sync.kind = context.kind.as_str(),
                sync.code = failure.code.as_str(),
                iiko.correlation_id = failure.correlation_id,
                "sync {} of {organization} failed: {}",
                context.kind.as_str(),
                failure.detail
            ),
        }
        let end = HistoryEnd {
            status: status.as_str(),
            items_synced: i32::try_from(line.parts.iter().map(|part| part.synced).sum::<i64>())
                .unwrap_or(i32::MAX),
            error_message: failure.map(|failure| failure.detail.as_str()),
            error_code: failure.map(|failure| failure.code.as_str()),
            correlation_id: failure.and_then(|failure| failure.correlation_id.as_deref()),
            results: &results,
            duration_ms: i32::try_from(duration_ms).unwrap_or(i32::MAX),
            completed_at: line.started_at + chrono::TimeDelta::milliseconds(duration_ms),
        };
        sync_history::close(&mut tx, line.history_id, &end).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// One answer of iiko.
#[derive(Clone, Copy, Debug)]
enum Step {
    Menu,
    Combos,
    PaymentTypes,
    TerminalGroups,
    StopLists,
}

impl SyncKind {
    fn steps(self) -> &'static [Step] {
        match self {
            Self::Full => &[
                Step::Menu,
                Step::Combos,
                Step::PaymentTypes,
                Step::TerminalGroups,
                Step::StopLists,
            ],
            Self::Menu => &[Step::Menu, Step::Combos],
            Self::Categories | Self::Products | Self::Modifiers | Self::Prices => &[Step::Menu],
            Self::StopList => &[Step::StopLists],
            Self::Terminals => &[Step::TerminalGroups],
            Self::Payments => &[Step::PaymentTypes],
        }
    }
}

/// The run waits for its turn.
pub(crate) fn waiting_answer(
    run_id: Uuid,
    setting_id: i32,
    kind: SyncKind,
    now: DateTime<Utc>,
) -> SyncAnswer {
    SyncAnswer {
        run_id,
        setting_id,
        kind,
        status: RunStatus::Running,
        duration_ms: 0,
        parts: Vec::new(),
        organizations: Vec::new(),
        failure: None,
        started_at: now,
        completed_at: None,
    }
}

fn failed_answer(context: &RunContext, failure: Failure) -> SyncAnswer {
    let now = context.hub.clock().now();
    SyncAnswer {
        status: RunStatus::Failed,
        failure: Some(failure),
        completed_at: Some(now),
        ..waiting_answer(context.run_id, context.setting_id, context.kind, now)
    }
}

/// The task of the run ended without an answer: it panicked, or the program stops.
pub(crate) fn lost_answer(run_id: Uuid, setting_id: i32, kind: SyncKind) -> SyncAnswer {
    let detail = "the run ended without an answer; the program's log has more";
    SyncAnswer {
        status: RunStatus::Failed,
        failure: Some(Failure::new(FailureCode::Internal, detail)),
        ..waiting_answer(run_id, setting_id, kind, DateTime::<Utc>::UNIX_EPOCH)
    }
}

pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
