//! A program that takes webhooks, and how it is told of them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

use crate::{Desk, PARKOVAYA};

/// A call to the handler: what stood in `Authorization`, and the events.
pub(crate) struct Call {
    pub(crate) authorization: String,
    pub(crate) events: Vec<Value>,
}

impl Call {
    /// Types of the events, and what each says of the order's status.
    pub(crate) fn told(&self) -> Vec<(String, String)> {
        let told = self.events.iter().map(|event| {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (
                word(&event["eventType"]),
                word(&event["eventInfo"]["order"]["status"]),
            )
        });
        told.collect()
    }
}

/// A program that takes events.
pub(crate) struct Handler {
    pub(crate) url: String,
    calls: mpsc::UnboundedReceiver<Call>,
    /// What it answers next; 200 when the list is empty.
    pub(crate) answers: Arc<Mutex<Vec<u16>>>,
    /// As long as somebody holds it, nothing is answered.
    pub(crate) gate: Arc<tokio::sync::Mutex<()>>,
}

impl Handler {
    pub(crate) async fn open() -> Self {
        let (heard, calls) = mpsc::unbounded_channel();
        let answers = Arc::<Mutex<Vec<u16>>>::default();
        let gate = Arc::<tokio::sync::Mutex<()>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(hear)).with_state((
            heard,
            Arc::clone(&answers),
            Arc::clone(&gate),
        ));
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            calls,
            answers,
            gate,
        }
    }

    /// What has come by now.
    pub(crate) fn heard(&mut self) -> Vec<Call> {
        std::iter::from_fn(|| self.calls.try_recv().ok()).collect()
    }
}

type Hearing = (
    mpsc::UnboundedSender<Call>,
    Arc<Mutex<Vec<u16>>>,
    Arc<tokio::sync::Mutex<()>>,
);

async fn hear(
    State((heard, answers, gate)): State<Hearing>,
    headers: HeaderMap,
    body: Bytes,
) -> axum::http::StatusCode {
    let authorization = headers.get("authorization");
    let call = Call {
        authorization: authorization
            .map(|it| it.to_str().unwrap().to_owned())
            .unwrap_or_default(),
        events: serde_json::from_slice(&body).unwrap(),
    };
    heard.send(call).unwrap();
    drop(gate.lock().await);
    let answer = answers.lock().unwrap().pop().unwrap_or(200);
    answer.try_into().unwrap()
}

/// Has the demo's login told of `filter`.
pub(crate) async fn subscribe(desk: &Desk, handler: &Handler, filter: Value) {
    subscribe_to(desk, PARKOVAYA, handler, filter).await;
}

/// The same for another restaurant.
pub(crate) async fn subscribe_to(
    desk: &Desk,
    organization: &str,
    handler: &Handler,
    filter: Value,
) {
    let body = json!({
        "organizationId": desk.organization(organization), "webHooksUri": handler.url, "authToken": "invented-secret",
        "webHooksFilter": filter,
    });
    desk.ask("/api/1/webhooks/update_settings", body).await;
}

/// The next call, which comes by itself.
pub(crate) async fn next(handler: &mut Handler) -> Call {
    let call = tokio::time::timeout(Duration::from_secs(20), handler.calls.recv());
    call.await.unwrap().unwrap()
}
