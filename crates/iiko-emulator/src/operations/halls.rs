//! Where tables are: what can be reserved, and the only source of the ids of tables.

use iiko_types::{
    operations::{
        ReserveAvailableOrganizations, ReserveAvailableRestaurantSections,
        ReserveAvailableTerminalGroups,
    },
    schemas::{
        GetRestaurantSectionsRequest, GetRestaurantSectionsResponse,
        GetTerminalGroupsByOrganizationsRequest, TerminalGroupsRequest, TerminalGroupsResponse,
    },
};

use super::{Operation, correlation_id, organizations, terminal_groups, typed};
use crate::{refusal::Refusal, world::World};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<ReserveAvailableOrganizations>(organizations::organizations)
            .guessing("all organizations of the login"),
        typed::<ReserveAvailableTerminalGroups>(available_terminal_groups)
            .guessing("those that have a hall"),
        typed::<ReserveAvailableRestaurantSections>(available_sections)
            .guessing("nothing where the revision is the current one; halls have no drawings"),
    ]
}

fn available_terminal_groups(
    world: &mut World,
    request: GetTerminalGroupsByOrganizationsRequest,
) -> Result<TerminalGroupsResponse, Refusal> {
    let request = TerminalGroupsRequest::new(request.organization_ids);
    let mut answer = terminal_groups::terminal_groups(world, request)?;
    let lists = [
        &mut answer.terminal_groups,
        &mut answer.terminal_groups_in_sleep,
    ];
    for list in lists.into_iter().flatten().flatten() {
        if let Some(groups) = &mut list.items {
            let has_hall = |id| {
                let mut halls = world.references.halls.iter();
                halls.any(|hall| hall.section.terminal_group_id == Some(id))
            };
            groups.retain(|group| has_hall(group.id));
        }
    }
    Ok(answer)
}

fn available_sections(
    world: &mut World,
    request: GetRestaurantSectionsRequest,
) -> Result<GetRestaurantSectionsResponse, Refusal> {
    let revision = world.references.halls_revision;
    let is_news = request.revision.is_none_or(|known| known < revision);
    let visible: Vec<_> = world
        .visible()
        .map(|organization| organization.id)
        .collect();
    let halls = world.references.halls.iter().filter(|hall| {
        is_news
            && visible.contains(&hall.organization_id)
            && hall
                .section
                .terminal_group_id
                .is_some_and(|id| request.terminal_group_ids.contains(&id))
    });
    let sections = halls.map(|hall| hall.section.clone()).collect();
    Ok(GetRestaurantSectionsResponse {
        correlation_id: correlation_id(world),
        restaurant_sections: Some(sections),
        revision: Some(revision),
        ..GetRestaurantSectionsResponse::default()
    })
}
