//! Rows into columns, for `unnest`.

use sqlx::types::Json;

/// One column of many rows.
pub(crate) fn column<'a, R, T>(rows: &'a [R], pick: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(pick).collect()
}

/// A column of lists: `unnest` flattens `text[][]`, so a row's list travels as JSON.
pub(crate) fn lists<'a, R, T>(
    rows: &'a [R],
    pick: impl Fn(&'a R) -> &'a Vec<T>,
) -> Vec<Json<&'a Vec<T>>> {
    rows.iter().map(|row| Json(pick(row))).collect()
}
