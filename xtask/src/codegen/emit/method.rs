//! One method a path on the client: `generated/<group>.rs` of iiko-client.

use std::collections::BTreeMap;

use super::{HEADER, endpoint, text};
use crate::codegen::{
    Files,
    contract::{Contract, Operation, Type},
    naming,
    operations::Effect,
};

pub(super) fn files(contract: &Contract) -> Files {
    let mut modules: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
    for operation in &contract.operations {
        modules
            .entry(naming::module(&operation.tag))
            .or_default()
            .push(operation);
    }
    let declared: String = modules
        .keys()
        .map(|module| format!("mod {module};\n"))
        .collect();
    let doc = "//! One method a path, named as the path is, by contract group: a thin layer over [`Client::send`].\n\
               //!\n//! [`Client::send`]: crate::Client::send\n";
    let mut files = Files::from([(
        "generated.rs".to_owned(),
        format!("{HEADER}\n{doc}\n{declared}"),
    )]);
    for (module, operations) in modules {
        let methods: Vec<_> = operations.into_iter().map(method).collect();
        let methods = methods.join("\n");
        let schemas = if methods.contains("schemas::") {
            ", schemas"
        } else {
            ""
        };
        let endpoint = match (methods.contains("NoBody"), methods.contains("as Endpoint>")) {
            (true, true) => "endpoint::{Endpoint, NoBody}, ",
            (true, false) => "endpoint::NoBody, ",
            (false, true) => "endpoint::Endpoint, ",
            (false, false) => "",
        };
        let text = format!(
            "{HEADER}\n//! Methods of the group `{module}`.\n\n\
             use iiko_types::{{{endpoint}operations{schemas}}};\n\n\
             use crate::{{Client, Error}};\n\nimpl Client {{\n{methods}}}\n",
        );
        files.insert(format!("generated/{module}.rs"), text);
    }
    files
}

fn method(operation: &Operation) -> String {
    let marker = naming::type_name(&operation.name);
    let body = |kind: &Option<Type>, side: &str| match kind {
        None => "NoBody".to_owned(),
        Some(kind @ (Type::Schema(_) | Type::List(_))) => text::qualified(kind),
        // what has no short path of its own is named by the endpoint
        Some(_) => format!("<operations::{marker} as Endpoint>::{side}"),
    };
    let response = body(&operation.response, "Response");
    let (parameter, argument) = match &operation.request {
        None => (String::new(), "&NoBody"),
        Some(_) => (
            format!(", request: &{}", body(&operation.request, "Request")),
            "request",
        ),
    };
    // Inline: compiled where it is called, and only there.
    format!(
        "/// {}\n///\n/// {}; counted by iiko under `{}`.\n///\n/// # Errors\n///\n/// See [`Error`].\n{}#[inline]\n\
         pub async fn {}(&self{parameter}) -> Result<{response}, Error> {{\n\
         self.send::<operations::{marker}>({argument}).await\n}}\n",
        endpoint::doc(operation),
        effect(operation.effect),
        operation.restriction_group,
        endpoint::aliases(operation),
        naming::field(&operation.name),
    )
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "Changes nothing",
        Effect::Change => "Changes something, and a second time nothing more",
        Effect::Irreversible => {
            "Changes something, and a second time once more: repeated only where nothing was sent, and once after a 401 for \
             an expired token"
        }
    }
}
