//! Connections to iiko, named *settings* in the paths.
//!
//! Secrets go in and never come out: the view has `null` and whether one is set. `null` sent back means "as it was", so what was
//! read can be sent back changed.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use hub_engine::{
    connection::{self, ConnectionError},
    sync::Failure,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App,
    auth::Admin,
    error::{ApiError, ApiErrors, ApiResult},
    error_code::ErrorCode,
    input::{BodyOf, PathOf, QueryOf, query_value},
    routes::{
        connection_body::ConnectionBody,
        connection_view::{ConnectionOrganizationView, ConnectionView},
        sync_runs::setting_id_missing,
    },
};

/// List the connections to iiko.
#[utoipa::path(get, path = "/iiko/settings", tag = "iiko", operation_id = "list_connections",
    responses((status = 200, description = "All connections", body = Vec<ConnectionView>), ApiErrors))]
pub(crate) async fn list_connections(
    State(app): State<App>,
    _: Admin,
) -> ApiResult<Json<Vec<ConnectionView>>> {
    let connections = connection::list(&app.hub).await?;
    Ok(Json(
        connections.into_iter().map(ConnectionView::from).collect(),
    ))
}

/// Create a connection. It needs an `api_key`; organizations may follow later.
#[utoipa::path(post, path = "/iiko/settings", tag = "iiko", operation_id = "create_connection",
    request_body = ConnectionBody, responses((status = 201, description = "The connection as it is now", body = ConnectionView), ApiErrors))]
pub(crate) async fn create_connection(
    State(app): State<App>,
    _: Admin,
    BodyOf(body): BodyOf<ConnectionBody>,
) -> ApiResult<(StatusCode, Json<ConnectionView>)> {
    let created = connection::create(&app.hub, body.into_change(&[])?).await?;
    Ok((StatusCode::CREATED, Json(created.into())))
}

/// Change a connection: what is absent stays as it is.
#[utoipa::path(put, path = "/iiko/settings/{id}", tag = "iiko", operation_id = "update_connection",
    params(("id" = i32, Path, description = "`setting_id`")),
    request_body = ConnectionBody, responses((status = 200, description = "The connection as it is now", body = ConnectionView), ApiErrors))]
pub(crate) async fn update_connection(
    State(app): State<App>,
    _: Admin,
    PathOf(id): PathOf<i32>,
    BodyOf(body): BodyOf<ConnectionBody>,
) -> ApiResult<Json<ConnectionView>> {
    let known = connection::find(&app.hub, id)
        .await?
        .ok_or(ConnectionError::NotFound { setting_id: id })?;
    let updated = connection::update(&app.hub, id, body.into_change(&known.organizations)?).await?;
    Ok(Json(updated.into()))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RemovedView {
    #[schema(examples("ok"))]
    status: &'static str,
    message: String,
}

/// Remove a connection. What was synchronized through it stays.
#[utoipa::path(delete, path = "/iiko/settings/{id}", tag = "iiko", operation_id = "remove_connection",
    params(("id" = i32, Path, description = "`setting_id`")),
    responses((status = 200, description = "The connection is gone", body = RemovedView), ApiErrors))]
pub(crate) async fn remove_connection(
    State(app): State<App>,
    _: Admin,
    PathOf(id): PathOf<i32>,
) -> ApiResult<Json<RemovedView>> {
    connection::remove(&app.hub, id).await?;
    Ok(Json(RemovedView {
        status: "ok",
        message: format!("Настройка {id} удалена"),
    }))
}

#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct TestBody {
    /// the connection; here or in the query
    setting_id: Option<i32>,
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct TestQuery {
    /// the connection, where the body does not say it
    #[serde(deserialize_with = "query_value::whole_number")]
    setting_id: Option<i32>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TestView {
    #[schema(examples("ok"))]
    status: &'static str,
    message: String,
    /// what this login sees; empty: no point is added to it in iikoWeb
    organizations: Vec<ConnectionOrganizationView>,
}

/// Log in to iiko and list the organizations the login sees. 502 where iiko does not answer or refuses.
#[utoipa::path(post, path = "/iiko/test-connection", tag = "iiko", operation_id = "test_connection",
    params(TestQuery), request_body(content = Option<TestBody>),
    responses((status = 200, description = "iiko accepted the login", body = TestView), ApiErrors))]
pub(crate) async fn test_connection(
    State(app): State<App>,
    _: Admin,
    QueryOf(query): QueryOf<TestQuery>,
    BodyOf(body): BodyOf<TestBody>,
) -> ApiResult<Json<TestView>> {
    let setting_id = body
        .setting_id
        .or(query.setting_id)
        .ok_or_else(setting_id_missing)?;
    let found = connection::test(&app.hub, setting_id).await?;
    let message = if found.organizations.is_empty() {
        "Подключение работает, но организаций не видно: добавьте точку к API-логину в iikoWeb (кнопка «Добавить точку»)".to_owned()
    } else {
        format!(
            "Подключение работает. Организаций: {}",
            found.organizations.len()
        )
    };
    Ok(Json(TestView {
        status: "ok",
        message,
        organizations: found
            .organizations
            .into_iter()
            .map(ConnectionOrganizationView::from)
            .collect(),
    }))
}

/// Ask iiko for the organizations of a login that belongs to no connection yet. The answer is iiko's own.
#[utoipa::path(post, path = "/iiko/organizations-by-key", tag = "iiko", operation_id = "list_organizations_by_key",
    request_body = ConnectionBody,
    responses((status = 200, content_type = "application/json", body = Object, description = "iiko's answer as it came"), ApiErrors))]
pub(crate) async fn list_organizations_by_key(
    State(app): State<App>,
    _: Admin,
    BodyOf(body): BodyOf<ConnectionBody>,
) -> ApiResult<Response> {
    let answer = connection::organizations_by_key(&app.hub, &body.into_change(&[])?).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], answer).into_response())
}

impl From<ConnectionError> for ApiError {
    fn from(error: ConnectionError) -> Self {
        let detail = error.to_string();
        match error {
            ConnectionError::NotFound { .. } => Self::new(ErrorCode::UnknownSetting, detail),
            ConnectionError::OrganizationTaken { .. } => {
                Self::new(ErrorCode::OrganizationTaken, detail)
            }
            ConnectionError::Invalid { field, .. } => Self::invalid(field, detail),
            ConnectionError::SecretKey(_) => Self::new(ErrorCode::SecretKey, detail),
            ConnectionError::Iiko(error) => {
                let failure = Failure::from(error);
                Self {
                    correlation_id: failure.correlation_id,
                    ..Self::new(ErrorCode::Iiko(failure.code), failure.detail)
                }
            }
            ConnectionError::Database(error) => error.into(),
        }
    }
}
