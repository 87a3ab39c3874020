//! External data: what programs keep with orders, each under a key of its own.

use iiko_types::schemas::{ExternalData, RetrievedExternalData};

/// Puts data in the place of what had their keys.
pub(crate) fn put(known: &mut Vec<ExternalData>, news: Vec<ExternalData>) {
    for data in news {
        known.retain(|it| it.key != data.key);
        known.push(data);
    }
}

/// External data is told to who names its keys (`cloud-api.md` 8.4).
pub(crate) fn told(known: &[ExternalData], keys: &[String]) -> Option<Vec<RetrievedExternalData>> {
    let told: Vec<RetrievedExternalData> = known
        .iter()
        .filter(|data| data.key.as_ref().is_some_and(|key| keys.contains(key)))
        .map(|data| RetrievedExternalData {
            key: data.key.clone(),
            value: data.value.clone(),
            ..RetrievedExternalData::default()
        })
        .collect();
    (!told.is_empty()).then_some(told)
}
