//! Every path of the contract has a method, named by the rule.

use std::{collections::BTreeSet, fs, path::Path};

use iiko_types::operations::{ALL, OperationInfo};
use serde_json::Value;

/// The two paths whose versions would have the same name otherwise.
const NAMED_WITH_THEIR_VERSION: [(&str, &str); 2] = [
    ("/api/v2/access_token", "access_token_v2"),
    ("/api/menu/v3/by_id", "menu_by_id_v3"),
];

/// The path in snake case, without `/api` and versions.
fn name_by_the_rule(path: &str) -> String {
    if let Some((_, name)) = NAMED_WITH_THEIR_VERSION.iter().find(|(at, _)| *at == path) {
        return (*name).to_owned();
    }
    let is_version = |part: &str| {
        let digits = part.strip_prefix('v').unwrap_or(part);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts: Vec<_> = path
        .strip_prefix("/api/")
        .unwrap()
        .split('/')
        .filter(|part| !is_version(part))
        .collect();
    let mut name = String::new();
    for letter in parts.join("_").chars() {
        match letter {
            '-' => name.push('_'),
            letter if letter.is_ascii_uppercase() => {
                name.push('_');
                name.push(letter.to_ascii_lowercase());
            }
            letter => name.push(letter),
        }
    }
    name
}

/// The generated methods: name, and the endpoint it sends.
fn methods() -> BTreeSet<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generated");
    let mut methods = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for method in text.split("pub async fn ").skip(1) {
            let (name, rest) = method.split_once('(').unwrap();
            let (_, rest) = rest.split_once("send::<operations::").unwrap();
            let (marker, _) = rest.split_once('>').unwrap();
            assert!(
                methods.insert((name.to_owned(), marker.to_owned())),
                "{name}"
            );
        }
    }
    methods
}

#[test]
fn every_path_of_the_contract_is_an_operation() {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/iiko-cloud.json");
    let contract: Value = serde_json::from_str(&fs::read_to_string(contract).unwrap()).unwrap();
    let published = contract["paths"].as_object().unwrap();
    let known: BTreeSet<_> = ALL.iter().map(|operation| operation.path).collect();
    assert!(published.keys().all(|path| known.contains(path.as_str())));
    let added: Vec<_> = known
        .iter()
        .filter(|path| !published.contains_key(**path))
        .collect();
    assert_eq!(
        added,
        [&"/api/1/delivery_restrictions/update", &"/api/2/menu/by_id"]
    );
    assert_eq!((published.len(), ALL.len()), (325, 327));
}

#[test]
fn every_operation_has_a_method_named_by_its_path() {
    let methods = methods();
    assert_eq!(methods.len(), 327);
    for OperationInfo { name, path, .. } in ALL {
        assert_eq!(*name, name_by_the_rule(path), "{path}");
        let marker: String = name
            .split('_')
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect();
        assert!(
            methods.contains(&((*name).to_owned(), marker.clone())),
            "no method `{name}` that sends `{marker}`"
        );
    }
}
