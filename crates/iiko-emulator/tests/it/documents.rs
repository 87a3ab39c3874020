//! What the documents say is what the emulator does.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use iiko_emulator::{Config, faults::Fault, scenario::Scenario};
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

/// What stands in the routers of the control, as they are written.
fn registered() -> BTreeSet<(String, String)> {
    let routers = [
        include_str!("../../src/control/routes.rs"),
        include_str!("../../src/control/routes/faults.rs"),
        include_str!("../../src/control/routes/menu.rs"),
        include_str!("../../src/control/routes/orders.rs"),
        include_str!("../../src/control/routes/server.rs"),
        include_str!("../../src/control/routes/time.rs"),
    ];
    let routes = routers
        .iter()
        .flat_map(|text| text.split(".route(").skip(1))
        // a router ends with its function
        .map(|rest| rest.split("\n}").next().unwrap());
    let mut found = BTreeSet::new();
    for route in routes {
        let (_, rest) = route.split_once('"').unwrap();
        let (path, verbs) = rest.split_once('"').unwrap();
        let verbs = verbs.split(".merge(").next().unwrap();
        let words = verbs.split(|it: char| !it.is_alphanumeric() && it != '_' && it != '(');
        let verbs = words.filter_map(|word| Some(word.split_once('(')?.0));
        let verbs = verbs.filter(|it| ["get", "post", "delete"].contains(it));
        found.extend(verbs.map(|verb| (verb.to_uppercase(), bare(path))));
    }
    found
}

/// A path without its query and the names of its parameters.
fn bare(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    match path.split_once('{') {
        Some((begin, _)) => format!("{begin}{{}}"),
        None => path.to_owned(),
    }
}

#[tokio::test]
async fn the_help_names_what_there_is_and_no_more() {
    let desk = Desk::open().await;
    let help = desk.get("/_emulator/help").await.text;
    let mut told = BTreeSet::new();
    for line in help.lines() {
        let mut words = line.split_whitespace();
        let method = words.next().unwrap_or_default();
        if ["GET", "POST", "DELETE"].contains(&method) {
            let paths = words.filter(|it| it.starts_with("/_emulator/"));
            told.extend(paths.map(|path| (method.to_owned(), bare(path))));
        }
    }
    assert_eq!(told, registered());
    assert!(told.len() > 35, "{}", told.len());
    for (method, path) in told {
        let url = format!("{}{}", desk.emulator.url(), path.replace("{}", "1"));
        let call = desk.http.request(method.parse().unwrap(), url);
        // what is no switch is 404, a wrong verb 405
        let status = call.send().await.unwrap().status().as_u16();
        assert!(status == 200 || status == 400, "{method} {path}: {status}");
    }
    let unknown = desk.get("/_emulator/nonsense").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.text.contains("/_emulator/help"), "{}", unknown.text);
}

/// Every second piece between two backticks.
fn quoted(text: &str) -> BTreeSet<String> {
    let pieces = text.split('`').skip(1).step_by(2);
    pieces.map(ToOwned::to_owned).collect()
}

/// A text without what stands in parentheses.
fn without_parentheses(text: &str) -> String {
    let mut pieces = text.split('(');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |kept, piece| {
        kept + piece.split_once(')').map_or("", |(_, rest)| rest)
    })
}

#[test]
fn the_help_and_the_guide_name_every_kind_of_fault_and_no_other() {
    // the sentence about a kind that is none names those that are
    let refused = serde_json::from_str::<Fault>(r#"{"kind": ""}"#).unwrap_err();
    let refused = refused.to_string();
    let (_, kinds) = refused.split_once("expected one of ").unwrap();
    let kinds = quoted(kinds);
    assert!(kinds.len() > 15, "{kinds:?}");

    let help = include_str!("../../src/control/help.txt");
    let (_, section) = help.split_once("kinds of a call").unwrap();
    let (section, _) = section.split_once("GET ").unwrap();
    let section = without_parentheses(section).replace("kinds of", ";");
    let lists = section.split(';').filter_map(|it| it.split_once(':'));
    let told = lists.flat_map(|(_, list)| list.split(','));
    let told: BTreeSet<String> = told.map(|kind| kind.trim().to_owned()).collect();
    assert_eq!(told, kinds);

    let guide = include_str!("../../../../docs/emulator.md");
    let (_, table) = guide.split_once("| Kind | What happens |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let rows = table.lines().filter_map(|row| row.split('|').nth(1));
    let told: BTreeSet<String> = rows
        .flat_map(|kinds| quoted(&without_parentheses(kinds)))
        .collect();
    assert_eq!(told, kinds);
}
