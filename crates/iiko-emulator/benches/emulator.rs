//! Benchmarks of the emulator: how fast it starts and answers, and what it weighs (`./dev bench`).

#![expect(clippy::print_stdout, reason = "a benchmark prints what it saw")]

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use iiko_emulator::{Config, Emulator, Pace, scenario::Scenario};
use reqwest::Client;
use serde_json::{Value, json};

const CLIENTS: usize = 8;
const MANY: usize = 100;

fn main() -> anyhow::Result<()> {
    let is_quick = std::env::args().any(|it| it == "--quick");
    let duration = Duration::from_secs(if is_quick { 1 } else { 5 });
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        start("demo", if is_quick { 3 } else { 20 }).await?;
        start("monster", if is_quick { 1 } else { 5 }).await?;
        weigh()?;
        load("organizations", duration, async |desk| {
            desk.ask("organizations", &json!({})).await.map(drop)
        })
        .await?;
        load("nomenclature of the demo", duration, async |desk| {
            let body = json!({"organizationId": desk.organization});
            desk.ask("nomenclature", &body).await.map(drop)
        })
        .await?;
        load("an order created and read", duration, order).await
    })
}

/// From nothing to the first answer.
async fn start(scenario: &str, times: usize) -> anyhow::Result<()> {
    let http = Client::builder().no_proxy().build()?;
    let mut took = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        // read anew each time: only the demo is kept
        let emulator = Emulator::start(Config {
            scenario: Scenario::named(scenario)?,
            ..Config::default()
        })?;
        let answer = http
            .post(format!("{}/api/1/access_token", emulator.url()))
            .body(r#"{"apiLogin": "demo"}"#)
            .send()
            .await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        took.push(began.elapsed());
    }
    let first = took[0];
    took.sort_unstable();
    let median = took[took.len() / 2];
    // only the first one of all starts in a fresh process
    println!(
        "{scenario}: first answer after {first:.1?} the first time, {median:.1?} as a rule (median of {times})"
    );
    Ok(())
}

/// What one and many emulators add to the process.
fn weigh() -> anyhow::Result<()> {
    let before = resident()?;
    let began = Instant::now();
    let many = (0..MANY)
        .map(|_| Emulator::start(Config::default()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let took = began.elapsed();
    // pages may have been given back meanwhile
    let more = resident()?.saturating_sub(before);
    println!(
        "{MANY} emulators in one process: {took:.1?}, {} MB, {} KB each",
        more / 1024,
        more / MANY as u64
    );
    drop(many);
    Ok(())
}

/// KB of memory, by Linux's word.
fn resident() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let Some(line) = line else { return Ok(0) };
    let number = line.split_whitespace().nth(1);
    number
        .context("VmRSS without a number")?
        .parse()
        .map_err(Into::into)
}

/// A caller that has logged in.
#[derive(Clone)]
struct Desk {
    http: Client,
    url: String,
    token: String,
    organization: Value,
    group: Value,
    tea: Value,
}

impl Desk {
    async fn open(url: String) -> anyhow::Result<Self> {
        let mut desk = Self {
            http: Client::builder().no_proxy().build()?,
            url,
            token: String::new(),
            organization: Value::Null,
            group: Value::Null,
            tea: Value::Null,
        };
        let login = desk
            .ask("access_token", &json!({"apiLogin": "demo"}))
            .await?;
        desk.token = login["token"].as_str().context("a token")?.to_owned();
        let all = desk.ask("organizations", &json!({})).await?;
        desk.organization = all["organizations"][0]["id"].clone();
        let groups = json!({"organizationIds": [desk.organization]});
        let groups = desk.ask("terminal_groups", &groups).await?;
        desk.group = groups["terminalGroups"][0]["items"][0]["id"].clone();
        let menu = json!({"organizationId": desk.organization});
        let menu = desk.ask("nomenclature", &menu).await?;
        let mut products = menu["products"].as_array().context("products")?.iter();
        let tea = products.find(|it| it["code"] == "TEA-01");
        desk.tea = tea.context("the demo sells tea")?["id"].clone();
        Ok(desk)
    }

    async fn ask(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self
            .http
            .post(format!("{}/api/1/{path}", self.url))
            .bearer_auth(&self.token)
            .body(body.to_string());
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{path}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }
}

async fn order(desk: &Desk) -> anyhow::Result<()> {
    let item = json!({"type": "Product", "productId": desk.tea, "amount": 1, "price": 200});
    let order =
        json!({"phone": "+79990000001", "orderServiceType": "DeliveryByClient", "items": [item]});
    let body =
        json!({"organizationId": desk.organization, "terminalGroupId": desk.group, "order": order});
    let created = desk.ask("deliveries/create", &body).await?;
    let ids = [&created["orderInfo"]["id"]];
    let read = json!({"organizationId": desk.organization, "orderIds": ids});
    desk.ask("deliveries/by_id", &read).await.map(drop)
}

/// Clients that do the same again and again.
async fn load(
    what: &str,
    duration: Duration,
    act: impl AsyncFn(&Desk) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let emulator = Emulator::start(Config {
        pace: Pace::Auto { speed: 1000 },
        ..Config::default()
    })?;
    let desk = Desk::open(emulator.url()).await?;
    let before = resident()?;
    let began = Instant::now();
    let clients = (0..CLIENTS).map(async |_| {
        let mut times = Vec::new();
        while began.elapsed() < duration {
            let asked = Instant::now();
            act(&desk).await?;
            times.push(asked.elapsed());
        }
        anyhow::Ok(times)
    });
    let mut times = futures::future::try_join_all(clients).await?.concat();
    let seconds = began.elapsed().as_secs_f64();
    times.sort_unstable();
    println!(
        "{what}: {:.0} a second, median {:.1?}, p99 {:.1?}, {} clients, {} MB more at the end",
        times.len() as f64 / seconds,
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        CLIENTS,
        (resident()?.saturating_sub(before)) / 1024,
    );
    Ok(())
}
