//! The first two minutes with the product.

use crate::program::{Program, is_alive};

#[tokio::test]
async fn the_demo_checks_itself_and_leaves_nothing_behind() {
    let program = Program::new();
    let ran = program.run(&["demo", "--check"]).await;
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("8 of 8 checks passed"),
        "{}",
        ran.stdout
    );
    let left = program
        .folder()
        .join("data-demo/postgres/data/postmaster.pid");
    assert!(!left.exists());
    assert!(
        !program.folder().join("data").exists(),
        "the real data directory is touched"
    );
}

#[tokio::test]
async fn the_demo_ends_at_an_interrupt() {
    let program = Program::new();
    let mut running = program.start(&["demo"]);
    running.line_with("Ctrl-C").await;
    let pid = program
        .folder()
        .join("data-demo/postgres/data/postmaster.pid");
    let text = std::fs::read_to_string(&pid).unwrap();
    let postgres = text.lines().next().unwrap().parse().unwrap();
    assert!(is_alive(postgres));
    assert_eq!(running.interrupt().await, 0);
    assert!(!is_alive(postgres));
}
