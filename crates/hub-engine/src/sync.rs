//! One pass over iiko for one connection: what is asked for, who waits for whom, what it came to.
//!
//! A run belongs to nobody's request: it goes on when its caller hangs up. Callers who ask for the same before it has
//! begun share it; whoever asks later waits for the next one, so nobody gets an answer older than the question.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use iiko_types::ids::OrganizationId;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::{
    connection::{self, ConnectionError},
    hub::Hub,
    secret_key::SecretKeyError,
};

mod answer;
mod combos;
mod failure;
pub mod nomenclature;
mod payment_types;
mod run;
mod stop_lists;
mod terminal_groups;
mod together;

pub use answer::{OrganizationResult, Part, PartResult, RunStatus, SyncAnswer, SyncKind};
pub use failure::{Failure, FailureCode, Origin};

#[derive(Clone, Debug)]
pub struct SyncRequest {
    pub setting_id: i32,
    pub kind: SyncKind,
    /// `None`: every organization enabled in the connection.
    pub organization_id: Option<String>,
    /// Takes an answer that the safety thresholds would refuse.
    pub force: bool,
}

/// Why a run did not start.
#[derive(Debug, thiserror::Error)]
pub enum SyncRefusal {
    #[error("there is no iiko setting {setting_id}")]
    UnknownSetting { setting_id: i32 },
    #[error("Organization ID не задан в настройках")]
    NoOrganization,
    #[error("organization `{organization_id}` is not enabled in iiko setting {setting_id}")]
    OrganizationNotEnabled {
        setting_id: i32,
        organization_id: String,
    },
    #[error("iiko setting {setting_id} is switched off")]
    Inactive { setting_id: i32 },
    #[error("iiko setting {setting_id} is not complete: {detail}")]
    Incomplete { setting_id: i32, detail: String },
    #[error(transparent)]
    SecretKey(#[from] SecretKeyError),
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncProgress {
    /// Empty before the first organization.
    pub organization_id: String,
    /// `downloading the menu`.
    pub step: &'static str,
    pub done_parts: usize,
    pub all_parts: usize,
}

/// A run that was started or joined. Dropping it does not stop the run.
#[derive(Debug)]
pub struct SyncRun {
    pub run_id: Uuid,
    shared: Shared,
}

impl SyncRun {
    /// Waits for the end.
    pub async fn finished(mut self) -> SyncAnswer {
        match self
            .shared
            .answer
            .wait_for(Option::is_some)
            .await
            .map(|answer| answer.clone())
        {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(_) => {
                run::lost_answer(self.run_id, self.shared.setting_id, self.shared.kind)
            }
        }
    }

    pub fn progress(&self) -> watch::Receiver<SyncProgress> {
        self.shared.progress.clone()
    }
}

/// What everyone who waits for a run holds.
#[derive(Clone, Debug)]
struct Shared {
    run_id: Uuid,
    setting_id: i32,
    kind: SyncKind,
    answer: watch::Receiver<Option<SyncAnswer>>,
    progress: watch::Receiver<SyncProgress>,
    /// When the last caller joined: a result must not be older than any of their questions.
    last_asked: Arc<Mutex<Instant>>,
}

const RUNS_AT_ONCE: usize = 8;
/// So many runs without rows of their own are remembered.
const KNOWN_RUNS: usize = 1_000;

/// The runs of this process: those that have not begun may be joined, those that have may be asked for by id.
#[derive(Debug)]
pub(crate) struct Turns {
    /// So many runs at once: each holds connections of the database and the memory of a menu.
    places: Semaphore,
    waiting: Mutex<HashMap<String, Shared>>,
    known: Mutex<HashMap<Uuid, Shared>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            places: Semaphore::new(RUNS_AT_ONCE),
            waiting: Mutex::default(),
            known: Mutex::default(),
        }
    }
}

impl Turns {
    fn begin(&self, key: &str, run_id: Uuid) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting
            .get(key)
            .is_some_and(|shared| shared.run_id == run_id)
        {
            waiting.remove(key);
        }
    }

    /// Remembers a run that has no history row yet.
    fn know(&self, shared: &Shared) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_RUNS {
            // what is left has taken another run's result: whoever holds such an id has had long to ask
            known.retain(|_, shared| shared.answer.borrow().is_none());
        }
        known.insert(shared.run_id, shared.clone());
    }

    fn forget(&self, run_id: Uuid) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&run_id);
    }
}

/// Starts a run, or joins one that asks for the same and has not begun.
pub async fn start(hub: &Hub, request: SyncRequest) -> Result<SyncRun, SyncRefusal> {
    let setting_id = request.setting_id;
    let connection = connection::open(hub, setting_id)
        .await
        .map_err(|error| refusal(setting_id, error))?
        .ok_or(SyncRefusal::UnknownSetting { setting_id })?;
    if !connection.values.is_active {
        return Err(SyncRefusal::Inactive { setting_id });
    }
    let organization_ids = chosen_organizations(&request, &connection)?;
    let turn = format!(
        "run:{setting_id}:{}:{}:{}",
        request.kind.as_str(),
        request
            .organization_id
            .as_deref()
            .unwrap_or("all")
            .to_lowercase(),
        if request.force { "force" } else { "careful" },
    );
    // Whoever changed the settings meanwhile is not served by a run that began with the old ones.
    let waiting_key = format!("{turn}:{}", connection.updated_at);
    let mut waiting = hub
        .turns()
        .waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(shared) = waiting.get(&waiting_key) {
        *shared
            .last_asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Instant::now();
        return Ok(SyncRun {
            run_id: shared.run_id,
            shared: shared.clone(),
        });
    }
    let (answer_sender, answer) = watch::channel(None);
    let (progress_sender, progress) = watch::channel(SyncProgress::default());
    let run_id = Uuid::now_v7();
    let shared = Shared {
        run_id,
        setting_id,
        kind: request.kind,
        answer,
        progress,
        last_asked: Arc::new(Mutex::new(Instant::now())),
    };
    waiting.insert(waiting_key.clone(), shared.clone());
    drop(waiting);
    hub.turns().know(&shared);
    let context = Arc::new(run::RunContext {
        hub: hub.clone(),
        run_id,
        turn,
        waiting_key,
        last_asked: Arc::clone(&shared.last_asked),
        setting_id,
        kind: request.kind,
        force: request.force,
        values: connection.values,
        client: connection.client,
        organization_ids,
        progress: progress_sender,
    });
    hub.tasks().spawn(run::run_to_end(context, answer_sender));
    Ok(SyncRun { run_id, shared })
}

/// The answer of a run, finished or not. `None`: there is no such run.
pub async fn find_answer(hub: &Hub, run_id: Uuid) -> sqlx::Result<Option<SyncAnswer>> {
    let rows = {
        let mut conn = hub.db().acquire().await?;
        hub_db::sync_history::close_abandoned(&mut conn).await?;
        hub_db::sync_history::list_of_run(&mut conn, run_id).await?
    };
    if let Some(answer) = answer::from_history(&rows) {
        return Ok(Some(answer));
    }
    let known = hub
        .turns()
        .known
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&run_id)
        .cloned();
    Ok(known.map(|shared| {
        let joined = shared.answer.borrow().clone();
        joined.unwrap_or_else(|| {
            run::waiting_answer(run_id, shared.setting_id, shared.kind, hub.clock().now())
        })
    }))
}

/// Syncs everything (S0's `sync_all`).
pub async fn sync_all(
    hub: &Hub,
    setting_id: i32,
    organization_id: Option<String>,
) -> Result<SyncAnswer, SyncRefusal> {
    run_kind(hub, setting_id, organization_id, SyncKind::Full).await
}

/// Syncs the menu and reports its categories (S0's `sync_categories`).
pub async fn sync_categories(
    hub: &Hub,
    setting_id: i32,
    organization_id: Option<String>,
) -> Result<SyncAnswer, SyncRefusal> {
    run_kind(hub, setting_id, organization_id, SyncKind::Categories).await
}

/// Syncs the menu and reports its products (S0's `sync_products`).
pub async fn sync_products(
    hub: &Hub,
    setting_id: i32,
    organization_id: Option<String>,
) -> Result<SyncAnswer, SyncRefusal> {
    run_kind(hub, setting_id, organization_id, SyncKind::Products).await
}

/// Syncs the stop lists (S0's `sync_stop_lists`).
pub async fn sync_stop_lists(
    hub: &Hub,
    setting_id: i32,
    organization_id: Option<String>,
) -> Result<SyncAnswer, SyncRefusal> {
    run_kind(hub, setting_id, organization_id, SyncKind::StopList).await
}

async fn run_kind(
    hub: &Hub,
    setting_id: i32,
    organization_id: Option<String>,
    kind: SyncKind,
) -> Result<SyncAnswer, SyncRefusal> {
    let request = SyncRequest {
        setting_id,
        kind,
        organization_id,
        force: false,
    };
    Ok(start(hub, request).await?.finished().await)
}

fn chosen_organizations(
    request: &SyncRequest,
    connection: &connection::OpenConnection,
) -> Result<Vec<OrganizationId>, SyncRefusal> {
    let enabled: Vec<OrganizationId> = connection
        .organizations
        .iter()
        .filter_map(|organization| organization.organization_id.parse().ok())
        .collect();
    let Some(asked) = &request.organization_id else {
        return if enabled.is_empty() {
            Err(SyncRefusal::NoOrganization)
        } else {
            Ok(enabled)
        };
    };
    match asked.trim().parse::<OrganizationId>() {
        Ok(id) if enabled.contains(&id) => Ok(vec![id]),
        Ok(_) | Err(_) => Err(SyncRefusal::OrganizationNotEnabled {
            setting_id: request.setting_id,
            organization_id: asked.clone(),
        }),
    }
}

fn refusal(setting_id: i32, error: ConnectionError) -> SyncRefusal {
    match error {
        ConnectionError::NotFound { setting_id } => SyncRefusal::UnknownSetting { setting_id },
        ConnectionError::SecretKey(error) => SyncRefusal::SecretKey(error),
        ConnectionError::Database(error) => SyncRefusal::Database(error),
        ConnectionError::Invalid { .. }
        | ConnectionError::OrganizationTaken { .. }
        | ConnectionError::Iiko(_) => SyncRefusal::Incomplete {
            setting_id,
            detail: error.to_string(),
        },
    }
}
