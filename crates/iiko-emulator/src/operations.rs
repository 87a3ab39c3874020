//! The register of what is imitated: an operation is a function over the world, typed by its endpoint.
//!
//! Every operation goes through [`Operation::answer`]: its body is checked against the contract, decoded, answered, and the
//! answer written out. What the contract has and this list has not is answered with 501 by whoever looks here in vain.

mod access_token;
mod asked_orders;
mod combo;
mod commands;
mod deliveries;
mod dictionaries;
mod drafts;
mod employees;
mod external_menu;
mod halls;
mod loyalty;
mod nomenclature;
mod organizations;
mod references;
mod reserves;
mod restrictions;
mod stop_lists;
mod table_orders;
mod terminal_groups;
mod webhooks;

use std::{collections::HashMap, sync::OnceLock};

use iiko_types::{endpoint::Endpoint, ids::OrganizationId, schemas::CorrelationIdResponse};
use serde::Serialize;

use crate::{
    check::{check_body, require_argument},
    complete::complete,
    contract,
    failure::{Failure, Finish},
    json::Json,
    refusal::Refusal,
    world::World,
};

/// Takes a checked body, gives the body of the answer.
type Run = Box<dyn Fn(&mut World, &str) -> Result<String, Refusal> + Send + Sync>;

/// Takes the body of a command that was accepted, and does it at the till.
type Finished = Box<dyn Fn(&mut World, &str) -> Result<Finish, Failure> + Send + Sync>;

/// An operation that is imitated.
pub(crate) struct Operation {
    /// Whether it needs no token, since it gives one.
    pub(crate) is_public: bool,
    /// Whether its body is checked against the contract first.
    is_checked: bool,
    aliases: &'static [(&'static str, &'static str)],
    /// A member that iiko's own code misses, where its reader misses others.
    argument: Option<&'static str>,
    run: Run,
    /// What the till does later, where the operation is a command.
    finish: Option<Finished>,
    path: &'static str,
    /// What of the answer rests on no public source, where something does.
    guess: Option<&'static str>,
}

/// The operation at `path` (in lower case), if it is imitated.
pub(crate) fn find(path: &str) -> Option<&'static Operation> {
    static OPERATIONS: OnceLock<HashMap<String, Operation>> = OnceLock::new();
    OPERATIONS
        .get_or_init(|| {
            register()
                .into_iter()
                .map(|operation| (operation.path.to_lowercase(), operation))
                .collect()
        })
        .get(path)
}

/// An operation that is imitated, and how far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Imitated {
    pub(crate) path: &'static str,
    /// What of its answer rests on no public source, where something does.
    pub(crate) guess: Option<&'static str>,
}

/// All that is imitated.
pub(crate) fn imitated() -> Vec<Imitated> {
    register()
        .into_iter()
        .map(|operation| Imitated {
            path: operation.path,
            guess: operation.guess,
        })
        .collect()
}

/// Every family names its own.
fn register() -> Vec<Operation> {
    [
        access_token::register(),
        combo::register(),
        commands::register(),
        deliveries::register(),
        dictionaries::register(),
        drafts::register(),
        employees::register(),
        external_menu::register(),
        halls::register(),
        loyalty::register(),
        nomenclature::register(),
        organizations::register(),
        references::register(),
        reserves::register(),
        restrictions::register(),
        stop_lists::register(),
        table_orders::register(),
        terminal_groups::register(),
        webhooks::register(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn typed<E: Endpoint>(
    run: fn(&mut World, E::Request) -> Result<E::Response, Refusal>,
) -> Operation {
    Operation {
        is_public: false,
        is_checked: true,
        aliases: &[],
        argument: None,
        run: Box::new(move |world, body| write_out::<E>(&run(world, decode::<E>(body)?)?)),
        finish: None,
        path: E::PATH,
        guess: None,
    }
}

/// A command: `accept` says what the cloud says at once, `finish` is what the till does later.
fn command<E: Endpoint>(
    accept: fn(&mut World, &E::Request) -> Result<E::Response, Refusal>,
    finish: fn(&mut World, E::Request) -> Result<Finish, Failure>,
) -> Operation
where
    E::Request: OfOrganization,
{
    Operation {
        run: Box::new(move |world, body| {
            let request = decode::<E>(body)?;
            let organization_id = request.organization_id();
            world.permitted(&[organization_id])?;
            let answer = write_out::<E>(&accept(world, &request)?)?;
            world.send_command(organization_id, E::PATH, body);
            Ok(answer)
        }),
        finish: Some(Box::new(move |world, body| {
            let request =
                decode::<E>(body).map_err(|refusal| Failure::common(refusal.description))?;
            finish(world, request)
        })),
        ..typed::<E>(|_, _| Err(Refusal::internal()))
    }
}

/// A request that names its one organization.
trait OfOrganization {
    fn organization_id(&self) -> OrganizationId;
}

macro_rules! of_organization {
    ($($request:ident)*) => {$(
        impl $crate::operations::OfOrganization for iiko_types::schemas::$request {
            fn organization_id(&self) -> iiko_types::ids::OrganizationId {
                self.organization_id
            }
        }
    )*};
}
use of_organization;

/// What the till does with a command that was accepted at `path`.
pub(crate) fn finish(world: &mut World, path: &str, body: &str) -> Result<Finish, Failure> {
    let finish = find(&path.to_lowercase()).and_then(|operation| operation.finish.as_ref());
    finish.map_or(Ok(Finish::Done), |finish| finish(world, body))
}

/// An operation whose answer is text already: a recorded one, or one too large to be written for every call.
fn written<E: Endpoint>(run: fn(&mut World, E::Request) -> Result<String, Refusal>) -> Operation {
    Operation {
        is_public: false,
        is_checked: true,
        aliases: &[],
        argument: None,
        run: Box::new(move |world, body| run(world, decode::<E>(body)?)),
        finish: None,
        path: E::PATH,
        guess: None,
    }
}

/// An answer in full, with the members that have no value.
fn write_out<E: Endpoint>(response: &E::Response) -> Result<String, Refusal> {
    let mut json = Json::parse(&serde_json::to_string(response).map_err(|_| Refusal::internal())?)
        .map_err(|_| Refusal::internal())?;
    if let Some((contract, bodies)) = contract::find(&E::PATH.to_lowercase())
        && let Some(schema) = &bodies.response
    {
        complete(contract, schema, &mut json);
    }
    Ok(json.print())
}

/// An operation whose requests are not what the contract says they are.
fn unchecked<E: Endpoint>(run: fn(&mut World, &str) -> Result<String, Refusal>) -> Operation {
    Operation {
        is_checked: false,
        run: Box::new(run),
        ..typed::<E>(|_, _| Err(Refusal::internal()))
    }
}

fn decode<E: Endpoint>(body: &str) -> Result<E::Request, Refusal> {
    serde_json::from_str(body).map_err(|error| Refusal::invalid_body(format!("{error} Path ''.")))
}

impl Operation {
    /// The same, and what in it is a guess.
    fn guessing(self, what: &'static str) -> Self {
        Self {
            guess: Some(what),
            ..self
        }
    }

    /// The same, where the operation itself misses a member.
    fn missing(self, argument: &'static str) -> Self {
        Self {
            argument: Some(argument),
            ..self
        }
    }

    /// Whether the till does it later.
    pub(crate) fn is_command(&self) -> bool {
        self.finish.is_some()
    }

    /// The body of the answer to `body`.
    pub(crate) fn answer(&self, world: &mut World, body: &str) -> Result<String, Refusal> {
        let answer = match contract::find(&self.path.to_lowercase()) {
            Some((contract, bodies)) if self.is_checked => match &bodies.request {
                Some(schema) => {
                    if let Some(name) = self.argument {
                        require_argument(name, body)?;
                    }
                    let body = check_body(contract, schema, self.aliases, self.path, body)?;
                    (self.run)(world, &body)?
                }
                None => (self.run)(world, "{}")?,
            },
            // what is known from elsewhere (`contract/overlay.toml`) has nothing to be checked against
            Some(_) | None => (self.run)(world, body)?,
        };
        if self.is_public && world.token_is_bare {
            return Ok(Json::parse(&answer)
                .ok()
                .and_then(|json| Some(json.get("token")?.print()))
                .unwrap_or(answer));
        }
        Ok(answer)
    }
}

/// What stands in an answer that has one.
fn correlation_id(world: &World) -> Option<iiko_types::ids::CorrelationId> {
    Some(iiko_types::ids::CorrelationId(world.call.correlation_id))
}

/// What most commands are answered with.
fn accepted<R>(world: &mut World, _: &R) -> Result<CorrelationIdResponse, Refusal> {
    Ok(CorrelationIdResponse {
        correlation_id: correlation_id(world),
        ..CorrelationIdResponse::default()
    })
}
