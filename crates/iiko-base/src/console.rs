//! What the program says: data on the standard output, talk on the standard error.
//!
//! A reader that has gone (`iiko-base token list | head -1`) is no error: what cannot be written is dropped.

use std::fmt::Display;
use std::io::{self, BufRead, IsTerminal, Write};
use std::os::fd::AsFd;

use anyhow::Context;
use comfy_table::{ContentArrangement, Table, presets};
use nix::sys::termios::{self, LocalFlags, SetArg};
use secrecy::SecretString;
use serde::Serialize;

const MINIMUM_WIDTH: u16 = 60;

/// A line of what was asked for.
pub fn data(line: impl Display) {
    drop(writeln!(io::stdout().lock(), "{line}"));
}

/// The same for machines: one JSON document, readable for people as well.
pub fn json(document: &impl Serialize) -> anyhow::Result<()> {
    data(serde_json::to_string_pretty(document).context("cannot write the answer as JSON")?);
    Ok(())
}

/// A line about what is going on.
pub fn say(line: impl Display) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// An empty table in the look of all our tables.
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.iter().copied());
    // some terminals say that they have no columns at all
    if table.width().is_some_and(|width| width < MINIMUM_WIDTH) {
        table.set_width(MINIMUM_WIDTH);
    }
    table
}

/// Whether somebody watches the talk on a terminal.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Whether that terminal shall show colors.
pub fn is_colored() -> bool {
    is_watched() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A secret from the person at the terminal, who does not see it echoed, or the first line of what is piped in.
pub fn read_secret(what: &str) -> anyhow::Result<SecretString> {
    let stdin = io::stdin();
    let line = if stdin.is_terminal() {
        drop(write!(io::stderr().lock(), "{what}: "));
        let line = read_unechoed(&stdin);
        say("");
        line
    } else {
        read_line(&stdin)
    }
    .with_context(|| format!("cannot read the {what}"))?;
    anyhow::ensure!(!line.is_empty(), "the {what} is empty");
    Ok(SecretString::from(line))
}

fn read_unechoed(stdin: &io::Stdin) -> io::Result<String> {
    let before = termios::tcgetattr(stdin.as_fd())?;
    let mut silent = before.clone();
    silent.local_flags.remove(LocalFlags::ECHO);
    termios::tcsetattr(stdin.as_fd(), SetArg::TCSAFLUSH, &silent)?;
    let line = read_line(stdin);
    termios::tcsetattr(stdin.as_fd(), SetArg::TCSAFLUSH, &before)?;
    line
}

fn read_line(stdin: &io::Stdin) -> io::Result<String> {
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
