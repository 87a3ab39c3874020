//! Clients that others wrote, in another language, unmodified: `tests/python/day.py`.

use std::{path::Path, process::Command};

use iiko_emulator::{Config, Emulator};

/// `./dev test` makes the environment where the machine has Python and reaches `PyPI`.
#[test]
fn public_python_clients_live_through_a_day() {
    let Some(python) = std::env::var_os("PYTHON_WITH_CLIENTS") else {
        println!("skipped: no PYTHON_WITH_CLIENTS, which `./dev test` sets");
        return;
    };
    let day = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python/day.py");
    let emulator = Emulator::start(Config::default()).unwrap();
    // One of the two writes regular expressions that newer Pythons warn about.
    let day = Command::new(python)
        .args(["-W", "ignore"])
        .arg(day)
        .arg(emulator.url())
        .output()
        .unwrap();
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, failed) = (told(&day.stdout), told(&day.stderr));
    assert!(day.status.success(), "{said}{failed}");
    assert!(said.ends_with("the day is over\n"), "{said}");
}
