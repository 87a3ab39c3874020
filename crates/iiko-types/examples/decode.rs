//! `cargo run -p iiko-types --example decode -- PATH FILE`: reads a recorded answer and says what the contract does not
//! know of it and what our types would lose. `cargo xtask decode` is the same.
//!
//! PATH is the path of an operation, `webhook` for a list of events or `refusal` for an answer that says no. Ends well
//! only if the file decodes and loses nothing.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program talks to the person in front of it"
)]

use std::{error::Error, fs, process::ExitCode};

use iiko_types::decode::{self, Finding, Report};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, file] = arguments.as_slice() else {
        eprintln!("usage: decode PATH FILE");
        return ExitCode::FAILURE;
    };
    match read(path, file) {
        Ok(report) => tell(&report),
        Err(error) => {
            eprintln!("{file}: {error}");
            if let Some(cause) = error.source() {
                eprintln!("{cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn read(path: &str, file: &str) -> Result<Report, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    Ok(match path {
        "webhook" => decode::webhook(&text)?,
        "refusal" => decode::refusal(&text)?,
        path => decode::answer(path, &text)?,
    })
}

fn tell(report: &Report) -> ExitCode {
    list(
        "properties that the contract does not know",
        &report.unknown_fields,
    );
    list(
        "values that the contract does not know",
        &report.unknown_values,
    );
    list("lost on the way", &report.losses);
    if report.loses_nothing() {
        println!("decodes, and loses nothing");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn list(title: &str, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    println!("{title}:");
    for finding in findings {
        println!("  {finding}");
    }
}
