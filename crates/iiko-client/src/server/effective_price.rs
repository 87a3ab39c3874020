//! What a product costs by the orders alone: the vendor's rules where there are some, named assumptions where practice
//! suggests one, and `Ambiguous` where nobody knows.
//!
//! Where the server can be asked, [`Server::prices`](crate::server::Server::prices) is the authority. This is for what
//! it cannot tell: what an order that is not posted yet will do, and whether both agree.
//!
//! Ties between orders are never broken by number (it starts anew each year) or by place in the list (it has no order).

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use iiko_types::{ids::Guid, number::ExactDecimal};

use crate::server::{
    menu_change::{MenuChange, MenuChangeItem, Status},
    schedule::PeriodSchedule,
};

/// What is asked: the price of a product, in a size, in a department, for a price category, at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The department that sells.
    pub department_id: Guid,
    /// The product.
    pub product_id: Guid,
    /// Its size. `None` asks for the product without size and nothing else.
    pub size_id: Option<Guid>,
    /// The price category, if the guest has one.
    pub category_id: Option<Guid>,
    /// The accounting day, by which orders begin and end. After midnight it is still yesterday until the till's shift
    /// is closed.
    pub day: NaiveDate,
    /// The clock on the wall, by which schedules begin and end.
    pub at: NaiveDateTime,
    /// What the product card says, if it is known.
    pub card: Option<Card>,
}

/// The defaults of a product card, for a product without orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// `defaultSalePrice`.
    pub price: ExactDecimal,
    /// `defaultIncludedInMenu`.
    pub is_included: bool,
}

/// The answer, and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectivePrice {
    /// The price, or why there is none.
    pub outcome: Outcome,
    /// Where it comes from; none where nothing decides.
    pub source: Option<Source>,
    /// What had to be assumed on the way, since no document says it.
    pub assumptions: Vec<Assumption>,
}

/// The price, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It costs this. Zero is a price.
    Price(ExactDecimal),
    /// It is not sold.
    NotSold,
    /// Several schedules have effect at once and differ; no rule says which wins. The orders.
    Ambiguous(Vec<Guid>),
    /// Orders of one layer begin on the same day, which the server does not allow. The orders.
    Conflict(Vec<Guid>),
    /// The schedule has hours that can be read in more than one way: overnight, empty, without weekdays. The order.
    UnknownSchedule(Guid),
    /// The order contradicts itself: a category without a price, a product twice, a day that is none.
    InvalidOrder(Guid),
    /// No order says anything and the product card is not known.
    Unknown,
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An order that always has effect.
    Base {
        /// The order.
        order_id: Guid,
    },
    /// An order by the hours of a schedule.
    Scheduled {
        /// The order.
        order_id: Guid,
        /// Its schedule.
        schedule_id: Guid,
    },
    /// The product card.
    Card,
}

/// What no document says and the answer takes for true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assumption {
    /// Of several orders in force the one that began last wins, and an older one returns when it ends.
    LatestStartWins,
    /// Within its hours a schedule wins over the base orders.
    ScheduleBeatsBase,
    /// A price category that the winning row does not name pays the row's own price.
    UnnamedCategoryPaysBasePrice,
    /// `deletePreviousMenu` takes out the departments that the order names, from its day on.
    ReplacingMenuTakesOut,
    /// A product that only schedules name is sold by its card outside their hours.
    CardOutsideSchedule,
}

/// How sure an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A guess.
    Low,
    /// Practice suggests it.
    Inferred,
    /// The vendor's documents say it.
    Documented,
}

impl EffectivePrice {
    /// How sure it is.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        let of = |assumption: &Assumption| match assumption {
            Assumption::CardOutsideSchedule | Assumption::ReplacingMenuTakesOut => Confidence::Low,
            Assumption::LatestStartWins
            | Assumption::ScheduleBeatsBase
            | Assumption::UnnamedCategoryPaysBasePrice => Confidence::Inferred,
        };
        let lowest = self.assumptions.iter().map(of).min();
        lowest.unwrap_or(Confidence::Documented)
    }

    fn undecided(outcome: Outcome) -> Self {
        Self {
            outcome,
            source: None,
            assumptions: Vec::new(),
        }
    }
}

/// What the question's product costs by these orders, in any order and of any status: only posted ones count.
#[must_use]
pub fn effective_price(orders: &[MenuChange], question: &Question) -> EffectivePrice {
    resolve(orders, question).unwrap_or_else(EffectivePrice::undecided)
}

fn resolve(orders: &[MenuChange], question: &Question) -> Result<EffectivePrice, Outcome> {
    let rows = live_rows(orders, question)?;
    let (base, scheduled): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.schedule.is_none());
    let scheduled_elsewhere = !scheduled.is_empty();

    let mut assumptions = Vec::new();
    let active = active_layers(scheduled, question.at)?;
    let chosen = match &active[..] {
        [] if base.is_empty() => None,
        [] => Some(pick(&base, &mut assumptions)?),
        layers => {
            let mut picked = Vec::new();
            for layer in layers {
                picked.push(pick(layer, &mut assumptions)?);
            }
            let first = picked[0];
            let says = first.says(question.category_id);
            if picked
                .iter()
                .any(|row| row.says(question.category_id) != says)
            {
                return Err(Outcome::Ambiguous(ids(&picked)));
            }
            if !base.is_empty() {
                assumptions.push(Assumption::ScheduleBeatsBase);
            }
            Some(first)
        }
    };
    let Some(row) = chosen else {
        if scheduled_elsewhere {
            assumptions.push(Assumption::CardOutsideSchedule);
        }
        return Ok(by_card(question.card, assumptions));
    };

    if row.item.is_none() {
        assumptions.push(Assumption::ReplacingMenuTakesOut);
    }
    let verdict = row.says(question.category_id);
    let outcome = match verdict {
        Verdict::Costs(price) => Outcome::Price(price),
        Verdict::NotSold => Outcome::NotSold,
        Verdict::PriceMissing => return Err(Outcome::InvalidOrder(row.order.id)),
    };
    if row.leaves_open(question.category_id) {
        assumptions.push(Assumption::UnnamedCategoryPaysBasePrice);
    }
    assumptions.sort_unstable();
    assumptions.dedup();
    let order_id = row.order.id;
    Ok(EffectivePrice {
        outcome,
        source: Some(match row.schedule {
            None => Source::Base { order_id },
            Some(schedule) => Source::Scheduled {
                order_id,
                schedule_id: schedule.id,
            },
        }),
        assumptions,
    })
}

fn by_card(card: Option<Card>, assumptions: Vec<Assumption>) -> EffectivePrice {
    let (outcome, source) = match card {
        None => (Outcome::Unknown, None),
        Some(card) if card.is_included => (Outcome::Price(card.price), Some(Source::Card)),
        Some(_) => (Outcome::NotSold, Some(Source::Card)),
    };
    EffectivePrice {
        outcome,
        source,
        assumptions,
    }
}

/// What an order in force says of the position.
#[derive(Clone, Copy)]
struct Row<'a> {
    order: &'a MenuChange,
    began: NaiveDate,
    schedule: Option<&'a PeriodSchedule>,
    /// Absent where the order replaces the department's menu and does not name the product.
    item: Option<&'a MenuChangeItem>,
}

/// What a row says to a guest of a category.
#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Costs(ExactDecimal),
    NotSold,
    PriceMissing,
}

impl Row<'_> {
    fn says(&self, category_id: Option<Guid>) -> Verdict {
        let costs =
            |price: Option<ExactDecimal>| price.map_or(Verdict::PriceMissing, Verdict::Costs);
        let Some(item) = self.item else {
            return Verdict::NotSold;
        };
        // First the category: it may be sold to although the row itself is excluded.
        let rule = category_id.and_then(|category_id| {
            let mut rules = item.include_for_categories.iter();
            rules.find(|rule| rule.category_id == category_id)
        });
        match rule {
            Some(rule) if !rule.include => Verdict::NotSold,
            Some(rule) => {
                let mut prices = item.prices_for_categories.iter();
                let price = prices.find(|price| price.category_id == rule.category_id);
                costs(price.and_then(|price| price.price))
            }
            None if item.including => costs(item.price),
            None => Verdict::NotSold,
        }
    }

    /// Whether a category was asked for of which the row says nothing.
    fn leaves_open(&self, category_id: Option<Guid>) -> bool {
        let names = |item: &MenuChangeItem, category_id: Guid| {
            let mut rules = item.include_for_categories.iter();
            rules.any(|rule| rule.category_id == category_id)
        };
        match (self.item, category_id) {
            (Some(item), Some(category_id)) => !names(item, category_id),
            (None, _) | (_, None) => false,
        }
    }
}

/// The rows of posted orders in force on the accounting day, of both kinds.
fn live_rows<'a>(orders: &'a [MenuChange], question: &Question) -> Result<Vec<Row<'a>>, Outcome> {
    let position = (
        question.department_id,
        question.product_id,
        question.size_id,
    );
    let mut rows = Vec::new();
    for order in orders
        .iter()
        .filter(|order| order.status == Status::Processed)
    {
        let mut items = order
            .items
            .iter()
            .filter(|item| item.position() == position);
        let item = items.next();
        let names_department =
            || (order.items.iter()).any(|item| item.department_id == question.department_id);
        if item.is_none() && !(order.delete_previous_menu && names_department()) {
            continue;
        }
        // Only what is wrong with an order in force, or with its days, makes the answer uncertain.
        let invalid = || Outcome::InvalidOrder(order.id);
        let began = order.date_incoming.date().ok_or_else(invalid)?;
        if question.day < began {
            continue;
        }
        if let Some(date_to) = &order.date_to
            && date_to.date().ok_or_else(invalid)? <= question.day
        {
            continue;
        }
        if items.next().is_some() {
            return Err(invalid());
        }
        rows.push(Row {
            order,
            began,
            schedule: order.schedule.as_ref(),
            item,
        });
    }
    Ok(rows)
}

/// The layers, one for each schedule, whose hours hold the time.
fn active_layers(rows: Vec<Row<'_>>, at: NaiveDateTime) -> Result<Vec<Vec<Row<'_>>>, Outcome> {
    let mut layers: Vec<Vec<Row<'_>>> = Vec::new();
    for row in rows {
        let is_same = |layer: &&mut Vec<Row<'_>>| {
            layer[0].schedule.map(|s| s.id) == row.schedule.map(|s| s.id)
        };
        match layers.iter_mut().find(is_same) {
            Some(layer) => layer.push(row),
            None => layers.push(vec![row]),
        }
    }
    let mut active = Vec::new();
    for layer in layers {
        // The copy of the schedule in the order that begins last, which is the one that would win.
        let newest = layer.iter().max_by_key(|row| row.began);
        let Some((row, schedule)) = newest.and_then(|row| Some((row, row.schedule?))) else {
            continue;
        };
        match holds(schedule, at) {
            Some(true) => active.push(layer),
            Some(false) => {}
            None => return Err(Outcome::UnknownSchedule(row.order.id)),
        }
    }
    Ok(active)
}

/// Whether the hours of a schedule hold the time; none where a period can be read in more than one way.
fn holds(schedule: &PeriodSchedule, at: NaiveDateTime) -> Option<bool> {
    let mut is_clear = true;
    for period in &schedule.periods {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
        let days = &period.days_of_week;
        let are_days = !days.is_empty() && days.iter().all(|day| (1..=7).contains(day));
        match (time(&period.begin), time(&period.end)) {
            (Some(begin), Some(end)) if begin < end && are_days => {
                let is_day = days.contains(&at.weekday().number_from_monday());
                if is_day && (begin..end).contains(&at.time()) {
                    return Some(true);
                }
            }
            _ => is_clear = false,
        }
    }
    is_clear.then_some(false)
}

/// The row that began last. Two that began on the same day cannot be.
fn pick<'a>(layer: &[Row<'a>], assumptions: &mut Vec<Assumption>) -> Result<Row<'a>, Outcome> {
    let latest = layer.iter().map(|row| row.began).max();
    let newest: Vec<_> = (layer.iter().copied())
        .filter(|row| Some(row.began) == latest)
        .collect();
    match newest[..] {
        [row] => {
            if layer.len() > 1 {
                assumptions.push(Assumption::LatestStartWins);
            }
            Ok(row)
        }
        _ => Err(Outcome::Conflict(ids(&newest))),
    }
}

fn ids(rows: &[Row<'_>]) -> Vec<Guid> {
    let mut ids: Vec<_> = rows.iter().map(|row| row.order.id).collect();
    ids.sort_unstable();
    ids
}

#[cfg(test)]
mod tests;
