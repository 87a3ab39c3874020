//! The answer of a sync, the same for REST and for `iiko-base sync --json`.

use hub_engine::sync::{
    Failure, OrganizationResult, Part, PartResult, RunStatus, SyncAnswer, SyncKind,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::timestamp::Timestamp;

/// How far a run, an organization or a part came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StatusView {
    Running,
    Success,
    /// some parts or organizations failed
    Partial,
    Failed,
}

/// What a sync did.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncAnswerView {
    pub status: StatusView,
    /// of a kind that has a single part: its rows
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(12))]
    pub synced: Option<i64>,
    #[schema(examples(5234))]
    pub duration_ms: i64,
    /// by part, all organizations together
    pub results: ResultsView,
    pub run_id: Uuid,
    #[schema(examples(1))]
    pub setting_id: i32,
    /// the kind of sync
    #[schema(examples("full"))]
    pub sync_type: &'static str,
    pub started_at: Timestamp,
    /// null while it runs
    pub completed_at: Option<Timestamp>,
    pub organizations: Vec<OrganizationView>,
    /// where nothing succeeded: why
    #[serde(flatten)]
    pub failure: FailureView,
}

/// Why a run failed. Absent where it did not.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct FailureView {
    /// stable, for programs
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("iiko_unreachable"))]
    pub code: Option<&'static str>,
    /// for people
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// iiko's id of the call that failed: its support asks for it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
}

/// The parts that ran, in this order.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ResultsView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<PartView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<PartView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modifiers: Option<PartView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_groups: Option<PartView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_types: Option<PartView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_lists: Option<PartView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub combos: Option<PartView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prices: Option<PartView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    pub status: StatusView,
    /// rows confirmed, also where none changed
    #[schema(examples(87))]
    pub synced: i64,
    #[schema(examples(2400))]
    pub duration_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modifier_groups: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modifiers: Option<i64>,
    /// what was understood only in part
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// why it failed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
}

/// One organization's share of a run: one row of the history.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationView {
    pub organization_id: String,
    /// `id` in `GET /sync/history`
    pub history_id: i32,
    pub status: StatusView,
    /// the sum of `synced` of its parts
    pub items_synced: i64,
    pub duration_ms: i64,
    pub results: ResultsView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
}

impl From<RunStatus> for StatusView {
    fn from(status: RunStatus) -> Self {
        match status {
            RunStatus::Running => Self::Running,
            RunStatus::Success => Self::Success,
            RunStatus::Partial => Self::Partial,
            RunStatus::Failed => Self::Failed,
        }
    }
}

impl From<SyncAnswer> for SyncAnswerView {
    fn from(answer: SyncAnswer) -> Self {
        let synced =
            has_single_part(answer.kind).then(|| answer.parts.iter().map(|part| part.synced).sum());
        Self {
            status: answer.status.into(),
            synced,
            duration_ms: answer.duration_ms,
            results: answer.parts.into(),
            run_id: answer.run_id,
            setting_id: answer.setting_id,
            sync_type: answer.kind.as_str(),
            started_at: answer.started_at.into(),
            completed_at: answer.completed_at.map(Timestamp::from),
            organizations: answer
                .organizations
                .into_iter()
                .map(OrganizationView::from)
                .collect(),
            failure: answer.failure.map(FailureView::from).unwrap_or_default(),
        }
    }
}

/// Kinds whose answers carry `synced` at the top.
fn has_single_part(kind: SyncKind) -> bool {
    match kind {
        SyncKind::Full | SyncKind::Menu => false,
        SyncKind::Categories
        | SyncKind::Products
        | SyncKind::Modifiers
        | SyncKind::Prices
        | SyncKind::StopList
        | SyncKind::Terminals
        | SyncKind::Payments => true,
    }
}

impl From<Failure> for FailureView {
    fn from(failure: Failure) -> Self {
        Self {
            code: Some(failure.code.as_str()),
            detail: Some(failure.detail),
            correlation_id: failure.correlation_id,
        }
    }
}

impl From<Vec<PartResult>> for ResultsView {
    fn from(parts: Vec<PartResult>) -> Self {
        let mut results = Self::default();
        for part in parts {
            let place = match part.part {
                Part::Categories => &mut results.categories,
                Part::Products => &mut results.products,
                Part::Modifiers => &mut results.modifiers,
                Part::TerminalGroups => &mut results.terminal_groups,
                Part::PaymentTypes => &mut results.payment_types,
                Part::StopLists => &mut results.stop_lists,
                Part::Combos => &mut results.combos,
                Part::Prices => &mut results.prices,
            };
            *place = Some(part.into());
        }
        results
    }
}

impl From<PartResult> for PartView {
    fn from(part: PartResult) -> Self {
        let failure = part.failure.map(FailureView::from).unwrap_or_default();
        Self {
            status: part.status.into(),
            synced: part.synced,
            duration_ms: part.duration_ms,
            modifier_groups: part.modifier_groups,
            modifiers: part.modifiers,
            warnings: part.warnings,
            error: failure.detail,
            code: failure.code,
            correlation_id: failure.correlation_id,
        }
    }
}

impl From<OrganizationResult> for OrganizationView {
    fn from(result: OrganizationResult) -> Self {
        let failure = result.failure.map(FailureView::from).unwrap_or_default();
        Self {
            organization_id: result.organization_id,
            history_id: result.history_id,
            status: result.status.into(),
            items_synced: result.items_synced,
            duration_ms: result.duration_ms,
            results: result.parts.into(),
            error: failure.detail,
            code: failure.code,
            correlation_id: failure.correlation_id,
        }
    }
}
