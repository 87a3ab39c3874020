//! Dictionaries that orders refer to, and addresses.

use iiko_types::{
    endpoint::NoBody,
    ids::OrganizationId,
    operations::{
        CancelCauses, Cities, MarketingSources, Regions, RemovalTypes, StreetsByCity, StreetsById,
        TipsTypes,
    },
    schemas::{
        CancelCausesRequest, CancelCausesResponse, CitiesRequest, CitiesResponse,
        MarketingSourcesRequest, MarketingSourcesResponse, OrganizationItemsOfCity,
        OrganizationItemsOfRegion, RegionsRequest, RegionsResponse, RemovalTypesRequest,
        RemovalTypesResponse, StreetById, StreetsByCityRequest, StreetsByIdRequest,
        StreetsByIdResponse, StreetsResponse, TipsTypesResponse,
    },
};

use super::{Operation, correlation_id, typed};
use crate::{refusal::Refusal, world::World};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<CancelCauses>(cancel_causes),
        typed::<RemovalTypes>(removal_types),
        typed::<MarketingSources>(marketing_sources),
        typed::<TipsTypes>(tips_types),
        typed::<Regions>(regions),
        typed::<Cities>(cities),
        typed::<StreetsByCity>(streets_by_city),
        typed::<StreetsById>(streets_by_id),
    ]
}

fn cancel_causes(
    world: &mut World,
    request: CancelCausesRequest,
) -> Result<CancelCausesResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    Ok(CancelCausesResponse {
        correlation_id: correlation_id(world),
        cancel_causes: Some(world.references.cancel_causes.clone()),
        ..CancelCausesResponse::default()
    })
}

fn removal_types(
    world: &mut World,
    request: RemovalTypesRequest,
) -> Result<RemovalTypesResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    Ok(RemovalTypesResponse {
        correlation_id: correlation_id(world),
        removal_types: Some(world.references.removal_types.clone()),
        ..RemovalTypesResponse::default()
    })
}

fn marketing_sources(
    world: &mut World,
    request: MarketingSourcesRequest,
) -> Result<MarketingSourcesResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    let sources = world.references.marketing_sources.iter().filter(|it| {
        it.organization_id
            .is_some_and(|id| request.organization_ids.contains(&id))
    });
    let sources = sources.cloned().collect();
    Ok(MarketingSourcesResponse {
        correlation_id: correlation_id(world),
        marketing_sources: Some(sources),
        ..MarketingSourcesResponse::default()
    })
}

fn tips_types(world: &mut World, _: NoBody) -> Result<TipsTypesResponse, Refusal> {
    Ok(TipsTypesResponse {
        correlation_id: correlation_id(world),
        tips_types: Some(world.references.tips_types.clone()),
        ..TipsTypesResponse::default()
    })
}

fn regions(world: &mut World, request: RegionsRequest) -> Result<RegionsResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    let of = |id: &OrganizationId| OrganizationItemsOfRegion {
        organization_id: Some(*id),
        items: Some(world.references.regions.clone()),
        ..OrganizationItemsOfRegion::default()
    };
    let regions = request.organization_ids.iter().map(of).collect();
    Ok(RegionsResponse {
        correlation_id: correlation_id(world),
        regions: Some(regions),
        ..RegionsResponse::default()
    })
}

fn cities(world: &mut World, request: CitiesRequest) -> Result<CitiesResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    let with_deleted = request.include_deleted.unwrap_or_default();
    let known = world.references.cities.iter().map(|it| &it.city);
    let told: Vec<_> = known
        .filter(|it| with_deleted || it.is_deleted != Some(true))
        .cloned()
        .collect();
    let of = |id: &OrganizationId| OrganizationItemsOfCity {
        organization_id: Some(*id),
        items: Some(told.clone()),
        ..OrganizationItemsOfCity::default()
    };
    let cities = request.organization_ids.iter().map(of).collect();
    Ok(CitiesResponse {
        correlation_id: correlation_id(world),
        cities: Some(cities),
        ..CitiesResponse::default()
    })
}

/// A city that is not there has no streets.
fn streets_by_city(
    world: &mut World,
    request: StreetsByCityRequest,
) -> Result<StreetsResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let with_deleted = request.include_deleted.unwrap_or_default();
    let of_city = world
        .references
        .cities
        .iter()
        .filter(|it| it.city.id == request.city_id);
    let streets = of_city.flat_map(|it| &it.streets);
    let streets = streets
        .filter(|it| with_deleted || it.is_deleted != Some(true))
        .cloned()
        .collect();
    Ok(StreetsResponse {
        correlation_id: correlation_id(world),
        streets: Some(streets),
        ..StreetsResponse::default()
    })
}

fn streets_by_id(
    world: &mut World,
    request: StreetsByIdRequest,
) -> Result<StreetsByIdResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let ids = request.ids.unwrap_or_default();
    let classifier_ids = request.classifier_ids.unwrap_or_default();
    let mut found = Vec::new();
    for city in &world.references.cities {
        for street in &city.streets {
            let is_classified = street
                .classifier_id
                .as_ref()
                .is_some_and(|id| classifier_ids.iter().any(|asked| asked.to_string() == *id));
            if ids.contains(&street.id) || is_classified {
                found.push(StreetById {
                    classifier_id: street.classifier_id.clone(),
                    city_id: Some(city.city.id),
                    city_name: city.city.name.clone(),
                    street_name: street.name.clone(),
                    ..StreetById::new(street.id)
                });
            }
        }
    }
    Ok(StreetsByIdResponse {
        correlation_id: correlation_id(world),
        streets: Some(found),
        ..StreetsByIdResponse::default()
    })
}
