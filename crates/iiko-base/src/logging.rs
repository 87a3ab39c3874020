//! Logs: to the standard error, as text or JSON lines.

use std::io;

use anyhow::anyhow;
use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat, LogLevel};
use crate::console;

/// Starts logging, once in a process, at the level of the configuration or else at `usual_level`.
pub fn start(config: &LogConfig, usual_level: &str) -> anyhow::Result<()> {
    let level = config.level.as_ref().map_or(usual_level, LogLevel::as_str);
    // sqlx logs every notice and slow statement at its own taste: only what is wrong is of interest
    let filter = EnvFilter::try_new(format!("sqlx=warn,{}", level))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(console::is_colored())
        .with_writer(io::stderr);
    let started = match config.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(|error| anyhow!("cannot start logging: {error}"))
}
