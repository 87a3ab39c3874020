//! The table.

use std::fmt;
use std::thread;
use std::time::Duration;

use comfy_table::CellAlignment;
use iiko_base::console;

use crate::clients::Load;
use crate::database::Written;
use crate::task::Measured;

const HEADER: [&str; 8] = [
    "what",
    "time (median)",
    "throughput",
    "rows inserted",
    "rows updated",
    "of them HOT",
    "WAL",
    "peak memory",
];
const NOTHING: &str = "–";

pub(crate) struct Report {
    caption: String,
    rows: Vec<Row>,
}

pub(crate) struct Row {
    what: String,
    time: String,
    throughput: String,
    written: Option<Written>,
    peak: String,
}

impl Report {
    pub(crate) fn new(postgres: String, products: usize, bytes: usize) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let build = if cfg!(debug_assertions) {
            ", debug build: the times mean nothing"
        } else {
            ""
        };
        Self {
            caption: format!(
                "{products} products, {}; PostgreSQL {postgres}, {cores} cores, {}{build}",
                size(bytes as f64),
                std::env::consts::OS,
            ),
            rows: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// The memory of a server belongs to all that was asked of it: it stands in the last row.
    pub(crate) fn add_peak(&mut self, bytes: Option<u64>) {
        if let Some(row) = self.rows.last_mut() {
            row.peak = memory(bytes);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = console::table(&HEADER);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for row in &self.rows {
            let count = |number: fn(&Written) -> i64| {
                row.written
                    .as_ref()
                    .map_or_else(|| NOTHING.to_owned(), |written| number(written).to_string())
            };
            table.add_row([
                row.what.clone(),
                row.time.clone(),
                row.throughput.clone(),
                count(|written| written.inserted),
                count(|written| written.updated),
                count(|written| written.updated_hot),
                row.written.as_ref().map_or_else(
                    || NOTHING.to_owned(),
                    |written| size(written.wal_bytes as f64),
                ),
                row.peak.clone(),
            ]);
        }
        write!(f, "{}\n{table}", self.caption)
    }
}

impl Row {
    pub(crate) fn bytes(what: &str, measured: Measured, bytes: usize) -> Self {
        let peak = memory(measured.peak_bytes);
        let time = median(measured.durations);
        Self {
            what: what.to_owned(),
            time: milliseconds(time),
            throughput: format!("{}/s", size(bytes as f64 / time.as_secs_f64())),
            written: None,
            peak,
        }
    }

    pub(crate) fn syncs(what: &str, syncs: Vec<(Measured, Written)>, products: usize) -> Self {
        let peak = memory(
            syncs
                .iter()
                .filter_map(|(measured, _)| measured.peak_bytes)
                .max(),
        );
        let written = syncs.last().map(|(_, written)| *written);
        let time = median(
            syncs
                .into_iter()
                .flat_map(|(measured, _)| measured.durations)
                .collect(),
        );
        Self {
            what: what.to_owned(),
            time: milliseconds(time),
            throughput: format!("{:.0} products/s", products as f64 / time.as_secs_f64()),
            written,
            peak,
        }
    }

    pub(crate) fn pages(what: &str, load: Load) -> Self {
        let percentile = |percent: usize| {
            let position = load.latencies.len().saturating_sub(1) * percent / 100;
            milliseconds(load.latencies.get(position).copied().unwrap_or_default())
        };
        Self {
            what: format!("{what} ({})", size(load.page_bytes as f64)),
            time: format!("{}, p99 {}", percentile(50), percentile(99)),
            throughput: format!(
                "{:.0} requests/s",
                load.latencies.len() as f64 / load.elapsed.as_secs_f64()
            ),
            written: None,
            peak: NOTHING.to_owned(),
        }
    }
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations
        .get(durations.len() / 2)
        .copied()
        .unwrap_or_default()
}

fn milliseconds(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1_000.0;
    if milliseconds < 100.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{milliseconds:.0} ms")
    }
}

fn memory(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "n/a".to_owned(), |bytes| size(bytes as f64))
}

fn size(bytes: f64) -> String {
    if bytes < 1e6 {
        format!("{:.0} KB", bytes / 1e3)
    } else if bytes < 1e8 {
        format!("{:.1} MB", bytes / 1e6)
    } else {
        format!("{:.0} MB", bytes / 1e6)
    }
}
