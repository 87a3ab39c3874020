//! The door: every call that is not a control goes through [`answer`], which does in order what iiko does.
//!
//! Path, token, operation, body. Faults are asked for before and applied around it; each call is recorded.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::PoisonError,
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use iiko_types::operations::{ALL, OperationInfo};
use uuid::Uuid;

use crate::{
    failure::Failure,
    faults::{Fault, target::Target},
    json::{Json, Value},
    nomenclature::PICTURES,
    operations::{self, Operation},
    refusal::Refusal,
    shared::Shared,
    spoil,
    struck::{MAX_BODY_BYTES, Recorded, Struck},
    world::Call,
};

/// How iiko answers when its own parts took too long.
const TIMED_OUT: Fault = Fault::Status {
    status: 408,
    retry_after: None,
};

/// An answer before faults are done to it.
struct Answered {
    status: u16,
    text: String,
    login: Option<String>,
}

pub(crate) async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().trim_end_matches('/').to_lowercase();
    let known = ALL
        .iter()
        .find(|operation| operation.path.eq_ignore_ascii_case(&path));
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, String::new());
    };

    let token = token_of(&parts.headers);
    let mut login = token.and_then(|token| shared.world().login_of(token));
    let target = Target::at(&path);
    // who asks for a token says in the body who it is
    if target == Target::Login {
        login = login_in(&body, &shared);
    }
    let struck = known
        .map(|it| Struck::by_faults(&shared, it.name, target, login.as_deref()))
        .unwrap_or_default();
    let latency = struck.latency();
    let patience = timeout_of(&parts.headers).unwrap_or(Duration::MAX);
    tokio::time::sleep(latency.min(patience)).await;
    let spoiling = struck.spoiling();
    if spoiling == Some(&Fault::TokenExpired) {
        shared.world().tokens.expire(token.unwrap_or_default());
        login = None;
    }
    let refusal = match spoiling {
        Some(Fault::TillRefuses { code, message }) => {
            Some(Failure::new(code.as_str().into(), message))
        }
        _ => None,
    };
    let answered = if struck.runs() {
        let call = Incoming {
            path: &path,
            known,
            method: &parts.method,
            login,
            refusal,
            body: &body,
        };
        let base_url = base_url(&shared, &parts.headers);
        let mut answered = call.answer(&shared);
        answered.text = answered
            .text
            .replace(PICTURES, &format!("{base_url}/_emulator/pictures/"));
        answered
    } else {
        Answered {
            status: 200,
            text: String::new(),
            login,
        }
    };

    shared.stir();

    // what took longer than the caller lets iiko wait is done all the same, and nobody knows
    let spoiling = match latency > patience {
        true => Some(&TIMED_OUT),
        false => spoiling,
    };
    let response = spoil::apply(spoiling, answered.status, answered.text);
    let call = Recorded {
        operation: known.map(|operation| operation.name.to_owned()),
        path: parts.uri.path().to_owned(),
        login: answered.login,
    };
    struck.record(&shared, call, response)
}

struct Incoming<'r> {
    path: &'r str,
    known: Option<&'static OperationInfo>,
    method: &'r Method,
    login: Option<String>,
    /// What the till will say, where the operation is a command.
    refusal: Option<Failure>,
    body: &'r Bytes,
}

impl Incoming<'_> {
    fn answer(self, shared: &Shared) -> Answered {
        let correlation_id = Uuid::new_v4();
        let login = self.login.clone();
        match self.run(shared, correlation_id) {
            Ok(text) => Answered {
                status: 200,
                text,
                login,
            },
            Err(refusal) => {
                tracing::debug!(path = self.path, %refusal, "refused");
                Answered {
                    status: refusal.status,
                    text: refusal.body(correlation_id),
                    login,
                }
            }
        }
    }

    fn run(&self, shared: &Shared, correlation_id: Uuid) -> Result<String, Refusal> {
        let operation: Option<&Operation> = operations::find(self.path);
        let is_public = operation.is_some_and(|operation| operation.is_public);
        if !is_public && self.login.is_none() {
            return Err(Refusal::token_refused());
        }
        let Some(known) = self.known else {
            return Err(Refusal::right_missing(self.path));
        };
        // The one GET of the contract is a twin of the POST without a body.
        let is_twin = *self.method == Method::GET && known.name == "organizations";
        if *self.method != Method::POST && !is_twin {
            return Err(Refusal::method_not_allowed(self.method.as_str()));
        }
        let Some(operation) = operation else {
            return Err(Refusal::not_imitated(known.name));
        };
        let body = if is_twin { "{}" } else { utf8(self.body)? };
        let mut world = shared.world();
        world.run_due();
        world.call = Call {
            login: self.login.clone(),
            correlation_id,
            refusal: self.refusal.clone(),
            sent_at: None,
        };
        if !is_public && !world.may_call(known.name) {
            return Err(Refusal::right_missing(known.path));
        }
        // a fault of ours is a 500 and no end of the connection
        let answer = catch_unwind(AssertUnwindSafe(|| operation.answer(&mut world, body)));
        answer.unwrap_or_else(|_| Err(Refusal::internal()))
    }
}

fn utf8(body: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(body)
        .map_err(|_| Refusal::invalid_body("The body is not UTF-8. Path '', line 0, position 0."))
}

/// The login that a request for a token names, if it is one of ours.
fn login_in(body: &[u8], shared: &Shared) -> Option<String> {
    let json = Json::parse(std::str::from_utf8(body).ok()?).ok()?;
    let named = ["apiLogin", "apiKey"]
        .iter()
        .find_map(|name| json.get(name))?;
    let Value::Text(named) = &named.value else {
        return None;
    };
    let world = shared.world();
    let is_known = world.logins.iter().any(|login| login.api_login == *named);
    is_known.then(|| named.clone())
}

/// The token that the call carries.
fn token_of(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// How long iiko may wait for its own parts.
fn timeout_of(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("timeout")?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// Where the caller reached us: links to pictures lead back there.
fn base_url(shared: &Shared, headers: &HeaderMap) -> String {
    match headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
    {
        Some(host) => format!("http://{host}"),
        None => shared.url.clone(),
    }
}

pub(crate) fn json(status: StatusCode, text: impl Into<Body>) -> Response {
    let content_type = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(header::CONTENT_TYPE, content_type)], text.into()).into_response()
}

fn plain(status: StatusCode, text: String) -> Response {
    (status, text).into_response()
}

/// A lock whose holder panicked is used on: what it was about may be changed by half, and an emulator that nobody can ask
/// any more would be worse.
pub(crate) fn unpoisoned<T>(result: Result<T, PoisonError<T>>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}
