//! Guests: found, made, changed, and what hangs on them.

use iiko_types::{
    ids::Guid,
    operations::{
        LoyaltyIikoCustomerCardAdd, LoyaltyIikoCustomerCardRemove, LoyaltyIikoCustomerCategory,
        LoyaltyIikoCustomerCategoryAdd, LoyaltyIikoCustomerCategoryRemove,
        LoyaltyIikoCustomerCreateOrUpdate, LoyaltyIikoCustomerInfo, LoyaltyIikoCustomerProgramAdd,
        LoyaltyIikoDeleteCustomers, LoyaltyIikoRestoreCustomers,
    },
    schemas::{
        AddCustomerToProgramRequest, AddCustomerToProgramResponse, AddMagnetCardRequest,
        AddMagnetCardResponse, ChangeCategoryForCustomerRequest, ChangeCategoryForCustomerResponse,
        CreateOrUpdateCustomerRequest, CreateOrUpdateCustomerResponse, DeleteCustomersRequest,
        DeleteCustomersResponse, DeleteMagnetCardRequest, DeleteMagnetCardResponse,
        GetCategoriesRequest, GetCategoriesResponse, GetCustomerInfoRequest,
        GetCustomerInfoResponse, RestoreCustomersRequest, RestoreCustomersResponse,
    },
};
use uuid::Uuid;

use super::{
    super::{Operation, typed},
    require_guest, require_loyalty, unknown_guest,
};
use crate::{
    loyalty::{Card, Guest},
    refusal::Refusal,
    world::World,
};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<LoyaltyIikoCustomerInfo>(info),
        typed::<LoyaltyIikoCustomerCreateOrUpdate>(create_or_update),
        typed::<LoyaltyIikoDeleteCustomers>(delete),
        typed::<LoyaltyIikoRestoreCustomers>(restore),
        typed::<LoyaltyIikoCustomerCardAdd>(add_card),
        typed::<LoyaltyIikoCustomerCardRemove>(remove_card),
        typed::<LoyaltyIikoCustomerCategory>(categories),
        typed::<LoyaltyIikoCustomerCategoryAdd>(add_category),
        typed::<LoyaltyIikoCustomerCategoryRemove>(remove_category),
        typed::<LoyaltyIikoCustomerProgramAdd>(add_program),
    ]
}

fn info(
    world: &mut World,
    request: GetCustomerInfoRequest,
) -> Result<GetCustomerInfoResponse, Refusal> {
    let loyalty = &world.loyalty;
    let by = |is_meant: &dyn Fn(&Guest) -> bool| loyalty.living().find(|guest| is_meant(guest));
    let missing =
        |what: &str| Refusal::loyalty("Validation_MissingField", format!("{what} is required."));
    let (organization_id, found, who) = match &request {
        GetCustomerInfoRequest::Phone(it) => {
            let phone = it.phone.clone().ok_or_else(|| missing("phone"))?;
            if !is_phone(&phone) {
                return Err(Refusal::loyalty(
                    "Validation_IncorrectPhone",
                    format!("Phone {phone} is incorrect."),
                ));
            }
            (it.organization_id, loyalty.guest_by_phone(&phone), phone)
        }
        GetCustomerInfoRequest::CardTrack(it) => {
            let track = it.card_track.clone().ok_or_else(|| missing("cardTrack"))?;
            let guest = by(&|guest| guest.cards.iter().any(|card| card.track == track));
            (it.organization_id, guest, track)
        }
        GetCustomerInfoRequest::CardNumber(it) => {
            let number = it
                .card_number
                .clone()
                .ok_or_else(|| missing("cardNumber"))?;
            let guest = by(&|guest| guest.cards.iter().any(|card| card.number == number));
            (it.organization_id, guest, number)
        }
        GetCustomerInfoRequest::Email(it) => {
            let email = it.email.clone().ok_or_else(|| missing("email"))?;
            let guest = by(&|guest| guest.email.as_ref() == Some(&email));
            (it.organization_id, guest, email)
        }
        GetCustomerInfoRequest::Id(it) => {
            let id = it.id.ok_or_else(|| missing("id"))?;
            (
                it.organization_id,
                by(&|guest| guest.id == id),
                id.to_string(),
            )
        }
        GetCustomerInfoRequest::Other(_) => {
            return Err(Refusal::invalid_request("Unknown type of customer search."));
        }
    };
    let organization_id = organization_id.ok_or_else(|| missing("organizationId"))?;
    require_loyalty(world, organization_id)?;
    found
        .map(|guest| loyalty.info(guest))
        .ok_or_else(|| unknown_guest(who))
}

/// At least 8 digits, however they are written.
fn is_phone(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() >= 8
}

/// An id is that of a guest who is there; without one the guest is found by phone or card, or made.
fn create_or_update(
    world: &mut World,
    request: CreateOrUpdateCustomerRequest,
) -> Result<CreateOrUpdateCustomerResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (phone, track) = (filled(&request.phone), filled(&request.card_track));
    if request.id.is_none() && phone.is_none() && track.is_none() {
        return Err(Refusal::loyalty(
            "Validation_MissingField",
            "One of id, phone and cardTrack is required.",
        ));
    }
    if phone.as_deref().is_some_and(|phone| !is_phone(phone)) {
        return Err(Refusal::loyalty(
            "Validation_IncorrectPhone",
            "The phone has less than 8 digits.",
        ));
    }
    let by_phone = phone
        .as_deref()
        .and_then(|phone| world.loyalty.guest_by_phone(phone));
    let known = match request.id {
        Some(id) if by_phone.is_some_and(|other| other.id != id) => {
            return Err(Refusal::loyalty(
                "Validation_IncorrectPhone",
                "The phone is that of another guest.",
            ));
        }
        Some(id) => Some(require_guest(world, id)?.id),
        None => {
            let mut living = world.loyalty.living();
            let found = by_phone.or_else(|| {
                living.find(|guest| {
                    guest
                        .cards
                        .iter()
                        .any(|card| Some(&card.track) == track.as_ref())
                })
            });
            found.map(|guest| guest.id)
        }
    };
    let (now, id) = (world.now(), known.unwrap_or_else(Uuid::new_v4));
    let organization_id = request.organization_id;
    let guests = &mut world.loyalty.guests;
    let guest = guests
        .entry(id)
        .or_insert_with(|| Guest::new(id, now, Some(organization_id)));
    write(guest, &request);
    if let Some(phone) = &phone {
        guest.phone = Some(crate::loyalty::written_phone(phone));
    }
    if let Some(track) = track
        && !guest.cards.iter().any(|card| card.track == track)
    {
        let number = filled(&request.card_number).unwrap_or_else(|| track.clone());
        guest.cards.push(Card::new(&track, &number));
    }
    Ok(CreateOrUpdateCustomerResponse {
        id: Some(id),
        ..CreateOrUpdateCustomerResponse::default()
    })
}

/// What is not named stays, unless it is to be emptied.
fn write(guest: &mut Guest, request: &CreateOrUpdateCustomerRequest) {
    let empties = request.nullify_empty_fields == Some(true);
    fn set<T: Clone>(field: &mut Option<T>, value: &Option<T>, empties: bool) {
        if value.is_some() || empties {
            field.clone_from(value);
        }
    }
    set(&mut guest.name, &request.name, empties);
    set(&mut guest.surname, &request.sur_name, empties);
    set(&mut guest.middle_name, &request.middle_name, empties);
    set(&mut guest.email, &request.email, empties);
    set(&mut guest.birthday, &request.birthday, empties);
    set(&mut guest.comment, &request.comment, empties);
    set(&mut guest.user_data, &request.user_data, empties);
    set(&mut guest.referrer_id, &request.referrer_id, empties);
    if let Some(sex) = request.sex.as_ref().and_then(|it| it.as_number()) {
        guest.sex = sex;
    }
    let consent = request.consent_status.as_ref();
    if let Some(consent) = consent.and_then(|it| it.as_number()) {
        guest.consent = consent;
    }
    guest.receives_loyalty = request
        .should_receive_loyalty_info
        .unwrap_or(guest.receives_loyalty);
    guest.receives_promo = request
        .should_receive_promo_actions_info
        .unwrap_or(guest.receives_promo);
}

/// Marks guests, and counts those that it marked and those that are not there.
fn mark(world: &mut World, ids: &[Guid], is_deleted: bool) -> (i64, i64, i64) {
    let (mut marked, mut unknown) = (0, 0);
    for id in ids {
        match world
            .loyalty
            .guests
            .get_mut(id)
            .filter(|guest| guest.is_deleted != is_deleted)
        {
            Some(guest) => {
                guest.is_deleted = is_deleted;
                marked += 1;
            }
            None => unknown += 1,
        }
    }
    (marked + unknown, marked, unknown)
}

fn delete(
    world: &mut World,
    request: DeleteCustomersRequest,
) -> Result<DeleteCustomersResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let (total, deleted, not_found) = mark(world, &request.customer_ids, true);
    Ok(DeleteCustomersResponse {
        total: Some(total),
        deleted: Some(deleted),
        not_found: Some(not_found),
        ..DeleteCustomersResponse::default()
    })
}

fn restore(
    world: &mut World,
    request: RestoreCustomersRequest,
) -> Result<RestoreCustomersResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let (total, restored, not_found) = mark(world, &request.customer_ids, false);
    Ok(RestoreCustomersResponse {
        total: Some(total),
        restored: Some(restored),
        not_found: Some(not_found),
        ..RestoreCustomersResponse::default()
    })
}

fn add_card(
    world: &mut World,
    request: AddMagnetCardRequest,
) -> Result<AddMagnetCardResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let is_taken = world.loyalty.living().any(|guest| {
        guest.id != request.customer_id
            && guest
                .cards
                .iter()
                .any(|card| card.track == request.card_track)
    });
    if is_taken {
        return Err(Refusal::loyalty(
            "Validation_CardAlreadyExists",
            format!("Card {} belongs to another user.", request.card_number),
        ));
    }
    let guest = require_guest(world, request.customer_id)?;
    guest.cards.retain(|card| card.track != request.card_track);
    guest
        .cards
        .push(Card::new(&request.card_track, &request.card_number));
    Ok(AddMagnetCardResponse::default())
}

fn remove_card(
    world: &mut World,
    request: DeleteMagnetCardRequest,
) -> Result<DeleteMagnetCardResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let guest = require_guest(world, request.customer_id)?;
    let before = guest.cards.len();
    guest.cards.retain(|card| card.track != request.card_track);
    match guest.cards.len() < before {
        true => Ok(DeleteMagnetCardResponse::default()),
        false => Err(Refusal::loyalty(
            "Validation_CardNotFound",
            format!("Card {} is not found.", request.card_track),
        )),
    }
}

fn categories(
    world: &mut World,
    request: GetCategoriesRequest,
) -> Result<GetCategoriesResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    Ok(GetCategoriesResponse {
        guest_categories: Some(world.loyalty.categories.clone()),
        ..GetCategoriesResponse::default()
    })
}

fn category_of(
    world: &mut World,
    request: &ChangeCategoryForCustomerRequest,
) -> Result<Guid, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let mut known = world
        .loyalty
        .categories
        .iter()
        .filter_map(|category| category.id);
    known.find(|id| *id == request.category_id).ok_or_else(|| {
        Refusal::loyalty(
            "Validation_CategoryNotFound",
            format!("Category {} is not found.", request.category_id),
        )
    })
}

fn add_category(
    world: &mut World,
    request: ChangeCategoryForCustomerRequest,
) -> Result<ChangeCategoryForCustomerResponse, Refusal> {
    let category_id = category_of(world, &request)?;
    let guest = require_guest(world, request.customer_id)?;
    if !guest.categories.contains(&category_id) {
        guest.categories.push(category_id);
    }
    Ok(ChangeCategoryForCustomerResponse::default())
}

fn remove_category(
    world: &mut World,
    request: ChangeCategoryForCustomerRequest,
) -> Result<ChangeCategoryForCustomerResponse, Refusal> {
    let category_id = category_of(world, &request)?;
    let guest = require_guest(world, request.customer_id)?;
    guest.categories.retain(|id| *id != category_id);
    Ok(ChangeCategoryForCustomerResponse::default())
}

fn add_program(
    world: &mut World,
    request: AddCustomerToProgramRequest,
) -> Result<AddCustomerToProgramResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let program_id = request.program_id.unwrap_or_default();
    let program = world
        .loyalty
        .programs
        .iter()
        .find(|program| program.id == program_id);
    let wallet_id = program.map(|program| program.wallet_id).ok_or_else(|| {
        Refusal::loyalty(
            "Validation_ProgramNotFound",
            format!("Program {program_id} is not found."),
        )
    })?;
    let guest = require_guest(world, request.customer_id.unwrap_or_default())?;
    guest.wallets.entry(wallet_id).or_default();
    Ok(AddCustomerToProgramResponse {
        user_wallet_id: Some(Uuid::from_u128(guest.id.as_u128() ^ wallet_id.as_u128())),
        wallet_id: Some(wallet_id),
        ..AddCustomerToProgramResponse::default()
    })
}
