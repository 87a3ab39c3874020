//! Who uses a schema, in which direction, and which schemas hold themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    contract::{Contract, Schema, Type},
    naming,
};

/// The tag of what iiko sends on its own.
const EVENTS: &str = "Webhooks";

/// Where a schema travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Answer,
    Both,
}

#[derive(Debug, Default)]
pub(crate) struct Usage {
    requests: BTreeSet<String>,
    answers: BTreeSet<String>,
    /// By schema: tags and names of the operations.
    users: BTreeMap<String, BTreeSet<(String, String)>>,
    /// By schema: the schemas it holds directly, at any depth, without a list between.
    held: BTreeMap<String, BTreeSet<String>>,
}

impl Usage {
    pub(crate) fn of(contract: &Contract) -> Self {
        let mut usage = Self::default();
        for operation in &contract.operations {
            let user = (operation.tag.clone(), operation.name.clone());
            let reached = reach(contract, operation.request.as_ref());
            usage.note(&reached, &user);
            usage.requests.extend(reached);
            let reached = reach(contract, operation.response.as_ref());
            usage.note(&reached, &user);
            usage.answers.extend(reached);
        }
        let event = contract.event.clone().map(Type::Schema);
        let reached = reach(contract, event.as_ref());
        usage.note(&reached, &(EVENTS.to_owned(), String::new()));
        usage.answers.extend(reached);
        usage.held = contract
            .schemas
            .keys()
            .map(|name| (name.clone(), held_by(contract, name)))
            .collect();
        usage
    }

    fn note(&mut self, reached: &BTreeSet<String>, user: &(String, String)) {
        for name in reached {
            self.users
                .entry(name.clone())
                .or_default()
                .insert(user.clone());
        }
    }

    pub(crate) fn direction(&self, schema: &str) -> Direction {
        match (
            self.requests.contains(schema),
            self.answers.contains(schema),
        ) {
            (true, true) => Direction::Both,
            (true, false) => Direction::Request,
            (false, _) => Direction::Answer,
        }
    }

    /// Names of the operations that use a schema; an event has an empty one.
    pub(crate) fn users(&self, schema: &str) -> Vec<&str> {
        self.users
            .get(schema)
            .into_iter()
            .flatten()
            .map(|(_, name)| name.as_str())
            .collect()
    }

    /// The file that a schema belongs to: that of its only group, else of what stands above its groups, else `shared`.
    pub(crate) fn module(&self, schema: &str) -> String {
        let tags = || {
            self.users
                .get(schema)
                .into_iter()
                .flatten()
                .map(|(tag, _)| tag)
        };
        let modules: BTreeSet<String> = tags().map(|tag| naming::module(tag)).collect();
        let above: BTreeSet<String> = tags().map(|tag| naming::module_above(tag)).collect();
        let only = |names: BTreeSet<String>| {
            (names.len() == 1)
                .then(|| names.into_iter().next())
                .flatten()
        };
        only(modules)
            .or_else(|| only(above))
            .unwrap_or_else(|| "shared".to_owned())
    }

    /// Whether a value of `schema` would hold itself if it held `inner` without a box.
    pub(crate) fn is_recursive(&self, schema: &str, inner: &str) -> bool {
        schema == inner
            || self
                .held
                .get(inner)
                .is_some_and(|held| held.contains(schema))
    }
}

/// All schemas that can be reached from a body.
fn reach(contract: &Contract, from: Option<&Type>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&str> = from.map(Type::schemas).unwrap_or_default();
    while let Some(name) = next.pop() {
        if !reached.insert(name.to_owned()) {
            continue;
        }
        next.extend(
            contract
                .schemas
                .get(name)
                .map(Schema::references)
                .unwrap_or_default(),
        );
    }
    reached
}

/// Schemas held without a list, a map or a union between; a union boxes its variants.
fn held_by(contract: &Contract, name: &str) -> BTreeSet<String> {
    let mut held = BTreeSet::new();
    let mut next = vec![name];
    while let Some(name) = next.pop() {
        for property in contract
            .schemas
            .get(name)
            .map(Schema::properties)
            .unwrap_or_default()
        {
            if let Type::Schema(inner) = &property.kind
                && held.insert(inner.clone())
            {
                next.push(inner);
            }
        }
    }
    held
}
