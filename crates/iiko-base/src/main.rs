//! The program. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    iiko_base::cli::main(std::env::args_os(), std::env::vars_os().collect())
}
