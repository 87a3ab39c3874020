//! `cargo xtask contract-diff OPENAPI.json`: what a newer published description adds to `contract/iiko-cloud.json`,
//! removes from it or changes in it.
//!
//! Schemas are compared where operations lead to them, not by name: the published names carry the namespaces of iiko's
//! back ends. Whether a property may be `null` is not compared, since our types read every `null` and the description
//! is often wrong about it; neither are texts and examples.

mod shape;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::Path,
};

use anyhow::{Context, ensure};
use serde_json::Value;

use self::shape::{Description, Shape};
use crate::repository;

/// Prints the differences, one a line.
#[expect(clippy::print_stdout, reason = "the differences are the output")]
pub(crate) fn run(file: &Path) -> anyhow::Result<()> {
    let read = |path: &Path| -> anyhow::Result<Value> {
        let name = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        let document: Value = serde_json::from_str(&text).with_context(|| name.to_string())?;
        ensure!(document["paths"].is_object(), "{name} describes no API");
        Ok(document)
    };
    let ours = read(&repository::root()?.join("contract/iiko-cloud.json"))?;
    let changes = diff(&ours, &read(file)?);
    for change in &changes {
        println!("{change}");
    }
    println!("{} differences", changes.len());
    Ok(())
}

/// One difference, in the words of the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    place: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Added(String),
    Removed(String),
    Changed(String),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, what) = match &self.what {
            What::Added(what) => ('+', what),
            What::Removed(what) => ('-', what),
            What::Changed(what) => ('~', what),
        };
        write!(f, "{sign} {}: {what}", self.place)
    }
}

fn diff(old: &Value, new: &Value) -> Vec<Change> {
    let mut diff = Diff {
        old: Description(old),
        new: Description(new),
        met: BTreeSet::new(),
        changes: BTreeSet::new(),
        added: BTreeSet::new(),
        removed: BTreeSet::new(),
    };
    diff.operations();
    diff.schemas();
    diff.changes.into_iter().collect()
}

struct Diff<'a> {
    old: Description<'a>,
    new: Description<'a>,
    /// Pairs of schemas that were compared, by name.
    met: BTreeSet<(&'a str, &'a str)>,
    changes: BTreeSet<Change>,
    /// Schemas behind what only one side has.
    added: BTreeSet<&'a str>,
    removed: BTreeSet<&'a str>,
}

impl<'a> Diff<'a> {
    fn operations(&mut self) {
        let (old, new) = (self.old.operations(), self.new.operations());
        for (path, operation) in &new {
            if !old.contains_key(path) {
                self.note(path, What::Added("operation".to_owned()));
                for body in operation.bodies().into_iter().flatten() {
                    self.added.extend(self.new.reached(body));
                }
            }
        }
        for (path, before) in &old {
            let Some(after) = new.get(path) else {
                self.note(path, What::Removed("operation".to_owned()));
                for body in before.bodies().into_iter().flatten() {
                    self.removed.extend(self.old.reached(body));
                }
                continue;
            };
            if before.is_deprecated() != after.is_deprecated() {
                let now = if after.is_deprecated() {
                    "now"
                } else {
                    "no longer"
                };
                self.note(path, What::Changed(format!("{now} deprecated")));
            }
            match (before.restriction_group(), after.restriction_group()) {
                (Some(before), Some(after)) if before != after => {
                    let what = format!("restriction group `{before}` is now `{after}`");
                    self.note(path, What::Changed(what));
                }
                _ => {}
            }
            let names = ["body", "answer"];
            for (name, bodies) in names
                .iter()
                .zip(before.bodies().into_iter().zip(after.bodies()))
            {
                match bodies {
                    (Some(before), Some(after)) => {
                        self.kind(&format!("{path} {name}"), before, after)
                    }
                    (Some(_), None) => self.note(path, What::Removed((*name).to_owned())),
                    (None, Some(after)) => {
                        self.note(path, What::Added((*name).to_owned()));
                        self.added.extend(self.new.reached(after));
                    }
                    (None, None) => {}
                }
            }
        }
        if let (Some(before), Some(after)) = (self.old.event(), self.new.event()) {
            self.kind("webhook", before, after);
        }
    }

    /// Schemas that are new or gone as a whole: their properties are not listed.
    fn schemas(&mut self) {
        let old: BTreeSet<&str> = self.met.iter().map(|(old, _)| *old).collect();
        let new: BTreeSet<&str> = self.met.iter().map(|(_, new)| *new).collect();
        for name in std::mem::take(&mut self.added) {
            if !new.contains(name) {
                let size = self.new.size(name);
                self.note(name, What::Added(format!("schema with {size}")));
            }
        }
        for name in std::mem::take(&mut self.removed) {
            if !old.contains(name) {
                self.note(name, What::Removed("schema".to_owned()));
            }
        }
    }

    fn note(&mut self, place: &str, what: What) {
        let place = place.to_owned();
        self.changes.insert(Change { place, what });
    }

    /// What stands at one place in both.
    fn kind(&mut self, place: &str, before: &'a Value, after: &'a Value) {
        let (before_name, after_name) = (self.old.name(before), self.new.name(after));
        let place = before_name.unwrap_or(place);
        if let (Some(before), Some(after)) = (before_name, after_name)
            && !self.met.insert((before, after))
        {
            return;
        }
        match (self.old.shape(before), self.new.shape(after)) {
            (Shape::Object(before), Shape::Object(after)) => self.object(place, &before, &after),
            (Shape::Union(before), Shape::Union(after)) => self.union(place, &before, &after),
            (Shape::Words(before), Shape::Words(after)) => {
                for word in after.difference(&before) {
                    self.note(place, What::Added(format!("`{word}`")));
                }
                for word in before.difference(&after) {
                    self.note(place, What::Removed(format!("`{word}`")));
                }
            }
            (Shape::List(before), Shape::List(after)) => {
                self.kind(&format!("{place}[]"), before, after)
            }
            (Shape::Map(before), Shape::Map(after)) => {
                self.kind(&format!("{place}{{}}"), before, after)
            }
            (before, after) => {
                let (before, after) = (before.to_string(), after.to_string());
                if before != after {
                    self.note(place, What::Changed(format!("{before} is now {after}")));
                }
            }
        }
    }

    fn object(&mut self, place: &str, before: &shape::Object<'a>, after: &shape::Object<'a>) {
        for (name, kind) in &after.properties {
            let place = format!("{place}.{name}");
            match before.properties.get(name) {
                Some(known) => {
                    self.kind(&place, known, kind);
                    match (
                        before.required.contains(name),
                        after.required.contains(name),
                    ) {
                        (false, true) => {
                            self.note(&place, What::Changed("now required".to_owned()))
                        }
                        (true, false) => {
                            self.note(&place, What::Changed("no longer required".to_owned()));
                        }
                        (false, false) | (true, true) => {}
                    }
                }
                None => {
                    let required = if after.required.contains(name) {
                        ", required"
                    } else {
                        ""
                    };
                    let what = format!("{}{required}", self.new.shape(kind));
                    self.note(&place, What::Added(what));
                    self.added.extend(self.new.reached(kind));
                }
            }
        }
        for (name, kind) in &before.properties {
            if !after.properties.contains_key(name) {
                let what = self.old.shape(kind).to_string();
                self.note(&format!("{place}.{name}"), What::Removed(what));
                self.removed.extend(self.old.reached(kind));
            }
        }
    }

    fn union(
        &mut self,
        place: &str,
        before: &BTreeMap<String, &'a Value>,
        after: &BTreeMap<String, &'a Value>,
    ) {
        for (tag, member) in after {
            match before.get(tag) {
                Some(known) => self.kind(&format!("{place} `{tag}`"), known, member),
                None => {
                    self.note(place, What::Added(format!("kind `{tag}`")));
                    self.added.extend(self.new.reached(member));
                }
            }
        }
        for (tag, member) in before {
            if !after.contains_key(tag) {
                self.note(place, What::Removed(format!("kind `{tag}`")));
                self.removed.extend(self.old.reached(member));
            }
        }
    }
}

#[cfg(test)]
mod tests;
