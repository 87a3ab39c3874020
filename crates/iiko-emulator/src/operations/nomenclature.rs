//! The nomenclature: everything, or nothing where the caller knows the revision.

use iiko_types::{operations::Nomenclature, schemas::NomenclatureRequest};
use serde_json::json;

use super::{Operation, written};
use crate::{refusal::Refusal, world::World};

pub(super) fn register() -> Vec<Operation> {
    vec![written::<Nomenclature>(nomenclature)]
}

/// What an older revision brings is not known of iiko (`cloud-api.md` 4.3); here it brings everything.
fn nomenclature(world: &mut World, request: NomenclatureRequest) -> Result<String, Refusal> {
    let correlation_id = world.call.correlation_id;
    let nomenclature = &mut world.permitted_one(request.organization_id)?.nomenclature;
    if request
        .start_revision
        .is_some_and(|revision| revision != 0 && revision == nomenclature.revision)
    {
        let nothing_new = json!({
            "correlationId": correlation_id,
            "groups": [],
            "productCategories": [],
            "products": [],
            "sizes": [],
            "revision": nomenclature.revision,
        });
        return Ok(nothing_new.to_string());
    }
    match nomenclature.answer() {
        Ok(answer) => Ok(answer.with(correlation_id)),
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "the nomenclature cannot be written"
            );
            Err(Refusal::internal())
        }
    }
}
