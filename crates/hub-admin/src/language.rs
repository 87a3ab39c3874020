//! The language of a page: `?lang=` decides, then what the browser prefers, then Russian.

use axum::http::{HeaderMap, header};
use serde::Deserialize;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    Russian,
    English,
}

#[derive(Deserialize)]
pub(crate) struct LanguageQuery {
    lang: Option<String>,
}

impl Language {
    pub(crate) fn choose(query: &LanguageQuery, headers: &HeaderMap) -> Self {
        let accepted = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        query
            .lang
            .as_deref()
            .and_then(Self::of_tag)
            .or_else(|| Self::preferred(accepted))
            .unwrap_or_default()
    }

    /// The language with the greatest weight that we have; of equal ones the first.
    fn preferred(accept_language: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for range in accept_language.split(',') {
            let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
            let weight: f32 = weight.trim().parse().unwrap_or(0.0);
            if let Some(language) = Self::of_tag(tag.trim())
                && weight > best.map_or(0.0, |(_, heaviest)| heaviest)
            {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }

    fn of_tag(tag: &str) -> Option<Self> {
        match tag
            .split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "ru" => Some(Self::Russian),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::English => "en",
        }
    }

    pub(crate) fn pick<T>(self, russian: T, english: T) -> T {
        match self {
            Self::Russian => russian,
            Self::English => english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lang: Option<&str>, accept_language: &str, expected: Language) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept_language.parse().unwrap());
        assert_eq!(
            Language::choose(
                &LanguageQuery {
                    lang: lang.map(str::to_owned)
                },
                &headers
            ),
            expected
        );
    }

    #[test]
    fn russian_comes_first_and_english_when_it_is_wanted() {
        check(None, "", Language::Russian);
        check(None, "de-DE,de;q=0.9", Language::Russian);
        check(None, "en-US,en;q=0.9", Language::English);
        check(None, "en;q=0.5,ru;q=0.8", Language::Russian);
        check(None, "de,en;q=0.7,ru;q=0.3", Language::English);
        check(None, "ru;q=0,en;q=0.1", Language::English);
        check(Some("en"), "ru", Language::English);
        check(Some("ru"), "en", Language::Russian);
        check(Some("xx"), "en", Language::English);
    }
}
