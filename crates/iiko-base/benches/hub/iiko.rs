//! An iiko that answers at once, from memory: it is not what is measured.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::menu::Menu;

pub(crate) struct Iiko {
    address: SocketAddr,
    menu: Arc<Mutex<Bytes>>,
}

#[derive(Clone)]
struct Answers {
    menu: Arc<Mutex<Bytes>>,
    terminal_groups: Bytes,
    stop_lists: Bytes,
}

impl Iiko {
    /// Serves until the process ends.
    pub(crate) async fn start(menu: &Menu, bytes: Bytes, seed: u64) -> anyhow::Result<Self> {
        let shared = Arc::new(Mutex::new(bytes));
        let answers = Answers {
            menu: Arc::clone(&shared),
            terminal_groups: terminal_groups(menu).to_string().into(),
            stop_lists: stop_lists(menu, seed).to_string().into(),
        };
        let router = Router::new().fallback(answer).with_state(answers);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no free port")?;
        let address = listener.local_addr()?;
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok(Self {
            address,
            menu: shared,
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn serve_menu(&self, bytes: Bytes) {
        *self.menu.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
    }
}

async fn answer(State(answers): State<Answers>, uri: Uri) -> Response {
    let body = match uri.path() {
        "/api/1/nomenclature" => answers
            .menu
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone(),
        "/api/1/terminal_groups" => answers.terminal_groups,
        "/api/1/stop_lists" => answers.stop_lists,
        "/api/1/access_token" => Bytes::from_static(br#"{"token":"bench"}"#),
        "/api/1/payment_types" => Bytes::from_static(br#"{"paymentTypes":[]}"#),
        "/api/1/combo" => {
            Bytes::from_static(br#"{"comboSpecifications":[],"comboCategories":[],"Warnings":[]}"#)
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn terminal_groups(menu: &Menu) -> Value {
    let items: Vec<Value> = menu
        .terminal_group_ids
        .iter()
        .map(|id| json!({ "id": id, "organizationId": menu.organization_id, "name": "Касса", "address": "" }))
        .collect();
    json!({
        "terminalGroups": [{ "organizationId": menu.organization_id, "items": items }],
        "terminalGroupsInSleep": [],
    })
}

fn stop_lists(menu: &Menu, seed: u64) -> Value {
    let items: Vec<Value> = menu
        .terminal_group_ids
        .iter()
        .map(|id| {
            let stops: Vec<Value> = menu
                .stops(seed)
                .into_iter()
                .map(|(product_id, size_id)| {
                    json!({ "productId": product_id, "sizeId": size_id, "balance": 0, "dateAdd": "2026-11-20 10:15:22.123" })
                })
                .collect();
            json!({ "terminalGroupId": id, "items": stops })
        })
        .collect();
    json!({ "terminalGroupStopLists": [{ "organizationId": menu.organization_id, "items": items }] })
}
