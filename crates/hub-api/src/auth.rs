//! Who calls, and what they may do. A handler takes [`Reader`], [`Syncer`] or [`Admin`] and cannot forget the question.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use chrono::{DateTime, TimeDelta, Utc};
use hub_db::{api_token, session};
use sqlx::PgConnection;

use crate::{
    App,
    accounts::{Scope, UnknownScope},
    error::{ApiError, ApiResult},
    error_code::ErrorCode,
    token::{self, TokenKind},
};

/// `last_used_at` is for people: once a minute is often enough, and a write a request is not free.
const MARK_EVERY: TimeDelta = TimeDelta::minutes(1);

/// May read data and history.
pub(crate) struct Reader;

/// May also start syncs.
pub(crate) struct Syncer;

/// May do everything.
pub(crate) struct Admin;

impl FromRequestParts<App> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        permit(app, &parts.headers, Scope::Read)
            .await
            .map(|()| Self)
    }
}

impl FromRequestParts<App> for Syncer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        permit(app, &parts.headers, Scope::Sync)
            .await
            .map(|()| Self)
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        permit(app, &parts.headers, Scope::Admin)
            .await
            .map(|()| Self)
    }
}

async fn permit(app: &App, headers: &HeaderMap, needed: Scope) -> ApiResult<()> {
    let token = bearer_token(headers)?;
    let kind = TokenKind::of(token).ok_or_else(unknown_token)?;
    let now = app.hub.clock().now();
    let mut conn = app.hub.db().acquire().await?;
    let caller = find_caller(&mut conn, kind, token, now)
        .await?
        .ok_or_else(unknown_token)?;
    if caller
        .last_used_at
        .is_none_or(|last| last + MARK_EVERY <= now)
    {
        mark_used(&mut conn, &caller.key, now).await;
    }
    if caller.scope < needed {
        let detail = format!(
            "this token has the scope `{}`, this call needs `{needed}`",
            caller.scope
        );
        return Err(ApiError::new(ErrorCode::Forbidden, detail));
    }
    Ok(())
}

fn bearer_token(headers: &HeaderMap) -> ApiResult<&str> {
    let missing = || {
        ApiError::new(
            ErrorCode::Unauthorized,
            "send a token: `Authorization: Bearer …`",
        )
    };
    let value = headers
        .get(header::AUTHORIZATION)
        .ok_or_else(missing)?
        .to_str()
        .map_err(|_| missing())?;
    let (scheme, token) = value.trim().split_once(' ').ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim())
    } else {
        Err(missing())
    }
}

/// The same for a token that never was, one that expired and one that was revoked: who holds a wrong one learns nothing.
fn unknown_token() -> ApiError {
    ApiError::new(
        ErrorCode::Unauthorized,
        "the token is unknown, expired or revoked",
    )
}

struct Caller {
    key: CallerKey,
    scope: Scope,
    last_used_at: Option<DateTime<Utc>>,
}

enum CallerKey {
    ApiToken { id: i32 },
    Session { token_hash: [u8; 32] },
}

async fn find_caller(
    conn: &mut PgConnection,
    kind: TokenKind,
    token: &str,
    now: DateTime<Utc>,
) -> ApiResult<Option<Caller>> {
    let token_hash = token::hash(token);
    Ok(match kind {
        TokenKind::Api => match api_token::find_live(conn, &token_hash, now).await? {
            Some(found) => Some(Caller {
                key: CallerKey::ApiToken { id: found.id },
                scope: found
                    .scope
                    .parse()
                    .map_err(|error: UnknownScope| ApiError::internal(error))?,
                last_used_at: found.last_used_at,
            }),
            None => None,
        },
        // roles are still to come: who can log in is an administrator
        TokenKind::Session => session::find_live(conn, &token_hash, now)
            .await?
            .map(|found| Caller {
                key: CallerKey::Session { token_hash },
                scope: Scope::Admin,
                last_used_at: found.last_used_at,
            }),
    })
}

/// Best effort: a request does not fail because its trace could not be written.
async fn mark_used(conn: &mut PgConnection, key: &CallerKey, now: DateTime<Utc>) {
    let marked = match key {
        CallerKey::ApiToken { id } => api_token::mark_used(conn, *id, now).await,
        CallerKey::Session { token_hash } => session::mark_used(conn, token_hash, now).await,
    };
    if let Err(error) = marked {
        tracing::warn!(error = %error, "could not note the last use of a token: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        bearer_token(&headers).ok().map(str::to_owned)
    }

    #[test]
    fn a_bearer_token_is_read_in_any_case() {
        assert_eq!(token_of("Bearer ib_x").as_deref(), Some("ib_x"));
        assert_eq!(token_of("bearer  ib_x ").as_deref(), Some("ib_x"));
        assert_eq!(token_of("Basic dXNlcjpwYXNz"), None);
        assert_eq!(token_of("ib_x"), None);
        assert!(bearer_token(&HeaderMap::new()).is_err());
    }
}
