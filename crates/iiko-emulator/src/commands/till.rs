//! The till that a command is for: who it is, how long it is waited for, and whether it answers.

use std::time::Duration;

use iiko_types::ids::{Guid, OrganizationId, TerminalGroupId};
use serde::Deserialize;

use super::Command;
use crate::{
    clock::after,
    failure::{Failure, Finish},
    world::{TerminalGroupState, World},
};

/// How long the till is waited for, where nobody says.
const USUAL_TIMEOUT: Duration = Duration::from_secs(8);

/// What bodies of commands say about that, each in its own way.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Asked {
    id: Option<Guid>,
    order_id: Option<Guid>,
    reserve_id: Option<Guid>,
    order: Option<AskedOrder>,
    terminal_group_id: Option<TerminalGroupId>,
    table_ids: Option<Vec<Guid>>,
    transport_to_front_timeout: Option<i64>,
    create_order_settings: Option<AskedSettings>,
    create_reserve_settings: Option<AskedSettings>,
}

#[derive(Debug, Deserialize)]
struct AskedOrder {
    id: Option<Guid>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AskedSettings {
    transport_to_front_timeout: Option<i64>,
}

impl Asked {
    /// The order or reserve that a command is about. What is created without an id gets the command's.
    pub(super) fn subject(&self, command: Guid) -> Guid {
        let named = self.order_id.or(self.reserve_id).or(self.id);
        named
            .or(self.order.as_ref().and_then(|order| order.id))
            .unwrap_or(command)
    }

    fn timeout(&self) -> Duration {
        let settings = [&self.create_order_settings, &self.create_reserve_settings];
        let settings = settings.into_iter().flatten();
        let mut named = settings.filter_map(|it| it.transport_to_front_timeout);
        let seconds = named.next().or(self.transport_to_front_timeout);
        let seconds = seconds.and_then(|it| u64::try_from(it).ok());
        seconds.map_or(USUAL_TIMEOUT, Duration::from_secs)
    }
}

impl Command {
    pub(super) fn asked(&self) -> Asked {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl World {
    /// Whether the till of a command answers, is to be asked again, or was waited for too long.
    pub(super) fn ask_till(&self, command: &Command) -> Result<Finish, Failure> {
        let asked = command.asked();
        let till = self.till_of(command, &asked);
        if !till.is_some_and(|till| till.is_asleep) {
            return Ok(Finish::Done);
        }
        let deadline = after(command.sent_at, self.schedule.takes(asked.timeout()));
        match self.now() < deadline {
            true => Ok(Finish::AskAgainAt(deadline)),
            false => Err(match self.is_being_created(command.subject) {
                true => Failure::creation_timeout(),
                false => Failure::command_timeout(),
            }),
        }
    }

    /// The terminal group that does a command: the one it names, or the one of its order. `None` where that is not
    /// decided yet, or is none of the organization's.
    fn till_of(&self, command: &Command, asked: &Asked) -> Option<&TerminalGroupState> {
        let of_tables = |tables: &[Guid]| {
            let hall = self
                .references
                .hall_of_table(command.organization_id, *tables.first()?)?;
            hall.section.terminal_group_id
        };
        let of_asked = asked
            .terminal_group_id
            .or_else(|| self.group_of(command.subject))
            .or_else(|| of_tables(asked.table_ids.as_deref()?));
        let id = of_asked.or_else(|| {
            let reserve = self.reserves.known.get(&command.subject)?;
            of_tables(reserve.reserve.as_ref()?.table_ids.as_deref()?)
        })?;
        self.terminal_group_of(command.organization_id, id)
    }

    fn terminal_group_of(
        &self,
        organization_id: OrganizationId,
        id: TerminalGroupId,
    ) -> Option<&TerminalGroupState> {
        self.organization(organization_id)?.terminal_group(id)
    }

    /// The terminal group that an order or a reserve is at.
    fn group_of(&self, id: Guid) -> Option<TerminalGroupId> {
        let delivery = self.deliveries.known.get(&id);
        let table_order = self.table_orders.known.get(&id);
        let reserve = self.reserves.known.get(&id);
        delivery
            .and_then(|it| it.terminal_group_id)
            .or_else(|| table_order.map(|it| it.terminal_group_id))
            .or_else(|| reserve.and_then(|it| it.terminal_group_id))
    }

    /// The terminal group of a command's order, for those who look at what came of it.
    pub(crate) fn till_of_subject(&self, command: &Command) -> Option<&TerminalGroupState> {
        let id = self.group_of(command.subject)?;
        self.terminal_group_of(command.organization_id, id)
    }

    fn is_being_created(&self, id: Guid) -> bool {
        let delivery = self.deliveries.known.get(&id);
        let table_order = self.table_orders.known.get(&id);
        let reserve = self.reserves.known.get(&id);
        delivery.is_some_and(|it| it.order.is_none())
            || table_order.is_some_and(|it| it.order.is_none())
            || reserve.is_some_and(|it| it.reserve.is_none())
    }
}
