//! Which of our crates may use which. The table is the architecture; a new row or word in it is a decision.

use anyhow::Context;
use toml::{Table, Value};

/// What a crate may use, and what its tests may use on top.
struct Edges {
    crate_name: &'static str,
    uses: &'static [&'static str],
    tests_use: &'static [&'static str],
}

/// `iiko-client` and `iiko-emulator` never see each other outside of tests, or a shared bug would agree with itself.
/// `hub-pg` stands alone, so that the chore that prepares the queries builds without them.
const ALLOWED: [Edges; 11] = [
    Edges {
        crate_name: "iiko-types",
        uses: &[],
        tests_use: &[],
    },
    Edges {
        crate_name: "iiko-client",
        uses: &["iiko-types"],
        tests_use: &["iiko-emulator"],
    },
    Edges {
        crate_name: "iiko-emulator",
        uses: &["iiko-types"],
        tests_use: &["iiko-client"],
    },
    Edges {
        crate_name: "hub-pg",
        uses: &[],
        tests_use: &[],
    },
    Edges {
        crate_name: "hub-db",
        uses: &["iiko-types"],
        tests_use: &["hub-testkit"],
    },
    Edges {
        crate_name: "hub-engine",
        uses: &["hub-db", "iiko-client", "iiko-types"],
        tests_use: &["hub-testkit", "iiko-emulator"],
    },
    Edges {
        crate_name: "hub-api",
        uses: &["hub-db", "hub-engine"],
        tests_use: &["hub-testkit"],
    },
    Edges {
        crate_name: "hub-admin",
        uses: &["hub-db", "hub-engine"],
        tests_use: &["hub-testkit"],
    },
    Edges {
        crate_name: "iiko-base",
        uses: &[
            "hub-admin",
            "hub-api",
            "hub-db",
            "hub-engine",
            "hub-pg",
            "iiko-client",
            "iiko-emulator",
            "iiko-types",
        ],
        tests_use: &["hub-testkit"],
    },
    Edges {
        crate_name: "hub-testkit",
        uses: &[
            "hub-api",
            "hub-db",
            "hub-engine",
            "hub-pg",
            "iiko-base",
            "iiko-client",
            "iiko-emulator",
            "iiko-types",
        ],
        tests_use: &[],
    },
    Edges {
        crate_name: "xtask",
        uses: &["hub-pg"],
        tests_use: &[],
    },
];

/// Complaints about the manifests of the workspace, given as paths and texts.
pub(super) fn check(manifests: &[(String, String)]) -> anyhow::Result<Vec<String>> {
    let mut complaints = Vec::new();
    for (path, text) in manifests {
        let manifest: Table = text
            .parse()
            .with_context(|| format!("cannot read {path}"))?;
        complaints.extend(check_manifest(path, &manifest));
    }
    Ok(complaints)
}

fn check_manifest(path: &str, manifest: &Table) -> Vec<String> {
    let name = manifest["package"]["name"].as_str().unwrap_or_default();
    let Some(edges) = ALLOWED.iter().find(|edges| edges.crate_name == name) else {
        return vec![format!(
            "{path}: `{name}` is a new crate: what may it use? (xtask/src/tidy/edges.rs)"
        )];
    };
    let mut complaints = Vec::new();
    if path.rsplit('/').nth(1) != Some(name) {
        complaints.push(format!(
            "{path}: the crate `{name}` lies in a folder of its name"
        ));
    }
    if manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        != Some(&Value::Boolean(true))
    {
        complaints.push(format!("{path}: lacks `[lints] workspace = true`"));
    }
    for (section, tests) in [
        ("dependencies", false),
        ("build-dependencies", false),
        ("dev-dependencies", true),
    ] {
        let Some(Value::Table(dependencies)) = manifest.get(section) else {
            continue;
        };
        for (dependency, source) in dependencies {
            if source.get("workspace") != Some(&Value::Boolean(true)) {
                complaints.push(format!(
                    "{path}: `{dependency}` has its version in the workspace's manifest"
                ));
            }
            let ours = ALLOWED.iter().any(|edges| edges.crate_name == dependency);
            let allowed = edges.uses.contains(&dependency.as_str())
                || (tests && edges.tests_use.contains(&dependency.as_str()));
            if ours && !allowed {
                complaints.push(format!("{path}: `{name}` does not use `{dependency}`"));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        check(&[(path.to_owned(), text.to_owned())]).expect("the manifest of a test is TOML")
    }

    const CLIENT: &str = "[package]\nname = \"iiko-client\"\n[lints]\nworkspace = true\n";

    #[test]
    fn the_client_knows_the_emulator_from_tests_alone() {
        let path = "crates/iiko-client/Cargo.toml";
        let dependency = "iiko-emulator.workspace = true\n";
        assert!(complaints(path, &format!("{CLIENT}[dev-dependencies]\n{dependency}")).is_empty());
        assert_eq!(
            complaints(path, &format!("{CLIENT}[dependencies]\n{dependency}")),
            ["crates/iiko-client/Cargo.toml: `iiko-client` does not use `iiko-emulator`"]
        );
    }

    #[test]
    fn versions_stand_once() {
        assert_eq!(
            complaints(
                "crates/iiko-client/Cargo.toml",
                &format!("{CLIENT}[dependencies]\nserde = \"1\"\n")
            ),
            ["crates/iiko-client/Cargo.toml: `serde` has its version in the workspace's manifest"]
        );
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        let text = "[package]\nname = \"hub-extra\"\n";
        assert_eq!(complaints("crates/hub-extra/Cargo.toml", text).len(), 1);
    }
}
