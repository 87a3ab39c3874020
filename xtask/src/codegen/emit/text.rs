//! Types as text, the imports they need, and doc comments.

use std::collections::BTreeSet;

use crate::codegen::{
    contract::{Contract, Type},
    usage::{Direction, Usage},
};

/// How many operations a doc comment names at most.
const NAMED_USERS: usize = 3;

/// What a file of schemas imports.
#[derive(Debug, Default)]
pub(super) struct Imports {
    schemas: BTreeSet<String>,
    paths: BTreeSet<&'static str>,
    types: BTreeSet<String>,
}

impl Imports {
    /// The `use` lines; `own` are the schemas that the file declares itself.
    pub(super) fn text(&self, own: &BTreeSet<&str>) -> String {
        let mut lines: Vec<String> = self
            .paths
            .iter()
            .map(|path| format!("use {path};\n"))
            .collect();
        let mut ours = vec![];
        let types = |module: &str, names: &[&str]| {
            let used: Vec<_> = names
                .iter()
                .copied()
                .filter(|name| self.types.contains(*name))
                .collect();
            (!used.is_empty()).then(|| format!("{module}::{{{}}}", used.join(", ")))
        };
        let ids: Vec<&str> = self
            .types
            .iter()
            .map(String::as_str)
            .filter(|name| name.ends_with("Id") || *name == "Guid")
            .collect();
        ours.extend(types("ids", &ids));
        ours.extend(types("json", &["Json"]));
        ours.extend(types("map", &["ListOrMap"]));
        ours.extend(types("number", &["ExactDecimal"]));
        let foreign: Vec<_> = self
            .schemas
            .iter()
            .filter(|name| !own.contains(name.as_str()))
            .cloned()
            .collect();
        if !foreign.is_empty() {
            ours.push(format!("schemas::{{{}}}", foreign.join(", ")));
        }
        ours.extend(types("secret", &["Secret"]));
        ours.extend(types("time", &["LocalTime", "TimeSpan", "UtcTime"]));
        ours.extend(types("union", &["Tagged"]));
        ours.extend(types("unknown", &["Extra"]));
        if !ours.is_empty() {
            lines.push(format!("\nuse crate::{{{}}};\n", ours.join(", ")));
        }
        lines.concat()
    }

    pub(super) fn schema(&mut self, name: &str) {
        self.schemas.insert(name.to_owned());
    }

    pub(super) fn path(&mut self, path: &'static str) {
        self.paths.insert(path);
    }

    pub(super) fn own_type(&mut self, name: &str) {
        self.types.insert(name.to_owned());
    }

    /// The type as text; what it needs is imported.
    pub(super) fn kind(&mut self, kind: &Type) -> String {
        match kind {
            Type::Schema(name) => {
                self.schema(name);
                name.clone()
            }
            Type::Tagged(name) => {
                self.schema(name);
                self.own_type("Tagged");
                format!("Tagged<{name}>")
            }
            Type::List(inner) => format!("Vec<{}>", self.kind(inner)),
            Type::Map(inner) => {
                self.path("std::collections::BTreeMap");
                format!("BTreeMap<String, {}>", self.kind(inner))
            }
            Type::ListOrMap(inner) => {
                self.own_type("ListOrMap");
                format!("ListOrMap<{}>", self.kind(inner))
            }
            Type::Handwritten(path, _) => path.clone(),
            Type::Overlay(name) => {
                self.own_type(name);
                name.clone()
            }
            Type::Named(name) => {
                match *name {
                    "NaiveDate" => self.path("chrono::NaiveDate"),
                    "DateTime<FixedOffset>" => self.path("chrono::{DateTime, FixedOffset}"),
                    name => self.own_type(name),
                }
                (*name).to_owned()
            }
        }
    }
}

/// `schemas::StopListsRequest`, for the files of operations.
pub(super) fn qualified(kind: &Type) -> String {
    match kind {
        Type::Schema(name) => format!("schemas::{name}"),
        Type::List(inner) => format!("Vec<{}>", qualified(inner)),
        Type::Handwritten(path, _) => path.clone(),
        Type::Tagged(_) | Type::Map(_) | Type::ListOrMap(_) | Type::Named(_) | Type::Overlay(_) => {
            Imports::default().kind(kind)
        }
    }
}

/// One line on where a schema is met.
pub(super) fn schema_doc(contract: &Contract, usage: &Usage, schema: &str) -> String {
    let is_body = |kind: &Option<Type>| *kind == Some(Type::Schema(schema.to_owned()));
    let requests: Vec<_> = contract
        .operations
        .iter()
        .filter(|operation| is_body(&operation.request))
        .collect();
    let answers: Vec<_> = contract
        .operations
        .iter()
        .filter(|operation| is_body(&operation.response))
        .collect();
    let (role, users) = match (requests.as_slice(), answers.as_slice()) {
        ([only], []) => return format!("Body of `POST {}`.", only.path),
        ([], [only]) => return format!("Answer of `POST {}`.", only.path),
        ([_, ..], []) => (
            "Body",
            requests
                .iter()
                .map(|operation| operation.name.as_str())
                .collect(),
        ),
        ([], [_, ..]) => (
            "Answer",
            answers
                .iter()
                .map(|operation| operation.name.as_str())
                .collect(),
        ),
        ([], []) | ([_, ..], [_, ..]) => {
            let role = match usage.direction(schema) {
                Direction::Request => "Part of the body",
                Direction::Answer => "Part of the answer",
                Direction::Both => "Part of body and answer",
            };
            (role, usage.users(schema))
        }
    };
    if contract.event.as_deref() == Some(schema) {
        return "What iiko sends to our webhook; a body is a list of these.".to_owned();
    }
    let names: Vec<_> = users
        .iter()
        .filter(|name| !name.is_empty())
        .map(|name| format!("`{name}`"))
        .collect();
    match names.as_slice() {
        [] => "Part of a webhook event.".to_owned(),
        names if names.len() > NAMED_USERS => format!(
            "{role} of {} and {} more.",
            names[..NAMED_USERS].join(", "),
            names.len() - NAMED_USERS
        ),
        names => format!("{role} of {}.", names.join(", ")),
    }
}
