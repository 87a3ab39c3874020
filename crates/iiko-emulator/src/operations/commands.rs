//! The outcome of commands.

use iiko_types::{
    operations::CommandsStatus,
    schemas::{
        ErrorCommandStatus, GetCommandStatusRequest, GetCommandStatusResponse,
        InProgressCommandStatus, SuccessCommandStatus,
    },
};
use serde_json::json;

use super::{Operation, typed};
use crate::{
    commands::{Command, CommandState},
    failure::Failure,
    refusal::Refusal,
    world::World,
};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<CommandsStatus>(status)
            .guessing("outcomes are kept for an hour, then answered with 410"),
    ]
}

fn status(
    world: &mut World,
    request: GetCommandStatusRequest,
) -> Result<GetCommandStatusResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let id = request.correlation_id;
    let known = world.commands.find(id);
    let Some(command) = known.filter(|it| it.organization_id == request.organization_id) else {
        return Err(Refusal::command_forgotten());
    };
    Ok(match &command.state {
        CommandState::InProgress => InProgressCommandStatus::default().into(),
        CommandState::Success => SuccessCommandStatus::default().into(),
        CommandState::Error(failure) => ErrorCommandStatus {
            exception: Some(exception(world, command, failure).into()),
            ..ErrorCommandStatus::default()
        }
        .into(),
    })
}

/// As recorded: the code is a number here, and the sentence stands in `description`.
fn exception(world: &World, command: &Command, failure: &Failure) -> serde_json::Value {
    let till = world.till_of_subject(command);
    json!({
        "orderId": command.subject,
        "terminalGroup": till.map(|till| json!({"id": till.id, "name": till.name})),
        "timestamp": command.sent_at.timestamp_millis(),
        "code": 500,
        "message": failure.message,
        "description": failure.message,
        "additionalData": null,
    })
}
