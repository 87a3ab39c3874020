//! Configuration: `iiko-base.default.toml` (compiled in, the reference of all keys), over it `iiko-base.toml`, over that
//! `IIKO_BASE_*` and `DATABASE_URL`, over all options of the command line.
//!
//! What the default file does not have is unknown and stops the start, wherever it stands: a misspelled key would else
//! be a setting silently ignored. Environment variables are matched against the known keys instead of being split at
//! underscores, so `IIKO_BASE_DATA_DIR` is `data_dir` and `IIKO_BASE_LOG_LEVEL` is `log.level`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{File, FileFormat, Source, Value, ValueKind};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de::Error as _};

mod environment;
mod spelling;

/// The reference: every key, its meaning and its default.
pub const DEFAULT_TOML: &str = include_str!("iiko-base.default.toml");

const FILE_NAME: &str = "iiko-base.toml";
/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    /// None: the usual place, see [`crate::data_directory`].
    #[serde(deserialize_with = "path_or_none")]
    pub data_dir: Option<PathBuf>,
    /// None: a private PostgreSQL in the data directory.
    #[serde(deserialize_with = "secret_or_none")]
    pub database_url: Option<SecretString>,
    /// None: a key of our own beside the private PostgreSQL.
    #[serde(deserialize_with = "secret_or_none")]
    pub secret_key: Option<SecretString>,
    pub api_log_days: u32,
    pub log: LogConfig,
    pub emulator: EmulatorConfig,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// None: what suits the command.
    #[serde(deserialize_with = "level_or_none")]
    pub level: Option<LogLevel>,
    pub format: LogFormat,
}

/// Directives that `tracing_subscriber` understands; checked when the configuration is read.
#[derive(Clone, Debug)]
pub struct LogLevel(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmulatorConfig {
    pub listen: SocketAddr,
    pub scenario: String,
    pub nomenclature: Vec<PathBuf>,
    pub external_menus: Vec<PathBuf>,
}

/// A mistake in the configuration, in words for the person who made it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("unknown key `{key}` in {origin}{}", suggestion(.known))]
    UnknownKey {
        key: String,
        origin: String,
        known: Option<String>,
    },
    #[error("the environment variable `{name}` belongs to no key{}", suggestion(.known))]
    UnknownVariable { name: String, known: Option<String> },
    #[error("the environment variable `{name}` is not valid UTF-8")]
    VariableEncoding { name: String },
    #[error("there is no configuration file {}", .path.display())]
    NoFile { path: PathBuf },
    #[error("cannot read {origin}: {detail}")]
    Unreadable { origin: String, detail: String },
    #[error("bad value: {detail}")]
    BadValue { detail: String },
}

/// Where the configuration comes from; the environment comes in as data.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `--config`: must exist. None: `iiko-base.toml` of the current folder, if there is one.
    pub file: Option<PathBuf>,
    pub environment: Vec<(OsString, OsString)>,
    /// Key, value, and the option that set it.
    pub options: Vec<(&'static str, String, &'static str)>,
}

impl Config {
    /// Reads and checks all sources.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let default = File::from_str(DEFAULT_TOML, FileFormat::Toml);
        let known = flat_keys(&default, "iiko-base.default.toml")?;
        let mut builder = config::Config::builder().add_source(default);
        if let Some(path) = find_file(sources.file.as_deref())? {
            let origin = path.display().to_string();
            let file = File::from(path).format(FileFormat::Toml);
            for key in flat_keys(&file, &origin)?.into_keys() {
                if !known.contains_key(&key) {
                    let known = spelling::closest(&key, known.keys());
                    return Err(ConfigError::UnknownKey { key, origin, known });
                }
            }
            builder = builder.add_source(file);
        }
        let options = sources.options.iter().map(|(key, value, option)| {
            let value = Value::new(
                Some(&format!("option `{option}`")),
                ValueKind::String(value.clone()),
            );
            ((*key).to_owned(), value)
        });
        for (key, value) in environment::read(&known, &sources.environment)?
            .into_iter()
            .chain(options)
        {
            builder = builder
                .set_override(key, value)
                .map_err(|error| bad_value(&error))?;
        }
        let merged = builder.build().map_err(|error| bad_value(&error))?;
        merged
            .clone()
            .try_deserialize()
            .map_err(|error| bad_value_of(&error, &merged))
    }
}

impl LogLevel {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LogFormat {
    type Error = String;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        match word.as_str() {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("`{word}` is neither `text` nor `json`")),
        }
    }
}

fn find_file(named: Option<&Path>) -> Result<Option<PathBuf>, ConfigError> {
    match named {
        Some(path) if path.is_file() => Ok(Some(path.to_owned())),
        Some(path) => Err(ConfigError::NoFile {
            path: path.to_owned(),
        }),
        None => Ok(Some(PathBuf::from(FILE_NAME)).filter(|path| path.is_file())),
    }
}

/// The dotted keys of a source, with the kind of their values.
fn flat_keys(
    source: &impl Source,
    origin: &str,
) -> Result<BTreeMap<String, ValueKind>, ConfigError> {
    fn visit(prefix: &str, value: Value, keys: &mut BTreeMap<String, ValueKind>) {
        match value.kind {
            ValueKind::Table(table) => {
                for (name, value) in table {
                    visit(&format!("{prefix}.{name}"), value, keys);
                }
            }
            kind => {
                keys.insert(prefix.trim_start_matches('.').to_owned(), kind);
            }
        }
    }
    let mut keys = BTreeMap::new();
    for (name, value) in source.collect().map_err(|error| ConfigError::Unreadable {
        origin: origin.to_owned(),
        detail: error.to_string(),
    })? {
        visit(&name, value, &mut keys);
    }
    Ok(keys)
}

fn bad_value(error: &config::ConfigError) -> ConfigError {
    ConfigError::BadValue {
        detail: error.to_string(),
    }
}

/// What our own types refuse comes with its key, but without the place that has set it.
fn bad_value_of(error: &config::ConfigError, merged: &config::Config) -> ConfigError {
    let config::ConfigError::At {
        origin: None,
        key: Some(key),
        ..
    } = error
    else {
        return bad_value(error);
    };
    let value = key
        .split('.')
        .try_fold(&merged.cache, |value, name| match &value.kind {
            ValueKind::Table(table) => table.get(name),
            _ => None,
        });
    match value.and_then(Value::origin) {
        Some(origin) => ConfigError::BadValue {
            detail: format!("{error} in {origin}"),
        },
        None => bad_value(error),
    }
}

fn suggestion(known: &Option<String>) -> String {
    match known {
        Some(known) => format!(": did you mean `{known}`?"),
        None => String::from(" (iiko-base.default.toml explains the keys)"),
    }
}

fn path_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    if path.as_os_str().is_empty() {
        return Ok(None);
    }
    // a data directory must not move with the folder a command happens to be started in
    std::path::absolute(&path)
        .map(Some)
        .map_err(D::Error::custom)
}

fn level_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<LogLevel>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    match tracing_subscriber::EnvFilter::try_new(&text) {
        Ok(_) => Ok(Some(LogLevel(text))),
        Err(error) => Err(D::Error::custom(format!(
            "`{text}` is no log level: {error}"
        ))),
    }
}

fn secret_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SecretString>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(Some(text)
        .filter(|text| !text.is_empty())
        .map(SecretString::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Sources {
        Sources {
            environment: variables
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            ..Sources::default()
        }
    }

    fn with_file(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&Sources {
            file: Some(path),
            ..environment(variables)
        })
    }

    #[test]
    fn the_default_file_is_a_valid_configuration() {
        let config = Config::load(&Sources::default()).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
        assert!(config.data_dir.is_none() && config.database_url.is_none());
        assert_eq!(config.log.format, LogFormat::Text);
    }

    #[test]
    fn a_variable_wins_over_the_file_and_an_option_over_both() {
        let file = "listen = \"127.0.0.1:1\"\n[log]\nlevel = \"warn\"\n";
        let variables = [
            ("IIKO_BASE_LISTEN", "127.0.0.1:2"),
            ("IIKO_BASE_EMULATOR_NOMENCLATURE", "/a.json:/b.json"),
            ("HOME", "/nowhere"),
        ];
        let config = with_file(file, &variables).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.log.level.unwrap().as_str(), "warn");
        assert_eq!(config.emulator.nomenclature.len(), 2);

        let sources = Sources {
            options: vec![("listen", "127.0.0.1:3".to_owned(), "--listen")],
            ..environment(&variables)
        };
        assert_eq!(Config::load(&sources).unwrap().listen.port(), 3);
    }

    #[test]
    fn mistakes_are_named() {
        #[track_caller]
        fn check(file: &str, variables: &[(&str, &str)], expected: &[&str]) {
            let error = with_file(file, variables).unwrap_err().to_string();
            for part in expected {
                assert!(error.contains(part), "{error:?} lacks {part:?}");
            }
        }
        check(
            "lisen = 1",
            &[],
            &["unknown key `lisen`", "own.toml", "`listen`"],
        );
        check(
            "[log]\nlevle = \"info\"",
            &[],
            &["unknown key `log.levle`", "`log.level`"],
        );
        check("[surprise]\nx = 1", &[], &["unknown key `surprise.x`"]);
        check("listen = \"8000\"", &[], &["`listen`", "own.toml"]);
        check("api_log_days = \"many\"", &[], &["`api_log_days`", "many"]);
        check(
            "[log]\nlevel = \"loud=loud\"",
            &[],
            &["`log.level`", "loud"],
        );
        check("[log]\nformat = \"xml\"", &[], &["xml", "json"]);
        check("= 3", &[], &["cannot read", "own.toml"]);
        check(
            "",
            &[("IIKO_BASE_LISTN", "")],
            &["`IIKO_BASE_LISTN`", "`IIKO_BASE_LISTEN`"],
        );
        check(
            "",
            &[("IIKO_BASE_LISTEN", "x")],
            &["`listen`", "`IIKO_BASE_LISTEN`"],
        );
    }

    #[test]
    fn secrets_do_not_show_in_debug() {
        let config = Config::load(&environment(&[
            ("DATABASE_URL", "postgres://user:hidden@host/db"),
            ("IIKO_BASE_SECRET_KEY", "hidden"),
        ]))
        .unwrap();
        assert!(config.database_url.is_some());
        assert!(!format!("{config:?}").contains("hidden"));
    }
}
