//! The only list of routes, and the document made from it.

use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    App,
    error::Problem,
    routes::{
        categories, connections, health, login, product, products, stop_lists, sync_history,
        sync_runs::{self, StartedView},
    },
};

const PREFIX: &str = "/api/v1";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "iiko-base",
        version = "1",
        description = "Menu, stop lists and reference lists of iiko, kept in PostgreSQL and served from there.\n\n\
            Send a token with every call: `Authorization: Bearer …`. A person gets one for twelve hours from \
            `POST /api/v1/auth/login`, a program a long-lived one from `iiko-base token create`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "auth", description = "Tokens"),
        (name = "sync", description = "Fetching from iiko"),
        (name = "data", description = "What was fetched"),
        (name = "iiko", description = "Connections to iiko"),
        (name = "health", description = "Whether the hub lives"),
    ),
    components(schemas(Problem, StartedView)),
    security(("bearer" = [])),
    modifiers(&BearerScheme)
)]
struct Document;

struct BearerScheme;

impl Modify for BearerScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "a session token or an API token (scope read, sync or admin)",
            ))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

fn routes() -> OpenApiRouter<App> {
    let api = OpenApiRouter::new()
        .routes(routes!(login::log_in))
        .routes(routes!(sync_runs::start_full_sync))
        .routes(routes!(sync_runs::start_menu_sync))
        .routes(routes!(sync_runs::start_price_sync))
        .routes(routes!(sync_runs::start_stop_list_sync))
        .routes(routes!(sync_runs::start_terminal_sync))
        .routes(routes!(sync_runs::start_payment_sync))
        .routes(routes!(sync_runs::show_sync_run))
        .routes(routes!(sync_history::list_sync_history))
        .routes(routes!(categories::list_categories))
        .routes(routes!(products::list_products))
        .routes(routes!(product::show_product))
        .routes(routes!(stop_lists::list_stop_lists))
        .routes(routes!(
            connections::list_connections,
            connections::create_connection
        ))
        .routes(routes!(
            connections::update_connection,
            connections::remove_connection
        ))
        .routes(routes!(connections::test_connection))
        .routes(routes!(connections::list_organizations_by_key));
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(health::check_health))
        .routes(routes!(health::check_readiness))
        .nest(PREFIX, api)
}

pub(crate) fn document() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

/// The API and its page, without the layers around them.
pub(crate) fn build(app: App) -> Router {
    let (router, document) = routes().split_for_parts();
    // the validator would be asked at swagger.io; the page makes no outside requests
    let page = SwaggerUi::new("/api/v1/docs")
        .url("/api/v1/openapi.json", document)
        .config(Config::default().validator_url("none"));
    router.with_state(app).merge(page)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn operations() -> Vec<(String, Value)> {
        let document = serde_json::to_value(document()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
        });
        operations.collect()
    }

    #[test]
    fn only_login_and_health_are_open() {
        let open: Vec<_> = operations()
            .into_iter()
            .filter(|(_, operation)| operation.get("security").is_some())
            .map(|(name, _)| name)
            .collect();
        assert_eq!(
            open,
            ["post /api/v1/auth/login", "get /health", "get /ready"]
        );
    }

    #[test]
    fn every_operation_says_what_it_does_and_answers() {
        for (name, operation) in operations() {
            assert!(operation["summary"].is_string(), "{name}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(
                responses
                    .values()
                    .all(|response| response["description"].is_string()),
                "{name}"
            );
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{name}"
            );
        }
    }

    #[test]
    fn every_reference_in_the_document_is_defined() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(fields) => {
                    for (key, field) in fields {
                        match field {
                            Value::String(target) if key == "$ref" => found.push(target.clone()),
                            _ => references(field, found),
                        }
                    }
                }
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        let document = serde_json::to_value(document()).unwrap();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for target in found {
            assert!(
                document.pointer(target.trim_start_matches('#')).is_some(),
                "{target}"
            );
        }
    }
}
