//! Chores of the repository, run as `cargo xtask CHORE`: what a build script cannot do and a shell script should not.
//!
//! Each chore that writes files also checks them (`--check`), which is what continuous integration asks for.
#![expect(
    clippy::print_stderr,
    reason = "a command line program talks to the person in front of it"
)]

mod codegen;
mod contract_diff;
mod decode;
mod openapi;
mod prepare;
mod repository;
mod tidy;

use std::{path::Path, process::ExitCode};

use anyhow::bail;

const USAGE: &str = "\
cargo xtask CHORE

  codegen [--check]   contract/ to the generated types, the methods of the client and docs/sdk/operations.md
  contract-diff FILE  what a newer published description adds to contract/, removes or changes
  decode PATH FILE    reads a file as the answer of an operation (`webhook` for a list of events, `refusal` for a
                      no); fails if that loses something
  prepare [--check]   the queries of hub-db, checked against a fresh database, to .sqlx/
  openapi [--check]   the API document of the program to docs/openapi.json
                      (--built first: do not build the program, it is fresh)
  tidy                house rules that no lint knows
";

/// Whether a chore writes its files or only says that they are stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Write,
    Check,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> anyhow::Result<()> {
    match arguments {
        ["codegen", rest @ ..] => codegen::run(mode(rest)?),
        ["contract-diff", file] => contract_diff::run(Path::new(file)),
        ["decode", path, file] => decode::run(path, file),
        ["prepare", rest @ ..] => prepare::run(mode(rest)?),
        ["openapi", "--built", rest @ ..] => openapi::run(mode(rest)?, openapi::Program::Built),
        ["openapi", rest @ ..] => openapi::run(mode(rest)?, openapi::Program::ToBuild),
        ["tidy"] => tidy::run(),
        [] | ["help" | "--help" | "-h"] => {
            eprint!("{USAGE}");
            Ok(())
        }
        _ => bail!("no such chore: `{}`\n\n{USAGE}", arguments.join(" ")),
    }
}

fn mode(arguments: &[&str]) -> anyhow::Result<Mode> {
    match arguments {
        [] => Ok(Mode::Write),
        ["--check"] => Ok(Mode::Check),
        _ => bail!(
            "the only option is `--check`, not `{}`",
            arguments.join(" ")
        ),
    }
}
