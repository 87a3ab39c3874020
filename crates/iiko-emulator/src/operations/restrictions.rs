//! Where, when and from which sum on is delivered.

use iiko_types::{
    ids::OrganizationId,
    number::ExactDecimal,
    operations::{
        DeliveryRestrictions as DeliveryRestrictionsList, DeliveryRestrictionsAllowed,
        DeliveryRestrictionsUpdate,
    },
    schemas::{
        ActionOnValidationRejection, DeliveryGeocodeServiceType, DeliveryRestrictions,
        DeliveryRestrictionsMode, GetAllowedRestrictionsRequest, GetAllowedRestrictionsResponse,
        GetDeliveryRestrictionsRequest, GetDeliveryRestrictionsResponse, OrderLocation,
    },
};

use super::{Operation, correlation_id, typed};
use crate::{
    refusal::Refusal,
    restrictions::{Delivery, Wish},
    webhooks::{Happening, Subject},
    world::World,
};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<DeliveryRestrictionsList>(restrictions),
        typed::<DeliveryRestrictionsAllowed>(allowed)
            .guessing("the order in which reasons to refuse are looked for; addresses are found by their street"),
        typed::<DeliveryRestrictionsUpdate>(update)
            .guessing("not in iiko's description any more: defaults and zones' minimal sums, times and durations are taken over"),
    ]
}

fn restrictions(
    world: &mut World,
    request: GetDeliveryRestrictionsRequest,
) -> Result<GetDeliveryRestrictionsResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    let delivery = world.references.delivery.as_ref();
    let of = |id: &OrganizationId| delivery.map(|delivery| view(*id, delivery));
    let lists = request.organization_ids.iter().filter_map(of).collect();
    Ok(GetDeliveryRestrictionsResponse {
        correlation_id: correlation_id(world),
        delivery_restrictions: Some(lists),
        ..GetDeliveryRestrictionsResponse::default()
    })
}

/// Takes over what a restaurant would change: the defaults, and the rules of zones that are there.
fn update(
    world: &mut World,
    request: DeliveryRestrictions,
) -> Result<GetDeliveryRestrictionsResponse, Refusal> {
    let id = request
        .organization_id
        .unwrap_or(OrganizationId(uuid::Uuid::nil()));
    world.permitted(&[id])?;
    if let Some(delivery) = &mut world.references.delivery {
        delivery.take_over(&request);
    }
    world.emit(&Happening::plain(id, Subject::BusinessHours));
    restrictions(world, GetDeliveryRestrictionsRequest::new(vec![id]))
}

fn view(id: OrganizationId, delivery: &Delivery) -> DeliveryRestrictions {
    let zones = delivery
        .zones
        .iter()
        .filter(|zone| zone.organization_id == id);
    DeliveryRestrictions {
        organization_id: Some(id),
        delivery_geocode_service_type: Some(DeliveryGeocodeServiceType::from(1)),
        delivery_regions_map_url: Some(String::new()),
        default_delivery_duration_in_minutes: Some(delivery.minutes),
        default_self_service_duration_in_minutes: Some(delivery.self_service_minutes),
        use_same_delivery_duration: Some(false),
        use_same_min_sum: Some(false),
        default_min_sum: Some(ExactDecimal(delivery.min_sum)),
        use_same_work_time_interval: Some(true),
        default_from: Some(delivery.from),
        default_to: Some(delivery.to),
        use_same_restrictions_on_all_week: Some(false),
        restrictions: Some(delivery.rows(id)),
        delivery_zones: Some(zones.map(|zone| zone.view()).collect()),
        reject_on_geocoding_error: Some(false),
        add_delivery_service_cost: Some(true),
        use_same_delivery_service_product: Some(false),
        default_delivery_service_product_id: None,
        use_external_assignation_service: Some(false),
        front_trusts_call_center_check: Some(true),
        external_assignation_service_url: Some(String::new()),
        require_exact_address_for_geocoding: Some(false),
        zones_mode: Some(DeliveryRestrictionsMode::from(1)),
        auto_assign_external_deliveries: Some(false),
        action_on_validation_rejection: Some(ActionOnValidationRejection::from(1)),
        extra: Default::default(),
    }
}

fn allowed(
    world: &mut World,
    request: GetAllowedRestrictionsRequest,
) -> Result<GetAllowedRestrictionsResponse, Refusal> {
    let mut ids = request.organization_ids.clone().unwrap_or_default();
    ids.extend(request.organization_id);
    world.permitted(&ids)?;
    let location = request.order_location.as_ref();
    let address = request.delivery_address.as_ref();
    let street = address.and_then(|it| {
        world
            .references
            .street(it.street_id, it.street_name.as_deref())
    });
    let at = request.delivery_date.unwrap_or_else(|| {
        world.local_now(
            ids.first()
                .copied()
                .unwrap_or(OrganizationId(uuid::Uuid::nil())),
            None,
        )
    });
    let sum = request
        .delivery_sum
        .map(|sum| sum.0 - request.discount_sum.unwrap_or_default().0);
    let wish = Wish {
        point: location.and_then(|it| Some((it.latitude?.0, it.longitude?.0))),
        street_id: street.map(|(_, street)| street.id),
        at,
        sum,
        is_courier: request.is_courier_delivery,
    };
    let (mut allowed_items, mut rejected_items) = (Vec::new(), Vec::new());
    if let Some(delivery) = &world.references.delivery {
        for zone in delivery
            .zones
            .iter()
            .filter(|zone| ids.contains(&zone.organization_id))
        {
            match delivery.judge(zone, &wish) {
                Ok(item) => allowed_items.push(item),
                Err(item) => rejected_items.push(*item),
            }
        }
    }
    Ok(GetAllowedRestrictionsResponse {
        correlation_id: correlation_id(world),
        is_allowed: Some(!allowed_items.is_empty()),
        reject_cause: match allowed_items.is_empty() {
            true => rejected_items.first().and_then(|it| it.reject_hint.clone()),
            false => None,
        },
        location: wish.point.map(|(latitude, longitude)| {
            OrderLocation::new(ExactDecimal(latitude), ExactDecimal(longitude))
        }),
        allowed_items: Some(allowed_items),
        rejected_items: Some(rejected_items),
        ..GetAllowedRestrictionsResponse::default()
    })
}
