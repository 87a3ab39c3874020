//! A server whose answers are a function of the request and of how often its path was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{StreamExt, future::BoxFuture, stream};
use iiko_client::{Client, ClientBuilder, Credentials, Rate, Rates};
use serde_json::Value;

pub(crate) const API_LOGIN: &str = "0a1b2c3d-invented";
pub(crate) const CORRELATION_ID: &str = "4687a3c4-0000-4000-8000-000000000002";
pub(crate) const TOKEN_PATH: &str = "/api/1/access_token";
pub(crate) const STOP_LISTS_PATH: &str = "/api/1/stop_lists";

/// A request as the server saw it.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// 1 for the first request to this path.
    pub(crate) nth: usize,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }
}

type Script = dyn Fn(Seen) -> BoxFuture<'static, Response> + Send + Sync;

#[derive(Clone)]
struct Shared {
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Script>,
}

pub(crate) struct Server {
    address: SocketAddr,
    shared: Shared,
}

impl Server {
    /// Answers logins with `token-1`, `token-2`, … and all else as `script` says.
    pub(crate) async fn start(script: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Self {
        Self::start_async(move |seen| {
            let answer = if seen.path.ends_with("access_token") {
                token(seen.nth)
            } else {
                script(&seen)
            };
            Box::pin(std::future::ready(answer))
        })
        .await
    }

    /// Answers everything, logins too, as `script` says, when it is done.
    pub(crate) async fn start_async(
        script: impl Fn(Seen) -> BoxFuture<'static, Response> + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared {
            seen: Arc::default(),
            script: Arc::new(script),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        self.shared
            .seen
            .lock()
            .unwrap()
            .iter()
            .filter(|seen| seen.path == path)
            .cloned()
            .collect()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.seen(path).len()
    }

    /// With pauses of no length and no rate, so that no test waits.
    pub(crate) fn builder(&self) -> ClientBuilder {
        builder(&self.url())
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

pub(crate) fn builder(url: &str) -> ClientBuilder {
    Client::builder(
        url,
        Credentials::V1 {
            api_login: API_LOGIN.into(),
        },
    )
    .backoff(Duration::ZERO)
    .rates(Rates::all(Rate::Unlimited))
}

async fn answer(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let seen = {
        let mut all = shared.seen.lock().unwrap();
        let nth = all.iter().filter(|seen| seen.path == uri.path()).count() + 1;
        let seen = Seen {
            path: uri.path().to_owned(),
            headers,
            body,
            nth,
        };
        all.push(seen.clone());
        seen
    };
    (shared.script)(seen).await
}

pub(crate) fn json(status: u16, body: &str) -> Response {
    (
        StatusCode::from_u16(status).unwrap(),
        [("content-type", "application/json")],
        body.to_owned(),
    )
        .into_response()
}

pub(crate) fn token(nth: usize) -> Response {
    json(
        200,
        &format!(r#"{{"correlationId":"{CORRELATION_ID}","token":"token-{nth}"}}"#),
    )
}

pub(crate) fn stop_lists() -> Response {
    json(
        200,
        &format!(r#"{{"correlationId":"{CORRELATION_ID}","terminalGroupStopLists":[]}}"#),
    )
}

pub(crate) fn refusal(status: u16, description: &str) -> Response {
    json(
        status,
        &format!(r#"{{"correlationId":"{CORRELATION_ID}","errorDescription":"{description}"}}"#),
    )
}

/// A body that ends before the length that was announced.
pub(crate) fn cut(body: &'static str) -> Response {
    let first = stream::iter([Ok(Bytes::from_static(body.as_bytes()))]);
    // The server sends what it has when the rest is not there yet, and breaks off when it fails.
    let rest = stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut"))
    });
    let chunks = first.chain(rest);
    Response::builder()
        .header("content-type", "application/json")
        .header("content-length", body.len() + 1000)
        .body(Body::from_stream(chunks))
        .unwrap()
}

/// A token that says when it ends.
pub(crate) fn jwt(exp: i64) -> String {
    format!(
        "e30.{}.c2ln",
        URL_SAFE_NO_PAD.encode(format!(r#"{{"exp":{exp}}}"#))
    )
}
