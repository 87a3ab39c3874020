//! What may be sent and read, and never printed: logins, keys, tokens.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that `Debug` does not tell. It has no `Display`; who needs it asks for it by [`Secret::expose`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

#[cfg(test)]
mod tests {
    use crate::schemas::{
        GetAccessTokenRequest, GetAccessTokenV2Request, GetAccessTokenV2Response,
        GetWebHookSettingsResponse, UpdateWebHookSettingsRequest,
    };

    #[test]
    fn no_login_key_or_token_is_printed() {
        let (token, organization_id) = (Some("swordfish".into()), uuid::Uuid::nil().into());
        let mut update = UpdateWebHookSettingsRequest::new(organization_id, "https://example.org");
        update.auth_token.clone_from(&token);
        let printed = [
            format!("{:?}", GetAccessTokenRequest::new("swordfish")),
            format!(
                "{:?}",
                GetAccessTokenV2Request::new("swordfish", "15", "swordfish")
            ),
            format!(
                "{:?}",
                GetAccessTokenV2Response {
                    token: token.clone(),
                    ..GetAccessTokenV2Response::default()
                }
            ),
            format!(
                "{:?}",
                GetWebHookSettingsResponse {
                    auth_token: token,
                    ..GetWebHookSettingsResponse::default()
                }
            ),
            format!("{update:?}"),
        ];
        for printed in printed {
            assert!(
                printed.contains("****") && !printed.contains("swordfish"),
                "{printed}"
            );
        }
    }

    #[test]
    fn a_secret_is_written_and_read_as_it_is() {
        let request = GetAccessTokenRequest::new("swordfish");
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(text, r#"{"apiLogin":"swordfish"}"#);
        let read: GetAccessTokenRequest = serde_json::from_str(&text).unwrap();
        assert_eq!(read.api_login.expose(), "swordfish");
    }
}
