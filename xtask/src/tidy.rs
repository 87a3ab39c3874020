//! House rules that no lint knows. Each is a function from paths and texts to complaints, so that it can be tested on
//! literals; `STYLE` is where the rules come from, `docs/ARCHITECTURE.md` says why they are worth a check.

mod edges;

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::repository;

/// A file may be longer where it is data; code of this length holds two subjects.
const LONGEST_FILE_LINES: usize = 600;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 7] = [
    "utils", "helpers", "common", "types", "models", "manager", "service",
];

/// Guides that exist in English and in Russian and are read section by section beside each other.
const TWINS: [(&str, &str); 1] = [("README.md", "README.ru.md")];

pub(crate) fn run() -> anyhow::Result<()> {
    let root = repository::root()?;
    let mut complaints = Vec::new();
    let mut manifests = Vec::new();

    for path in repository::files(&root)? {
        // Pictures and the like have no rules.
        let Ok(text) = fs::read_to_string(root.join(&path)) else {
            continue;
        };
        complaints.extend(machine_paths(&path, &text));
        complaints.extend(loose_ends(&path, &text));
        if is_handwritten_rust(&path) {
            complaints.extend(length(&path, &text));
            complaints.extend(module_documentation(&path, &text));
            complaints.extend(module_name(&path));
        }
        if path.ends_with(".sql") && path.contains("/migrations/") {
            complaints.extend(migration_name(&path));
        }
        if path.ends_with(".md") {
            let exists = |target: &Path| root.join(target).exists();
            complaints.extend(broken_links(&path, &text, exists));
        }
        if path.ends_with("/Cargo.toml") {
            manifests.push((path, text));
        }
    }
    complaints.extend(edges::check(&manifests)?);
    for (one, other) in TWINS {
        complaints.extend(twins(&root, one, other)?);
    }

    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    ensure!(complaints.is_empty(), "{} complaints", complaints.len());
    Ok(())
}

fn is_handwritten_rust(path: &str) -> bool {
    path.ends_with(".rs") && !path.contains("/generated/") && !path.ends_with("/generated.rs")
}

/// A path of somebody's machine works on no other.
fn machine_paths(path: &str, text: &str) -> Vec<String> {
    let places = [
        concat!("/wor", "k/"),
        concat!("/root", "/"),
        concat!("/home", "/user/"),
    ];
    lines_with(text, |line| places.iter().any(|place| line.contains(place)))
        .map(|number| format!("{path}:{number}: names a folder of one machine"))
        .collect()
}

/// What is left to do stands in an issue, and the code names it.
fn loose_ends(path: &str, text: &str) -> Vec<String> {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    ];
    lines_with(text, |line| {
        let code = line.trim_start();
        let comment = ["//", "#", "--", "<!--"]
            .iter()
            .find_map(|sign| code.split_once(sign))
            .map(|(_, after)| after);
        comment.is_some_and(|comment| {
            marks.iter().any(|mark| {
                comment
                    .split(|c: char| !c.is_alphanumeric())
                    .any(|word| word == *mark)
            }) && !comment.contains("(#")
        })
    })
    .map(|number| {
        format!(
            "{path}:{number}: something is left to do, in which issue? Write `({}123)`",
            '#'
        )
    })
    .collect()
}

fn lines_with(text: &str, matches: impl Fn(&str) -> bool) -> impl Iterator<Item = usize> {
    (1..)
        .zip(text.lines())
        .filter(move |(_, line)| matches(line))
        .map(|(number, _)| number)
}

fn length(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LONGEST_FILE_LINES).then(|| {
        format!("{path}: {lines} lines; past {LONGEST_FILE_LINES} there are two subjects in a file")
    })
}

fn module_documentation(path: &str, text: &str) -> Option<String> {
    (!text.starts_with("//!"))
        .then(|| format!("{path}: does not begin with `//!`: what is it for?"))
}

fn module_name(path: &str) -> Option<String> {
    let path = Path::new(path);
    let name = path.file_stem()?.to_str()?;
    if name == "mod" {
        return Some(format!(
            "{}: a module lies beside its folder, not in a `mod.rs`",
            path.display()
        ));
    }
    EMPTY_NAMES
        .contains(&name)
        .then(|| format!("{}: `{name}` names no subject", path.display()))
}

/// `20261122093000_create_products.sql`: order by time, then verb and thing.
fn migration_name(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?.strip_suffix(".sql")?;
    let well_formed = name.split_once('_').is_some_and(|(time, words)| {
        time.len() == 14
            && time.bytes().all(|byte| byte.is_ascii_digit())
            && words.contains('_')
            && words
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    });
    (!well_formed).then(|| format!("{path}: a migration is called `YYYYMMDDHHMMSS_verb_thing.sql`"))
}

/// Links from one file of the repository to another that is not there.
fn broken_links(path: &str, text: &str, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let ours = targets
        .map(|(target, _)| target.split_once('#').map_or(target, |(file, _)| file))
        .filter(|target| !target.is_empty() && !target.contains("://"));
    ours.filter(|target| !exists(&folder.join(target)))
        .map(|target| format!("{path}: there is no {target}"))
        .collect()
}

fn twins(root: &Path, one: &str, other: &str) -> anyhow::Result<Option<String>> {
    let read = |path: &str| {
        fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))
    };
    Ok(heading_difference(&read(one)?, &read(other)?)
        .map(|difference| format!("{one} and {other}: {difference}")))
}

/// The first place where two texts are not divided alike.
fn heading_difference(one: &str, other: &str) -> Option<String> {
    let (one, other) = (headings(one), headings(other));
    let pairs = one.iter().zip(&other);
    for ((level, title), (other_level, other_title)) in pairs {
        if level != other_level {
            return Some(format!(
                "\"{title}\" stands where \"{other_title}\" stands, but not on the same level"
            ));
        }
    }
    (one.len() != other.len()).then(|| format!("{} headings against {}", one.len(), other.len()))
}

/// Level and text of the headings of a Markdown text; `#` inside fenced code is none.
fn headings(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if !in_code && level > 0 && line[level..].starts_with(' ') {
            found.push((level, line[level..].trim()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_one_machine_is_found() {
        let text = concat!("good\nlet p = \"/wor", "k/main\";\n");
        assert_eq!(
            machine_paths("a.rs", text),
            ["a.rs:2: names a folder of one machine"]
        );
        assert!(machine_paths("a.rs", "let p = \"../shared/iiko\";").is_empty());
    }

    #[test]
    fn work_left_without_an_issue_is_found() {
        let mark = concat!("TO", "DO");
        let check = |line: &str, expected: usize| {
            assert_eq!(loose_ends("a.rs", line).len(), expected, "{line}")
        };
        check(&format!("let a = 1; // {mark}: more"), 1);
        check(&format!("// {mark}(#12): more"), 0);
        check(&format!("-- {mark}"), 1);
        check(&format!("println!(\"{mark}\")"), 0);
    }

    #[test]
    fn a_module_has_a_subject_and_says_what_it_is_for() {
        assert!(module_name("crates/a/src/stop_list.rs").is_none());
        assert!(module_name("crates/a/src/utils.rs").is_some());
        assert!(module_name("crates/a/src/sync/mod.rs").is_some());
        assert!(module_documentation("a.rs", "//! Stop lists.\n").is_none());
        assert!(module_documentation("a.rs", "use std::fs;\n").is_some());
    }

    #[test]
    fn migrations_are_named_by_time_verb_and_thing() {
        let check = |name: &str, good: bool| {
            let path = format!("crates/hub-db/migrations/{name}");
            assert_eq!(migration_name(&path).is_none(), good, "{name}");
        };
        check("20261122093000_create_products.sql", true);
        check("20261122_create_products.sql", false);
        check("20261122093000_products.sql", false);
        check("20261122093000_Create_products.sql", false);
    }

    #[test]
    fn a_link_leads_to_a_file_that_is_there() {
        let exists = |target: &Path| target == Path::new("docs/here.md");
        let check = |link: &str, broken: bool| {
            let text = format!("See [it]({link}), please.");
            assert_eq!(
                !broken_links("docs/a.md", &text, exists).is_empty(),
                broken,
                "{link}"
            );
        };
        check("here.md", false);
        check("here.md#part", false);
        check("#part", false);
        check("https://example.com/there.md", false);
        check("there.md", true);
    }

    #[test]
    fn twins_are_divided_alike() {
        let english = "# Hub\n## Start\n```\n# a comment\n```\n## End\n";
        let check = |russian: &str, alike: bool| {
            assert_eq!(
                heading_difference(english, russian).is_none(),
                alike,
                "{russian}"
            );
        };
        check("# Хаб\n## Начало\n## Конец\n", true);
        check("# Хаб\n## Начало\n", false);
        check("# Хаб\n## Начало\n### Конец\n", false);
    }
}
