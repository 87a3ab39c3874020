//! The stop list of an organization: every row of iiko's list, stops and remainders alike.

use axum::{Json, extract::State};
use hub_db::stop_list_view::{self, StopFilter, StopRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App,
    auth::Reader,
    error::{ApiError, ApiErrors, ApiResult},
    input::{IikoId, QueryOf, query_value},
    number::JsonNumber,
    timestamp::Timestamp,
};

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct StopListsQuery {
    #[param(value_type = String, required)]
    organization_id: Option<IikoId>,
    #[param(value_type = Option<String>)]
    terminal_group_id: Option<IikoId>,
    /// true: what is really stopped; false: remainders
    #[serde(deserialize_with = "query_value::switch")]
    is_stopped: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct StopListsView {
    stop_lists: Vec<StopView>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct StopView {
    id: i64,
    organization_id: String,
    terminal_group_id: String,
    /// a product or a modifier
    product_id: String,
    /// null: unknown in the mirror
    product_name: Option<String>,
    /// what is left
    balance: JsonNumber,
    /// the balance is at or below the connection's threshold
    is_stopped: bool,
    updated_at: Timestamp,
    /// null: all sizes
    size_id: Option<String>,
    sku: Option<String>,
    /// when it was put on the list; null where iiko does not say
    added_at: Option<Timestamp>,
    synced_at: Timestamp,
}

/// List the current stop list of one organization by the names of the products.
#[utoipa::path(get, path = "/data/stop-lists", tag = "data", operation_id = "list_stop_lists", params(StopListsQuery),
    responses((status = 200, description = "The stop list as it is now", body = StopListsView), ApiErrors))]
pub(crate) async fn list_stop_lists(
    State(app): State<App>,
    _: Reader,
    QueryOf(query): QueryOf<StopListsQuery>,
) -> ApiResult<Json<StopListsView>> {
    let organization_id = IikoId::as_deref(&query.organization_id).ok_or_else(|| {
        ApiError::invalid(
            "organization_id",
            "`organization_id` is required: a stop list belongs to an organization",
        )
    })?;
    let filter = StopFilter {
        organization_id,
        terminal_group_id: IikoId::as_deref(&query.terminal_group_id),
        is_stopped: query.is_stopped,
    };
    let mut conn = app.hub.db().acquire().await?;
    let rows = stop_list_view::list(&mut conn, filter).await?;
    Ok(Json(StopListsView {
        stop_lists: rows.into_iter().map(StopView::from).collect(),
    }))
}

impl From<StopRow> for StopView {
    fn from(row: StopRow) -> Self {
        Self {
            id: row.id,
            organization_id: row.organization_id,
            terminal_group_id: row.terminal_group_id,
            product_id: row.product_id,
            product_name: row.product_name,
            balance: row.balance.into(),
            is_stopped: row.is_stopped,
            updated_at: row.updated_at.into(),
            size_id: row.size_id,
            sku: row.sku,
            added_at: row.added_at.map(Timestamp),
            synced_at: row.synced_at.into(),
        }
    }
}
