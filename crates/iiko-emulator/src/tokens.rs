//! Access tokens: they look like iiko's, have a real `exp`, and are worth something only where they were given out.

use std::{collections::HashMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::clock::after;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Tokens {
    issued: HashMap<String, Issued>,
    pub(crate) lifetime: Duration,
}

#[derive(Debug, Serialize, Deserialize)]
struct Issued {
    login: String,
    expires_at: DateTime<Utc>,
}

impl Tokens {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            issued: HashMap::new(),
            lifetime,
        }
    }

    /// A new token of `login`. Expired ones are forgotten on the way, so that the register stays small.
    pub(crate) fn issue(&mut self, login: &str, now: DateTime<Utc>) -> String {
        self.issued.retain(|_, issued| issued.expires_at > now);
        let expires_at = after(now, self.lifetime);
        let claims = json!({
            "ApiLoginId": Uuid::new_v4(),
            "nbf": now.timestamp(),
            "exp": expires_at.timestamp(),
            "iat": now.timestamp(),
            "iss": "iiko",
            "aud": "clients",
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        // Nobody verifies the signature; it has the length of an HS256.
        let signature = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        let token = format!(
            "{}.{}.{}",
            part(json!({"alg": "HS256", "typ": "JWT"})),
            part(claims),
            URL_SAFE_NO_PAD.encode(signature)
        );
        self.issued.insert(
            token.clone(),
            Issued {
                login: login.to_owned(),
                expires_at,
            },
        );
        token
    }

    /// Whose token this is, if it is one of ours and still counts.
    pub(crate) fn login_of(&self, token: &str, now: DateTime<Utc>) -> Option<&str> {
        let issued = self.issued.get(token)?;
        (issued.expires_at > now).then_some(issued.login.as_str())
    }

    /// This token is refused from now on.
    pub(crate) fn expire(&mut self, token: &str) {
        self.issued.remove(token);
    }

    /// All tokens given out so far are refused from now on, whatever their `exp` says.
    pub(crate) fn expire_all(&mut self) {
        self.issued.clear();
    }
}
