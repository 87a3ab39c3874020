//! What the documents say is what the emulator does.

use std::{fmt::Write as _, path::Path};

use iiko_emulator::{Config, scenario::Scenario};
use iiko_types::operations::ALL;

use crate::{Desk, coverage::is_selling};

const MARK: &str = "<!-- operations:";

/// A row for each operation of the selling side, and one for each family of the others.
async fn operations() -> String {
    let desk = Desk::open().await;
    let imitated = desk.get("/_emulator/operations").await.json();
    let mut imitated: Vec<_> = imitated.as_array().unwrap().iter().collect();
    imitated.sort_by_key(|it| it["path"].as_str());
    let mut text = "| Operation | Imitated | What is guessed |\n| --- | --- | --- |\n".to_owned();
    for operation in imitated {
        let (path, guess) = (
            operation["path"].as_str().unwrap(),
            operation["guess"].as_str(),
        );
        let grade = guess.map_or("yes", |_| "guessed");
        writeln!(
            text,
            "| `{path}` | {grade} | {} |",
            guess.unwrap_or_default()
        )
        .unwrap();
    }
    let mut families: Vec<(String, usize)> = Vec::new();
    for operation in ALL.iter().filter(|it| !is_selling(it.path)) {
        let family = operation
            .path
            .split('/')
            .take(4)
            .collect::<Vec<_>>()
            .join("/");
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, count)) => *count += 1,
            None => families.push((family, 1)),
        }
    }
    families.sort();
    for (family, count) in families {
        writeln!(text, "| `{family}/…` ({count}) | absent | |").unwrap();
    }
    text
}

#[tokio::test]
async fn the_readme_lists_every_operation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, after) = readme.split_once(MARK).unwrap();
    let (mark, _) = after.split_once('\n').unwrap();
    let expected = format!("{before}{MARK}{mark}\n\n{}", operations().await);
    if std::env::var_os("IIKO_EMULATOR_REFRESH").is_some() {
        std::fs::write(&path, &expected).unwrap();
    } else {
        assert!(
            readme == expected,
            "run this test with IIKO_EMULATOR_REFRESH=1"
        );
    }
}

#[tokio::test]
async fn the_scenario_of_the_guide_opens_a_restaurant() {
    let guide = include_str!("../../../../docs/emulator.md");
    let (_, after) = guide.split_once("```toml\n").unwrap();
    let (scenario, _) = after.split_once("```").unwrap();
    let desk = Desk::open_with(Config {
        scenario: Scenario::from_toml(scenario).unwrap(),
        ..Config::default()
    })
    .await;
    assert_eq!(desk.control().state().organizations[0].dishes, 2);
}

/// Every command of the help exists, and the guide's table of kinds names what a fault can be.
#[tokio::test]
async fn the_help_names_what_there_is() {
    let desk = Desk::open().await;
    let help = desk.get("/_emulator/help").await.text;
    let routes = help.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let method = words
            .next()
            .filter(|it| ["GET", "POST", "DELETE"].contains(it))?;
        let path = words.next().filter(|it| it.starts_with("/_emulator/"))?;
        Some((method, path.split('?').next()?))
    });
    let mut count = 0;
    for (method, path) in routes {
        let url = format!("{}{path}", desk.emulator.url());
        let call = desk.http.request(method.parse().unwrap(), url);
        // what is no switch is 404, a wrong verb 405
        let status = call.send().await.unwrap().status().as_u16();
        assert!(status == 200 || status == 400, "{method} {path}: {status}");
        count += 1;
    }
    assert!(count > 35, "{count}");
    let unknown = desk.get("/_emulator/nonsense").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.text.contains("/_emulator/help"), "{}", unknown.text);
}
