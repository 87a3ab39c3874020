//! Commands: accepted at once, done at the till later, their outcome kept for whoever asks.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use iiko_types::ids::{CorrelationId, OrganizationId};
use serde::{Deserialize, Serialize};

use crate::{
    failure::{Failure, Finish},
    operations,
    schedule::Step,
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
    login: Option<String>,
    path: String,
    /// The checked body of the request.
    body: String,
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
        self.commands
            .known
            .retain(|_, command| now - command.sent_at < KEPT);
        let command = Command {
            organization_id,
            state: CommandState::InProgress,
            sent_at: now,
            login: self.call.login.clone(),
            path: path.to_owned(),
            body: body.to_owned(),
        };
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
            sent_at: Some(command.sent_at),
        };
        let state = match operations::finish(self, &command.path, &command.body) {
            Ok(Finish::Done) => CommandState::Success,
            Ok(Finish::AskAgainAt(at)) => return self.schedule.at(at, Step::Command(id)),
            Err(failure) => CommandState::Error(failure),
        };
        if let Some(command) = self.commands.known.get_mut(&id) {
            command.state = state;
            command.body.clear();
        }
    }
}
