//! Commands: accepted at once, done at the till later, their outcome kept for whoever asks.
//!
//! A till that is asleep does nothing at all: it is waited for as long as the command says, then the command has failed.
//! Which till that is stands in [`till`].

mod till;

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use iiko_types::ids::{CorrelationId, Guid, OrganizationId};
use serde::{Deserialize, Serialize};

use crate::{
    deliveries::Delivery,
    failure::{Failure, Finish},
    operations,
    reserves::ReserveState,
    schedule::Step,
    tables::TableOrderState,
    world::{Call, World},
};

/// From the cloud to the till and back.
const TRANSPORT: Duration = Duration::from_secs(1);

/// How long outcomes are kept. iiko does not say how long it does.
const KEPT: TimeDelta = TimeDelta::hours(1);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Commands {
    known: BTreeMap<CorrelationId, Command>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Command {
    pub(crate) organization_id: OrganizationId,
    pub(crate) state: CommandState,
    pub(crate) sent_at: DateTime<Utc>,
    /// The order or reserve that it is about.
    #[serde(default)]
    pub(crate) subject: Guid,
    /// The till was asked and did not answer.
    #[serde(default)]
    is_waiting: bool,
    login: Option<String>,
    path: String,
    /// The checked body of the request.
    body: String,
    /// The till is told to refuse it.
    refusal: Option<Failure>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CommandState {
    InProgress,
    Success,
    Error(Failure),
}

impl Commands {
    pub(crate) fn find(&self, id: CorrelationId) -> Option<&Command> {
        self.known.get(&id)
    }
}

impl World {
    /// Sends the call being answered to the till.
    pub(crate) fn send_command(&mut self, organization_id: OrganizationId, path: &str, body: &str) {
        let now = self.now();
        let id = CorrelationId(self.call.correlation_id);
        // what is not done yet is not forgotten: its order would stay on its way for ever
        self.commands.known.retain(|_, command| {
            command.state == CommandState::InProgress || now - command.sent_at < KEPT
        });
        let mut command = Command {
            organization_id,
            state: CommandState::InProgress,
            sent_at: now,
            subject: id.0,
            is_waiting: false,
            login: self.call.login.clone(),
            path: path.to_owned(),
            body: body.to_owned(),
            refusal: self.call.refusal.take(),
        };
        command.subject = command.asked().subject(id.0);
        self.commands.known.insert(id, command);
        self.later(TRANSPORT, Step::Command(id));
    }

    /// The till does a command, or refuses it.
    pub(crate) fn finish_command(&mut self, id: CorrelationId) {
        let Some(command) = self.commands.known.get(&id).cloned() else {
            return;
        };
        self.call = Call {
            login: command.login.clone(),
            correlation_id: id.0,
            refusal: None,
            sent_at: Some(command.sent_at),
        };
        match self.ask_till(&command) {
            Ok(Finish::Done) => {}
            Ok(Finish::AskAgainAt(at)) => return self.wait_for_till(id, at),
            Err(failure) => return self.fail_command(id, failure),
        }
        if let Some(failure) = command.refusal {
            return self.fail_command(id, failure);
        }
        match operations::finish(self, &command.path, &command.body) {
            Ok(Finish::Done) => self.end_command(id, CommandState::Success),
            Ok(Finish::AskAgainAt(at)) => self.wait_for_till(id, at),
            Err(failure) => self.fail_command(id, failure),
        }
    }

    fn wait_for_till(&mut self, id: CorrelationId, until: DateTime<Utc>) {
        if let Some(command) = self.commands.known.get_mut(&id) {
            command.is_waiting = true;
        }
        self.schedule.at(until, Step::Command(id));
    }

    /// Asks again where a till did not answer: one that slept is awake.
    pub(super) fn ask_tills_again(&mut self) {
        let mut waiting = Vec::new();
        for (id, command) in &mut self.commands.known {
            if std::mem::take(&mut command.is_waiting) {
                waiting.push((command.sent_at, *id));
            }
        }
        waiting.sort();
        for (_, id) in waiting {
            let step = Step::Command(id);
            self.schedule.forget(&step);
            self.later(TRANSPORT, step);
        }
    }

    /// A command comes to nothing, and what it was about to create does not come into being.
    pub(crate) fn fail_command(&mut self, id: CorrelationId, failure: Failure) {
        self.refuse_creation(id, &failure);
        self.end_command(id, CommandState::Error(failure));
    }

    fn end_command(&mut self, id: CorrelationId, state: CommandState) {
        if let Some(command) = self.commands.known.get_mut(&id) {
            command.state = state;
            command.is_waiting = false;
            command.body.clear();
        }
    }

    /// What the command was about to create does not come into being.
    fn refuse_creation(&mut self, command: CorrelationId, failure: &Failure) {
        let known = self.commands.known.get(&command);
        let Some(id) = known.map(|it| it.subject) else {
            return;
        };
        self.refuse::<Delivery>(id, command, failure);
        self.refuse::<TableOrderState>(id, command, failure);
        self.refuse::<ReserveState>(id, command, failure);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use iiko_types::ids::CorrelationId;
    use uuid::Uuid;

    use super::CommandState;
    use crate::{
        failure::Failure,
        scenario::Scenario,
        schedule::{Pace, Step},
        world::World,
    };

    #[test]
    fn a_command_that_breaks_the_till_has_failed_and_the_world_goes_on() {
        let hour = Duration::from_secs(3600);
        let mut world = World::of_scenario(&Scenario::default(), hour, Pace::Stepped).unwrap();
        world.call.correlation_id = Uuid::from_u128(7);
        let organization_id = world.organizations[0].id;
        world.send_command(organization_id, "/api/1/deliveries/confirm", "{}");
        let id = CorrelationId(Uuid::from_u128(7));
        world.survive(&Step::Command(id), |_| panic!("on purpose"));
        let command = world.commands.find(id).unwrap();
        assert_eq!(command.state, CommandState::Error(Failure::internal()));
        while world.step() {}
    }
}
