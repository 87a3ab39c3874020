//! Reference lists: payment types (flat), order types and discounts (wrapped by organization).

use iiko_types::{
    ids::PaymentTypeId,
    operations::{DeliveriesOrderTypes, Discounts, PaymentTypes},
    schemas::{
        DiscountsRequest, DiscountsResponse, OrderTypesRequest, OrderTypesResponse,
        OrganizationItemsOfDiscountCardTypeInfo, OrganizationItemsOfOrderType, PaymentType,
        PaymentTypesRequest, PaymentTypesResponse,
    },
};

use super::{Operation, correlation_id, terminal_groups, typed};
use crate::{refusal::Refusal, world::World};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<PaymentTypes>(payment_types)
            .guessing("alike types of several organizations are one row"),
        typed::<DeliveriesOrderTypes>(order_types),
        typed::<Discounts>(discounts),
    ]
}

/// One row for each id: the same type of several organizations lists the terminal groups of all of them.
fn payment_types(
    world: &mut World,
    request: PaymentTypesRequest,
) -> Result<PaymentTypesResponse, Refusal> {
    let mut merged: Vec<PaymentType> = Vec::new();
    for organization in world.permitted(&request.organization_ids)? {
        let groups: Vec<_> = organization
            .terminal_groups
            .iter()
            .map(|group| terminal_groups::view(organization, group))
            .collect();
        for payment_type in &organization.payment_types {
            let id: Option<PaymentTypeId> = payment_type.id;
            match merged.iter_mut().find(|merged| merged.id == id) {
                Some(merged) => merged
                    .terminal_groups
                    .get_or_insert_default()
                    .extend(groups.iter().cloned()),
                None => {
                    merged.push(PaymentType {
                        terminal_groups: Some(groups.clone()),
                        ..payment_type.clone()
                    });
                }
            }
        }
    }
    Ok(PaymentTypesResponse {
        correlation_id: correlation_id(world),
        payment_types: Some(merged),
        ..PaymentTypesResponse::default()
    })
}

fn order_types(
    world: &mut World,
    request: OrderTypesRequest,
) -> Result<OrderTypesResponse, Refusal> {
    let organizations = world.permitted(&request.organization_ids)?;
    let wrappers = organizations
        .iter()
        .map(|organization| OrganizationItemsOfOrderType {
            organization_id: Some(organization.id),
            items: Some(organization.order_types.clone()),
            ..OrganizationItemsOfOrderType::default()
        });
    Ok(OrderTypesResponse {
        correlation_id: correlation_id(world),
        order_types: Some(wrappers.collect()),
        ..OrderTypesResponse::default()
    })
}

fn discounts(world: &mut World, request: DiscountsRequest) -> Result<DiscountsResponse, Refusal> {
    let organizations = world.permitted(&request.organization_ids)?;
    let wrappers =
        organizations
            .iter()
            .map(|organization| OrganizationItemsOfDiscountCardTypeInfo {
                organization_id: Some(organization.id),
                items: Some(organization.discounts.clone()),
                ..OrganizationItemsOfDiscountCardTypeInfo::default()
            });
    Ok(DiscountsResponse {
        correlation_id: correlation_id(world),
        discounts: Some(wrappers.collect()),
        ..DiscountsResponse::default()
    })
}
