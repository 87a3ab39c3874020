//! Corrections of the contract: other contracts merged in, fragments replaced under a guard, properties that exclude each
//! other joined, ids, times and secrets named.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

/// `contract/overlay.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overlay {
    #[serde(default, rename = "import")]
    imports: Vec<Import>,
    #[serde(default, rename = "correction")]
    corrections: Vec<Correction>,
    #[serde(default, rename = "choice")]
    pub(crate) choices: Vec<Choice>,
    /// The type of a property, or of one property of one schema (`Schema.property`), where the contract only says
    /// "GUID" or "time".
    #[serde(default)]
    pub(crate) types: BTreeMap<String, String>,
    /// Properties that `new` asks for although the contract does not (`Schema.property`), and why.
    #[serde(default)]
    pub(crate) needed: BTreeMap<String, String>,
    /// Strings that must not be printed (`Schema.property`), and why.
    #[serde(default)]
    pub(crate) secrets: BTreeMap<String, String>,
}

/// A contract that is merged in whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    file: String,
    /// Read by people; must be there.
    #[expect(dead_code, reason = "asked for in the file, for those who read it")]
    reason: String,
    /// The tag its operations get.
    tag: String,
    #[serde(default)]
    rename: BTreeMap<String, String>,
}

/// Properties that exclude each other and become one field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// Name of the enum.
    pub(crate) name: String,
    /// Name of the field.
    pub(crate) field: String,
    /// The objects that have them.
    pub(crate) schemas: Vec<String>,
    /// Read by people; must be there.
    #[expect(dead_code, reason = "asked for in the file, for those who read it")]
    reason: String,
    /// Names of the variants and their properties.
    pub(crate) variants: BTreeMap<String, String>,
    /// What the contract must say of these properties, in each of the objects.
    guard: String,
}

/// One fragment that is replaced, or added where nothing was.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Correction {
    /// JSON pointer into the contract.
    at: String,
    reason: String,
    /// What the contract must say there.
    guard: Option<String>,
    /// The contract must say nothing there.
    #[serde(default)]
    absent: bool,
    replace: String,
}

impl Overlay {
    /// Merges the imported contracts into `document`.
    pub(crate) fn import(
        &self,
        document: &mut Value,
        read: impl Fn(&str) -> anyhow::Result<String>,
    ) -> anyhow::Result<()> {
        for import in &self.imports {
            let mut other: Value =
                serde_json::from_str(&read(&import.file)?).context(import.file.clone())?;
            rename(&mut other, &import.rename);
            for item in object(&mut other, "/paths")?
                .values_mut()
                .filter_map(Value::as_object_mut)
            {
                for operation in item.values_mut() {
                    operation["tags"] = Value::from([import.tag.as_str()].as_slice());
                }
            }
            for folder in ["/paths", "/components/schemas"] {
                let from = std::mem::take(object(&mut other, folder)?);
                let to = object(document, folder)?;
                for (key, value) in from {
                    let name = import.rename.get(&key).unwrap_or(&key);
                    ensure!(
                        to.insert(name.clone(), value).is_none(),
                        "{}: `{name}` is taken: rename it",
                        import.file
                    );
                }
            }
        }
        Ok(())
    }

    /// Applies the corrections, each under its guard.
    pub(crate) fn correct(&self, document: &mut Value) -> anyhow::Result<()> {
        for correction in &self.corrections {
            correction
                .apply(document)
                .with_context(|| format!("overlay at `{}`", correction.at))?;
        }
        Ok(())
    }
}

impl Choice {
    /// Fails where the contract says something else of the properties than it did.
    pub(crate) fn check(&self, document: &Value) -> anyhow::Result<()> {
        let guard: BTreeMap<String, Value> =
            serde_json::from_str(&self.guard).context("`guard` is not JSON")?;
        let named: BTreeSet<&String> = self.variants.values().collect();
        ensure!(
            guard.keys().eq(named),
            "`guard` and `variants` name other properties"
        );
        for schema in &self.schemas {
            let properties = &document["components"]["schemas"][schema]["properties"];
            for (property, expected) in &guard {
                let found = &properties[property];
                ensure!(
                    found == expected,
                    "the contract changed: `{schema}.{property}` now says {found}"
                );
            }
        }
        Ok(())
    }
}

impl Correction {
    fn apply(&self, document: &mut Value) -> anyhow::Result<()> {
        ensure!(
            !self.reason.trim().is_empty(),
            "a correction needs a reason"
        );
        let replacement: Value =
            serde_json::from_str(&self.replace).context("`replace` is not JSON")?;
        match (&self.guard, self.absent) {
            (Some(guard), false) => {
                let guard: Value = serde_json::from_str(guard).context("`guard` is not JSON")?;
                let found = document
                    .pointer_mut(&self.at)
                    .context("the contract has nothing there any more")?;
                ensure!(*found == guard, "the contract changed: it now says {found}");
                *found = replacement;
            }
            (None, true) => {
                ensure!(
                    document.pointer(&self.at).is_none(),
                    "the contract has something there by now"
                );
                let (parent, key) = self
                    .at
                    .rsplit_once('/')
                    .context("a pointer starts with a slash")?;
                let key = key.replace("~1", "/").replace("~0", "~");
                object(document, parent)?.insert(key, replacement);
            }
            (None, false) | (Some(_), true) => bail!("either `guard` or `absent = true`"),
        }
        Ok(())
    }
}

fn object<'a>(
    document: &'a mut Value,
    pointer: &str,
) -> anyhow::Result<&'a mut serde_json::Map<String, Value>> {
    let found = document.pointer_mut(pointer).and_then(Value::as_object_mut);
    found.with_context(|| format!("no object at `{pointer}`"))
}

/// Points every reference to a renamed schema at its new name.
fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(object) => object.values_mut().for_each(|value| rename(value, names)),
        Value::Array(items) => items.iter_mut().for_each(|value| rename(value, names)),
        Value::String(text) => {
            let renamed = text
                .rsplit_once('/')
                .filter(|(folder, _)| *folder == "#/components/schemas")
                .and_then(|(folder, name)| names.get(name).map(|new| format!("{folder}/{new}")));
            if let Some(renamed) = renamed {
                *text = renamed;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
