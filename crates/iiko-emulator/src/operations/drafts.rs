//! Drafts of deliveries: composed under a lock, then committed.

use iiko_types::{
    ids::{Guid, OrganizationId},
    operations::{
        DeliveriesDraftsByFilter, DeliveriesDraftsById, DeliveriesDraftsCommit,
        DeliveriesDraftsCreate, DeliveriesDraftsDelete, DeliveriesDraftsLock, DeliveriesDraftsSave,
        DeliveriesDraftsUnlock,
    },
    schemas::{
        CommitDraftRequest, CorrelationIdResponse, CreateDraftRequest, CreateOrSaveDraftResponse,
        CreationStatus, DeleteDraftRequest, DeliveryOrderDraft, FilterDraftsRequest,
        FilterDraftsResponse, GetDraftRequest, GetDraftResponse, LockOrUnlockDraftRequest,
        OrderKind, OrderResponse, SaveDraftRequest, SortDirection,
    },
};
use uuid::Uuid;

use super::{Operation, accepted, command, correlation_id, deliveries, of_organization, typed};
use crate::{
    deliveries::Delivery,
    drafts::{DraftState, written},
    failure::{Failure, Finish},
    loyalty::written_phone,
    refusal::Refusal,
    world::World,
};

of_organization! {
    CommitDraftRequest
}

/// How many drafts a page has where nobody says.
const PAGE: usize = 50;

pub(super) fn register() -> Vec<Operation> {
    let who = "sentences and codes for drafts that are locked or not there";
    vec![
        typed::<DeliveriesDraftsCreate>(create),
        typed::<DeliveriesDraftsSave>(save).guessing(who),
        typed::<DeliveriesDraftsLock>(lock).guessing(who),
        typed::<DeliveriesDraftsUnlock>(unlock).guessing(who),
        typed::<DeliveriesDraftsDelete>(delete).guessing(who),
        typed::<DeliveriesDraftsById>(by_id).guessing(who),
        typed::<DeliveriesDraftsByFilter>(by_filter)
            .guessing("sorted by the time of creation, whatever is asked for"),
        command::<DeliveriesDraftsCommit>(commit, finish_commit).guessing(who),
    ]
}

fn require_drafts(world: &World, id: OrganizationId) -> Result<(), Refusal> {
    let organizations = world.permitted(&[id])?;
    match organizations
        .iter()
        .all(|organization| organization.has_drafts)
    {
        true => Ok(()),
        false => Err(Refusal::drafts_disabled()),
    }
}

fn require_kind(order: &DeliveryOrderDraft) -> Result<(), Refusal> {
    match order.kind.is_none() || OrderKind::is_said_twice(&order.extra) {
        false => Ok(()),
        true => Err(Refusal::invalid_request(
            "Only one of this fields required: orderTypeId or orderServiceType.",
        )),
    }
}

fn type_id_of(order: &DeliveryOrderDraft) -> Option<Guid> {
    match order.kind {
        Some(OrderKind::Type(id)) => Some(id),
        Some(OrderKind::Service(_)) | None => None,
    }
}

fn find(
    world: &mut World,
    organization_id: OrganizationId,
    id: Guid,
) -> Result<&mut DraftState, Refusal> {
    require_drafts(world, organization_id)?;
    let known = world.drafts.known.get_mut(&id);
    known
        .filter(|draft| draft.organization_id == organization_id)
        .ok_or_else(|| Refusal::invalid_request(format!("Draft {id} is not found.")))
}

/// Nobody changes what somebody else works on.
fn require_unlocked(draft: &DraftState, employee_id: Option<Guid>) -> Result<(), Refusal> {
    match draft.lock {
        Some((owner, _)) if Some(owner) != employee_id => Err(Refusal::invalid_request(format!(
            "Draft {} is locked by user {owner}.",
            draft.id
        ))),
        Some(_) | None => Ok(()),
    }
}

fn create(
    world: &mut World,
    request: CreateDraftRequest,
) -> Result<CreateOrSaveDraftResponse, Refusal> {
    require_drafts(world, request.organization_id)?;
    require_kind(&request.order)?;
    let id = request.order.id.unwrap_or_else(Uuid::new_v4);
    if world.drafts.known.contains_key(&id) || world.deliveries.known.contains_key(&id) {
        return Err(Refusal::invalid_request(format!(
            "Order with id {id} already exists."
        )));
    }
    let draft = DraftState {
        id,
        organization_id: request.organization_id,
        terminal_group_id: request.terminal_group_id,
        order: DeliveryOrderDraft {
            id: Some(id),
            ..request.order
        },
        created_at: world.now(),
        lock: None,
    };
    world.drafts.known.insert(id, draft);
    Ok(saved(world, id))
}

fn saved(world: &World, id: Guid) -> CreateOrSaveDraftResponse {
    CreateOrSaveDraftResponse {
        correlation_id: correlation_id(world),
        order_id: Some(id),
        ..CreateOrSaveDraftResponse::default()
    }
}

fn save(
    world: &mut World,
    request: SaveDraftRequest,
) -> Result<CreateOrSaveDraftResponse, Refusal> {
    require_kind(&request.order)?;
    let Some(id) = request.order.id else {
        return Err(Refusal::invalid_request(
            "A draft is saved under its id: order.id is required.",
        ));
    };
    let draft = find(world, request.organization_id, id)?;
    require_unlocked(draft, Some(request.employee_id))?;
    draft.order = request.order;
    draft.terminal_group_id = request.terminal_group_id.or(draft.terminal_group_id);
    Ok(saved(world, id))
}

fn lock(
    world: &mut World,
    request: LockOrUnlockDraftRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    let now = world.now();
    let draft = find(world, request.organization_id, request.order_id)?;
    require_unlocked(draft, Some(request.employee_id))?;
    draft.lock = Some((request.employee_id, now));
    accepted(world, &())
}

fn unlock(
    world: &mut World,
    request: LockOrUnlockDraftRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    let draft = find(world, request.organization_id, request.order_id)?;
    require_unlocked(draft, Some(request.employee_id))?;
    draft.lock = None;
    accepted(world, &())
}

fn delete(
    world: &mut World,
    request: DeleteDraftRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    let draft = find(world, request.organization_id, request.order_id)?;
    require_unlocked(draft, None)?;
    world.drafts.known.remove(&request.order_id);
    accepted(world, &())
}

fn by_id(world: &mut World, request: GetDraftRequest) -> Result<GetDraftResponse, Refusal> {
    let correlation_id = correlation_id(world);
    let draft = find(world, request.organization_id, request.order_id)?;
    Ok(GetDraftResponse {
        correlation_id,
        created_at: Some(written(draft.created_at)),
        locked_at: draft.lock.map(|(_, at)| written(at)),
        locked_by_user: draft.lock.map(|(employee, _)| employee),
        order: Some(draft.order.clone()),
        organization_id: Some(draft.organization_id),
        terminal_group_id: draft.terminal_group_id,
        ..GetDraftResponse::default()
    })
}

fn by_filter(
    world: &mut World,
    request: FilterDraftsRequest,
) -> Result<FilterDraftsResponse, Refusal> {
    for id in &request.organization_ids {
        require_drafts(world, *id)?;
    }
    let among = |asked: Option<&Vec<Guid>>, value: Option<Guid>| {
        asked.is_none_or(|asked| asked.is_empty() || value.is_some_and(|it| asked.contains(&it)))
    };
    let mut drafts: Vec<&DraftState> = world
        .drafts
        .known
        .values()
        .filter(|it| {
            request.organization_ids.contains(&it.organization_id)
                && request.date_from.is_none_or(|from| it.created_at >= from.0)
                && request.date_to.is_none_or(|to| it.created_at <= to.0)
                && among(request.operator_ids.as_ref(), it.order.operator_id)
                && among(request.order_type_ids.as_ref(), type_id_of(&it.order))
                && request.terminal_group_ids.as_ref().is_none_or(|asked| {
                    asked.is_empty() || it.terminal_group_id.is_some_and(|id| asked.contains(&id))
                })
                && request.source_keys.as_ref().is_none_or(|asked| {
                    asked.is_empty()
                        || it
                            .order
                            .source_key
                            .as_ref()
                            .is_some_and(|key| asked.contains(key))
                })
                && request.phone.as_ref().is_none_or(|phone| {
                    it.order
                        .phone
                        .as_deref()
                        .is_some_and(|it| written_phone(it) == written_phone(phone))
                })
                && request.search_text.as_ref().is_none_or(|text| {
                    it.order
                        .phone
                        .as_deref()
                        .is_some_and(|it| it.contains(text.as_str()))
                })
        })
        .collect();
    drafts.sort_by_key(|draft| draft.created_at);
    if request.sort_direction == Some(SortDirection::Descending) {
        drafts.reverse();
    }
    let number = |asked: Option<i64>| asked.and_then(|number| usize::try_from(number).ok());
    let page = drafts
        .into_iter()
        .skip(number(request.offset).unwrap_or_default())
        .take(number(request.limit).unwrap_or(PAGE));
    let page = page.map(DraftState::view).collect();
    Ok(FilterDraftsResponse {
        correlation_id: correlation_id(world),
        drafts: Some(page),
        ..FilterDraftsResponse::default()
    })
}

/// The real creation begins here: what it comes to is told later, as after `deliveries/create`.
fn commit(world: &mut World, request: &CommitDraftRequest) -> Result<OrderResponse, Refusal> {
    let draft = find(world, request.organization_id, request.order_id)?;
    let creation = draft.creation(request).ok_or_else(Refusal::internal)?;
    // what became of an earlier commit does not stand in the way: the draft is still here to be mended
    let failed =
        |it: &Delivery| it.head.creation_status == CreationStatus::Error && it.order.is_none();
    if world
        .deliveries
        .known
        .get(&request.order_id)
        .is_some_and(failed)
    {
        world.deliveries.known.remove(&request.order_id);
    }
    deliveries::create(world, &creation)
}

fn finish_commit(world: &mut World, request: CommitDraftRequest) -> Result<Finish, Failure> {
    let known = world.drafts.known.get(&request.order_id);
    let Some(creation) = known.and_then(|draft| draft.creation(&request)) else {
        return Err(Failure::order_not_found(request.order_id));
    };
    let finish = deliveries::finish_create(world, creation)?;
    if finish == Finish::Done {
        world.drafts.known.remove(&request.order_id);
    }
    Ok(finish)
}
