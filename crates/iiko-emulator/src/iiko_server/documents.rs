//! Price orders ("приказы"): what is kept of them, and the rules by which they are made and changed.

use chrono::{Days, NaiveDate};
use iiko_types::{
    ids::{Guid, OrganizationId, ProductId, SizeId},
    number::ExactDecimal,
};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::{IikoServer, Refused, Schedule, endless};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    New,
    Processed,
    Deleted,
}

/// An order as the server tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceOrder {
    pub(crate) id: Guid,
    pub(crate) date_incoming: NaiveDate,
    pub(crate) document_number: String,
    pub(crate) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<String>,
    pub(crate) short_name: String,
    pub(crate) delete_previous_menu: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schedule: Option<Schedule>,
    pub(crate) date_to: NaiveDate,
    pub(crate) items: Vec<Row>,
    /// Told beside the list, not in the order.
    #[serde(skip_serializing, default)]
    pub(crate) revision: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    /// The server's own numbering: of what is sent only a number like its own is even looked at.
    #[serde(default, deserialize_with = "any_number")]
    pub(crate) num: u32,
    pub(crate) department_id: OrganizationId,
    pub(crate) product_id: ProductId,
    #[serde(default)]
    pub(crate) product_size_id: Option<SizeId>,
    pub(crate) including: bool,
    pub(crate) price: ExactDecimal,
    #[serde(default)]
    pub(crate) dish_of_day: bool,
    #[serde(default)]
    pub(crate) flyer_program: bool,
    #[serde(default)]
    pub(crate) prices_for_categories: Vec<PriceForCategory>,
    #[serde(default)]
    pub(crate) include_for_categories: Vec<IncludeForCategory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax_category_id: Option<Guid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax_category_enabled: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IncludeForCategory {
    pub(crate) category_id: Guid,
    pub(crate) include: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceForCategory {
    pub(crate) category_id: Guid,
    pub(crate) price: ExactDecimal,
}

/// An order as it is sent: without an id it is a new one. What is not named here is not looked at.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Draft {
    id: Option<Guid>,
    #[serde(deserialize_with = "lenient")]
    date_incoming: NaiveDate,
    document_number: Option<String>,
    status: Option<Status>,
    comment: Option<String>,
    short_name: Option<String>,
    #[serde(default)]
    delete_previous_menu: bool,
    schedule_id: Option<Guid>,
    #[serde(default, deserialize_with = "maybe_lenient")]
    date_to: Option<NaiveDate>,
    #[serde(default)]
    items: Vec<Row>,
}

/// A day as Java reads it: the 31st of September is the 1st of October.
pub(crate) fn lenient_day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
    let days: u64 = day.parse().ok()?;
    match (1..=31).contains(&days) {
        true => first.checked_add_days(Days::new(days - 1)),
        false => None,
    }
}

fn any_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = serde_json::Value::deserialize(deserializer)?.as_u64();
    Ok(number.and_then(|it| it.try_into().ok()).unwrap_or_default())
}

fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    lenient_day(&text).ok_or_else(|| serde::de::Error::custom(format!("Wrong date format: {text}")))
}

fn maybe_lenient<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDate>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| {
        lenient_day(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("Wrong date format: {text}")))
    })
    .transpose()
}

/// What a list of orders is asked for.
pub(crate) struct Wanted {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) status: Option<Status>,
    pub(crate) revision_from: i64,
}

impl IikoServer {
    /// Orders that begin in the window, both ends included (`server-api.md` 2.1), and the highest revision there is.
    pub(super) fn listed(&self, wanted: &Wanted) -> (Vec<&PriceOrder>, i64) {
        let orders = self.orders.iter().filter(|order| {
            (wanted.from..=wanted.to).contains(&order.date_incoming)
                && wanted.status.is_none_or(|status| status == order.status)
                && order.revision > wanted.revision_from
        });
        (orders.collect(), self.revision)
    }

    /// Makes an order, or changes the one that the draft names.
    pub(super) fn save(
        &mut self,
        draft: Draft,
        today: NaiveDate,
        knows: impl Fn(&Row) -> Result<(), Refused>,
    ) -> Result<&PriceOrder, Refused> {
        let position = match draft.id {
            None => None,
            Some(id) => {
                let found = self.orders.iter().position(|order| order.id == id);
                Some(found.ok_or_else(|| {
                    Refused::new(404, format!("Document with id {id} is not found"))
                })?)
            }
        };
        for row in &draft.items {
            knows(row)?;
            require_category_prices(row)?;
        }
        let current = position.map(|position| self.orders[position].clone());
        let order = self.made(draft, current.as_ref())?;
        if let Some(current) = &current {
            require_editable(current, &order, today)?;
        }
        self.require_no_other(&order)?;
        let revision = self.next_revision();
        let order = PriceOrder { revision, ..order };
        let place = match position {
            Some(position) => {
                self.orders[position] = order;
                position
            }
            None => {
                self.orders.push(order);
                self.orders.len() - 1
            }
        };
        Ok(&self.orders[place])
    }

    fn made(&mut self, draft: Draft, current: Option<&PriceOrder>) -> Result<PriceOrder, Refused> {
        let schedule = match draft.schedule_id {
            None => None,
            Some(id) => Some(self.schedule(id).cloned().ok_or_else(|| {
                Refused::new(400, format!("Period schedule with id {id} is not found"))
            })?),
        };
        let document_number = match (draft.document_number, current) {
            (Some(number), _) if !number.is_empty() => number,
            (_, Some(current)) => current.document_number.clone(),
            (_, None) => self.next_number(),
        };
        let items = draft
            .items
            .into_iter()
            .zip(1..)
            .map(|(row, num)| Row { num, ..row });
        let items = self.with_taxes(items.collect(), &document_number, current);
        Ok(PriceOrder {
            id: draft.id.unwrap_or_else(Uuid::new_v4),
            date_incoming: draft.date_incoming,
            document_number,
            status: draft.status.unwrap_or(Status::New),
            comment: draft.comment.filter(|comment| !comment.is_empty()),
            short_name: draft.short_name.unwrap_or_default(),
            delete_previous_menu: draft.delete_previous_menu,
            schedule,
            date_to: draft.date_to.unwrap_or_else(endless),
            items,
            revision: 0,
        })
    }

    /// The number after the highest one, with its leading zeros.
    fn next_number(&self) -> String {
        let numbers = self
            .orders
            .iter()
            .filter_map(|it| it.document_number.parse::<u64>().ok());
        // After the highest number there is, there is none: the number is no key, so it stands twice then.
        format!("{:04}", numbers.max().unwrap_or_default().saturating_add(1))
    }

    /// No position is set twice from the same day in the same layer (`server-api.md` 2.7).
    fn require_no_other(&self, order: &PriceOrder) -> Result<(), Refused> {
        if order.status == Status::Deleted {
            return Ok(());
        }
        let others = self.orders.iter().filter(|it| {
            it.id != order.id
                && it.status != Status::Deleted
                && it.date_incoming == order.date_incoming
                && it.schedule.as_ref().map(|it| it.id) == order.schedule.as_ref().map(|it| it.id)
        });
        for other in others {
            let twice = order
                .items
                .iter()
                .find(|row| other.items.iter().any(|it| position(it) == position(row)));
            if let Some(row) = twice {
                return Err(Refused::new(
                    409,
                    format!(
                        "Приказ № {} от {} уже задаёт цену\nпродукта {}",
                        other.document_number, other.date_incoming, row.product_id
                    ),
                ));
            }
        }
        Ok(())
    }
}

pub(super) fn position(row: &Row) -> (OrganizationId, ProductId, Option<SizeId>) {
    (row.department_id, row.product_id, row.product_size_id)
}

/// A category that is sold needs a price (a guess: what the server says to it is not known).
fn require_category_prices(row: &Row) -> Result<(), Refused> {
    let lacking = row.include_for_categories.iter().find(|it| {
        it.include
            && !row
                .prices_for_categories
                .iter()
                .any(|price| price.category_id == it.category_id)
    });
    match lacking {
        None => Ok(()),
        Some(it) => Err(Refused::new(
            409,
            format!("Не задана цена для ценовой категории {}", it.category_id),
        )),
    }
}

/// The vendor's three rules, by the server's own day.
fn require_editable(
    current: &PriceOrder,
    new: &PriceOrder,
    today: NaiveDate,
) -> Result<(), Refused> {
    let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(today);
    match current.status {
        Status::New => Ok(()),
        Status::Deleted => Err(Refused::new(409, "Удалённый приказ нельзя редактировать")),
        Status::Processed if current.date_incoming >= today => Ok(()),
        Status::Processed => {
            let is_only_the_end = PriceOrder {
                date_to: current.date_to,
                revision: current.revision,
                ..new.clone()
            } == *current;
            match is_only_the_end && current.date_to >= tomorrow && new.date_to >= tomorrow {
                true => Ok(()),
                false => Err(Refused::new(
                    409,
                    "Приказ уже действует:\nможно изменить только дату окончания, и не раньше чем на завтра",
                )),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A posted order from one day until before another, without rows.
    fn order(from: &str, until: &str) -> PriceOrder {
        PriceOrder {
            id: Guid::from_u128(1),
            date_incoming: from.parse().unwrap(),
            document_number: "0001".to_owned(),
            status: Status::Processed,
            comment: None,
            short_name: String::new(),
            delete_previous_menu: false,
            schedule: None,
            date_to: until.parse().unwrap(),
            items: Vec::new(),
            revision: 1,
        }
    }

    #[test]
    fn of_an_order_that_has_begun_only_the_end_may_change_and_both_ends_lie_in_the_future() {
        const YESTERDAY: &str = "2026-11-22";
        const TODAY: &str = "2026-11-23";
        const TOMORROW: &str = "2026-11-24";
        let today: NaiveDate = TODAY.parse().unwrap();
        for (began, present, new, may) in [
            (YESTERDAY, TODAY, TOMORROW, false),
            (YESTERDAY, TOMORROW, TODAY, false),
            (YESTERDAY, TOMORROW, TOMORROW, true),
            (YESTERDAY, TOMORROW, "2500-01-01", true),
            (YESTERDAY, "2500-01-01", TOMORROW, true),
            (YESTERDAY, "2500-01-01", YESTERDAY, false),
            (TODAY, TODAY, YESTERDAY, true),
            (TOMORROW, "2500-01-01", TODAY, true),
        ] {
            let told = require_editable(&order(began, present), &order(began, new), today);
            assert_eq!(told.is_ok(), may, "from {began}: {present} to {new}");
        }
        let renamed = PriceOrder {
            short_name: "Обед".to_owned(),
            ..order(YESTERDAY, "2500-01-01")
        };
        let told = require_editable(&order(YESTERDAY, "2500-01-01"), &renamed, today);
        assert_eq!(told.unwrap_err().status, 409);
    }

    #[test]
    fn days_are_read_as_java_reads_them() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                lenient_day(text).map(|day| day.to_string()).as_deref(),
                expected,
                "{text}"
            );
        };
        check("2021-09-31", Some("2021-10-01"));
        check("2024-02-29", Some("2024-02-29"));
        check("2500-01-01", Some("2500-01-01"));
        check("2021-09", None);
        check("01.09.2021", None);
        check("2021-09-32", None);
    }
}
