//! Marker types of the operations, and the table of all.

use super::text;
use crate::codegen::{
    contract::{Operation, Type},
    naming,
    operations::Effect,
};

pub(super) fn emit(operation: &Operation) -> String {
    let Operation {
        path,
        name,
        is_command,
        ..
    } = operation;
    let marker = naming::type_name(name);
    let body = |kind: &Option<Type>| kind.as_ref().map_or("NoBody".to_owned(), text::qualified);
    let (request, response) = (body(&operation.request), body(&operation.response));
    let aliases = aliases(operation);
    format!(
        "/// {}\n{aliases}#[derive(Clone, Copy, Debug)]\npub struct {marker};\n\n\
         impl Endpoint for {marker} {{\n\
         const NAME: &'static str = {name:?};\n\
         const PATH: &'static str = {path:?};\n\
         const EFFECT: Effect = Effect::{};\n\
         const RESTRICTION_GROUP: &'static str = {:?};\n\
         const IS_COMMAND: bool = {is_command};\n\
         type Request = {request};\n\
         type Response = {response};\n\
         }}\n\n",
        doc(operation),
        effect(operation.effect),
        operation.restriction_group,
    )
}

/// `ALL`, the table that tests, the emulator and the documents go through.
pub(super) fn table(operations: &[Operation]) -> String {
    let rows: String = operations
        .iter()
        .map(|operation| {
            format!(
                "OperationInfo::of::<{}>(),\n",
                naming::type_name(&operation.name)
            )
        })
        .collect();
    format!(
        "use crate::operations::OperationInfo;\n\n/// Every operation, in the order of the contract.\npub const ALL: &[OperationInfo] = &[\n{rows}];\n"
    )
}

/// The names that people look for who come from elsewhere.
pub(super) fn aliases(operation: &Operation) -> String {
    operation
        .aliases
        .iter()
        .map(|alias| format!("#[doc(alias = {alias:?})]\n"))
        .collect()
}

pub(super) fn doc(operation: &Operation) -> String {
    let mut doc = format!("`POST {}`.", operation.path);
    if operation.is_deprecated {
        doc.push_str(" Deprecated by iiko");
        if let Some(path) = &operation.replaced_by {
            doc.push_str(&format!(", replaced by `{path}`"));
        }
        doc.push('.');
    }
    if operation.group_is_guess {
        doc.push_str(" Its restriction group is our guess.");
    }
    doc
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "Read",
        Effect::Change => "Change",
        Effect::Irreversible => "Irreversible",
    }
}
