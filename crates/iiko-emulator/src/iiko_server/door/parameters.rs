//! What a call carries: parameters of the query and of forms, in the types that operations want.

use iiko_types::ids::{Guid, OrganizationId};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{
    super::{
        Refused,
        documents::{Status, Wanted, lenient_day},
        endless,
        prices::PricesWanted,
        reference::ProductsWanted,
    },
    Call,
};

impl Call {
    pub(super) fn orders_wanted(&self) -> Result<Wanted, Refused> {
        Ok(Wanted {
            from: self.day("dateFrom")?,
            to: self.day("dateTo")?,
            status: match self.maybe("status") {
                None => None,
                Some(word) => Some(from_word::<Status>(word)?),
            },
            revision_from: self.revision_from()?,
        })
    }

    pub(super) fn prices_wanted(&self) -> Result<PricesWanted, Refused> {
        let departments = self.all("departmentId").into_iter().map(|id| {
            let id: Guid = id
                .parse()
                .map_err(|_| Refused::new(400, format!("Malformed id {id}")))?;
            Ok(OrganizationId(id))
        });
        Ok(PricesWanted {
            from: self.day("dateFrom")?,
            to: match self.maybe("dateTo") {
                Some(_) => self.day("dateTo")?,
                None => endless(),
            },
            scheduled: match self.maybe("type") {
                None => None,
                Some("BASE") => Some(false),
                Some("SCHEDULED") => Some(true),
                Some(word) => return Err(Refused::new(400, format!("Unknown type {word}"))),
            },
            departments: departments.collect::<Result<_, Refused>>()?,
            with_out_of_sale: self.maybe("includeOutOfSale") == Some("true"),
            revision_from: self.revision_from()?,
        })
    }

    pub(super) fn products_wanted(&self) -> Result<ProductsWanted, Refused> {
        Ok(ProductsWanted {
            revision_from: self.revision_from()?,
            with_deleted: self.maybe("includeDeleted") == Some("true"),
            ids: self.all("ids"),
            codes: self.all("codes"),
            nums: self.all("nums"),
            types: self.all("types"),
            categories: self.all("categoryIds"),
            parents: self.all("parentIds"),
        })
    }

    /// A parameter that has a value.
    pub(super) fn maybe(&self, name: &str) -> Option<&str> {
        let mut named = self
            .query
            .iter()
            .filter(|(it, value)| it == name && !value.is_empty());
        named.next().map(|(_, value)| value.as_str())
    }

    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let named = self
            .query
            .iter()
            .filter(|(it, value)| it == name && !value.is_empty());
        named.map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn text(&self, name: &str) -> Result<&str, Refused> {
        self.maybe(name)
            .ok_or_else(|| Refused::new(400, format!("Parameter {name} is required")))
    }

    fn day(&self, name: &str) -> Result<chrono::NaiveDate, Refused> {
        let text = self.text(name)?;
        lenient_day(text).ok_or_else(|| Refused::new(400, format!("Wrong date format: {text}")))
    }

    pub(super) fn id(&self, name: &str) -> Result<Guid, Refused> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| Refused::new(400, format!("Malformed id {text}")))
    }

    fn revision_from(&self) -> Result<i64, Refused> {
        match self.maybe("revisionFrom") {
            None => Ok(-1),
            Some(text) => text
                .parse()
                .map_err(|_| Refused::new(400, format!("Wrong revision {text}"))),
        }
    }
}

fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, Refused> {
    serde_json::from_value(json!(word)).map_err(|error| Refused::new(400, error.to_string()))
}
