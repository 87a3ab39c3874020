//! Access tokens: they look like iiko's, have a real `exp`, and are worth something only where they were given out.

use std::{collections::HashMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::clock::{Clock, after};

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
    ///
    /// It says that it lives from the later of the emulator's time and the machine's, and is refused by the emulator's.
    pub(crate) fn issue(&mut self, login: &str, clock: &Clock) -> String {
        let (now, told) = (clock.now(), clock.latest());
        self.issued.retain(|_, issued| issued.expires_at > now);
        let expires_at = after(now, self.lifetime);
        let claims = json!({
            "ApiLoginId": Uuid::new_v4(),
            "nbf": told.timestamp(),
            "exp": after(told, self.lifetime).timestamp(),
            "iat": told.timestamp(),
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use chrono::{DateTime, Utc};
    use serde_json::{Value, json};

    use super::Tokens;
    use crate::clock::{Clock, after};

    #[test]
    fn a_token_looks_fresh_although_the_clock_stands_far_behind() {
        let lifetime = Duration::from_secs(3600);
        let stands = json!({"ahead": {"secs": 0, "nanos": 0}, "stands_at": "2026-01-01T00:00:00Z"});
        let clock: Clock = serde_json::from_value(stands).unwrap();
        let mut tokens = Tokens::new(lifetime);
        let token = tokens.issue("demo", &clock);
        let claims = token.split('.').nth(1).unwrap();
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        let machines: DateTime<Utc> = SystemTime::now().into();
        assert!(claims["exp"].as_i64().unwrap() > machines.timestamp());
        assert_eq!(tokens.login_of(&token, clock.now()), Some("demo"));
        assert_eq!(tokens.login_of(&token, after(clock.now(), lifetime)), None);
    }
}
