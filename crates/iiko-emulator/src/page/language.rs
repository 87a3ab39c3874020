//! The language of a page: `?lang=` decides, then what the browser names first, then Russian.

use axum::http::{HeaderMap, header};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Russian,
    English,
}

impl Language {
    pub(super) fn choose(asked: Option<&str>, headers: &HeaderMap) -> Self {
        let accepted = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        asked
            .into_iter()
            .chain(accepted.split([',', ';']))
            .find_map(|tag| match tag.trim().get(..2)? {
                "ru" => Some(Self::Russian),
                "en" => Some(Self::English),
                _ => None,
            })
            .unwrap_or(Self::Russian)
    }

    pub(super) fn tag(self) -> &'static str {
        self.pick("ru", "en")
    }

    pub(super) fn pick(self, russian: &'static str, english: &'static str) -> &'static str {
        match self {
            Self::Russian => russian,
            Self::English => english,
        }
    }
}
