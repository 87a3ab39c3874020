//! `demo --check`: does what the demo has printed work as printed?
//!
//! The printed lines are run by a shell, word for word. Prices are compared with what the emulator itself answers, read
//! here from its JSON as text: neither the client's nor the hub's decoding can agree with itself.

use std::collections::BTreeMap;
use std::process::Output;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::Method;
use rust_decimal::Decimal;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::cli::Outcome;
use crate::console;
use crate::demo::card::Card;

mod iiko;

/// A value of our own, which no sync may overwrite.
const LOCAL_TAG: &str = "demo-check";

/// Verifies everything, prints a line for each thing, and says how it went.
pub(crate) async fn run(card: &Card, emulator_url: &str) -> anyhow::Result<Outcome> {
    let check = Check {
        card,
        emulator_url,
        http: reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()?,
    };
    let results = [
        ("admin logs in with the password", check.login().await),
        (
            "the stop list line works",
            check.sync_line("stoplist").await,
        ),
        ("the menu line works", check.sync_line("menu").await),
        ("the products line works", check.products_line().await),
        ("prices are iiko's to the kopeck", check.prices().await),
        ("the psql line works", check.psql_line().await),
        ("a local value survives a sync", check.local_value().await),
        ("nobody comes in without a token", check.refusal().await),
    ];
    console::data("");
    let mut failed = 0;
    for (name, result) in &results {
        match result {
            Ok(seen) => console::data(format_args!("  ok      {name}: {seen}")),
            Err(error) => {
                failed += 1;
                console::data(format_args!("  FAILED  {name}: {error:#}"));
            }
        }
    }
    console::data(format_args!(
        "\n{} of {} checks passed",
        results.len() - failed,
        results.len()
    ));
    Ok(if failed == 0 {
        Outcome::Success
    } else {
        Outcome::Failed
    })
}

struct Check<'a> {
    card: &'a Card,
    emulator_url: &'a str,
    http: reqwest::Client,
}

/// The fields of a product that are looked at here.
#[derive(Debug, Deserialize)]
struct Product {
    id: String,
    organization_id: String,
    price: Option<Box<RawValue>>,
    price_kopecks: Option<i64>,
    tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Products {
    products: Vec<Product>,
}

impl Check<'_> {
    async fn login(&self) -> anyhow::Result<String> {
        let body = json!({
            "username": self.card.username,
            "password": self.card.password.expose_secret(),
        });
        let answer: Value = self
            .send(Method::POST, "/api/v1/auth/login", None, Some(&body))
            .await?;
        let session = answer["access_token"]
            .as_str()
            .context("the answer has no access_token")?;
        let history: Value = self
            .send(
                Method::GET,
                "/api/v1/sync/history?limit=1",
                Some(session),
                None,
            )
            .await?;
        ensure!(
            history["history"][0]["status"].is_string(),
            "the session does not open the history: {history}"
        );
        Ok("the session token opens the history".to_owned())
    }

    async fn sync_line(&self, kind: &str) -> anyhow::Result<String> {
        let answer: Value = self.shell(&self.card.sync_line(kind)).await?;
        ensure!(answer["status"] == "success", "the answer is {answer}");
        let synced: i64 = answer["results"]
            .as_object()
            .context("the answer has no results")?
            .values()
            .filter_map(|part| part["synced"].as_i64())
            .sum();
        ensure!(synced > 0, "nothing was synced: {answer}");
        Ok(format!("{synced} rows, {} ms", answer["duration_ms"]))
    }

    async fn products_line(&self) -> anyhow::Result<String> {
        let page: Products = self.shell(&self.card.products_line()).await?;
        ensure!(page.products.len() == 5, "{} products", page.products.len());
        Ok("5 products".to_owned())
    }

    async fn prices(&self) -> anyhow::Result<String> {
        let theirs = iiko::load_prices(&self.http, self.emulator_url).await?;
        let ours = self.all_products().await?;
        let mut of_ours: BTreeMap<(String, String), &Product> = BTreeMap::new();
        for product in &ours {
            of_ours.insert(
                (product.organization_id.clone(), product.id.clone()),
                product,
            );
        }
        for (key, prices) in &theirs {
            let (organization_id, id) = key;
            let product = of_ours.get(key).with_context(|| {
                format!("product {id} of organization {organization_id} is missing")
            })?;
            let price = product.price.as_ref().map(|price| price.get());
            let price = match price {
                Some("null") | None => None,
                Some(text) => Some(Decimal::from_str(text).context("a price is no number")?),
            };
            ensure!(
                price.is_none_or(|price| prices.contains(&price))
                    && (price.is_some() || prices.is_empty()),
                "product {id} costs {price:?} with us and {prices:?} in iiko"
            );
            let kopecks = price.map(|price| price * Decimal::ONE_HUNDRED);
            ensure!(
                product.price_kopecks.map(Decimal::from) == kopecks,
                "product {id} costs {kopecks:?} kopecks, and {:?} are shown",
                product.price_kopecks
            );
        }
        ensure!(!theirs.is_empty(), "iiko has no products");
        Ok(format!("{} products compared", theirs.len()))
    }

    async fn psql_line(&self) -> anyhow::Result<String> {
        let rows: u64 = self.psql("SELECT count(*) FROM products").await?;
        ensure!(rows > 0, "the table is empty");
        Ok(format!("{rows} rows in products"))
    }

    async fn local_value(&self) -> anyhow::Result<String> {
        let page = self.all_products().await?;
        let product = page.first().context("there are no products")?;
        let id = &product.id;
        let set = format!("UPDATE products SET tags = ARRAY['{LOCAL_TAG}'] WHERE id = '{id}'");
        let updated: String = self.psql(&set).await?;
        self.sync_line("menu").await?;
        let page = self.all_products().await?;
        let kept = page
            .iter()
            .filter(|product| &product.id == id)
            .all(|product| product.tags == [LOCAL_TAG]);
        // the demo's menu is left as it was found
        let reset = format!(
            "SET LOCAL iiko_base.writer = 'sync'; \
             UPDATE products SET tags = iiko_tags, local_fields = array_remove(local_fields, 'tags') WHERE id = '{id}'"
        );
        self.psql::<String>(&reset).await?;
        ensure!(kept, "the tags of product {id} were overwritten");
        Ok(format!("{updated} of tags, then a sync"))
    }

    async fn refusal(&self) -> anyhow::Result<String> {
        let url = format!("{}/api/v1/data/products", self.card.base_url());
        let status = self.http.get(url).send().await?.status();
        ensure!(status.as_u16() == 401, "the answer is {status}");
        Ok("401".to_owned())
    }

    async fn all_products(&self) -> anyhow::Result<Vec<Product>> {
        const PAGE: usize = 100;
        let mut all = Vec::new();
        loop {
            let path = format!("/api/v1/data/products?limit={PAGE}&offset={}", all.len());
            let token = self.card.token.expose_secret();
            let page: Products = self.send(Method::GET, &path, Some(token), None).await?;
            let count = page.products.len();
            all.extend(page.products);
            if count < PAGE {
                return Ok(all);
            }
        }
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<T> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.card.base_url()));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{path} answers {status}: {text}");
        serde_json::from_str(&text).with_context(|| format!("{path} answers {text}"))
    }

    /// Runs a printed line that prints JSON.
    async fn shell<T: DeserializeOwned>(&self, line: &str) -> anyhow::Result<T> {
        let text = run_shell(line).await?;
        serde_json::from_str(&text).with_context(|| format!("it prints {text}"))
    }

    /// Runs the printed psql line with a statement behind it.
    async fn psql<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
        &self,
        statement: &str,
    ) -> anyhow::Result<T> {
        let line = format!(
            "{} -X -At -v ON_ERROR_STOP=1 -c \"{statement}\"",
            self.card.psql_line()
        );
        let text = run_shell(&line).await?;
        text.trim()
            .parse()
            .with_context(|| format!("it prints {text}"))
    }
}

async fn run_shell(line: &str) -> anyhow::Result<String> {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new("sh").arg("-c").arg(line).output().await?;
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    if !status.success() {
        bail!("{status}: {stdout}{}", String::from_utf8_lossy(&stderr));
    }
    Ok(stdout)
}
