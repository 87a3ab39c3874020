//! What ran: a row for each run and organization.

use axum::{Json, extract::State};
use hub_db::sync_history::{self, HistoryRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    App,
    auth::Reader,
    error::{ApiErrors, ApiResult},
    input::{IikoId, QueryOf, query_value},
    pagination::Page,
    timestamp::Timestamp,
};

const DEFAULT_LIMIT: i64 = 50;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    #[param(value_type = Option<String>)]
    organization_id: Option<IikoId>,
    #[serde(deserialize_with = "query_value::whole_number")]
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryView {
    history: Vec<HistoryRowView>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryRowView {
    id: i32,
    organization_id: String,
    #[schema(examples("full"))]
    sync_type: String,
    /// running, success, partial, failed
    #[schema(examples("success"))]
    status: String,
    /// rows confirmed: the sum of the parts
    items_synced: i32,
    /// null while it runs
    duration_ms: Option<i32>,
    started_at: Timestamp,
    /// null while it runs
    completed_at: Option<Timestamp>,
    error_message: Option<String>,
    /// stable code of the first failure
    error_code: Option<String>,
    /// iiko's id of the call that failed
    correlation_id: Option<String>,
    /// `GET /sync/runs/{id}` gives the whole run
    run_id: Uuid,
    setting_id: i32,
}

/// List past and running syncs, newest first.
#[utoipa::path(get, path = "/sync/history", tag = "sync", operation_id = "list_sync_history", params(HistoryQuery),
    responses((status = 200, description = "The newest rows of the history", body = HistoryView), ApiErrors))]
pub(crate) async fn list_sync_history(
    State(app): State<App>,
    _: Reader,
    QueryOf(query): QueryOf<HistoryQuery>,
) -> ApiResult<Json<HistoryView>> {
    let page = Page::new(query.limit, None, DEFAULT_LIMIT)?;
    let mut conn = app.hub.db().acquire().await?;
    // whoever looks closes what a dead process left running
    sync_history::close_abandoned(&mut conn).await?;
    let rows = sync_history::list(
        &mut conn,
        IikoId::as_deref(&query.organization_id),
        page.limit,
    )
    .await?;
    Ok(Json(HistoryView {
        history: rows.into_iter().map(HistoryRowView::from).collect(),
    }))
}

impl From<HistoryRow> for HistoryRowView {
    fn from(row: HistoryRow) -> Self {
        Self {
            id: row.id,
            organization_id: row.organization_id,
            sync_type: row.sync_type,
            status: row.status,
            items_synced: row.items_synced,
            duration_ms: row.duration_ms,
            started_at: row.started_at.into(),
            completed_at: row.completed_at.map(Timestamp),
            error_message: row.error_message,
            error_code: row.error_code,
            correlation_id: row.correlation_id,
            run_id: row.run_id,
            setting_id: row.setting_id,
        }
    }
}
