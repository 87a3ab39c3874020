//! The token operation of both versions. Handwritten bodies: the generated ones print what they hold.

use std::borrow::Cow;

use bytes::Bytes;
use iiko_types::{
    endpoint::{Effect, Endpoint},
    operations::AccessTokenV2,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    call::encode,
    credentials::Credentials,
    denial::Denial,
    error::Error,
    redact::Redactor,
    retry::Failure,
    transport::{Incoming, Lost},
    verdict,
};

/// Both versions under one name: to a caller it is the same step.
pub(crate) const OPERATION: &str = "access_token";

/// Whether the operation is a login: the client's own, or one that its caller sends by hand.
pub(crate) fn is_login(operation: &str) -> bool {
    operation == OPERATION || operation == AccessTokenV2::NAME
}

/// What iiko counts logins under: our guess, the contract does not say.
pub(crate) const RESTRICTION_GROUP: &str = "Authorization";

/// A second token does no harm.
pub(crate) const EFFECT: Effect = Effect::Read;

#[derive(Serialize)]
#[serde(untagged)]
enum Request<'a> {
    #[serde(rename_all = "camelCase")]
    V1 { api_login: &'a str },
    #[serde(rename_all = "camelCase")]
    V2 {
        app_id: &'a str,
        client_secret: &'a str,
        api_key: &'a str,
    },
}

/// iiko's answer is an object; others who speak its language answer with the bare token.
#[derive(Deserialize)]
#[serde(untagged)]
enum Response {
    Bare(SecretString),
    Object { token: SecretString },
}

/// Path and body of the login.
pub(crate) fn request(credentials: &Credentials) -> Result<(&'static str, Bytes), Error> {
    let (path, request) = match credentials {
        Credentials::V1 { api_login } => (
            "/api/1/access_token",
            Request::V1 {
                api_login: api_login.expose_secret(),
            },
        ),
        Credentials::V2 {
            app_id,
            client_secret,
            api_key,
        } => (
            "/api/v2/access_token",
            Request::V2 {
                app_id,
                client_secret: client_secret.expose_secret(),
                api_key: api_key.expose_secret(),
            },
        ),
    };
    Ok((path, encode(OPERATION, &request)?))
}

/// The token of an answer. Of an answer without one nothing is shown but its size: it may hold one all the same.
pub(crate) fn read_answer(incoming: Incoming, redactor: &Redactor) -> Result<SecretString, Lost> {
    let status = incoming.status;
    if !(200..300).contains(&status) {
        // Whatever a 401 says here, it is the login that was refused.
        return Err(verdict::refuse(OPERATION, incoming, redactor, |_| {
            (
                Denial::Login,
                Failure::Refused {
                    status,
                    retry_after: None,
                },
            )
        }));
    }
    match serde_json::from_slice(&incoming.body) {
        Ok(Response::Bare(token) | Response::Object { token })
            if !token.expose_secret().is_empty() =>
        {
            Ok(token)
        }
        Ok(_) | Err(_) => {
            let problem = format!("there is no token in its {} bytes", incoming.body.len());
            Err(torn(OPERATION, incoming, problem))
        }
    }
}

/// An answer that should hold a token and cannot be read: without its body, for that may be the token all the same.
pub(crate) fn torn(operation: &'static str, incoming: Incoming, problem: String) -> Lost {
    let error = Error::Torn {
        operation,
        status: incoming.status,
        problem,
        correlation_id: incoming.correlation_id,
        raw: String::new(),
    };
    Lost {
        error: Box::new(error),
        failure: Failure::NotJson,
    }
}

/// The answer to a login by hand: a bare token in the object that its type is. Whatever else is left as it is.
pub(crate) fn unwrap_bare(body: &[u8]) -> Cow<'_, [u8]> {
    match serde_json::from_slice::<&RawValue>(body) {
        Ok(token) if token.get().starts_with('"') => {
            Cow::Owned(format!(r#"{{"token":{}}}"#, token.get()).into_bytes())
        }
        Ok(_) | Err(_) => Cow::Borrowed(body),
    }
}
