//! The address of the API, as people write it: with or without `/api/1/`, with or without a slash at the end.

use url::Url;

use crate::error::Error;

/// Scheme, host and an optional path of a proxy, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        const ENDS: [&str; 4] = ["/api/1", "/api/2", "/api/v2", "/api"];
        let address = Address::parse(text, "https://api-ru.iiko.services", &ENDS);
        let Address { origin, path } = address.map_err(|problem| Error::Config {
            field: "base_url",
            problem,
        })?;
        Ok(Self(format!("{origin}{path}")))
    }

    /// The address of an endpoint's path, which begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// The address of one of iiko's servers, in two parts.
pub(crate) struct Address {
    pub(crate) origin: String,
    /// Without a slash at the end, and without the end that people copy from the documentation.
    pub(crate) path: String,
}

impl Address {
    /// Reads an address that may end with one of `ends`; `example` is shown to whoever wrote something else.
    pub(crate) fn parse(text: &str, example: &str, ends: &[&str]) -> Result<Self, String> {
        // Not a word of the text is told: it may hold a password, above all where it cannot be read.
        let url = Url::parse(text.trim())
            .map_err(|error| format!("it is not a URL ({error}); write it like `{example}`"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(format!(
                "it must begin with `https://` or `http://` and name a host; write it like `{example}`"
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it must not hold a user name or a password".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it must end with the path, without `?` or `#`".to_owned());
        }
        let path = url.path().trim_end_matches('/');
        let path = ends
            .iter()
            .find_map(|end| path.strip_suffix(end))
            .unwrap_or(path);
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            path: path.trim_end_matches('/').to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_the_address_means_the_same() {
        for text in [
            "https://api-ru.iiko.services",
            "https://api-ru.iiko.services/",
            "https://api-ru.iiko.services/api",
            "https://api-ru.iiko.services/api/1",
            "https://api-ru.iiko.services/api/1/",
            "https://api-ru.iiko.services//api/1//",
            "  https://API-RU.iiko.services:443/api/1/\n",
        ] {
            let url = BaseUrl::parse(text).unwrap().join("/api/1/stop_lists");
            assert_eq!(
                url, "https://api-ru.iiko.services/api/1/stop_lists",
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_port_and_the_path_of_a_proxy_stay() {
        let url = BaseUrl::parse("http://127.0.0.1:8100/iiko/api/1/")
            .unwrap()
            .join("/api/2/menu");
        assert_eq!(url, "http://127.0.0.1:8100/iiko/api/2/menu");
    }

    #[test]
    fn what_is_no_address_is_refused_by_the_name_of_the_field() {
        for text in [
            "",
            "api-ru.iiko.services",
            "api-ru.iiko.services:443",
            "ftp://api-ru.iiko.services",
            "https://",
            "https://user:pa55word@api-ru.iiko.services",
            "https://user:pa55word@api-ru.iiko.services:port",
            "user:pa55word@api-ru.iiko.services",
            "https://user:pa55word@",
            "https://api-ru.iiko.services/?key=1",
            "https://api-ru.iiko.services/#top",
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::Config {
                        field: "base_url",
                        ..
                    }
                ),
                "{text:?}: {error:?}"
            );
            assert!(!error.to_string().contains("pa55word"), "{error}");
        }
    }
}
