//! Organizations and their settings.

use iiko_types::{
    ids::OrganizationId,
    number::ExactDecimal,
    operations::{Organizations, OrganizationsSettings},
    schemas::{
        AddressFormatType, AddressHintsServiceType, DeliveryOrderPaymentSettings,
        DeliverySettingsServiceType, ExtendedOrganizationInfo, GetOrganizationsRequest,
        GetOrganizationsResponse, OrganizationInfo, OrganizationSettings,
        OrganizationSettingsParameters as Parameter, OrganizationsSettingsRequest,
        OrganizationsSettingsResponse, SimpleOrganizationInfo,
    },
};

use super::{Operation, correlation_id, typed};
use crate::{
    refusal::Refusal,
    world::{Organization, World},
};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<Organizations>(organizations),
        typed::<OrganizationsSettings>(settings),
    ]
}

/// The version of the restaurant's server that is imitated.
const RMS_VERSION: &str = "9.1.8028.0";

pub(super) fn organizations(
    world: &mut World,
    request: GetOrganizationsRequest,
) -> Result<GetOrganizationsResponse, Refusal> {
    let is_extended = request.return_additional_info.unwrap_or_default();
    let asked = asked(world, request.organization_ids)?;
    let views = asked.into_iter().map(|organization| match is_extended {
        true => OrganizationInfo::from(extended(organization)),
        false => OrganizationInfo::from(SimpleOrganizationInfo {
            name: Some(organization.name.clone()),
            code: Some(organization.code.clone()),
            ..SimpleOrganizationInfo::new(organization.id)
        }),
    });
    Ok(GetOrganizationsResponse {
        correlation_id: correlation_id(world),
        organizations: Some(views.collect()),
        ..GetOrganizationsResponse::default()
    })
}

/// Those asked for, or all of the login. An empty list means all, too (a guess).
fn asked(world: &World, ids: Option<Vec<OrganizationId>>) -> Result<Vec<&Organization>, Refusal> {
    match ids {
        Some(ids) if !ids.is_empty() => world.permitted(&ids),
        Some(_) | None => Ok(world.visible().collect()),
    }
}

fn extended(organization: &Organization) -> ExtendedOrganizationInfo {
    let rules = &organization.rules;
    ExtendedOrganizationInfo {
        name: Some(organization.name.clone()),
        code: Some(organization.code.clone()),
        country: Some("Россия".to_owned()),
        restaurant_address: Some(organization.address.clone()),
        latitude: Some(ExactDecimal(organization.latitude)),
        longitude: Some(ExactDecimal(organization.longitude)),
        use_uae_addressing_system: Some(false),
        version: Some(RMS_VERSION.to_owned()),
        currency_iso_name: Some("RUB".to_owned()),
        currency_minimum_denomination: Some(ExactDecimal::from(1)),
        country_phone_code: Some("7".to_owned()),
        marketing_source_required_in_delivery: Some(rules.marketing_source_required),
        delivery_service_type: Some(DeliverySettingsServiceType::CourierAndSelfService),
        delivery_order_payment_settings: Some(match rules.paid_before_courier {
            true => DeliveryOrderPaymentSettings::WhenOrderOnTheWay,
            false => DeliveryOrderPaymentSettings::WhenOrderClosed,
        }),
        default_call_center_payment_type_id: organization.cash_payment_type_id.map(|id| id.0),
        order_item_comment_enabled: Some(true),
        inn: Some(organization.inn.clone()),
        address_format_type: Some(match rules.city_addresses {
            true => AddressFormatType::City,
            false => AddressFormatType::Legacy,
        }),
        is_confirmation_enabled: Some(rules.confirmation),
        confirm_allowed_interval_in_minutes: Some(1440),
        is_cloud: Some(true),
        is_anonymous_guests_allowed: Some(!rules.customer_required),
        default_delivery_city_id: Some(organization.city_id),
        delivery_city_ids: Some(vec![organization.city_id]),
        address_lookup: Some(vec![AddressHintsServiceType::DaData]),
        ..ExtendedOrganizationInfo::new(organization.id)
    }
}

/// Only what was asked for. iiko breaks without `parameters`; a strict scenario breaks too, others give everything.
fn settings(
    world: &mut World,
    request: OrganizationsSettingsRequest,
) -> Result<OrganizationsSettingsResponse, Refusal> {
    if request.parameters.is_none() && world.is_strict {
        return Err(Refusal::internal());
    }
    let asked = asked(world, request.organization_ids)?;
    let views = asked
        .into_iter()
        .map(|organization| chosen_settings(organization, request.parameters.as_deref()));
    Ok(OrganizationsSettingsResponse {
        correlation_id: correlation_id(world),
        organizations: Some(views.collect()),
        ..OrganizationsSettingsResponse::default()
    })
}

fn chosen_settings(
    organization: &Organization,
    parameters: Option<&[Parameter]>,
) -> OrganizationSettings {
    let all = extended(organization);
    let is_asked =
        |parameter: Parameter| parameters.is_none_or(|parameters| parameters.contains(&parameter));
    let mut chosen = OrganizationSettings::new(organization.id.0);
    macro_rules! choose {
        ($($parameter:ident => $field:ident = $value:expr;)*) => {
            $(if is_asked(Parameter::$parameter) {
                chosen.$field = $value;
            })*
        };
    }
    choose! {
        PricesVatInclusive => prices_vat_inclusive = Some(true);
        LoyaltyDiscountAffectsVat => loyalty_discount_affects_vat = Some(true);
        Version => version = all.version;
        AddressFormatType => address_format_type = all.address_format_type;
        IsAnonymousGuestsAllowed => is_anonymous_guests_allowed = all.is_anonymous_guests_allowed;
        Name => name = all.name;
        Country => country = all.country;
        RestaurantAddress => restaurant_address = all.restaurant_address;
        Latitude => latitude = all.latitude;
        Longitude => longitude = all.longitude;
        UseUaeAddressingSystem => use_uae_addressing_system = all.use_uae_addressing_system;
        CountryPhoneCode => country_phone_code = all.country_phone_code;
        MarketingSourceRequiredInDelivery =>
            marketing_source_required_in_delivery = all.marketing_source_required_in_delivery;
        DefaultDeliveryCityId => default_delivery_city_id = all.default_delivery_city_id;
        DeliveryCityIds => delivery_city_ids = all.delivery_city_ids;
        DeliveryServiceType => delivery_service_type = all.delivery_service_type;
        DefaultCallCenterPaymentTypeId =>
            default_call_center_payment_type_id = all.default_call_center_payment_type_id;
        OrderItemCommentEnabled => order_item_comment_enabled = all.order_item_comment_enabled;
        IsConfirmationEnabled => is_confirmation_enabled = all.is_confirmation_enabled;
        ConfirmAllowedIntervalInMinutes =>
            confirm_allowed_interval_in_minutes = all.confirm_allowed_interval_in_minutes;
        AddressLookup => address_lookup = all.address_lookup;
        UseBusinessHoursAndMapping => use_business_hours_and_mapping = Some(false);
        DeliveryOrderPaymentSettings => delivery_order_payment_settings = all.delivery_order_payment_settings;
        CurrencyIsoName => currency_iso_name = all.currency_iso_name;
    }
    chosen
}
