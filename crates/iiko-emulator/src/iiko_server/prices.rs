//! Prices as the orders in force make them: `GET /v2/price`.
//!
//! Which of several orders counts is not documented. As `server-api.md` 5.2 infers it: the one that began last; when it
//! ends, an earlier one that still runs comes back; a timetable is a layer of its own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use iiko_types::{
    ids::{Guid, OrganizationId, ProductId, SizeId},
    number::ExactDecimal,
};
use serde::Serialize;

use super::{
    IikoServer, Schedule,
    documents::{IncludeForCategory, PriceForCategory, PriceOrder, Row, Status, position},
};

/// What is asked: days from one to another, both included.
pub(super) struct PricesWanted {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    /// Base prices, or those of timetables; both where absent.
    pub(super) scheduled: Option<bool>,
    /// All where empty.
    pub(super) departments: Vec<OrganizationId>,
    pub(super) with_out_of_sale: bool,
    pub(super) revision_from: i64,
}

/// The prices of one product in one size in one department.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductPrice {
    department_id: OrganizationId,
    product_id: ProductId,
    product_size_id: Option<SizeId>,
    prices: Vec<Interval>,
}

/// From the first day on, up to the second one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Interval {
    date_from: NaiveDate,
    date_to: NaiveDate,
    price: ExactDecimal,
    included: bool,
    dish_of_day: bool,
    flyer_program: bool,
    include_for_categories: Vec<IncludeForCategory>,
    prices_for_categories: Vec<PriceForCategory>,
    document_id: Guid,
    schedule: Option<Schedule>,
    tax_category_id: Option<Guid>,
    tax_category_enabled: Option<bool>,
}

type Position = (OrganizationId, ProductId, Option<SizeId>);

impl IikoServer {
    pub(super) fn prices(&self, wanted: &PricesWanted) -> Vec<ProductPrice> {
        let in_force: Vec<&PriceOrder> = self
            .orders
            .iter()
            .filter(|it| it.status == Status::Processed)
            .collect();
        let is_meant = |row: &&Row| {
            wanted.departments.is_empty() || wanted.departments.contains(&row.department_id)
        };
        let rows = in_force
            .iter()
            .flat_map(|order| &order.items)
            .filter(is_meant);
        let positions: BTreeSet<Position> = rows.map(position).collect();
        let mut prices = Vec::new();
        for at in positions {
            let mut layers: BTreeMap<Option<Guid>, Vec<&PriceOrder>> = BTreeMap::new();
            for order in in_force.iter().filter(|order| speaks_of(order, at)) {
                let layer = order.schedule.as_ref().map(|schedule| schedule.id);
                layers.entry(layer).or_default().push(order);
            }
            let newest = layers.values().flatten().map(|order| order.revision).max();
            if newest.is_none_or(|newest| newest <= wanted.revision_from) {
                continue;
            }
            let intervals: Vec<Interval> = layers
                .into_iter()
                .filter(|(layer, _)| wanted.scheduled.is_none_or(|it| it == layer.is_some()))
                .flat_map(|(_, orders)| intervals(&orders, at))
                .filter(|it| it.date_from <= wanted.to && it.date_to > wanted.from)
                .filter(|it| wanted.with_out_of_sale || is_sold(it))
                .collect();
            if !intervals.is_empty() {
                prices.push(ProductPrice {
                    department_id: at.0,
                    product_id: at.1,
                    product_size_id: at.2,
                    prices: intervals,
                });
            }
        }
        prices
    }
}

fn is_sold(interval: &Interval) -> bool {
    interval.included || interval.include_for_categories.iter().any(|it| it.include)
}

/// Whether an order says something of a position: by a row, or by taking all it does not name out of a department that
/// it names.
fn speaks_of(order: &PriceOrder, at: Position) -> bool {
    order.items.iter().any(|row| position(row) == at)
        || (order.delete_previous_menu && order.items.iter().any(|row| row.department_id == at.0))
}

/// The days of one layer, cut where another order begins or ends.
fn intervals(orders: &[&PriceOrder], at: Position) -> Vec<Interval> {
    let days: BTreeSet<NaiveDate> = orders
        .iter()
        .flat_map(|order| [order.date_incoming, order.date_to])
        .collect();
    let days: Vec<NaiveDate> = days.into_iter().collect();
    let mut intervals: Vec<Interval> = Vec::new();
    for pair in days.windows(2) {
        let &[from, to] = pair else { continue };
        let runs = orders
            .iter()
            .filter(|it| it.date_incoming <= from && from < it.date_to);
        let Some(order) = runs.max_by_key(|order| order.date_incoming) else {
            continue;
        };
        match intervals.last_mut() {
            Some(last) if last.document_id == order.id && last.date_to == from => last.date_to = to,
            _ => intervals.push(interval(order, at, from, to)),
        }
    }
    intervals
}

fn interval(
    order: &PriceOrder,
    at: Position,
    date_from: NaiveDate,
    date_to: NaiveDate,
) -> Interval {
    let row = order.items.iter().find(|row| position(row) == at);
    Interval {
        date_from,
        date_to,
        price: row.map(|row| row.price).unwrap_or_default(),
        included: row.is_some_and(|row| row.including),
        dish_of_day: row.is_some_and(|row| row.dish_of_day),
        flyer_program: row.is_some_and(|row| row.flyer_program),
        include_for_categories: row
            .map(|row| row.include_for_categories.clone())
            .unwrap_or_default(),
        prices_for_categories: row
            .map(|row| row.prices_for_categories.clone())
            .unwrap_or_default(),
        document_id: order.id,
        schedule: order.schedule.clone(),
        tax_category_id: row.and_then(|row| row.tax_category_id),
        tax_category_enabled: row.and_then(|row| row.tax_category_enabled),
    }
}
