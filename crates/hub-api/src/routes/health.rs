//! Whether the process lives and whether it can serve. Open to all, and silent about everything else.

use axum::{Json, extract::State};
use hub_db::readiness::{self, Readiness};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    App,
    error::{ApiError, ApiErrors, ApiResult},
    error_code::ErrorCode,
};

#[derive(Serialize, ToSchema)]
pub(crate) struct HealthView {
    #[schema(examples("ok"))]
    status: &'static str,
    version: &'static str,
}

/// The process lives.
#[utoipa::path(get, path = "/health", tag = "health", operation_id = "check_health", security(()),
    responses((status = 200, description = "All is well", body = HealthView)))]
pub(crate) async fn check_health(State(app): State<App>) -> Json<HealthView> {
    Json(HealthView {
        status: "ok",
        version: app.version,
    })
}

/// The hub can serve: its database answers and has all migrations. 503 otherwise.
#[utoipa::path(get, path = "/ready", tag = "health", operation_id = "check_readiness", security(()),
    responses((status = 200, description = "All is well", body = HealthView), ApiErrors))]
pub(crate) async fn check_readiness(State(app): State<App>) -> ApiResult<Json<HealthView>> {
    let unavailable = |source: sqlx::Error| ApiError {
        source: Some(source.into()),
        ..ApiError::new(
            ErrorCode::DatabaseUnavailable,
            "the database does not answer",
        )
    };
    let mut conn = app.hub.db().acquire().await.map_err(unavailable)?;
    match readiness::check(&mut conn).await.map_err(unavailable)? {
        Readiness::Ready => Ok(Json(HealthView {
            status: "ready",
            version: app.version,
        })),
        Readiness::MigrationsMissing => {
            let detail = "the database lacks migrations of this program: run `iiko-base migrate`";
            Err(ApiError::new(ErrorCode::MigrationsMissing, detail))
        }
    }
}
