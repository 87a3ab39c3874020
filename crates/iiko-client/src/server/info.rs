//! What a server tells of itself to everybody, before a license slot is taken.

use std::{fmt, str::FromStr};

use serde::Deserialize;

/// `GET /resto/get_server_info.jsp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// Its name, where it has one.
    pub server_name: Option<String>,
    /// Restaurant or chain.
    pub edition: Edition,
    /// Its version.
    pub version: Version,
    /// `STARTED_SUCCESSFULLY` when it is ready.
    pub server_state: String,
}

/// What kind of server it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edition {
    /// iikoRMS: one restaurant.
    Rms,
    /// iikoChain: the head office of several.
    Chain,
    /// A word that is not known.
    Other(String),
}

/// A version: numbers between dots, compared number by number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<u32>);

impl ServerInfo {
    /// Whether it serves.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.server_state == "STARTED_SUCCESSFULLY"
    }

    /// Reads the server's XML.
    pub(crate) fn read(xml: &str) -> Result<Self, String> {
        let raw: Raw = quick_xml::de::from_str(xml).map_err(|error| error.to_string())?;
        let version = raw.version.filled().ok_or("it names no version")?;
        Ok(Self {
            server_name: raw.server_name.filled(),
            edition: match raw.edition.filled().unwrap_or_default() {
                word if word == "default" => Edition::Rms,
                word if word == "chain" => Edition::Chain,
                word => Edition::Other(word),
            },
            version: version.parse()?,
            server_state: raw.server_state.filled().unwrap_or_default(),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default)]
    server_name: Element,
    #[serde(default)]
    edition: Element,
    #[serde(default)]
    version: Element,
    #[serde(default)]
    server_state: Element,
}

/// An element with text, or an empty one with `null="1"`.
#[derive(Default, Deserialize)]
struct Element {
    #[serde(rename = "$text")]
    text: Option<String>,
}

impl Element {
    fn filled(self) -> Option<String> {
        let text = self.text?.trim().to_owned();
        (!text.is_empty()).then_some(text)
    }
}

impl Version {
    /// The first version with price orders.
    pub const NEEDED: &'static str = "7.8";

    /// Whether it knows price orders.
    #[must_use]
    pub fn knows_price_orders(&self) -> bool {
        *self >= Self(vec![7, 8])
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.trim().split('.').map(str::parse);
        let parts = parts.collect::<Result<Vec<u32>, _>>();
        parts
            .map(Self)
            .map_err(|_| format!("`{text}` is not a version like 8.9.1"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_tells_who_it_is() {
        let info = ServerInfo::read(
            r#"<?xml version="1.0" encoding="UTF-8"?>
            <r><serverName>Кафе &amp; бар</serverName><edition>chain</edition><version>8.9.1005.0</version>
            <computerName null="1"/><serverState>STARTED_SUCCESSFULLY</serverState><port>443</port>
            <isPresent>true</isPresent></r>"#,
        )
        .unwrap();
        assert_eq!(info.server_name.as_deref(), Some("Кафе & бар"));
        assert_eq!(info.edition, Edition::Chain);
        assert_eq!(info.version.to_string(), "8.9.1005.0");
        assert!(info.is_ready() && info.version.knows_price_orders());
    }

    #[test]
    fn an_answer_without_a_version_is_none_of_iiko() {
        for xml in [
            "<r/>",
            "<r><version null=\"1\"/></r>",
            "<r><version>new</version></r>",
            "hello",
        ] {
            assert!(ServerInfo::read(xml).is_err(), "{xml}");
        }
    }

    #[test]
    fn versions_are_compared_by_numbers() {
        for (text, knows) in [
            ("7.7.9999.0", false),
            ("7.8", true),
            ("7.8.0", true),
            ("7.10.1", true),
            ("10.0", true),
            ("6.12.3", false),
        ] {
            let version: Version = text.parse().unwrap();
            assert_eq!(version.knows_price_orders(), knows, "{text}");
        }
    }
}
