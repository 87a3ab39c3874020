//! Structs: what must be there, what may be there, and what we do not know.

use anyhow::ensure;

use super::text::Imports;
use crate::codegen::{
    contract::{Property, Type},
    naming,
    usage::{Direction, Usage},
};

/// More parameters than this and clippy complains.
const PARAMETERS: usize = 7;

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
    /// May be absent; asked for by `new`, as the contract's word for requests.
    AskedFor,
    /// May be absent.
    Nothing,
}

impl Need {
    fn of(property: &Property, direction: Direction) -> Self {
        let is_own_id = property.name == "id";
        match (property.is_required, property.is_nullable, direction) {
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
    imports.path("serde::{Deserialize, Serialize}");
    imports.own_type("Extra");
    let default = if fields.iter().all(|field| field.need != Need::Value) {
        ", Default"
    } else {
        ""
    };
    let declared: String = fields.iter().map(declare).collect();
    Ok(format!(
        "/// {doc}\n#[derive(Clone, Debug{default}, PartialEq, Serialize, Deserialize)]\n#[serde(rename_all = \"camelCase\")]\n\
         pub struct {schema} {{ {declared} #[serde(flatten)] pub {EXTRA}: Extra }}\n{}",
        constructor(schema, &fields)
    ))
}

fn declare(field: &Field<'_>) -> String {
    let Field {
        property,
        name,
        kind,
        need,
    } = field;
    let mut attributes = vec![];
    if !naming::is_camel_case(&property.name) {
        attributes.push(format!("rename = {:?}", property.name));
    }
    let kind = match need {
        Need::Value => kind.clone(),
        Need::Key => format!("Option<{kind}>"),
        Need::AskedFor | Need::Nothing => {
            attributes.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            format!("Option<{kind}>")
        }
    };
    let attribute = if attributes.is_empty() {
        String::new()
    } else {
        format!("#[serde({})]\n", attributes.join(", "))
    };
    format!("{attribute}pub {name}: {kind},\n")
}

/// `new` with what is required; nothing where nothing is, since `Default` does that.
fn constructor(schema: &str, fields: &[Field<'_>]) -> String {
    let asked: Vec<_> = fields
        .iter()
        .filter(|field| matches!(field.need, Need::Value | Need::AskedFor))
        .collect();
    if asked.is_empty() {
        return String::new();
    }
    let parameters: Vec<_> = asked
        .iter()
        .map(|field| match field.kind.as_str() {
            "String" => format!("{}: impl Into<String>", field.name),
            kind => format!("{}: {kind}", field.name),
        })
        .collect();
    let values: String = fields
        .iter()
        .map(
            |Field {
                 name, kind, need, ..
             }| {
                let value = if kind == "String" {
                    format!("{name}.into()")
                } else {
                    name.clone()
                };
                match need {
                    Need::Value if value == *name => format!("{name}, "),
                    Need::Value => format!("{name}: {value}, "),
                    Need::AskedFor => format!("{name}: Some({value}), "),
                    Need::Key | Need::Nothing => format!("{name}: None, "),
                }
            },
        )
        .collect();
    let rest = if fields.iter().any(|field| field.need == Need::Value) {
        format!("{values}{EXTRA}: Extra::new()")
    } else {
        let asked: Vec<_> = values
            .split_inclusive(", ")
            .filter(|value| !value.ends_with(": None, "))
            .collect();
        format!("{}..Self::default()", asked.concat())
    };
    let expect = if asked.len() > PARAMETERS {
        "#[expect(clippy::too_many_arguments, reason = \"the contract requires all of them\")]\n"
    } else {
        ""
    };
    format!(
        "impl {schema} {{ {expect}pub fn new({}) -> Self {{ Self {{ {rest} }} }} }}\n",
        parameters.join(", ")
    )
}
