//! The answer as raw objects: cheap to read, nothing lost, decoded only where something changed.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::sync::failure::Failure;

/// `POST /api/1/nomenclature`, split into raw objects that borrow from the body.
#[derive(Debug)]
pub struct Envelope<'a> {
    pub revision: Option<i64>,
    pub groups: Vec<&'a RawValue>,
    pub products: Vec<&'a RawValue>,
    pub sizes: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    correlation_id: Option<String>,
    revision: Option<i64>,
    #[serde(borrow)]
    groups: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    products: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    sizes: Option<Vec<&'a RawValue>>,
}

impl<'a> Envelope<'a> {
    /// An answer without its lists is a torn one. `sizes` may be absent: old answers lack newer keys.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Failure> {
        let text = std::str::from_utf8(bytes).map_err(|error| Failure::torn(error, None))?;
        let body: Body<'a> =
            serde_json::from_str(text).map_err(|error| Failure::torn(error, None))?;
        let list = |name, list: Option<Vec<&'a RawValue>>| {
            list.ok_or_else(|| {
                Failure::torn(
                    format!("it has no list `{name}`"),
                    body.correlation_id.clone(),
                )
            })
        };
        Ok(Self {
            revision: body.revision,
            groups: list("groups", body.groups)?,
            products: list("products", body.products)?,
            sizes: body.sizes.unwrap_or_default(),
        })
    }
}
