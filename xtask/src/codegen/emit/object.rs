//! Structs: what must be there, what may be there, and what we do not know.

use anyhow::ensure;

use super::text::Imports;
use crate::codegen::{
    contract::{Property, Type},
    naming,
    usage::{Direction, Usage},
};

/// Parameters longer than this stand on lines of their own: rustfmt leaves the inside of the macro alone.
const WIDTH: usize = 60;

/// Name of the field that keeps unknown properties.
const EXTRA: &str = "extra";

/// How a property becomes a field.
struct Field<'a> {
    property: &'a Property,
    name: String,
    kind: String,
    need: Need,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// A value must be there.
    Value,
    /// The key must be written, `null` where there is no value.
    Key,
    /// May be absent; asked for by `new`, as the contract's word for requests or as the overlay's.
    AskedFor,
    /// May be absent.
    Nothing,
    /// Stands for several properties, of which one may be there.
    Either,
}

impl Need {
    fn of(property: &Property, direction: Direction) -> Self {
        if property.is_choice {
            return Self::Either;
        }
        if property.is_needed {
            return Self::AskedFor;
        }
        let is_own_id = property.name == "id";
        match (property.required.is_some(), property.is_nullable, direction) {
            (true, false, Direction::Request) => Self::Value,
            (true, true, Direction::Request) => Self::Key,
            (true, false, Direction::Both | Direction::Answer) if is_own_id => Self::Value,
            (true, false, Direction::Both) => Self::AskedFor,
            (true, _, Direction::Both | Direction::Answer) | (false, ..) => Self::Nothing,
        }
    }
}

pub(super) fn emit(
    schema: &str,
    doc: &str,
    properties: &[Property],
    usage: &Usage,
    imports: &mut Imports,
) -> anyhow::Result<String> {
    let direction = usage.direction(schema);
    let mut fields = vec![];
    for property in properties {
        let name = naming::field(&property.name);
        ensure!(
            name != EXTRA,
            "`{schema}` has a property that is called like our `{EXTRA}`"
        );
        ensure!(
            fields.iter().all(|field: &Field<'_>| field.name != name),
            "`{schema}` has `{name}` twice"
        );
        let kind = match &property.kind {
            Type::Schema(inner) if usage.is_recursive(schema, inner) => {
                format!("Box<{}>", imports.kind(&property.kind))
            }
            kind => imports.kind(kind),
        };
        fields.push(Field {
            property,
            name,
            kind,
            need: Need::of(property, direction),
        });
    }
    let default = if fields.iter().all(|field| field.need != Need::Value) {
        "#[derive(Default)]\n    "
    } else {
        ""
    };
    let lines: String = fields.iter().map(declare).collect();
    let new = constructor(&fields);
    Ok(format!(
        "crate::object::object! {{\n    /// {doc}\n    {default}pub struct {schema} {new}{{\n{lines}    }}\n}}\n"
    ))
}

/// One line for a field.
fn declare(field: &Field<'_>) -> String {
    let Field {
        property,
        name,
        kind,
        need,
    } = field;
    let (kind, word) = match need {
        Need::Value => (kind.clone(), " required"),
        Need::Key => (format!("Option<{kind}>"), " key"),
        Need::AskedFor => (format!("Option<{kind}>"), " asked"),
        Need::Nothing => (format!("Option<{kind}>"), ""),
        Need::Either => return format!("        either {name}: {kind},\n"),
    };
    format!("        pub {name}: {kind} = {:?}{word},\n", property.name)
}

/// `new(..)` with what is required or needed, in the contract's order; nothing where nothing is, since `Default` does that.
fn constructor(fields: &[Field<'_>]) -> String {
    let mut asked: Vec<_> = fields
        .iter()
        .filter(|field| matches!(field.need, Need::Value | Need::AskedFor))
        .collect();
    // what only the overlay asks for comes last
    asked.sort_by_key(|field| field.property.required.unwrap_or(usize::MAX));
    let parameters: Vec<_> = asked
        .into_iter()
        .map(|field| match field.kind.as_str() {
            kind @ ("String" | "Secret") => format!("{}: impl Into<{kind}>", field.name),
            kind => format!("{}: {kind}", field.name),
        })
        .collect();
    match parameters.iter().map(String::len).sum() {
        0 => String::new(),
        1..=WIDTH => format!("new({}) ", parameters.join(", ")),
        _ => format!("new(\n        {}\n    ) ", parameters.join(",\n        ")),
    }
}
