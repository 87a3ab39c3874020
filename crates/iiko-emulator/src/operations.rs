//! The register of what is imitated: an operation is a function over the world, typed by its endpoint.
//!
//! Every operation goes through [`Operation::answer`]: its body is checked against the contract, decoded, answered, and the
//! answer written out. What the contract has and this list has not is answered with 501 by whoever looks here in vain.

mod access_token;
mod combo;
mod dictionaries;
mod external_menu;
mod nomenclature;
mod organizations;
mod stop_lists;
mod terminal_groups;

use std::{collections::HashMap, sync::OnceLock};

use iiko_types::{
    endpoint::Endpoint,
    operations::{
        AccessToken, AccessTokenV2, Combo, ComboCalculate, DeliveriesOrderTypes, Discounts, Menu,
        MenuById, Nomenclature, Organizations, OrganizationsSettings, PaymentTypes, StopLists,
        StopListsAdd, StopListsCheck, StopListsClear, StopListsRemove, TerminalGroups,
        TerminalGroupsAwake, TerminalGroupsIsAlive,
    },
};

use crate::{
    check::check_body, complete::complete, contract, json::Json, refusal::Refusal, world::World,
};

/// Takes a checked body, gives the body of the answer.
type Run = Box<dyn Fn(&mut World, &str) -> Result<String, Refusal> + Send + Sync>;

/// An operation that is imitated.
pub(crate) struct Operation {
    /// Whether it needs no token, since it gives one.
    pub(crate) is_public: bool,
    aliases: &'static [(&'static str, &'static str)],
    run: Run,
    path: &'static str,
}

/// The operation at `path` (in lower case), if it is imitated.
pub(crate) fn find(path: &str) -> Option<&'static Operation> {
    static OPERATIONS: OnceLock<HashMap<&'static str, Operation>> = OnceLock::new();
    OPERATIONS
        .get_or_init(|| {
            register()
                .into_iter()
                .map(|operation| (operation.path, operation))
                .collect()
        })
        .get(path)
}

/// Names and paths of all that is imitated.
pub(crate) fn imitated() -> Vec<&'static str> {
    register()
        .into_iter()
        .map(|operation| operation.path)
        .collect()
}

fn register() -> Vec<Operation> {
    vec![
        Operation {
            is_public: true,
            ..typed::<AccessToken>(access_token::access_token)
        },
        Operation {
            is_public: true,
            // What some clients send (`cloud-api.md` 1.2).
            aliases: &[("apiLogin", "apiKey")],
            ..typed::<AccessTokenV2>(access_token::access_token_v2)
        },
        typed::<Organizations>(organizations::organizations),
        typed::<OrganizationsSettings>(organizations::settings),
        typed::<TerminalGroups>(terminal_groups::terminal_groups),
        typed::<TerminalGroupsIsAlive>(terminal_groups::is_alive),
        typed::<TerminalGroupsAwake>(terminal_groups::awake),
        written::<Nomenclature>(nomenclature::nomenclature),
        typed::<Menu>(external_menu::menu),
        written::<MenuById>(external_menu::menu_by_id),
        typed::<StopLists>(stop_lists::stop_lists),
        typed::<StopListsAdd>(stop_lists::add),
        typed::<StopListsRemove>(stop_lists::remove),
        typed::<StopListsClear>(stop_lists::clear),
        typed::<StopListsCheck>(stop_lists::check),
        typed::<PaymentTypes>(dictionaries::payment_types),
        typed::<DeliveriesOrderTypes>(dictionaries::order_types),
        typed::<Discounts>(dictionaries::discounts),
        typed::<Combo>(combo::combo),
        typed::<ComboCalculate>(combo::calculate),
    ]
}

fn typed<E: Endpoint>(
    run: fn(&mut World, E::Request) -> Result<E::Response, Refusal>,
) -> Operation {
    let write = |response: E::Response| {
        let mut json =
            Json::parse(&serde_json::to_string(&response).map_err(|_| Refusal::internal())?)
                .map_err(|_| Refusal::internal())?;
        if let Some((contract, bodies)) = contract::find(E::PATH)
            && let Some(schema) = &bodies.response
        {
            complete(contract, schema, &mut json);
        }
        Ok(json.print())
    };
    Operation {
        is_public: false,
        aliases: &[],
        run: Box::new(move |world, body| write(run(world, decode::<E>(body)?)?)),
        path: E::PATH,
    }
}

/// An operation whose answer is text already: a recorded one, or one too large to be written for every call.
fn written<E: Endpoint>(run: fn(&mut World, E::Request) -> Result<String, Refusal>) -> Operation {
    Operation {
        is_public: false,
        aliases: &[],
        run: Box::new(move |world, body| run(world, decode::<E>(body)?)),
        path: E::PATH,
    }
}

fn decode<E: Endpoint>(body: &str) -> Result<E::Request, Refusal> {
    serde_json::from_str(body).map_err(|error| Refusal::invalid_body(format!("{error} Path ''.")))
}

impl Operation {
    /// The body of the answer to `body`.
    pub(crate) fn answer(&self, world: &mut World, body: &str) -> Result<String, Refusal> {
        let schema = contract::find(self.path)
            .and_then(|(contract, bodies)| Some((contract, bodies.request.as_ref()?)));
        let answer = match schema {
            Some((contract, schema)) => {
                (self.run)(world, &check_body(contract, schema, self.aliases, body)?)?
            }
            None => (self.run)(world, "{}")?,
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
