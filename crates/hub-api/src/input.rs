//! What a caller sends: query, JSON body, path. A wrong value is a 422 that names the field; broken JSON is a 400 that names the place.

use std::error::Error;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{StatusCode, request::Parts},
    response::IntoResponse,
};
use serde::{Deserialize, Deserializer, de, de::DeserializeOwned};
use serde_json::error::Category;
use utoipa::ToSchema;

use crate::{
    error::{ApiError, ApiResult},
    error_code::ErrorCode,
};

/// The query string, read as `T`. Parameters that `T` does not know are ignored.
pub(crate) struct QueryOf<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(refuse_query(&rejection)),
        }
    }
}

fn refuse_query(rejection: &(dyn Error + 'static)) -> ApiError {
    type Located = serde_path_to_error::Error<de::value::Error>;
    let mut cause = Some(rejection);
    while let Some(error) = cause {
        if let Some(located) = error.downcast_ref::<Located>() {
            let path = located.path().to_string();
            // a missing or doubled field is told by the message, its path is the root
            let named = path != ".";
            let detail = if named {
                format!("`{path}`: {}", located.inner())
            } else {
                located.inner().to_string()
            };
            return ApiError {
                field: named.then_some(path),
                ..ApiError::new(ErrorCode::InvalidParameter, detail)
            };
        }
        cause = error.source();
    }
    ApiError::new(ErrorCode::InvalidParameter, rejection.to_string())
}

/// A JSON body, whatever content type it claims (`curl -d` claims a form); none at all is `T::default()`.
pub(crate) struct BodyOf<T>(pub(crate) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for BodyOf<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| {
                let response = rejection.into_response();
                if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    ApiError::new(ErrorCode::BodyTooLarge, "the body is larger than 1 MiB")
                } else {
                    ApiError::new(ErrorCode::MalformedBody, "the body could not be read")
                }
            })?;
        read_body(&bytes).map(Self)
    }
}

fn read_body<T: DeserializeOwned + Default>(bytes: &[u8]) -> ApiResult<T> {
    if bytes.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        // serde would take an array for the fields of a struct in order
        return Err(ApiError::new(
            ErrorCode::InvalidParameter,
            "the body must be a JSON object",
        ));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        match error.inner().classify() {
            Category::Syntax | Category::Eof | Category::Io => malformed(error.inner()),
            Category::Data if path == "." => {
                ApiError::new(ErrorCode::InvalidParameter, error.inner().to_string())
            }
            Category::Data => ApiError::invalid(&path, format!("`{path}`: {}", error.inner())),
        }
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::new(
        ErrorCode::MalformedBody,
        format!("the body is not valid JSON: {error}"),
    )
}

/// One parameter of the path, `{name}` in the route.
pub(crate) struct PathOf<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(ApiError::invalid(
                "id",
                format!("`id` in the path: {}", rejection.body_text()),
            )),
        }
    }
}

/// An id of iiko's as it stands in the tables: lower case. Empty is refused, or an unset variable of a shell script would
/// silently mean "all".
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String)]
pub(crate) struct IikoId(pub(crate) String);

impl<'de> Deserialize<'de> for IikoId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let id = text.trim().to_lowercase();
        if id.is_empty() {
            Err(de::Error::custom("must not be empty"))
        } else {
            Ok(Self(id))
        }
    }
}

impl IikoId {
    pub(crate) fn as_deref(id: &Option<Self>) -> Option<&str> {
        id.as_ref().map(|id| id.0.as_str())
    }
}

/// Tells `"field": null` (`Some(None)`) from a field that is absent (`None`, by `#[serde(default)]`).
pub(crate) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Numbers and switches of a query come as text: errors say what was expected.
pub(crate) mod query_value {
    use serde::{Deserialize, Deserializer, de};

    pub(crate) fn whole_number<'de, T: std::str::FromStr, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map(Some)
            .map_err(|_| de::Error::custom(format_args!("expected a whole number, found `{text}`")))
    }

    pub(crate) fn switch<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<bool>, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "true" | "True" | "1" => Ok(Some(true)),
            "false" | "False" | "0" => Ok(Some(false)),
            _ => Err(de::Error::custom(format_args!(
                "expected `true` or `false`, found `{text}`"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Sample {
        #[serde(deserialize_with = "query_value::whole_number")]
        limit: Option<i64>,
        #[serde(deserialize_with = "query_value::switch")]
        is_visible: Option<bool>,
        organization_id: Option<IikoId>,
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    struct Body {
        setting_id: Option<i32>,
        #[serde(default, deserialize_with = "nullable")]
        webhook_url: Option<Option<String>>,
    }

    fn query(text: &str) -> ApiResult<Sample> {
        let uri = format!("/?{text}").parse().unwrap();
        Query::<Sample>::try_from_uri(&uri)
            .map(|Query(sample)| sample)
            .map_err(|rejection| refuse_query(&rejection))
    }

    #[test]
    fn a_query_is_read_and_what_it_does_not_know_is_ignored() {
        let sample = query("limit=5&is_visible=true&organization_id=ABC-1&unknown=x").unwrap();
        assert_eq!(
            sample,
            Sample {
                limit: Some(5),
                is_visible: Some(true),
                organization_id: Some(IikoId("abc-1".to_owned()))
            }
        );
    }

    #[test]
    fn a_wrong_query_parameter_is_named() {
        let error = query("limit=ten").unwrap_err();
        assert_eq!(error.field.as_deref(), Some("limit"));
        assert_eq!(
            error.detail,
            "`limit`: expected a whole number, found `ten`"
        );
        assert_eq!(
            query("is_visible=maybe").unwrap_err().field.as_deref(),
            Some("is_visible")
        );
        assert_eq!(
            query("organization_id=").unwrap_err().field.as_deref(),
            Some("organization_id")
        );
    }

    #[test]
    fn no_body_is_the_default() {
        assert_eq!(read_body::<Body>(b"").unwrap(), Body::default());
        assert_eq!(read_body::<Body>(b" \n").unwrap(), Body::default());
    }

    #[test]
    fn a_wrong_type_in_the_body_is_named() {
        let error = read_body::<Body>(br#"{"setting_id": "1"}"#).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParameter);
        assert_eq!(error.field.as_deref(), Some("setting_id"));
        assert!(
            error
                .detail
                .starts_with("`setting_id`: invalid type: string \"1\", expected i32"),
            "{}",
            error.detail
        );
    }

    #[test]
    fn broken_json_is_told_with_its_place() {
        for text in [
            &br#"{"setting_id": 1"#[..],
            br#"{"setting_id": }"#,
            b"setting_id=1",
            br#"{"setting_id": 1} x"#,
        ] {
            let error = read_body::<Body>(text).unwrap_err();
            assert_eq!(error.code, ErrorCode::MalformedBody);
            assert!(error.detail.contains("line 1 column"), "{}", error.detail);
        }
        assert_eq!(
            read_body::<Body>(b"[1]").unwrap_err().code,
            ErrorCode::InvalidParameter
        );
        assert_eq!(
            read_body::<Body>(b"7").unwrap_err().code,
            ErrorCode::InvalidParameter
        );
    }

    #[test]
    fn null_and_absent_are_told_apart() {
        assert_eq!(read_body::<Body>(br"{}").unwrap().webhook_url, None);
        assert_eq!(
            read_body::<Body>(br#"{"webhook_url": null}"#)
                .unwrap()
                .webhook_url,
            Some(None)
        );
    }
}
