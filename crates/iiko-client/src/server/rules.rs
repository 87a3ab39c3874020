//! What may be sent, checked before it is: the guide's rules of editing and of price categories, as pure functions.
//!
//! "Today" is the server's day. Rule 3 of the guide does not say whether it means the `dateTo` that an order has or the
//! one it is to get; the safer reading is that both must be tomorrow or later.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use iiko_types::{ids::Guid, number::ExactDecimal};

use crate::server::{
    day::Day,
    menu_change::{MenuChange, MenuChangeDraft, MenuChangeItem, Status, TAX_FIELDS},
};

/// Why an order is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenRule {
    /// To edit an order, its id must be given.
    #[error("an order without id cannot be edited, only created")]
    IdMissing,
    /// To create an order, it must have no id.
    #[error("an order with id {0} cannot be created, only edited")]
    IdGiven(Guid),
    /// A product is in the price list, but without a price.
    #[error("product {product_id} is included without a price")]
    WithoutPrice {
        /// The product of the row.
        product_id: Guid,
    },
    /// A price category is included, but without a price.
    #[error("product {product_id} is included for price category {category_id} without a price")]
    CategoryWithoutPrice {
        /// The product of the row.
        product_id: Guid,
        /// The price category.
        category_id: Guid,
    },
    /// Neither a draft nor posted.
    #[error("an order with status {status} cannot be edited")]
    NotEditable {
        /// The status it has.
        status: Status,
    },
    /// The order has begun, so nothing but its end may change.
    #[error(
        "the order began on {began}, before the server's today {today}: only its dateTo may change, not {field}"
    )]
    OnlyTheEnd {
        /// Its `dateIncoming`.
        began: NaiveDate,
        /// The server's day.
        today: NaiveDate,
        /// What else would change.
        field: &'static str,
    },
    /// The order has begun, and its end is not in the future, or would not be.
    #[error(
        "the order has begun, so its {which} dateTo {date} must be later than the server's today {today}"
    )]
    EndNotInFuture {
        /// "present" or "new".
        which: &'static str,
        /// The end.
        date: NaiveDate,
        /// The server's day.
        today: NaiveDate,
    },
    /// The rules compare days, and this is none.
    #[error("the {field} of the order is not a day that can be compared: {text}")]
    UnreadableDay {
        /// Which one.
        field: &'static str,
        /// What stands there.
        text: String,
    },
}

/// May this order be created?
///
/// # Errors
///
/// The rule that it breaks.
pub fn check_create(draft: &MenuChangeDraft) -> Result<(), BrokenRule> {
    match draft.id {
        Some(id) => Err(BrokenRule::IdGiven(id)),
        None => check_prices(draft),
    }
}

/// May an order that stands as `current` be changed into `draft` on the server's day `today`?
///
/// # Errors
///
/// The rule that it breaks.
pub fn check_edit(
    current: &MenuChange,
    draft: &MenuChangeDraft,
    today: NaiveDate,
) -> Result<(), BrokenRule> {
    if draft.id.is_none() {
        return Err(BrokenRule::IdMissing);
    }
    match current.status {
        Status::New => return check_prices(draft),
        Status::Processed => {}
        Status::Deleted | Status::Other(_) => {
            let status = current.status.clone();
            return Err(BrokenRule::NotEditable { status });
        }
    }
    let unreadable = |field, day: &Day| BrokenRule::UnreadableDay {
        field,
        text: day.to_string(),
    };
    let began = current
        .date_incoming
        .date()
        .ok_or_else(|| unreadable("dateIncoming", &current.date_incoming))?;
    if began >= today {
        return check_prices(draft);
    }
    if let Some(field) = changed_beside_the_end(current, draft) {
        return Err(BrokenRule::OnlyTheEnd {
            began,
            today,
            field,
        });
    }
    let tomorrow = today + Days::new(1);
    for (which, field, day) in [
        ("present", "present dateTo", &current.date_to),
        ("new", "new dateTo", &draft.date_to),
    ] {
        // What says nothing of its end has none.
        let Some(day) = day else { continue };
        let date = day.date().ok_or_else(|| unreadable(field, day))?;
        if date < tomorrow {
            return Err(BrokenRule::EndNotInFuture { which, date, today });
        }
    }
    Ok(())
}

/// What is included needs a price, a category too; of an excluded category the guide itself leaves it out.
fn check_prices(draft: &MenuChangeDraft) -> Result<(), BrokenRule> {
    for item in &draft.items {
        if item.including && item.price.is_none() {
            return Err(BrokenRule::WithoutPrice {
                product_id: item.product_id,
            });
        }
        let has_price = |category_id: Guid| {
            item.prices_for_categories
                .iter()
                .any(|price| price.category_id == category_id && price.price.is_some())
        };
        let bare = item
            .include_for_categories
            .iter()
            .find(|rule| rule.include && !has_price(rule.category_id));
        if let Some(rule) = bare {
            return Err(BrokenRule::CategoryWithoutPrice {
                product_id: item.product_id,
                category_id: rule.category_id,
            });
        }
    }
    Ok(())
}

/// The first field but `dateTo` that would change. A number and tax fields that are not sent stay as they are.
fn changed_beside_the_end(current: &MenuChange, draft: &MenuChangeDraft) -> Option<&'static str> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let schedule_id = current.schedule.as_ref().map(|schedule| schedule.id);
    let number_changes =
        draft.document_number.is_some() && draft.document_number != current.document_number;
    [
        (draft.date_incoming != current.date_incoming, "dateIncoming"),
        (number_changes, "documentNumber"),
        (draft.status != current.status, "status"),
        (text(&draft.comment) != text(&current.comment), "comment"),
        (
            text(&draft.short_name) != text(&current.short_name),
            "shortName",
        ),
        (
            draft.delete_previous_menu != current.delete_previous_menu,
            "deletePreviousMenu",
        ),
        (draft.schedule_id != schedule_id, "scheduleId"),
        (!same_items(&current.items, &draft.items), "items"),
        (!same_extra(current, draft), "an unknown property"),
    ]
    .into_iter()
    .find_map(|(changes, field)| changes.then_some(field))
}

/// Tax fields that are not sent stay as they are, here too.
fn same_extra(current: &MenuChange, draft: &MenuChangeDraft) -> bool {
    let mut current = current.extra.clone();
    current
        .retain(|name, _| draft.extra.contains_key(name) || !TAX_FIELDS.contains(&name.as_str()));
    current == draft.extra
}

/// Rows have no order that means anything, and their numbers are the server's.
fn same_items(current: &[MenuChangeItem], draft: &[MenuChangeItem]) -> bool {
    let sorted = |items: &[MenuChangeItem]| {
        let mut items: Vec<_> = items.to_vec();
        items.sort_by_key(MenuChangeItem::position);
        items
    };
    let (current, draft) = (sorted(current), sorted(draft));
    current.len() == draft.len()
        && current
            .iter()
            .zip(&draft)
            .all(|(current, draft)| same_item(current, draft))
}

fn same_item(current: &MenuChangeItem, draft: &MenuChangeItem) -> bool {
    current.position() == draft.position()
        && current.including == draft.including
        && current.price == draft.price
        && current.dish_of_day == draft.dish_of_day
        && current.flyer_program == draft.flyer_program
        && includes(current) == includes(draft)
        && prices(current) == prices(draft)
        && (draft.tax_category_id.is_none()
            || draft.tax_category_id.flatten() == current.tax_category_id.flatten())
        && (draft.tax_category_enabled.is_none()
            || draft.tax_category_enabled.flatten() == current.tax_category_enabled.flatten())
        && current.extra == draft.extra
}

fn includes(item: &MenuChangeItem) -> BTreeMap<Guid, bool> {
    let rules = item.include_for_categories.iter();
    rules.map(|rule| (rule.category_id, rule.include)).collect()
}

fn prices(item: &MenuChangeItem) -> BTreeMap<Guid, Option<ExactDecimal>> {
    let prices = item.prices_for_categories.iter();
    prices
        .map(|price| (price.category_id, price.price))
        .collect()
}

#[cfg(test)]
mod tests;
