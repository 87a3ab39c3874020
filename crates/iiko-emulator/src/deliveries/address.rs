//! Where a delivery goes: the address of a request, found in the dictionaries of the restaurant.

use iiko_types::ids::OrganizationId;
use iiko_types::schemas::{
    Address, AddressCity, AddressLegacy, City, DeliveriesResponseOrderStreet, DeliveryPoint,
    DeliveryStreet, ErrorCode, OrderType, RetrievedAddress, RetrievedCity, RetrievedDeliveryPoint,
    Street,
};

use crate::{
    failure::Failure,
    references::References,
    world::{Organization, World},
};

impl World {
    pub(super) fn made_point(
        &self,
        organization: &Organization,
        order_type: &OrderType,
        point: Option<&DeliveryPoint>,
    ) -> Result<Option<RetrievedDeliveryPoint>, Failure> {
        let is_courier = order_type
            .order_service_type
            .as_ref()
            .is_some_and(|it| it.as_str() == "DeliveryByCourier");
        match (is_courier, point) {
            (true, Some(point)) => found_point(&self.references, organization, point).map(Some),
            (true, None) => Err(no_address(
                "Delivery point of a courier delivery is not specified.",
            )),
            (false, Some(_)) => Err(Failure::common(
                "Cannot create self-service delivery with address.",
            )),
            (false, None) => Ok(None),
        }
    }
}

impl World {
    /// A new address of an order that is there already.
    pub(crate) fn found_point(
        &self,
        organization_id: OrganizationId,
        point: &DeliveryPoint,
    ) -> Result<RetrievedDeliveryPoint, Failure> {
        let organization = self.organization(organization_id);
        let organization =
            organization.ok_or_else(|| no_address("Organization is not registered."))?;
        found_point(&self.references, organization, point)
    }
}

/// The address as the till writes it down.
fn found_point(
    references: &References,
    organization: &Organization,
    point: &DeliveryPoint,
) -> Result<RetrievedDeliveryPoint, Failure> {
    let address = match (&point.address, organization.rules.city_addresses) {
        (None, _) => None,
        (Some(Address::Legacy(address)), false) => Some(legacy(references, address)?),
        (Some(Address::City(address)), true) => Some(city(address)),
        (Some(Address::City(_)), false) => {
            return Err(Failure::new(
                ErrorCode::Line1Disabled,
                "Addresses in one line are disabled.",
            ));
        }
        (Some(Address::Legacy(_) | Address::Other(_)), _) => {
            return Err(no_address(
                "The address is of another type than the organization's.",
            ));
        }
    };
    Ok(RetrievedDeliveryPoint {
        coordinates: point.coordinates.clone(),
        address,
        external_cartography_id: point.external_cartography_id.clone(),
        comment: point.comment.clone(),
        ..RetrievedDeliveryPoint::default()
    })
}

fn legacy(references: &References, address: &AddressLegacy) -> Result<RetrievedAddress, Failure> {
    let street = address.street.as_ref();
    let (city, street) = street
        .and_then(|street| found_street(references, street))
        .ok_or_else(|| no_address("The street is not found."))?;
    Ok(RetrievedAddress {
        street: Some(DeliveriesResponseOrderStreet {
            name: street.name.clone(),
            city: Some(RetrievedCity {
                name: city.name.clone(),
                ..RetrievedCity::new(city.id)
            }),
            ..DeliveriesResponseOrderStreet::new(street.id)
        }),
        index: address.index.clone(),
        house: address.house.clone(),
        building: address.building.clone(),
        flat: address.flat.clone(),
        entrance: address.entrance.clone(),
        floor: address.floor.clone(),
        doorphone: address.doorphone.clone(),
        ..RetrievedAddress::default()
    })
}

/// A street by its id, by its code in the state's classifier, or by name and city.
fn found_street<'r>(
    references: &'r References,
    asked: &DeliveryStreet,
) -> Option<(&'r City, &'r Street)> {
    let is_named = |known: Option<&String>, asked: &str| {
        known.is_some_and(|known| known.to_lowercase() == asked.trim().to_lowercase())
    };
    let is_meant = |city: &City, street: &Street| match asked {
        DeliveryStreet { id: Some(id), .. } => street.id == *id,
        DeliveryStreet {
            classifier_id: Some(id),
            ..
        } => street.classifier_id.as_ref() == Some(id),
        DeliveryStreet {
            name: Some(name),
            city: in_city,
            ..
        } => {
            let in_city = in_city.as_deref();
            is_named(street.name.as_ref(), name)
                && in_city.is_none_or(|in_city| is_named(city.name.as_ref(), in_city))
        }
        DeliveryStreet { .. } => false,
    };
    references.cities.iter().find_map(|known| {
        let mut streets = known.streets.iter();
        let street = streets
            .find(|street| street.is_deleted != Some(true) && is_meant(&known.city, street))?;
        Some((&known.city, street))
    })
}

fn city(address: &AddressCity) -> RetrievedAddress {
    RetrievedAddress {
        line1: address.line1.clone(),
        flat: address.flat.clone(),
        entrance: address.entrance.clone(),
        floor: address.floor.clone(),
        doorphone: address.doorphone.clone(),
        ..RetrievedAddress::default()
    }
}

fn no_address(sentence: &str) -> Failure {
    Failure::new(ErrorCode::AddressNotFound, sentence)
}
