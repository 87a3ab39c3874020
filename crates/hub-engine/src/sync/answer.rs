//! What a run came to: parts, organizations, and the words for them.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use hub_db::sync_history::HistoryRow;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::sync::failure::{Failure, FailureCode};

/// What to sync. The words are those of `sync_history.sync_type` and of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncKind {
    Full,
    Menu,
    Categories,
    Products,
    Modifiers,
    Prices,
    StopList,
    Terminals,
    Payments,
}

impl SyncKind {
    pub const ALL: [Self; 9] = [
        Self::Full,
        Self::Menu,
        Self::Categories,
        Self::Products,
        Self::Modifiers,
        Self::Prices,
        Self::StopList,
        Self::Terminals,
        Self::Payments,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Menu => "menu",
            Self::Categories => "categories",
            Self::Products => "products",
            Self::Modifiers => "modifiers",
            Self::Prices => "prices",
            Self::StopList => "stoplist",
            Self::Terminals => "terminals",
            Self::Payments => "payments",
        }
    }

    /// The parts it reports, in the order of the answer.
    pub fn parts(self) -> &'static [Part] {
        match self {
            Self::Full => &[
                Part::Categories,
                Part::Products,
                Part::Modifiers,
                Part::TerminalGroups,
                Part::PaymentTypes,
                Part::StopLists,
                Part::Combos,
            ],
            Self::Menu => &[
                Part::Categories,
                Part::Products,
                Part::Modifiers,
                Part::Combos,
            ],
            Self::Categories => &[Part::Categories],
            Self::Products => &[Part::Products],
            Self::Modifiers => &[Part::Modifiers],
            Self::Prices => &[Part::Prices],
            Self::StopList => &[Part::StopLists],
            Self::Terminals => &[Part::TerminalGroups],
            Self::Payments => &[Part::PaymentTypes],
        }
    }
}

impl FromStr for SyncKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| {
                let known = Self::ALL.map(Self::as_str).join(", ");
                format!("`{text}` is no kind of sync: use one of {known}")
            })
    }
}

/// A part of a run. The words are the keys of `results`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Categories,
    Products,
    Modifiers,
    TerminalGroups,
    PaymentTypes,
    StopLists,
    Combos,
    Prices,
}

impl Part {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Categories => "categories",
            Self::Products => "products",
            Self::Modifiers => "modifiers",
            Self::TerminalGroups => "terminal_groups",
            Self::PaymentTypes => "payment_types",
            Self::StopLists => "stop_lists",
            Self::Combos => "combos",
            Self::Prices => "prices",
        }
    }

    /// Parts that one call brings for all organizations.
    fn is_asked_together(self) -> bool {
        matches!(self, Self::TerminalGroups | Self::StopLists)
    }

    /// Parts of the nomenclature's answer: without them there is no menu.
    fn is_menu(self) -> bool {
        matches!(
            self,
            Self::Categories | Self::Products | Self::Modifiers | Self::Prices
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    Running,
    Success,
    Partial,
    Failed,
}

impl RunStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Success => "success",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }

    fn from_column(text: &str) -> Self {
        match text {
            "success" => Self::Success,
            "partial" => Self::Partial,
            "failed" => Self::Failed,
            _ => Self::Running,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartResult {
    pub part: Part,
    pub status: RunStatus,
    /// Rows confirmed, also where none changed.
    pub synced: i64,
    pub duration_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modifier_groups: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modifiers: Option<i64>,
    /// What was understood only in part: text that should be JSON and is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationResult {
    pub organization_id: String,
    pub history_id: i32,
    pub status: RunStatus,
    /// The sum of `synced` of its parts.
    pub items_synced: i64,
    pub duration_ms: i64,
    pub parts: Vec<PartResult>,
    /// The first failure of its parts.
    pub failure: Option<Failure>,
}

#[derive(Clone, Debug)]
pub struct SyncAnswer {
    pub run_id: Uuid,
    pub setting_id: i32,
    pub kind: SyncKind,
    pub status: RunStatus,
    pub duration_ms: i64,
    /// The parts of all organizations, added up.
    pub parts: Vec<PartResult>,
    pub organizations: Vec<OrganizationResult>,
    /// Set when nothing succeeded, or the menu did not: the first failure.
    pub failure: Option<Failure>,
    pub started_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
}

/// What the parts of one organization amount to: a failed menu is a failed run, whatever else came.
pub(crate) fn status_of_parts(parts: &[PartResult]) -> RunStatus {
    let failed = |part: &&PartResult| part.status == RunStatus::Failed;
    if parts
        .iter()
        .any(|part| part.status == RunStatus::Failed && part.part.is_menu())
        || parts.iter().all(|part| failed(&part))
    {
        RunStatus::Failed
    } else if parts.iter().any(|part| failed(&part)) {
        RunStatus::Partial
    } else {
        RunStatus::Success
    }
}

fn status_of_organizations(organizations: &[OrganizationResult]) -> RunStatus {
    let all = |status| {
        organizations
            .iter()
            .all(|organization| organization.status == status)
    };
    if organizations
        .iter()
        .any(|organization| organization.status == RunStatus::Running)
    {
        RunStatus::Running
    } else if all(RunStatus::Success) {
        RunStatus::Success
    } else if all(RunStatus::Failed) {
        RunStatus::Failed
    } else {
        RunStatus::Partial
    }
}

fn add_up(kind: SyncKind, organizations: &[OrganizationResult]) -> Vec<PartResult> {
    let mut sums: Vec<PartResult> = Vec::new();
    for part in organizations
        .iter()
        .flat_map(|organization| &organization.parts)
    {
        let Some(sum) = sums.iter_mut().find(|sum| sum.part == part.part) else {
            sums.push(part.clone());
            continue;
        };
        sum.synced += part.synced;
        sum.duration_ms = if part.part.is_asked_together() {
            // one call for all: its time is not spent once for each organization
            sum.duration_ms.max(part.duration_ms)
        } else {
            sum.duration_ms + part.duration_ms
        };
        sum.modifier_groups = add(sum.modifier_groups, part.modifier_groups);
        sum.modifiers = add(sum.modifiers, part.modifiers);
        sum.warnings.extend(part.warnings.iter().cloned());
        if sum.status != part.status {
            sum.status = RunStatus::Partial;
        }
        sum.failure = sum.failure.take().or_else(|| part.failure.clone());
    }
    sums.sort_by_key(|sum| kind.parts().iter().position(|part| *part == sum.part));
    sums
}

fn add(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    }
}

/// The answer of a run, from its history rows. `None`: there are none.
pub(crate) fn from_history(rows: &[HistoryRow]) -> Option<SyncAnswer> {
    let first = rows.first()?;
    let kind = SyncKind::from_str(&first.sync_type).ok()?;
    let organizations: Vec<_> = rows.iter().map(organization_result).collect();
    let started_at = rows.iter().map(|row| row.started_at).min()?;
    let completed_at = rows
        .iter()
        .map(|row| row.completed_at)
        .collect::<Option<Vec<_>>>()
        .and_then(|all| all.into_iter().max());
    let status = status_of_organizations(&organizations);
    Some(SyncAnswer {
        run_id: first.run_id,
        setting_id: first.setting_id,
        kind,
        status,
        duration_ms: completed_at.map_or(0, |completed_at| {
            (completed_at - started_at).num_milliseconds()
        }),
        parts: add_up(kind, &organizations),
        failure: match status {
            RunStatus::Failed => organizations
                .iter()
                .find_map(|organization| organization.failure.clone()),
            RunStatus::Running | RunStatus::Success | RunStatus::Partial => None,
        },
        organizations,
        started_at,
        completed_at,
    })
}

fn organization_result(row: &HistoryRow) -> OrganizationResult {
    // the column was written by this module; a row of an older release may lack a key and then tells less
    let parts: Vec<PartResult> = row
        .results
        .as_ref()
        .and_then(|results| serde_json::from_str(results.get()).ok())
        .unwrap_or_default();
    let failure = parts
        .iter()
        .find_map(|part| part.failure.clone())
        .or_else(|| {
            row.error_message.as_ref().map(|detail| Failure {
                correlation_id: row.correlation_id.clone(),
                ..Failure::new(
                    if row.error_code.as_deref() == Some("abandoned") {
                        FailureCode::Abandoned
                    } else {
                        FailureCode::Internal
                    },
                    detail.clone(),
                )
            })
        });
    OrganizationResult {
        organization_id: row.organization_id.clone(),
        history_id: row.id,
        status: RunStatus::from_column(&row.status),
        items_synced: i64::from(row.items_synced),
        duration_ms: row.duration_ms.map_or(0, i64::from),
        parts,
        failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(part: Part, status: RunStatus) -> PartResult {
        PartResult {
            part,
            status,
            synced: 1,
            duration_ms: 1,
            modifier_groups: None,
            modifiers: None,
            warnings: Vec::new(),
            failure: None,
        }
    }

    #[test]
    fn a_failed_menu_is_a_failed_run_whatever_else_came() {
        let check = |parts: &[(Part, RunStatus)], expected| {
            let parts: Vec<_> = parts
                .iter()
                .map(|(name, status)| part(*name, *status))
                .collect();
            assert_eq!(status_of_parts(&parts), expected);
        };
        use RunStatus::{Failed, Partial, Success};
        check(
            &[(Part::Products, Success), (Part::StopLists, Success)],
            Success,
        );
        check(
            &[(Part::Products, Success), (Part::StopLists, Failed)],
            Partial,
        );
        check(
            &[(Part::Products, Failed), (Part::StopLists, Success)],
            Failed,
        );
        check(&[(Part::StopLists, Failed)], Failed);
        check(
            &[(Part::TerminalGroups, Failed), (Part::Combos, Success)],
            Partial,
        );
    }
}
