//! The environment as a source: `IIKO_BASE_*` and `DATABASE_URL`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use config::{Value, ValueKind};

use crate::config::ConfigError;
use crate::config::spelling::closest;

const PREFIX: &str = "IIKO_BASE_";
/// Variables behind our prefix that are options of commands or of the tests, not keys.
const OTHER_VARIABLES: [&str; 3] = ["CONFIG", "API_KEY", "CLIENT_SECRET"];
const TEST_VARIABLES: &str = "TEST_";

/// The values of all variables that are keys.
pub(super) fn read(
    known: &BTreeMap<String, ValueKind>,
    environment: &[(OsString, OsString)],
) -> Result<Vec<(String, Value)>, ConfigError> {
    let variables: BTreeMap<String, &String> =
        known.keys().map(|key| (variable_of(key), key)).collect();
    let mut values = Vec::new();
    for (name, value) in environment {
        let Some(name) = name.to_str() else { continue };
        let key = if name == "DATABASE_URL" {
            "database_url"
        } else if let Some(rest) = name.strip_prefix(PREFIX) {
            if OTHER_VARIABLES.contains(&rest) || rest.starts_with(TEST_VARIABLES) {
                continue;
            }
            variables
                .get(name)
                .ok_or_else(|| ConfigError::UnknownVariable {
                    name: name.to_owned(),
                    known: closest(name, variables.keys()),
                })?
        } else {
            continue;
        };
        let text = value
            .to_str()
            .ok_or_else(|| ConfigError::VariableEncoding {
                name: name.to_owned(),
            })?;
        let kind = match known.get(key) {
            Some(ValueKind::Array(_)) => ValueKind::Array(
                std::env::split_paths(text)
                    .map(|path| Value::from(path.display().to_string()))
                    .collect(),
            ),
            _ => ValueKind::String(text.to_owned()),
        };
        let origin = format!("the environment variable `{name}`");
        values.push((key.to_owned(), Value::new(Some(&origin), kind)));
    }
    // IIKO_BASE_DATABASE_URL is ours and wins over DATABASE_URL, in whatever order they stand.
    values.sort_by_key(|(_, value)| value.origin().is_some_and(|origin| origin.contains(PREFIX)));
    Ok(values)
}

fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}
