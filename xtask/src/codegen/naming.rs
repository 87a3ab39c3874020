//! From the contract's words to Rust's.

use heck::{ToLowerCamelCase, ToSnakeCase, ToUpperCamelCase};

/// Words that may only be identifiers with `r#` before them.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Name of a field: `organizationId` is `organization_id`, `type` is `r#type`.
pub(crate) fn field(property: &str) -> String {
    let name = property.to_snake_case();
    if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}

/// Name of a type or a variant: `stop_lists` is `StopLists`, `one-time` is `OneTime`, `BY_COMPONENT` is `ByComponent`.
pub(crate) fn type_name(word: &str) -> String {
    let name = word.to_upper_camel_case();
    match name.as_str() {
        "Self" => "SelfValue".to_owned(),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("V{name}"),
        _ => name,
    }
}

/// Name of the file of a contract group: `Deliveries:-Retrieve` is `deliveries_retrieve`.
pub(crate) fn module(tag: &str) -> String {
    tag.replace([':', '.'], "-").to_snake_case()
}

/// The group above a contract group: `Inventory.Catalogs` and `Inventory.Organizations` are `inventory`.
pub(crate) fn module_above(tag: &str) -> String {
    module(tag.split([':', '.']).next().unwrap_or(tag))
}

/// Name of an enum that the contract writes inside a property.
pub(crate) fn inline_enum(schema: &str, property: &str) -> String {
    format!(
        "{schema}{}",
        property.to_lower_camel_case().to_upper_camel_case()
    )
}
