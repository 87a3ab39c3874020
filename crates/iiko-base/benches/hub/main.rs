//! Benchmarks of the hub: `./dev bench [--products N] [--quick]`.
//!
//! What is measured runs in a process of its own, so that its peak memory is its own: the program calls itself, the
//! task comes on the standard input ([`task`]). This process is the world around it: an iiko that answers at once
//! ([`iiko`]), a private PostgreSQL whose counters are read before and after ([`database`]), clients that want pages
//! ([`clients`]). The menu is invented ([`menu`]).

mod chance;
mod clients;
mod database;
mod iiko;
mod menu;
mod report;
mod task;
mod words;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use axum::body::Bytes;
use clap::Parser;
use hub_engine::secret_key::SecretKey;
use iiko_base::console;
use secrecy::ExposeSecret;

use crate::database::{Databases, Prepared};
use crate::iiko::Iiko;
use crate::menu::Menu;
use crate::report::{Report, Row};
use crate::task::{Reading, Task};

const SEED: u64 = 20_261_122;
/// A real menu of 4 MB, where this machine has one.
const RECORDED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/iiko/recorded/nomenclature-large-2026.json"
);
const QUICK_PRODUCTS: usize = 1_000;

#[derive(Parser)]
#[command(name = "hub", about = "Benchmarks of the hub, on an invented menu")]
struct Arguments {
    /// How many products the menu has.
    #[arg(long, default_value_t = 10_000)]
    products: usize,
    /// A small menu, everything once: shows that the benchmarks run, not how fast the hub is.
    #[arg(long)]
    quick: bool,
    /// Does the one task that the standard input tells.
    #[arg(long, hide = true)]
    task: bool,
    /// Said by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How often each thing is done.
struct Times {
    parse: usize,
    first_sync: usize,
    later_sync: usize,
    pages: Duration,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.task {
        return task::run_told();
    }
    let (products, times) = if arguments.quick {
        let once = Times {
            parse: 1,
            first_sync: 1,
            later_sync: 1,
            pages: Duration::from_secs(1),
        };
        (QUICK_PRODUCTS.min(arguments.products), once)
    } else {
        let often = Times {
            parse: 9,
            first_sync: 3,
            later_sync: 5,
            pages: Duration::from_secs(10),
        };
        (arguments.products, often)
    };
    // Before the runtime: it blocks.
    let databases = Databases::start()?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start a runtime")?;
    let report = runtime.block_on(run(&databases, products, &times))?;
    console::data(report);
    Ok(())
}

async fn run(databases: &Databases, products: usize, times: &Times) -> anyhow::Result<Report> {
    let menu = Menu::invent(products, SEED);
    let bytes = menu.to_json()?;
    let mut report = Report::new(databases.version().await?, products, bytes.len());
    let file = databases.directory().join("menu.json");
    fs::write(&file, &bytes).context("cannot write the menu")?;
    parse(&mut report, "", &file, times.parse).await?;
    match Path::new(RECORDED).exists() {
        true => parse(&mut report, "recorded, ", Path::new(RECORDED), times.parse).await?,
        false => console::say(format_args!("no recorded menu at {RECORDED}: not measured")),
    }
    sync_and_read(&mut report, databases, menu, bytes, times).await?;
    Ok(report)
}

/// Reads one file in every way; `of` says which one in the table.
async fn parse(report: &mut Report, of: &str, file: &Path, times: usize) -> anyhow::Result<()> {
    let bytes = usize::try_from(fs::metadata(file)?.len())?;
    for reading in Reading::ALL {
        let what = format!("{of}{}", reading.as_str());
        console::say(format_args!("{what}"));
        let task = Task::Read {
            file: file.to_owned(),
            reading,
            times,
        };
        let measured = task::run_apart(&task).await?;
        report.add(Row::bytes(&what, measured, bytes));
    }
    Ok(())
}

async fn sync_and_read(
    report: &mut Report,
    databases: &Databases,
    mut menu: Menu,
    bytes: Vec<u8>,
    times: &Times,
) -> anyhow::Result<()> {
    let products = menu.products();
    let iiko = Iiko::start(&menu, Bytes::from(bytes), SEED).await?;
    let secret_key = SecretKey::generate();

    let mut prepared = None;
    let mut first = Vec::new();
    for number in 0..times.first_sync {
        console::say(format_args!(
            "first sync, {} of {}",
            number + 1,
            times.first_sync
        ));
        let fresh = databases.prepare(&secret_key, &iiko, &menu).await?;
        first.push(sync(&fresh, &secret_key).await?);
        prepared = Some(fresh);
    }
    report.add(Row::syncs("first sync", first, products));
    let prepared = prepared.context("the first sync was never run")?;
    // What autovacuum does within a minute.
    prepared.vacuum().await?;

    let mut unchanged = Vec::new();
    for number in 0..times.later_sync {
        console::say(format_args!(
            "unchanged sync, {} of {}",
            number + 1,
            times.later_sync
        ));
        unchanged.push(sync(&prepared, &secret_key).await?);
    }
    report.add(Row::syncs("unchanged sync", unchanged, products));

    let mut changed = Vec::new();
    for number in 0..times.later_sync {
        console::say(format_args!(
            "1 %-changed sync, {} of {}",
            number + 1,
            times.later_sync
        ));
        menu.change(1, SEED + 1 + number as u64);
        iiko.serve_menu(Bytes::from(menu.to_json()?));
        changed.push(sync(&prepared, &secret_key).await?);
    }
    report.add(Row::syncs("1 %-changed sync", changed, products));

    let serving = task::serve_apart(&prepared.url, &secret_key).await?;
    let page = format!(
        "{}/api/v1/data/products?organization_id={}&limit={}",
        serving.url,
        menu.organization_id,
        clients::PAGE
    );
    let terminal_group_id = &menu.terminal_group_ids[0];
    let asked = [
        ("products, first page of 100", vec![page.clone()]),
        (
            "the same for a terminal group",
            vec![format!("{page}&terminal_group_id={terminal_group_id}")],
        ),
        (
            "products, all pages of 100 in turn",
            (0..products * 3 / 4)
                .step_by(clients::PAGE)
                .map(|offset| format!("{page}&offset={offset}"))
                .collect(),
        ),
    ];
    for (what, pages) in asked {
        console::say(what);
        let load = clients::load(pages, &prepared.token, times.pages).await?;
        report.add(Row::pages(what, load));
    }
    report.add_peak(serving.stop().await?);
    Ok(())
}

/// One sync in a process of its own, with what it did to the database.
async fn sync(
    prepared: &Prepared,
    secret_key: &SecretKey,
) -> anyhow::Result<(task::Measured, database::Written)> {
    let before = prepared.counters().await?;
    let task = Task::Sync {
        database: prepared.url.clone(),
        secret_key: secret_key.to_text().expose_secret().to_owned(),
        setting_id: prepared.setting_id,
    };
    let measured = task::run_apart(&task).await?;
    let after = prepared.counters().await?;
    Ok((measured, after.since(&before)))
}
