//! Orders at tables found: by id, or by the table they are at.

use iiko_types::{
    ids::OrganizationId,
    schemas::{GetTableOrdersByIdRequest, GetTableOrdersByTableRequest, TableOrdersResponse},
};

use super::super::{asked_orders::asked_orders, correlation_id};
use crate::{refusal::Refusal, tables::TableOrderState, world::World};

pub(super) fn by_id(
    world: &mut World,
    request: GetTableOrdersByIdRequest,
) -> Result<TableOrdersResponse, Refusal> {
    let (ids, pos_ids) = asked_orders(request.orders, &request.extra);
    let keys = request.return_external_data_keys.unwrap_or_default();
    found(
        world,
        &request.organization_ids,
        request.source_keys.as_deref(),
        &keys,
        |it| ids.contains(&it.head.id) || it.pos_id.is_some_and(|id| pos_ids.contains(&id)),
    )
}

pub(super) fn by_table(
    world: &mut World,
    request: GetTableOrdersByTableRequest,
) -> Result<TableOrdersResponse, Refusal> {
    found(
        world,
        &request.organization_ids,
        request.source_keys.as_deref(),
        &[],
        |it| {
            let created = it.order.as_ref().and_then(|order| order.when_created);
            let statuses = request
                .statuses
                .as_deref()
                .filter(|statuses| !statuses.is_empty());
            it.table_ids()
                .iter()
                .any(|id| request.table_ids.contains(id))
                && request
                    .date_from
                    .is_none_or(|from| created.is_some_and(|at| at >= from))
                && request
                    .date_to
                    .is_none_or(|to| created.is_some_and(|at| at <= to))
                && statuses.is_none_or(|statuses| {
                    let mut words = statuses.iter().map(ToString::to_string);
                    it.status()
                        .is_some_and(|status| words.any(|word| word == status.as_str()))
                })
        },
    )
}

fn found(
    world: &mut World,
    organization_ids: &[OrganizationId],
    source_keys: Option<&[String]>,
    external_keys: &[String],
    is_asked: impl Fn(&TableOrderState) -> bool,
) -> Result<TableOrdersResponse, Refusal> {
    world.permitted(organization_ids)?;
    let own = world.calling_login().and_then(|login| login.source.clone());
    let asked = source_keys.filter(|keys| !keys.is_empty());
    let is_visible = |order: &&TableOrderState| {
        let source = order.source_key.as_ref();
        order.is_in_cloud
            && organization_ids.contains(&order.head.organization_id)
            && own.as_ref().is_none_or(|own| source == Some(own))
            && asked.is_none_or(|keys| source.is_some_and(|source| keys.contains(source)))
    };
    let orders = world.table_orders.known.values().filter(is_visible);
    let orders = orders
        .filter(|it| is_asked(it))
        .map(|it| it.info(external_keys))
        .collect();
    Ok(TableOrdersResponse {
        correlation_id: correlation_id(world),
        orders: Some(orders),
        ..TableOrdersResponse::default()
    })
}
