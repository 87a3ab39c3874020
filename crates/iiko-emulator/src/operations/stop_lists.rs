//! Stop lists: what each terminal group keeps count of, and how that changes.

use iiko_types::{
    ids::{ProductId, SizeId, TerminalGroupId},
    operations::{StopLists, StopListsAdd, StopListsCheck, StopListsClear, StopListsRemove},
    schemas::{
        AddProductsToStopListRequest, CheckStopListRequest, CheckStopListResponse,
        ClearStopListRequest, CorrelationIdResponse, OrganizationItemsOfTerminalGroupStopList,
        RemoveProductsFromStopListRequest, StopListItem, StopListsRequest, StopListsResponse,
        TerminalGroupStopList,
    },
    time::UtcTime,
};

use super::{Operation, accepted, correlation_id, typed};
use crate::{
    refusal::Refusal,
    world::{Organization, Stop, StopKey, World},
};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<StopLists>(stop_lists)
            .guessing("only terminal groups with something on their list are named"),
        typed::<StopListsAdd>(add),
        typed::<StopListsRemove>(remove),
        typed::<StopListsClear>(clear),
        typed::<StopListsCheck>(check),
    ]
}

/// A wrapper for every organization; in it only the groups that have something on their list (a guess).
fn stop_lists(world: &mut World, request: StopListsRequest) -> Result<StopListsResponse, Refusal> {
    let organizations = world.permitted(&request.organization_ids)?;
    let asked = request.terminal_groups_ids.filter(|ids| !ids.is_empty());
    let with_sizes = request.return_size.unwrap_or_default();
    let lists = organizations.iter().map(|organization| {
        let groups = organization.terminal_groups.iter().map(|group| group.id);
        let groups = groups.filter(|id| world.sees_terminal_group(*id));
        let groups = groups.filter(|id| asked.as_ref().is_none_or(|asked| asked.contains(id)));
        let lists = groups.filter_map(|id| list_of(organization, id, with_sizes));
        OrganizationItemsOfTerminalGroupStopList {
            organization_id: Some(organization.id),
            items: Some(lists.collect()),
            ..OrganizationItemsOfTerminalGroupStopList::default()
        }
    });
    Ok(StopListsResponse {
        correlation_id: correlation_id(world),
        terminal_group_stop_lists: Some(lists.collect()),
        ..StopListsResponse::default()
    })
}

fn list_of(
    organization: &Organization,
    terminal_group_id: TerminalGroupId,
    with_sizes: bool,
) -> Option<TerminalGroupStopList> {
    let stops = organization
        .stops
        .iter()
        .filter(|(key, _)| key.terminal_group_id == terminal_group_id);
    let items: Vec<StopListItem> = stops
        .map(|(key, stop)| StopListItem {
            size_id: key.size_id.filter(|_| with_sizes),
            ..view(organization, key, stop)
        })
        .collect();
    (!items.is_empty()).then(|| TerminalGroupStopList {
        terminal_group_id: Some(terminal_group_id),
        items: Some(items),
        ..TerminalGroupStopList::default()
    })
}

fn view(organization: &Organization, key: &StopKey, stop: &Stop) -> StopListItem {
    StopListItem {
        balance: Some(stop.balance),
        product_id: Some(key.product_id),
        size_id: key.size_id,
        sku: organization
            .nomenclature
            .product(key.product_id)
            .and_then(|product| product.code.clone()),
        date_add: Some(UtcTime(stop.added_at)),
        ..StopListItem::default()
    }
}

fn add(
    world: &mut World,
    request: AddProductsToStopListRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    let now = world.now();
    let organization = world.permitted_one(request.organization_id)?;
    organization.require_terminal_group(request.terminal_group_id)?;
    for item in &request.items {
        require_product(organization, item.product_id, item.size_id)?;
    }
    for item in &request.items {
        let key = StopKey {
            terminal_group_id: request.terminal_group_id,
            product_id: item.product_id,
            size_id: item.size_id,
        };
        organization.stops.insert(
            key,
            Stop {
                balance: item.balance,
                added_at: now,
            },
        );
    }
    world.stop_list_changed(request.organization_id, request.terminal_group_id);
    accepted(world, &())
}

fn remove(
    world: &mut World,
    request: RemoveProductsFromStopListRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    let organization = world.permitted_one(request.organization_id)?;
    organization.require_terminal_group(request.terminal_group_id)?;
    for item in &request.items {
        organization.stops.remove(&StopKey {
            terminal_group_id: request.terminal_group_id,
            product_id: item.product_id,
            size_id: item.size_id,
        });
    }
    world.stop_list_changed(request.organization_id, request.terminal_group_id);
    accepted(world, &())
}

fn clear(
    world: &mut World,
    request: ClearStopListRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    let organization = world.permitted_one(request.organization_id)?;
    organization.require_terminal_group(request.terminal_group_id)?;
    organization
        .stops
        .retain(|key, _| key.terminal_group_id != request.terminal_group_id);
    world.stop_list_changed(request.organization_id, request.terminal_group_id);
    accepted(world, &())
}

/// Which items of an order cannot be made: what is out of stock, or less than the order needs.
fn check(
    world: &mut World,
    request: CheckStopListRequest,
) -> Result<CheckStopListResponse, Refusal> {
    let correlation_id = correlation_id(world);
    let organization = world.permitted_one(request.organization_id)?;
    organization.require_terminal_group(request.terminal_group_id)?;
    let stopped = organization.rejected(request.terminal_group_id, &request.items);
    let rejected: Vec<StopListItem> = stopped
        .map(|(key, stop)| view(organization, key, stop))
        .collect();
    Ok(CheckStopListResponse {
        correlation_id,
        rejected_items: (!rejected.is_empty()).then_some(rejected),
        ..CheckStopListResponse::default()
    })
}

/// The sentence is a guess.
fn require_product(
    organization: &Organization,
    product_id: ProductId,
    size_id: Option<SizeId>,
) -> Result<(), Refusal> {
    let Some(product) = organization.nomenclature.product(product_id) else {
        return Err(Refusal::invalid_request(format!(
            "Product {product_id} is not found."
        )));
    };
    let has_size = |size_id| {
        product
            .size_prices
            .iter()
            .flatten()
            .any(|entry| entry.size_id == Some(size_id))
    };
    match size_id {
        Some(size_id) if !has_size(size_id) => Err(Refusal::invalid_request(format!(
            "Product {product_id} has no size {size_id}."
        ))),
        Some(_) | None => Ok(()),
    }
}
