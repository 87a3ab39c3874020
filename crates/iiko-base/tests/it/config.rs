//! Mistakes in the configuration stop the start with a sentence.

use crate::program::Program;

#[tokio::test]
async fn an_unknown_key_stops_the_start() {
    let program = Program::new();
    std::fs::write(
        program.folder().join("iiko-base.toml"),
        "lisen = \"127.0.0.1:1\"\n",
    )
    .unwrap();
    let ran = program.run(&["serve"]).await;
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: unknown key `lisen` in iiko-base.toml: did you mean `listen`?\n"
    );
}

#[tokio::test]
async fn an_unknown_variable_stops_the_start() {
    let program = Program::new().with("IIKO_BASE_LOG_LEVLE", "info");
    let ran = program.run(&["migrate"]).await;
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("`IIKO_BASE_LOG_LEVLE`"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("`IIKO_BASE_LOG_LEVEL`"),
        "{}",
        ran.stderr
    );
}

#[tokio::test]
async fn a_bad_value_is_named_with_its_key_and_its_place() {
    let program = Program::new().with("IIKO_BASE_LISTEN", "8000");
    let ran = program.run(&["serve"]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`listen`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("IIKO_BASE_LISTEN"), "{}", ran.stderr);

    let program = Program::new().with("IIKO_BASE_SECRET_KEY", "short");
    let ran = program.run(&["sync", "menu"]).await;
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("`secret_key`"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("short\n"), "{}", ran.stderr);
}

#[tokio::test]
async fn a_file_that_was_asked_for_must_be_there() {
    let ran = Program::new()
        .run(&["serve", "--config", "nowhere.toml"])
        .await;
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("nowhere.toml"), "{}", ran.stderr);
}
