//! `limit` and `offset`, the same everywhere they are taken: a wrong value is refused, not bent.

use crate::error::{ApiError, ApiResult};

/// The longest page.
pub(crate) const MAX_LIMIT: i64 = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) limit: i64,
    pub(crate) offset: i64,
}

impl Page {
    pub(crate) fn new(
        limit: Option<i64>,
        offset: Option<i64>,
        default_limit: i64,
    ) -> ApiResult<Self> {
        let limit = limit.unwrap_or(default_limit);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(ApiError::invalid(
                "limit",
                format!("`limit` must be a whole number from 1 to {MAX_LIMIT}"),
            ));
        }
        let offset = offset.unwrap_or(0);
        if offset < 0 {
            return Err(ApiError::invalid("offset", "`offset` must not be negative"));
        }
        Ok(Self { limit, offset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_field(limit: Option<i64>, offset: Option<i64>) -> Option<String> {
        Page::new(limit, offset, 100)
            .err()
            .and_then(|error| error.field)
    }

    #[test]
    fn nothing_said_gives_the_default_page() {
        assert_eq!(
            Page::new(None, None, 100).unwrap(),
            Page {
                limit: 100,
                offset: 0
            }
        );
        assert_eq!(
            Page::new(Some(1000), Some(7), 100).unwrap(),
            Page {
                limit: 1000,
                offset: 7
            }
        );
    }

    #[test]
    fn a_wrong_value_is_refused_by_name() {
        assert_eq!(refused_field(Some(0), None).as_deref(), Some("limit"));
        assert_eq!(refused_field(Some(-5), None).as_deref(), Some("limit"));
        assert_eq!(refused_field(Some(1001), None).as_deref(), Some("limit"));
        assert_eq!(refused_field(Some(10), Some(-1)).as_deref(), Some("offset"));
    }
}
