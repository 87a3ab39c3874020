//! Clients that ask for pages of products without a pause.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinSet;

/// Products on a page.
pub(crate) const PAGE: usize = 100;
const CLIENTS: usize = 4;

pub(crate) struct Load {
    pub(crate) elapsed: Duration,
    /// Of each request, in ascending order.
    pub(crate) latencies: Vec<Duration>,
    pub(crate) page_bytes: usize,
}

/// Each client takes the next page that nobody has taken, and after the last one the first.
pub(crate) async fn load(
    pages: Vec<String>,
    token: &SecretString,
    duration: Duration,
) -> anyhow::Result<Load> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let pages: Arc<[String]> = pages.into();
    let page_bytes = page(&http, &pages[0], token).await?;
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (http, pages, next, token) = (
            http.clone(),
            Arc::clone(&pages),
            Arc::clone(&next),
            token.clone(),
        );
        clients.spawn(async move {
            let mut latencies = Vec::new();
            while started.elapsed() < duration {
                let address = &pages[next.fetch_add(1, Ordering::Relaxed) % pages.len()];
                let asked = Instant::now();
                page(&http, address, &token).await?;
                latencies.push(asked.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(client) = clients.join_next().await {
        latencies.extend(client??);
    }
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    Ok(Load {
        elapsed,
        latencies,
        page_bytes,
    })
}

async fn page(
    http: &reqwest::Client,
    address: &str,
    token: &SecretString,
) -> anyhow::Result<usize> {
    let response = http
        .get(address)
        .bearer_auth(token.expose_secret())
        .send()
        .await?;
    let status = response.status();
    let body = response.bytes().await?;
    ensure!(
        status == StatusCode::OK,
        "{address} answers {status}: {}",
        String::from_utf8_lossy(&body)
    );
    Ok(body.len())
}
