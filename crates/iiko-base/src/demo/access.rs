//! Who may come in: an administrator with a new password and a new token, at each start.

use hub_api::accounts::{self, AccountError, CreatedToken, NewToken, Scope};
use hub_engine::hub::Hub;
use secrecy::SecretString;

use crate::password;

const USERNAME: &str = "admin";
const TOKEN_NAME: &str = "demo";

/// A name, a password, a token of full scope.
pub struct Access {
    pub username: String,
    pub password: SecretString,
    pub token: SecretString,
}

/// Only hashes are stored, so what an earlier start printed cannot be printed again: it is replaced.
pub async fn renew(hub: &Hub) -> anyhow::Result<Access> {
    let password = password::generate();
    match accounts::set_password(hub.db(), USERNAME, password.clone()).await {
        Err(AccountError::UnknownUser(_)) => {
            accounts::create_user(hub.db(), USERNAME, password.clone()).await?;
        }
        outcome => outcome?,
    }
    let now = hub.clock().now();
    for token in accounts::list_api_tokens(hub.db()).await? {
        if token.name == TOKEN_NAME && token.revoked_at.is_none() {
            accounts::revoke_api_token(hub.db(), token.id, now).await?;
        }
    }
    let wanted = NewToken {
        name: TOKEN_NAME.to_owned(),
        scope: Scope::Admin,
        expires_at: None,
    };
    let CreatedToken { token, .. } = accounts::create_api_token(hub.db(), wanted, now).await?;
    Ok(Access {
        username: USERNAME.to_owned(),
        password,
        token,
    })
}
