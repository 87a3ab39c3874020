//! The login of a person: name and password for a session token.

use axum::{Json, extract::State};
use chrono::TimeDelta;
use hub_db::{session, user};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    App,
    error::{ApiError, ApiErrors, ApiResult},
    error_code::ErrorCode,
    input::BodyOf,
    password,
    timestamp::Timestamp,
    token::{self, TokenKind},
};

/// A working day; programs take API tokens.
const SESSION_LIFE: TimeDelta = TimeDelta::hours(12);

#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct LoginBody {
    #[schema(required, value_type = String, examples("admin"))]
    username: Option<String>,
    #[schema(required, value_type = String, format = Password)]
    password: Option<SecretString>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LoginView {
    /// for the header: `Authorization: Bearer …`
    access_token: String,
    #[schema(examples("bearer"))]
    token_type: &'static str,
    expires_at: Timestamp,
}

/// Trade name and password for a token that holds for twelve hours. Programs take an API token instead: `iiko-base token create`.
#[utoipa::path(post, path = "/auth/login", tag = "auth", operation_id = "log_in", security(()), request_body = LoginBody,
    responses((status = 200, description = "A token for twelve hours", body = LoginView), ApiErrors))]
pub(crate) async fn log_in(
    State(app): State<App>,
    BodyOf(body): BodyOf<LoginBody>,
) -> ApiResult<Json<LoginView>> {
    let username = body
        .username
        .ok_or_else(|| ApiError::invalid("username", "`username` is missing"))?;
    let password = body
        .password
        .ok_or_else(|| ApiError::invalid("password", "`password` is missing"))?;
    let now = app.hub.clock().now();
    if let Some(seconds) = app.login_throttle.wait_seconds(&username, now) {
        let detail =
            format!("too many failed logins for this name; try again in {seconds} seconds");
        return Err(ApiError {
            retry_after_seconds: Some(seconds),
            ..ApiError::new(ErrorCode::TooManyAttempts, detail)
        });
    }

    // no connection is held while the hash is worked out
    let known = {
        let mut conn = app.hub.db().acquire().await?;
        user::find_by_username(&mut conn, &username).await?
    };
    let stored = known.as_ref().map(|known| known.password_hash.clone());
    let matches = password::verify(password, stored).await;
    let Some(known) = known.filter(|known| matches && known.is_active) else {
        app.login_throttle.mark_failed(&username, now);
        return Err(ApiError::new(
            ErrorCode::InvalidCredentials,
            "the name or the password is wrong",
        ));
    };
    app.login_throttle.mark_succeeded(&username);

    let new = token::generate(TokenKind::Session);
    let expires_at = now + SESSION_LIFE;
    let mut tx = app.hub.db().begin().await?;
    session::delete_expired(&mut tx, now).await?;
    session::insert(&mut tx, &new.hash, known.id, now, expires_at).await?;
    tx.commit().await?;
    Ok(Json(LoginView {
        access_token: new.token.expose_secret().to_owned(),
        token_type: "bearer",
        expires_at: expires_at.into(),
    }))
}
