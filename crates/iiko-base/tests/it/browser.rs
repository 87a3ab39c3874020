//! A headless Chromium, driven by a `chromedriver` of its own.

use std::{process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

const PATIENCE: Duration = Duration::from_secs(60);

/// Ends with its process: the driver takes the browser with it.
pub(crate) struct Browser {
    pub(crate) client: Client,
    _driver: Child,
    _profile: tempfile::TempDir,
}

/// `language` is what the reader prefers: `ru`, `en`.
pub(crate) async fn open(language: &str, width: u32) -> Browser {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("chromedriver: `./dev test` installs it");
    let port = tokio::time::timeout(PATIENCE, port_of(&mut driver))
        .await
        .expect("ChromeDriver tells its port");
    let profile = tempfile::tempdir().unwrap();
    let capabilities: Capabilities = serde_json::from_value(json!({
        "goog:chromeOptions": {
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
                format!("--user-data-dir={}", profile.path().display()),
                format!("--accept-lang={language}"),
                format!("--window-size={width},900"),
            ],
            "prefs": { "intl.accept_languages": language },
        },
    }))
    .unwrap();
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    let client = ClientBuilder::new(connector)
        .capabilities(capabilities)
        .connect(&format!("http://127.0.0.1:{port}"))
        .await
        .expect("a session of Chromium");
    Browser {
        client,
        _driver: driver,
        _profile: profile,
    }
}

async fn port_of(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            // the rest of its talk is nobody's, but a full pipe would stop it
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return port.trim_end_matches('.').parse().unwrap();
        }
    }
    panic!("ChromeDriver ended before it listened");
}

impl Browser {
    /// Runs a script in the page and gives what it returns.
    pub(crate) async fn run(&self, script: &str) -> serde_json::Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// A picture for people: only where the variable names a folder.
    pub(crate) async fn keep_picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("IIKO_BASE_TEST_PICTURES") {
            let picture = self.client.screenshot().await.unwrap();
            std::fs::write(
                std::path::Path::new(&folder).join(format!("{name}.png")),
                picture,
            )
            .unwrap();
        }
    }

    /// Hosts that the page has asked, its own among them.
    pub(crate) async fn asked_hosts(&self) -> serde_json::Value {
        self.run("return [...new Set(performance.getEntriesByType('resource').map((entry) => new URL(entry.name).host))]").await
    }
}
