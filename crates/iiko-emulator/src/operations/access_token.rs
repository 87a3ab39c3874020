//! Both logins: an api login alone, or an application together with a restaurant's key.

use iiko_types::{
    operations::{AccessToken, AccessTokenV2},
    schemas::{GetAccessTokenRequest, GetAccessTokenV2Request, GetAccessTokenV2Response},
};

use super::{Operation, correlation_id, typed};
use crate::{refusal::Refusal, world::World};

pub(super) fn register() -> Vec<Operation> {
    vec![
        Operation {
            is_public: true,
            ..typed::<AccessToken>(access_token)
        },
        Operation {
            is_public: true,
            // What some clients send (`cloud-api.md` 1.2).
            aliases: &[("apiLogin", "apiKey")],
            ..typed::<AccessTokenV2>(access_token_v2)
        },
    ]
}

fn access_token(
    world: &mut World,
    request: GetAccessTokenRequest,
) -> Result<GetAccessTokenV2Response, Refusal> {
    issue(world, request.api_login.expose())
}

/// An unknown application is refused like an unknown login: which of the three was wrong is not told.
fn access_token_v2(
    world: &mut World,
    request: GetAccessTokenV2Request,
) -> Result<GetAccessTokenV2Response, Refusal> {
    let is_known = world.scenario.file.applications.iter().any(|application| {
        application.app_id == request.app_id
            && application.client_secret == request.client_secret.expose()
    });
    if !is_known {
        return Err(Refusal::login_unknown(request.api_key.expose()));
    }
    issue(world, request.api_key.expose())
}

fn issue(world: &mut World, api_login: &str) -> Result<GetAccessTokenV2Response, Refusal> {
    if !world
        .logins
        .iter()
        .any(|login| login.api_login == api_login)
    {
        return Err(Refusal::login_unknown(api_login));
    }
    let token = world.tokens.issue(api_login, &world.clock);
    Ok(GetAccessTokenV2Response {
        correlation_id: correlation_id(world),
        token: Some(token.into()),
        ..GetAccessTokenV2Response::default()
    })
}
