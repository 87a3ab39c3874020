//! Every call to iiko becomes a row of `api_logs`, written off the hot path in batches.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use hub_db::api_log::ApiLogRow;
use iiko_client::{Exchange, ExchangeObserver, clock::Clock};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

/// So many calls may wait for the database; more are dropped, and the loss is said.
const WAITING_ROWS: usize = 1_000;
const BATCH_ROWS: usize = 200;
const CLEANING_INTERVAL: Duration = Duration::from_secs(3_600);

#[derive(Clone, Debug)]
pub(crate) struct ApiLog {
    sender: mpsc::Sender<Message>,
}

#[derive(Debug)]
enum Message {
    Row(Box<ApiLogRow>),
    Flush(oneshot::Sender<()>),
}

/// Starts the writer, which lives as long as a sender does.
pub(crate) fn start(db: PgPool, clock: Clock, kept_days: u32) -> ApiLog {
    let (sender, receiver) = mpsc::channel(WAITING_ROWS);
    tokio::spawn(write(db, clock, kept_days, receiver));
    ApiLog { sender }
}

impl ApiLog {
    pub(crate) fn observer(&self, setting_id: Option<i32>) -> Arc<dyn ExchangeObserver> {
        Arc::new(Observer {
            sender: self.sender.clone(),
            setting_id,
        })
    }

    /// Waits until all that was observed so far is in the database.
    pub(crate) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.sender.send(Message::Flush(done)).await.is_ok() {
            // an error means that the writer is gone, and with it all that could be waited for
            flushed.await.ok();
        }
    }
}

#[derive(Debug)]
struct Observer {
    sender: mpsc::Sender<Message>,
    setting_id: Option<i32>,
}

impl ExchangeObserver for Observer {
    fn exchanged(&self, exchange: &Exchange) {
        let row = ApiLogRow {
            setting_id: self.setting_id,
            method: exchange.method.to_owned(),
            url: exchange.url.to_string(),
            request_body: storable(&exchange.request_body),
            response_status: exchange.status.map(i32::from),
            response_body: storable(&exchange.response_body),
            correlation_id: exchange.correlation_id.clone(),
            duration_ms: i32::try_from(exchange.duration.as_millis()).unwrap_or(i32::MAX),
            error: exchange.error.clone(),
            created_at: exchange.started_at,
        };
        if self.sender.try_send(Message::Row(Box::new(row))).is_err() {
            tracing::warn!("a call to iiko was not logged: the database does not keep up");
        }
    }
}

/// PostgreSQL's text has no NUL.
fn storable(body: &str) -> String {
    body.replace('\0', "\u{fffd}")
}

async fn write(db: PgPool, clock: Clock, kept_days: u32, mut receiver: mpsc::Receiver<Message>) {
    let mut messages = Vec::with_capacity(BATCH_ROWS);
    let mut cleaning = tokio::time::interval(CLEANING_INTERVAL);
    loop {
        tokio::select! {
            received = receiver.recv_many(&mut messages, BATCH_ROWS) => {
                if received == 0 {
                    return;
                }
                let mut flushed = Vec::new();
                let mut rows = Vec::new();
                for message in messages.drain(..) {
                    match message {
                        Message::Row(row) => rows.push(*row),
                        Message::Flush(done) => flushed.push(done),
                    }
                }
                if let Err(error) = insert(&db, &rows).await {
                    tracing::warn!(%error, rows = rows.len(), "calls to iiko were not logged");
                }
                for done in flushed {
                    // who asked may have gone meanwhile
                    done.send(()).ok();
                }
            }
            _ = cleaning.tick() => {
                if let Err(error) = clean(&db, &clock, kept_days).await {
                    tracing::warn!(%error, "old rows of api_logs were not removed");
                }
            }
        }
    }
}

async fn insert(db: &PgPool, rows: &[ApiLogRow]) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    hub_db::api_log::insert_all(&mut *db.acquire().await?, rows).await
}

async fn clean(db: &PgPool, clock: &Clock, kept_days: u32) -> sqlx::Result<()> {
    let oldest = clock.now() - TimeDelta::days(i64::from(kept_days));
    hub_db::api_log::delete_before(&mut *db.acquire().await?, oldest).await?;
    Ok(())
}
