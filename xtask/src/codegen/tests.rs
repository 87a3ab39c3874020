//! A small contract with one of everything: what it becomes, and what stops the generator.

use serde_json::Value;

use super::*;

const CONTRACT: &str = include_str!("tests/contract.json");
const EXTRA: &str = include_str!("tests/extra.json");
const OVERLAY: &str = include_str!("tests/overlay.toml");
const OPERATIONS: &str = include_str!("tests/operations.toml");

fn generate_texts(contract: &str, overlay: &str, operations: &str) -> anyhow::Result<Generated> {
    let sources = Sources {
        contract: contract.to_owned(),
        overlay: overlay.to_owned(),
        operations: operations.to_owned(),
    };
    generate_from(&sources, |_| Ok(EXTRA.to_owned()))
}

/// The whole chain of messages.
fn refusal(contract: &str, overlay: &str, operations: &str) -> String {
    let error = generate_texts(contract, overlay, operations).expect_err("refused");
    format!("{error:#}")
}

/// What it becomes stands in `tests/expected/` and, for the client, in `tests/expected_methods/`.
#[test]
fn a_contract_becomes_this_code() {
    let Generated {
        types,
        methods,
        guide,
    } = generate_texts(CONTRACT, OVERLAY, OPERATIONS).unwrap();
    assert_eq!(guide, include_str!("tests/expected_operations.md"));
    for (name, files) in [("expected", types), ("expected_methods", methods)] {
        let files = layout::format(files).unwrap();
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/codegen/tests");
        let expected = tests.join(name);
        if let Err(error) = layout::compare(&expected, &files) {
            let made = repository::target_directory()
                .unwrap()
                .join("codegen-made")
                .join(name);
            layout::write(&made, &files).unwrap();
            panic!(
                "{error:#}\nif the new code in {} is right, copy it to {}",
                made.display(),
                expected.display()
            );
        }
    }
}

#[test]
fn the_same_sources_give_the_same_text() {
    let generate = || generate_texts(CONTRACT, OVERLAY, OPERATIONS).unwrap();
    assert_eq!(generate(), generate());
}

#[test]
fn the_overlay_stops_where_the_contract_changed() {
    for (was, is, expected) in [
        (
            r#"guard = '{"type": "string", "format": "uuid"}'"#,
            r#"guard = '{"type": "string", "format": "date"}'"#,
            "overlay at `/components/schemas/Hall/properties/id`: the contract changed: it now says",
        ),
        (
            "at = \"/components/schemas/Hall/properties/id\"",
            "at = \"/components/schemas/Gone\"",
            "overlay at `/components/schemas/Gone`: the contract has nothing there any more",
        ),
        (
            "properties/opens",
            "properties/smoking",
            "overlay at `/components/schemas/Hall/properties/smoking`: the contract has something there by now",
        ),
        (
            "absent = true\n",
            "",
            "overlay at `/components/schemas/Hall/properties/opens`: either `guard` or `absent = true`",
        ),
        (
            "reason = \"recorded ids are words\"",
            "reason = \" \"",
            "overlay at `/components/schemas/Hall/properties/id`: a correction needs a reason",
        ),
        (
            "rename = { BookRequest = \"BookAgainRequest\" }",
            "",
            "extra.json: `BookRequest` is taken: rename it",
        ),
        (
            "\"TablesRequest.since\"",
            "\"TablesRequest.until\"",
            "the overlay names `TablesRequest.until`, which the contract does not have",
        ),
        (
            r#""reserveId": {"type": "string", "format": "uuid"}"#,
            r#""reserveId": {"type": "string"}"#,
            "choice `Occasion`: the contract changed: `BookRequest.reserveId` now says",
        ),
        (
            "Party = \"partyName\"",
            "Party = \"guest\"",
            "choice `Occasion`: `guard` and `variants` name other properties",
        ),
        (
            "name = \"Occasion\"",
            "name = \"Guest\"",
            "choice `Guest`: the name is taken",
        ),
        (
            "reason = \"refused with both\"\n",
            "",
            "missing field `reason`",
        ),
        (
            "\"BookRequest.pin\"",
            "\"BookRequest.door\"",
            "the overlay names `BookRequest.door`, which the contract does not have",
        ),
        (
            "\"BookRequest.deposit\"",
            "\"BookRequest.price\"",
            "the overlay names `BookRequest.price`, which the contract does not have",
        ),
        (
            "reason = \"the second version is not published\"\n",
            "",
            "missing field `reason`",
        ),
    ] {
        assert!(OVERLAY.contains(was), "the sample has {was}");
        let message = refusal(CONTRACT, &OVERLAY.replacen(was, is, 1), OPERATIONS);
        assert!(
            message.contains(expected),
            "expected `{expected}`, got `{message}`"
        );
    }
}

#[test]
fn every_path_needs_a_name_an_effect_and_one_group() {
    for (was, is, expected) in [
        (
            "[\"/api/1/halls\"]",
            "[\"/api/1/rooms\"]",
            "operations.toml lacks `/api/1/halls`",
        ),
        (
            "\"halls\"",
            "\"tables\"",
            "two operations are called `tables`",
        ),
        (
            "restriction_group = \"Tables\"\n",
            "",
            "path `/api/1/tables/book`: the restriction group stands nowhere or twice",
        ),
        (
            "name = \"halls\"",
            "name = \"halls\"\nrestriction_group = \"x\"",
            "path `/api/1/halls`: the restriction group",
        ),
        (
            "effect = \"change\"",
            "effect = \"maybe\"",
            "unknown variant `maybe`",
        ),
    ] {
        assert!(OPERATIONS.contains(was), "the sample has {was}");
        let message = refusal(CONTRACT, OVERLAY, &OPERATIONS.replacen(was, is, 1));
        assert!(
            message.contains(expected),
            "expected `{expected}`, got `{message}`"
        );
    }
    let message = refusal(
        CONTRACT,
        OVERLAY,
        &format!("{OPERATIONS}\n[\"/api/9\"]\nname = \"nine\"\neffect = \"read\"\n"),
    );
    assert_eq!(
        message,
        "operations.toml has `/api/9`, the contract does not"
    );
}

#[test]
fn what_is_not_understood_is_refused() {
    for (at, replacement, expected) in [
        (
            "/components/schemas/Table/properties/number",
            r#"{"type": "int"}"#,
            "schema `Table`: property `number`: unknown type",
        ),
        (
            "/components/schemas/Table/properties/number",
            r#"{"$ref": "Elsewhere"}"#,
            "`Elsewhere` is not a schema",
        ),
        (
            "/components/schemas/Guest/discriminator",
            "null",
            "schema `Guest`: a union without a discriminator",
        ),
        (
            "/components/schemas/Guest/x-fallback",
            "null",
            "schema `Guest`: a union without a fallback",
        ),
        (
            "/components/schemas/Guest/x-fallback",
            "\"Nobody\"",
            "there is no schema `Nobody`",
        ),
        (
            "/components/schemas/Smoking/x-enum-varnames",
            "[]",
            "schema `Smoking`: as many names as values, please",
        ),
        (
            "/components/schemas/Table/required",
            "[\"legs\"]",
            "schema `Table`: requires `legs`, which it does not have",
        ),
        (
            "/components/schemas/TableKind/enum",
            r#"["one-person", "onePerson"]"#,
            "two values of `TableKind` get the same name",
        ),
        (
            "/paths/~1api~11~1tables",
            r#"{"get": {}, "post": {}}"#,
            "`/api/1/tables` has more than its POST",
        ),
        (
            "/components/schemas/TablesResponse/properties/tables/items",
            r##"{"$ref": "#/components/schemas/WalkIn"}"##,
            "a list of `WalkIn` without its union",
        ),
        (
            "/components/schemas/Event/properties",
            r#"{"table": {"nullable": true}}"#,
            "",
        ),
    ] {
        let mut contract: Value = serde_json::from_str(CONTRACT).unwrap();
        *contract.pointer_mut(at).expect(at) = serde_json::from_str(replacement).unwrap();
        let generated = generate_texts(&contract.to_string(), OVERLAY, OPERATIONS);
        match generated {
            Ok(_) => assert_eq!(expected, "", "{at}"),
            Err(error) => {
                let message = format!("{error:#}");
                assert!(
                    !expected.is_empty() && message.contains(expected),
                    "expected `{expected}`, got `{message}`"
                );
            }
        }
    }
}

#[test]
fn a_schema_that_nobody_uses_is_refused() {
    let mut contract: Value = serde_json::from_str(CONTRACT).unwrap();
    contract["components"]["schemas"]["Lonely"] = serde_json::json!({"type": "object"});
    assert_eq!(
        refusal(&contract.to_string(), OVERLAY, OPERATIONS),
        "no operation uses `Lonely`"
    );
}

#[test]
fn files_on_disk_are_compared_written_and_cleared_of_stale_ones() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::from([("generated/menu.rs".to_owned(), "// menu\n".to_owned())]);
    let stale = folder.path().join("generated/old/stale.rs");
    fs::create_dir_all(stale.parent().unwrap()).unwrap();
    fs::write(&stale, "").unwrap();

    let message = layout::compare(folder.path(), &files)
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "stale, run `cargo xtask codegen`: generated/menu.rs, generated/old/stale.rs"
    );
    layout::write(folder.path(), &files).unwrap();
    layout::compare(folder.path(), &files).unwrap();
    assert!(!stale.exists());
}
