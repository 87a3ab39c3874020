//! Terminal groups: which there are, which are alive, and waking those that are asleep.

use iiko_types::{
    operations::{TerminalGroups, TerminalGroupsAwake, TerminalGroupsIsAlive},
    schemas::{
        AwakeTerminalGroupsRequest, AwakeTerminalGroupsResponse, OrganizationItemsOfTerminalGroup,
        TerminalGroup, TerminalGroupAliveInfo, TerminalGroupsIsAliveRequest,
        TerminalGroupsIsAliveResponse, TerminalGroupsRequest, TerminalGroupsResponse,
    },
};

use super::{Operation, correlation_id, typed};
use crate::{
    refusal::Refusal,
    world::{Organization, TerminalGroupState, World},
};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<TerminalGroups>(terminal_groups),
        typed::<TerminalGroupsIsAlive>(is_alive).guessing("an asleep terminal group is not alive"),
        typed::<TerminalGroupsAwake>(awake),
    ]
}

pub(super) fn terminal_groups(
    world: &mut World,
    request: TerminalGroupsRequest,
) -> Result<TerminalGroupsResponse, Refusal> {
    let organizations = world.permitted(&request.organization_ids)?;
    let is_listed = |group: &TerminalGroupState| {
        request.include_disabled == Some(true) || world.sees_terminal_group(group.id)
    };
    Ok(TerminalGroupsResponse {
        correlation_id: correlation_id(world),
        terminal_groups: Some(wrappers(&organizations, |group| {
            !group.is_asleep && is_listed(group)
        })),
        terminal_groups_in_sleep: Some(wrappers(&organizations, |group| {
            group.is_asleep && is_listed(group)
        })),
        ..TerminalGroupsResponse::default()
    })
}

/// One wrapper for each organization that has such a group.
fn wrappers(
    organizations: &[&Organization],
    belongs: impl Fn(&TerminalGroupState) -> bool,
) -> Vec<OrganizationItemsOfTerminalGroup> {
    organizations
        .iter()
        .filter_map(|organization| {
            let groups = organization
                .terminal_groups
                .iter()
                .filter(|group| belongs(group));
            let items: Vec<TerminalGroup> = groups.map(|group| view(organization, group)).collect();
            (!items.is_empty()).then(|| OrganizationItemsOfTerminalGroup {
                organization_id: Some(organization.id),
                items: Some(items),
                ..OrganizationItemsOfTerminalGroup::default()
            })
        })
        .collect()
}

/// A terminal group as it stands in answers.
pub(super) fn view(organization: &Organization, group: &TerminalGroupState) -> TerminalGroup {
    TerminalGroup {
        organization_id: Some(organization.id),
        name: Some(group.name.clone()),
        address: Some(String::new()),
        time_zone: Some(group.time_zone),
        ..TerminalGroup::new(group.id)
    }
}

/// Groups that the login does not see are left out, as recorded.
fn is_alive(
    world: &mut World,
    request: TerminalGroupsIsAliveRequest,
) -> Result<TerminalGroupsIsAliveResponse, Refusal> {
    let mut ids = request.organization_ids.unwrap_or_default();
    ids.extend(request.organization_id);
    if ids.is_empty() {
        return Err(Refusal::invalid_request(
            "At least one organization identifier is required",
        ));
    }
    let organizations = world.permitted(&ids)?;
    let statuses = organizations.iter().flat_map(|organization| {
        let asked = organization
            .terminal_groups
            .iter()
            .filter(|it| request.terminal_group_ids.contains(&it.id))
            .filter(|it| world.sees_terminal_group(it.id));
        asked.map(|group| TerminalGroupAliveInfo {
            is_alive: Some(!group.is_asleep),
            terminal_group_id: Some(group.id),
            organization_id: Some(organization.id),
            ..TerminalGroupAliveInfo::default()
        })
    });
    Ok(TerminalGroupsIsAliveResponse {
        correlation_id: correlation_id(world),
        is_alive_status: Some(statuses.collect()),
        ..TerminalGroupsIsAliveResponse::default()
    })
}

fn awake(
    world: &mut World,
    request: AwakeTerminalGroupsRequest,
) -> Result<AwakeTerminalGroupsResponse, Refusal> {
    world.permitted(&request.organization_ids)?;
    let mut failed = request.terminal_group_ids;
    let mut awakened = Vec::new();
    for organization in world
        .organizations
        .iter_mut()
        .filter(|it| request.organization_ids.contains(&it.id))
    {
        for group in organization
            .terminal_groups
            .iter_mut()
            .filter(|group| failed.contains(&group.id))
        {
            group.is_asleep = false;
            awakened.push(group.id);
        }
    }
    world.till_woke();
    failed.retain(|id| !awakened.contains(id));
    Ok(AwakeTerminalGroupsResponse {
        successfully_processed: Some(awakened.into_iter().map(|id| id.0).collect()),
        failed_processed: Some(failed.into_iter().map(|id| id.0).collect()),
        ..AwakeTerminalGroupsResponse::default()
    })
}
