//! Who wants to be told: one handler for each pair of a login and an organization.

use iiko_types::{
    operations::{NotificationsSend, WebhooksSettings, WebhooksUpdateSettings},
    schemas::{
        CorrelationIdResponse, GetWebHookSettingsRequest, GetWebHookSettingsResponse,
        SendNotificationRequest, UpdateWebHookSettingsRequest,
    },
};

use super::{Operation, correlation_id, typed};
use crate::{
    kept::{KEPT, keep},
    refusal::Refusal,
    webhooks::{Handler, Notification},
    world::World,
};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<WebhooksSettings>(settings),
        typed::<WebhooksUpdateSettings>(update_settings)
            .guessing("an address that is not http or https is refused"),
        typed::<NotificationsSend>(send_notification),
    ]
}

fn settings(
    world: &mut World,
    request: GetWebHookSettingsRequest,
) -> Result<GetWebHookSettingsResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let login = world.call.login.clone().unwrap_or_default();
    let handlers = world.webhooks.handlers.get(&login);
    let handler = handlers
        .and_then(|handlers| handlers.get(&request.organization_id))
        .cloned();
    Ok(GetWebHookSettingsResponse {
        correlation_id: correlation_id(world),
        api_login_name: Some(login),
        web_hooks_uri: handler.as_ref().map(|it| it.uri.clone()),
        auth_token: handler.as_ref().and_then(|it| it.auth_token.clone()),
        web_hooks_filter: handler.and_then(|it| it.filter),
        ..GetWebHookSettingsResponse::default()
    })
}

fn update_settings(
    world: &mut World,
    request: UpdateWebHookSettingsRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let uri = request.web_hooks_uri;
    let is_address = ["http://", "https://"]
        .iter()
        .any(|scheme| uri.starts_with(scheme));
    let login = world.call.login.clone().unwrap_or_default();
    let handlers = world.webhooks.handlers.entry(login).or_default();
    match (is_address, uri.is_empty()) {
        (true, _) => {
            let handler = Handler {
                uri,
                auth_token: request.auth_token,
                filter: request.web_hooks_filter,
            };
            handlers.insert(request.organization_id, handler);
        }
        (false, true) => drop(handlers.remove(&request.organization_id)),
        (false, false) => {
            return Err(Refusal::invalid_request(format!(
                "webHooksUri {uri} is not an address."
            )));
        }
    }
    Ok(CorrelationIdResponse {
        correlation_id: correlation_id(world),
        ..CorrelationIdResponse::default()
    })
}

fn send_notification(
    world: &mut World,
    request: SendNotificationRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    let SendNotificationRequest::OrderAttention(request) = request else {
        return Err(Refusal::invalid_request(
            "There is only the message type order_attention.",
        ));
    };
    let organization_id = request.organization_id;
    world.permitted(&[organization_id])?;
    let at = world.now();
    let notification = Notification {
        at,
        organization_id,
        order_id: request.order_id,
        source: request.order_source,
        text: request.additional_info,
    };
    keep(&mut world.webhooks.notifications, notification, KEPT);
    Ok(CorrelationIdResponse {
        correlation_id: correlation_id(world),
        ..CorrelationIdResponse::default()
    })
}
