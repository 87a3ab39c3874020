//! A small contract, and what a newer description says of it in iiko's own way.

use serde_json::{Value, json};

use super::diff;

fn ours() -> Value {
    json!({
        "paths": {
            "/api/1/tables": {"post": {
                "x-restriction-group": "Tables",
                "requestBody": body("TablesRequest"),
                "responses": {"200": body("TablesResponse")},
            }},
            "/api/1/old": {"post": {"requestBody": body("OldRequest"), "responses": {}}},
        },
        "components": {"schemas": {
            "TablesRequest": {
                "type": "object",
                "required": ["organizationId"],
                "properties": {
                    "organizationId": {"type": "string", "format": "uuid"},
                    "since": {"type": "string", "format": "iiko-date-time", "nullable": true},
                    "limit": {"type": "integer", "format": "int64"},
                },
            },
            "TablesResponse": {"type": "object", "properties": {
                "tables": {"type": "array", "items": {"$ref": "#/components/schemas/Table"}},
                "guest": {"allOf": [{"$ref": "#/components/schemas/Guest"}]},
            }},
            "Table": {"type": "object", "properties": {
                "kind": {"$ref": "#/components/schemas/Kind"},
                "next": {"$ref": "#/components/schemas/Table"},
                "seats": {"type": "number", "format": "decimal"},
            }},
            "Kind": {"type": "string", "enum": ["Round", "Square"]},
            "Guest": {
                "oneOf": [{"$ref": "#/components/schemas/Regular"}],
                "discriminator": {"propertyName": "type", "mapping": {"regular": "#/components/schemas/Regular"}},
            },
            "Regular": {"type": "object", "properties": {"type": {"type": "string"}, "card": {"type": "string"}}},
            "OldRequest": {"type": "object"},
        }},
    })
}

/// The same, as iiko publishes it: long names, parents, pseudo types, the group in a text.
fn published() -> Value {
    json!({
        "paths": {
            "/api/1/tables": {"post": {
                "description": "\n\n > Restriction group: `Tables`.",
                "requestBody": body("iiko.Contracts.TablesRequest"),
                "responses": {"200": body("iiko.Contracts.TablesResponse"), "400": body("iiko.Error")},
            }},
            "/api/1/old": {"post": {"requestBody": body("iiko.OldRequest"), "responses": {}}},
        },
        "components": {"schemas": {
            "iiko.Contracts.TablesRequest": {
                "allOf": [{"$ref": "#/components/schemas/iiko.ByOrganization"}],
                "properties": {
                    "since": {"type": "string", "format": "yyyy-MM-dd HH:mm:ss.fff"},
                    "limit": {"type": "int", "format": "int32"},
                },
            },
            "iiko.ByOrganization": {
                "type": "object",
                "required": ["organizationId"],
                "properties": {"organizationId": {"type": "uuid"}},
            },
            "iiko.Contracts.TablesResponse": {"type": "object", "properties": {
                "tables": {"type": "array", "items": {"$ref": "#/components/schemas/iiko.Table"}},
                "guest": {"$ref": "#/components/schemas/iiko.Guest"},
            }},
            "iiko.Table": {"type": "object", "properties": {
                "kind": {"type": "string", "enum": ["Round", "Square"]},
                "next": {"$ref": "#/components/schemas/iiko.Table"},
                "seats": {"type": "number", "format": "double"},
            }},
            "iiko.Guest": {
                "type": "object",
                "properties": {"type": {"type": "string"}},
                "discriminator": {"propertyName": "type", "mapping": {"regular": "#/components/schemas/iiko.Regular"}},
            },
            "iiko.Regular": {
                "allOf": [{"$ref": "#/components/schemas/iiko.Guest"}],
                "properties": {"card": {"type": "string"}},
            },
            "iiko.OldRequest": {"type": "object"},
            "iiko.Error": {"type": "object"},
        }},
    })
}

fn body(schema: &str) -> Value {
    json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}})
}

fn lines(new: &Value) -> Vec<String> {
    diff(&ours(), new).iter().map(ToString::to_string).collect()
}

#[test]
fn the_same_facts_in_other_words_are_no_difference() {
    assert_eq!(lines(&ours()), Vec::<String>::new());
    assert_eq!(lines(&published()), Vec::<String>::new());
}

#[test]
fn every_kind_of_change_is_told() {
    let schema = |name: &str| format!("/components/schemas/{name}");
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    for (at, value, expected) in [
        (
            "/paths/~1api~11~1new".to_owned(),
            json!({"post": {"requestBody": body("iiko.Error"), "responses": {}}}),
            vec![
                "+ /api/1/new: operation",
                "+ iiko.Error: schema with 0 properties",
            ],
        ),
        (
            "/paths/~1api~11~1old/post".to_owned(),
            Value::Null,
            vec!["- /api/1/old: operation", "- OldRequest: schema"],
        ),
        (
            "/paths/~1api~11~1old/post/deprecated".to_owned(),
            json!(true),
            vec!["~ /api/1/old: now deprecated"],
        ),
        (
            "/paths/~1api~11~1tables/post/description".to_owned(),
            json!("> Restriction group: `Halls`."),
            vec!["~ /api/1/tables: restriction group `Tables` is now `Halls`"],
        ),
        (
            "/paths/~1api~11~1old/post/responses/201".to_owned(),
            body("iiko.Error"),
            vec![
                "+ /api/1/old: answer",
                "+ iiko.Error: schema with 0 properties",
            ],
        ),
        (
            schema("iiko.Table/properties/waiter"),
            reference("iiko.Error"),
            vec![
                "+ Table.waiter: object",
                "+ iiko.Error: schema with 0 properties",
            ],
        ),
        (
            schema("iiko.Table/properties"),
            json!({"kind": {"enum": ["Round", "Square"]}, "next": reference("iiko.Table")}),
            vec!["- Table.seats: number"],
        ),
        (
            schema("iiko.Table/properties/seats/type"),
            json!("bool"),
            vec!["~ Table.seats: number is now flag"],
        ),
        (
            schema("iiko.Table/properties/kind/enum"),
            json!(["Round", "Oval"]),
            vec!["+ Kind: `Oval`", "- Kind: `Square`"],
        ),
        (
            schema("iiko.ByOrganization/required"),
            json!([]),
            vec!["~ TablesRequest.organizationId: no longer required"],
        ),
        (
            schema("iiko.Contracts.TablesRequest/required"),
            json!(["since"]),
            vec!["~ TablesRequest.since: now required"],
        ),
        (
            schema("iiko.Guest/discriminator/mapping/robot"),
            json!("#/components/schemas/iiko.Error"),
            vec!["+ Guest: kind `robot`"],
        ),
        (
            schema("iiko.Regular/properties/card/format"),
            json!("uuid"),
            vec!["~ Guest `regular`.card: string is now GUID"],
        ),
    ] {
        let mut new = published();
        let (parent, key) = at.rsplit_once('/').expect("a pointer");
        new.pointer_mut(parent).expect(&at)[key.replace("~1", "/")] = value;
        let mut expected = expected;
        expected.sort_by_key(|line| line[2..].to_owned());
        assert_eq!(lines(&new), expected, "{at}");
    }
}
