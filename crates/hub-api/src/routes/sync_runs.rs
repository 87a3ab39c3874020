//! Starting syncs and asking how a run went.
//!
//! A POST starts the run apart from its request, so a client that hangs up does not cancel it. It waits for the end, or
//! answers 202 at once with `?wait=false`.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use hub_engine::sync::{self, Origin, RunStatus, SyncAnswer, SyncKind, SyncRefusal, SyncRequest};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, IntoResponses, ToSchema,
    openapi::{self, ContentBuilder, Ref, RefOr, ResponseBuilder},
};
use uuid::Uuid;

use crate::{
    App,
    auth::{Reader, Syncer},
    error::{ApiError, ApiErrors, ApiResult, PROBLEM_JSON},
    error_code::ErrorCode,
    input::{BodyOf, IikoId, PathOf, QueryOf, query_value},
    sync_answer::{StatusView, SyncAnswerView},
};

#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct SyncBody {
    /// the connection; here or in the query
    #[schema(examples(1))]
    setting_id: Option<i32>,
    /// one organization of the connection; without it all it serves
    #[schema(value_type = Option<String>)]
    organization_id: Option<IikoId>,
    /// take also a menu that is empty or much smaller than the last one; false by default
    force: Option<bool>,
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SyncQuery {
    /// the connection, where the body does not say it
    #[serde(deserialize_with = "query_value::whole_number")]
    setting_id: Option<i32>,
    /// one organization of the connection, where the body does not say it
    #[param(value_type = Option<String>)]
    organization_id: Option<IikoId>,
    /// take also a menu that is empty or much smaller than the last one
    #[serde(deserialize_with = "query_value::switch")]
    force: Option<bool>,
    /// false: answer 202 at once with the id of the run
    #[serde(deserialize_with = "query_value::switch")]
    #[param(default = true)]
    wait: Option<bool>,
}

/// What a caller wants, from body and query together.
#[derive(Debug)]
pub(crate) struct SyncWish {
    setting_id: i32,
    organization_id: Option<String>,
    force: bool,
    wait: bool,
}

impl FromRequest<App> for SyncWish {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> ApiResult<Self> {
        let (mut parts, body) = request.into_parts();
        let QueryOf(query) = QueryOf::<SyncQuery>::from_request_parts(&mut parts, app).await?;
        let BodyOf(body) =
            BodyOf::<SyncBody>::from_request(Request::from_parts(parts, body), app).await?;
        merge(body, query)
    }
}

/// The body wins.
fn merge(body: SyncBody, query: SyncQuery) -> ApiResult<SyncWish> {
    let setting_id = body
        .setting_id
        .or(query.setting_id)
        .ok_or_else(setting_id_missing)?;
    Ok(SyncWish {
        setting_id,
        organization_id: body
            .organization_id
            .or(query.organization_id)
            .map(|id| id.0),
        force: body.force.or(query.force).unwrap_or(false),
        wait: query.wait.unwrap_or(true),
    })
}

pub(crate) fn setting_id_missing() -> ApiError {
    let detail = "`setting_id` is missing: send it in the body, {\"setting_id\": 1}, or in the query, ?setting_id=1";
    ApiError::invalid("setting_id", detail)
}

/// A run that goes on by itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct StartedView {
    run_id: Uuid,
    status: StatusView,
}

/// The answers of every sync, for the document.
struct SyncAnswers;

impl IntoResponses for SyncAnswers {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let answer = |description: &str, content_type: &str, schema: &str| {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name(schema)))
                .build();
            ResponseBuilder::new()
                .description(description)
                .content(content_type, content)
                .build()
                .into()
        };
        let failed = "application/problem+json";
        let mut responses = ApiErrors::responses();
        responses.extend([
            (
                "200".to_owned(),
                answer(
                    "The run succeeded, or in part",
                    "application/json",
                    "SyncAnswerView",
                ),
            ),
            (
                "202".to_owned(),
                answer(
                    "The run goes on (`wait=false`)",
                    "application/json",
                    "StartedView",
                ),
            ),
            (
                "409".to_owned(),
                answer(
                    "A safety stop: the menu is empty or much smaller. `force` overrides it",
                    failed,
                    "SyncAnswerView",
                ),
            ),
            (
                "502".to_owned(),
                answer(
                    "Nothing succeeded, and it was iiko's fault",
                    failed,
                    "SyncAnswerView",
                ),
            ),
        ]);
        responses
    }
}

/// Sync everything of a connection: menu, terminal groups, payment types, stop lists, combos.
#[utoipa::path(post, path = "/sync/full", tag = "sync", operation_id = "start_full_sync",
    params(SyncQuery), request_body(content = Option<SyncBody>),
    responses(SyncAnswers))]
pub(crate) async fn start_full_sync(
    State(app): State<App>,
    _: Syncer,
    wish: SyncWish,
) -> ApiResult<Response> {
    run_sync(app, SyncKind::Full, wish).await
}

/// Sync the menu: categories, products, modifiers.
#[utoipa::path(post, path = "/sync/menu", tag = "sync", operation_id = "start_menu_sync",
    params(SyncQuery), request_body(content = Option<SyncBody>),
    responses(SyncAnswers))]
pub(crate) async fn start_menu_sync(
    State(app): State<App>,
    _: Syncer,
    wish: SyncWish,
) -> ApiResult<Response> {
    run_sync(app, SyncKind::Menu, wish).await
}

/// Sync the menu if its revision moved, and report the prices.
#[utoipa::path(post, path = "/sync/prices", tag = "sync", operation_id = "start_price_sync",
    params(SyncQuery), request_body(content = Option<SyncBody>),
    responses(SyncAnswers))]
pub(crate) async fn start_price_sync(
    State(app): State<App>,
    _: Syncer,
    wish: SyncWish,
) -> ApiResult<Response> {
    run_sync(app, SyncKind::Prices, wish).await
}

/// Sync the stop lists. Quick: call it often.
#[utoipa::path(post, path = "/sync/stoplist", tag = "sync", operation_id = "start_stop_list_sync",
    params(SyncQuery), request_body(content = Option<SyncBody>),
    responses(SyncAnswers))]
pub(crate) async fn start_stop_list_sync(
    State(app): State<App>,
    _: Syncer,
    wish: SyncWish,
) -> ApiResult<Response> {
    run_sync(app, SyncKind::StopList, wish).await
}

/// Sync the terminal groups.
#[utoipa::path(post, path = "/sync/terminals", tag = "sync", operation_id = "start_terminal_sync",
    params(SyncQuery), request_body(content = Option<SyncBody>),
    responses(SyncAnswers))]
pub(crate) async fn start_terminal_sync(
    State(app): State<App>,
    _: Syncer,
    wish: SyncWish,
) -> ApiResult<Response> {
    run_sync(app, SyncKind::Terminals, wish).await
}

/// Sync the payment types.
#[utoipa::path(post, path = "/sync/payments", tag = "sync", operation_id = "start_payment_sync",
    params(SyncQuery), request_body(content = Option<SyncBody>),
    responses(SyncAnswers))]
pub(crate) async fn start_payment_sync(
    State(app): State<App>,
    _: Syncer,
    wish: SyncWish,
) -> ApiResult<Response> {
    run_sync(app, SyncKind::Payments, wish).await
}

async fn run_sync(app: App, kind: SyncKind, wish: SyncWish) -> ApiResult<Response> {
    let request = SyncRequest {
        setting_id: wish.setting_id,
        kind,
        organization_id: wish.organization_id,
        force: wish.force,
    };
    let run = sync::start(&app.hub, request).await?;
    if !wish.wait {
        let started = StartedView {
            run_id: run.run_id,
            status: StatusView::Running,
        };
        return Ok((StatusCode::ACCEPTED, Json(started)).into_response());
    }
    Ok(answer_response(run.finished().await))
}

/// Show a run: its parts and organizations, while it runs and after.
#[utoipa::path(get, path = "/sync/runs/{id}", tag = "sync", operation_id = "show_sync_run",
    params(("id" = Uuid, Path, description = "`run_id` of a sync")),
    responses((status = 200, description = "The run, as far as it came", body = SyncAnswerView), ApiErrors))]
pub(crate) async fn show_sync_run(
    State(app): State<App>,
    _: Reader,
    PathOf(id): PathOf<Uuid>,
) -> ApiResult<Json<SyncAnswerView>> {
    let answer = sync::find_answer(&app.hub, id).await?;
    let answer = answer.ok_or_else(|| {
        ApiError::new(
            ErrorCode::UnknownRun,
            format!("there is no sync run `{id}`"),
        )
    })?;
    Ok(Json(answer.into()))
}

/// 200 where anything succeeded; else the status tells whose fault it is, and the body is a problem as well.
fn answer_response(answer: SyncAnswer) -> Response {
    let status = match (answer.status, &answer.failure) {
        (RunStatus::Running | RunStatus::Success | RunStatus::Partial, _) => StatusCode::OK,
        (RunStatus::Failed, Some(failure)) => match failure.code.origin() {
            Origin::Iiko => StatusCode::BAD_GATEWAY,
            Origin::Safety => StatusCode::CONFLICT,
            Origin::Ours => StatusCode::INTERNAL_SERVER_ERROR,
        },
        (RunStatus::Failed, None) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = (status, Json(SyncAnswerView::from(answer))).into_response();
    if status != StatusCode::OK {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, PROBLEM_JSON);
    }
    response
}

impl From<SyncRefusal> for ApiError {
    fn from(refusal: SyncRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            SyncRefusal::UnknownSetting { .. } => Self::new(ErrorCode::UnknownSetting, detail),
            SyncRefusal::NoOrganization => Self::new(ErrorCode::NoOrganization, detail),
            SyncRefusal::OrganizationNotEnabled { .. } => Self {
                field: Some("organization_id".to_owned()),
                ..Self::new(ErrorCode::OrganizationNotEnabled, detail)
            },
            SyncRefusal::Inactive { .. } => Self::new(ErrorCode::ConnectionInactive, detail),
            SyncRefusal::Incomplete { .. } => Self::new(ErrorCode::ConnectionIncomplete, detail),
            SyncRefusal::SecretKey(_) => Self::new(ErrorCode::SecretKey, detail),
            SyncRefusal::Database(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(
        setting_id: Option<i32>,
        organization_id: Option<&str>,
        force: Option<bool>,
    ) -> SyncBody {
        SyncBody {
            setting_id,
            organization_id: organization_id.map(|id| IikoId(id.to_owned())),
            force,
        }
    }

    fn query(setting_id: Option<i32>) -> SyncQuery {
        SyncQuery {
            setting_id,
            ..SyncQuery::default()
        }
    }

    #[test]
    fn the_body_wins_over_the_query() {
        assert_eq!(
            merge(body(Some(1), None, None), query(Some(2)))
                .unwrap()
                .setting_id,
            1
        );
        assert_eq!(
            merge(body(None, None, None), query(Some(2)))
                .unwrap()
                .setting_id,
            2
        );
        let wish = merge(body(Some(1), Some("org"), Some(true)), query(None)).unwrap();
        assert_eq!(wish.organization_id.as_deref(), Some("org"));
        assert!(wish.force && wish.wait);
    }

    #[test]
    fn a_sync_without_a_setting_is_refused_by_name() {
        let error = merge(body(None, None, None), query(None)).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParameter);
        assert_eq!(error.field.as_deref(), Some("setting_id"));
    }
}
