//! A connection as it is shown: without its secrets.

use hub_engine::connection::{Connection, ConnectionOrganization};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{number::JsonNumber, timestamp::Timestamp};

#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionView {
    #[schema(examples(1))]
    id: i32,
    /// the default organization, the first of `organization_ids`
    organization_id: Option<String>,
    organization_name: Option<String>,
    api_url: String,
    webhook_url: Option<String>,
    /// never shown: see `has_webhook_secret`
    #[schema(value_type = Option<String>)]
    webhook_secret: (),
    is_active: bool,
    last_token_refresh: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// v1: `api_key` alone; v2: with `app_id` and `client_secret`
    #[schema(examples("v1"))]
    login_kind: &'static str,
    /// never shown: see `has_api_key`
    #[schema(value_type = Option<String>)]
    api_key: (),
    has_api_key: bool,
    app_id: Option<String>,
    has_client_secret: bool,
    has_webhook_secret: bool,
    /// "Источник заказа" of the api login in iikoWeb
    source_key: Option<String>,
    organization_ids: Vec<String>,
    organizations: Vec<ConnectionOrganizationView>,
    refresh_names: bool,
    refresh_descriptions: bool,
    refresh_pictures: bool,
    refresh_prices: bool,
    refresh_availability: bool,
    refresh_order: bool,
    /// a balance at or below it is a stop
    stop_balance_threshold: JsonNumber,
    /// the order of what has none in iiko
    default_sort_order: i32,
    /// a menu that loses more than this share of its products is refused
    max_loss_percent: i32,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionOrganizationView {
    id: String,
    name: Option<String>,
}

impl From<ConnectionOrganization> for ConnectionOrganizationView {
    fn from(organization: ConnectionOrganization) -> Self {
        Self {
            id: organization.organization_id,
            name: organization.name,
        }
    }
}

impl From<Connection> for ConnectionView {
    fn from(connection: Connection) -> Self {
        let default = connection.organizations.first();
        Self {
            id: connection.id,
            organization_id: default.map(|organization| organization.organization_id.clone()),
            organization_name: default.and_then(|organization| organization.name.clone()),
            api_url: connection.api_url,
            webhook_url: connection.webhook_url,
            webhook_secret: (),
            is_active: connection.is_active,
            last_token_refresh: connection.last_token_refresh.map(Timestamp),
            created_at: connection.created_at.into(),
            updated_at: connection.updated_at.into(),
            login_kind: connection.login_kind.as_str(),
            api_key: (),
            has_api_key: connection.has_api_key,
            app_id: connection.app_id,
            has_client_secret: connection.has_client_secret,
            has_webhook_secret: connection.has_webhook_secret,
            source_key: connection.source_key,
            organization_ids: connection
                .organizations
                .iter()
                .map(|known| known.organization_id.clone())
                .collect(),
            organizations: connection
                .organizations
                .into_iter()
                .map(ConnectionOrganizationView::from)
                .collect(),
            refresh_names: connection.refresh.names,
            refresh_descriptions: connection.refresh.descriptions,
            refresh_pictures: connection.refresh.pictures,
            refresh_prices: connection.refresh.prices,
            refresh_availability: connection.refresh.availability,
            refresh_order: connection.refresh.order,
            stop_balance_threshold: connection.stop_balance_threshold.into(),
            default_sort_order: connection.default_sort_order,
            max_loss_percent: connection.max_loss_percent,
        }
    }
}
