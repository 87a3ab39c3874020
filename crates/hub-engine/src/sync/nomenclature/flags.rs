//! JSON flags that people write into "Дополнительная информация" of a dish or folder.
//!
//! `{"minimal_sum": true, "discount": true}` and `{"labels_ids": [6621, 6615], "recommend": true}`, or both together.

use serde::Deserialize;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Flags {
    /// The dish counts for the minimum sum of an order.
    pub(super) minimal_sum: Option<bool>,
    /// Discounts may apply to the dish.
    pub(super) discount: Option<bool>,
    #[serde(default)]
    pub(super) labels_ids: Option<Vec<i32>>,
    pub(super) recommend: Option<bool>,
}

/// Text that does not begin like JSON is somebody's note, not a mistake. An error is the sentence of a warning.
pub(super) fn parse(additional_info: Option<&str>) -> Result<Flags, String> {
    match additional_info.map(str::trim) {
        Some(text) if text.starts_with('{') => {
            serde_json::from_str(text).map_err(|error| error.to_string())
        }
        Some(_) | None => Ok(Flags::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_a_note_is_let_be_and_broken_json_is_told() {
        let flags = parse(Some(r#"{"labels_ids":[6621,6615], "recommend": true}"#)).unwrap();
        assert_eq!(flags.labels_ids, Some(vec![6621, 6615]));
        assert_eq!(flags.recommend, Some(true));
        let flags = parse(Some(
            r#" {"minimal_sum": true, "discount": false, "own": 1}"#,
        ))
        .unwrap();
        assert_eq!(
            (flags.minimal_sum, flags.discount),
            (Some(true), Some(false))
        );
        assert_eq!(parse(Some("острое, без лука")), Ok(Flags::default()));
        assert_eq!(parse(None), Ok(Flags::default()));
        assert!(parse(Some(r#"{"minimal_sum": tru"#)).is_err());
    }
}
