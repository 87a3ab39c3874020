//! What an organization sells, as iiko serves it, and how it changes.
//!
//! Kept in the contract's own types. A recorded answer is served in its own bytes until somebody changes something in it.

mod from_scenario;
mod growth;

use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use iiko_types::{
    endpoint::Endpoint,
    ids::{CorrelationId, ProductGroupId, ProductId, SizeId},
    number::ExactDecimal,
    operations,
    schemas::{NomenclatureResponse, ProductCategoryInfo, ProductInfo, ProductsGroupInfo, Size},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{complete::complete, contract, json::Json};

/// Links to the emulator's own pictures begin so until an answer leaves; then its own address stands there.
pub(crate) const PICTURES: &str = "emulator:/_emulator/pictures/";

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Nomenclature {
    pub(crate) groups: Vec<ProductsGroupInfo>,
    pub(crate) product_categories: Vec<ProductCategoryInfo>,
    pub(crate) products: Vec<ProductInfo>,
    pub(crate) sizes: Vec<Size>,
    pub(crate) revision: i64,
    /// What was removed, and where it stood.
    removed: Vec<(usize, ProductInfo)>,
    /// The recorded answer, until something is changed in it.
    #[serde(with = "shared_text")]
    recorded: Option<Arc<AnswerText>>,
    /// The whole answer as text, made when it is first asked for; gone after a change.
    #[serde(skip)]
    answer: Option<Arc<AnswerText>>,
}

/// An answer around its correlation id.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AnswerText {
    before: String,
    after: String,
}

impl Nomenclature {
    /// A recorded answer of `nomenclature`.
    pub(crate) fn recorded(text: &str) -> anyhow::Result<Self> {
        let answer: NomenclatureResponse =
            serde_json::from_str(text).context("not an answer of `nomenclature`")?;
        Ok(Self {
            groups: answer.groups.context("a nomenclature without `groups`")?,
            product_categories: answer.product_categories.unwrap_or_default(),
            products: answer
                .products
                .context("a nomenclature without `products`")?,
            sizes: answer.sizes.unwrap_or_default(),
            revision: answer
                .revision
                .context("a nomenclature without `revision`")?,
            removed: Vec::new(),
            recorded: Some(Arc::new(AnswerText::split(text)?)),
            answer: None,
        })
    }

    /// The whole answer.
    pub(crate) fn answer(&mut self) -> anyhow::Result<Arc<AnswerText>> {
        if let Some(answer) = self.recorded.as_ref().or(self.answer.as_ref()) {
            return Ok(Arc::clone(answer));
        }
        let response = NomenclatureResponse {
            correlation_id: Some(CorrelationId(Uuid::nil())),
            groups: Some(self.groups.clone()),
            product_categories: Some(self.product_categories.clone()),
            products: Some(self.products.clone()),
            sizes: Some(self.sizes.clone()),
            revision: Some(self.revision),
            ..NomenclatureResponse::default()
        };
        let mut json = Json::parse(&serde_json::to_string(&response)?)
            .map_err(|error| anyhow::anyhow!("{error:?}"))?;
        if let Some((contract, bodies)) = contract::find(operations::Nomenclature::PATH)
            && let Some(schema) = &bodies.response
        {
            complete(contract, schema, &mut json);
        }
        let answer = Arc::new(AnswerText::split(&json.print())?);
        self.answer = Some(Arc::clone(&answer));
        Ok(answer)
    }

    pub(crate) fn product(&self, id: ProductId) -> Option<&ProductInfo> {
        self.products.iter().find(|product| product.id == id)
    }

    pub(crate) fn product_by_code(&self, code: &str) -> Option<&ProductInfo> {
        self.products
            .iter()
            .find(|product| product.code.as_deref() == Some(code))
    }

    pub(crate) fn size_name(&self, id: SizeId) -> Option<&str> {
        self.sizes
            .iter()
            .find(|size| size.id == Some(id))?
            .name
            .as_deref()
    }

    /// Sets the price of a size, or of all sizes, in every place of the product. Tells whether there was one.
    pub(crate) fn set_price(
        &mut self,
        id: ProductId,
        size_id: Option<SizeId>,
        price: ExactDecimal,
        now: DateTime<Utc>,
    ) -> bool {
        let mut found = false;
        for product in self.products.iter_mut().filter(|product| product.id == id) {
            let entries = product.size_prices.iter_mut().flatten();
            for entry in entries.filter(|entry| size_id.is_none() || entry.size_id == size_id) {
                if let Some(of_size) = &mut entry.price {
                    of_size.current_price = Some(price);
                    found = true;
                }
            }
        }
        found && self.changed(now)
    }

    pub(crate) fn rename_product(&mut self, id: ProductId, name: &str, now: DateTime<Utc>) -> bool {
        let mut found = false;
        for product in self.products.iter_mut().filter(|product| product.id == id) {
            product.name = Some(name.to_owned());
            found = true;
        }
        found && self.changed(now)
    }

    pub(crate) fn rename_group(
        &mut self,
        id: ProductGroupId,
        name: &str,
        now: DateTime<Utc>,
    ) -> bool {
        match self.groups.iter_mut().find(|group| group.id == id) {
            Some(group) => {
                group.name = Some(name.to_owned());
                self.changed(now)
            }
            None => false,
        }
    }

    /// Takes a product out of all its places; it can be restored.
    pub(crate) fn remove_product(&mut self, id: ProductId, now: DateTime<Utc>) -> bool {
        let mut found = false;
        while let Some(index) = self.products.iter().position(|product| product.id == id) {
            self.removed.push((index, self.products.remove(index)));
            found = true;
        }
        found && self.changed(now)
    }

    pub(crate) fn restore_product(&mut self, id: ProductId, now: DateTime<Utc>) -> bool {
        let mut found = false;
        while let Some(last) = self
            .removed
            .iter()
            .rposition(|(_, product)| product.id == id)
        {
            let (index, product) = self.removed.remove(last);
            self.products
                .insert(index.min(self.products.len()), product);
            found = true;
        }
        found && self.changed(now)
    }

    /// Sets the revision without changing anything else.
    pub(crate) fn set_revision(&mut self, revision: i64) {
        self.revision = revision;
        self.recorded = None;
        self.answer = None;
    }

    /// A change: the revision moves on, as milliseconds do. Always true.
    fn changed(&mut self, now: DateTime<Utc>) -> bool {
        self.set_revision(now.timestamp_millis().max(self.revision.saturating_add(1)));
        true
    }
}

/// serde knows no `Arc`.
mod shared_text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::AnswerText;

    pub(super) fn serialize<S: Serializer>(
        text: &Option<Arc<AnswerText>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        text.as_deref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Arc<AnswerText>>, D::Error> {
        Ok(Option::deserialize(deserializer)?.map(Arc::new))
    }
}

impl AnswerText {
    fn split(text: &str) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Head<'t> {
            #[serde(borrow)]
            correlation_id: Option<&'t RawValue>,
        }

        let head: Head<'_> = serde_json::from_str(text)?;
        let Some(raw) = head.correlation_id.map(RawValue::get) else {
            return Ok(Self {
                before: text.to_owned(),
                after: String::new(),
            });
        };
        // `raw` is borrowed from `text`, so the distance of their first bytes is where it stands.
        let start = raw.as_ptr().addr() - text.as_ptr().addr();
        Ok(Self {
            before: text[..start].to_owned(),
            after: text[start + raw.len()..].to_owned(),
        })
    }

    /// The answer under a correlation id of its own.
    pub(crate) fn with(&self, correlation_id: Uuid) -> String {
        if self.after.is_empty() {
            return self.before.clone();
        }
        [
            &self.before,
            "\"",
            &correlation_id.to_string(),
            "\"",
            &self.after,
        ]
        .concat()
    }
}
