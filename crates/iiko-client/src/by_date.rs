//! Searches for deliveries by date, in pieces that iiko is ready to answer.
//!
//! iiko refuses a window in which it finds too much (`TOO_MANY_DATA_REQUESTED`, 422), by a rule that nobody knows: a week
//! has been refused to a restaurant without orders. So a window is asked for by the day, and a piece that is refused is
//! halved, down to a minute.

use std::{collections::VecDeque, time::Duration};

use chrono::{NaiveDateTime, TimeDelta};
use futures::{Stream, stream};
use iiko_types::{
    endpoint::Endpoint,
    operations::{
        DeliveriesByDeliveryDateAndPhone, DeliveriesByDeliveryDateAndSourceKeyAndFilter,
        DeliveriesByDeliveryDateAndStatus,
    },
    schemas::{OrdersByOrganization, OrdersWithRevisionResponse},
    time::LocalTime,
};

use crate::{client::Client, error::Error, revisions::DeliveryCursor};

/// A span of delivery dates on the wall clock of the restaurant, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateWindow {
    /// Its first millisecond.
    pub from: LocalTime,
    /// Its last.
    pub to: LocalTime,
}

/// What was found in a piece of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveriesFound {
    /// The piece.
    pub window: DateWindow,
    /// By organization.
    pub orders_by_organizations: Vec<OrdersByOrganization>,
    /// From here on [`Client::deliveries_changed_since`] may follow: the one of the *first* piece, or changes made
    /// meanwhile to what it found are missed.
    pub cursor: Option<DeliveryCursor>,
}

/// An operation that searches deliveries by their date.
pub trait SearchByDate: Endpoint<Response = OrdersWithRevisionResponse> {
    /// Sets the dates of the request.
    fn set_window(request: &mut Self::Request, window: DateWindow);
}

impl SearchByDate for DeliveriesByDeliveryDateAndStatus {
    fn set_window(request: &mut Self::Request, window: DateWindow) {
        request.delivery_date_from = window.from;
        request.delivery_date_to = Some(window.to);
    }
}

impl SearchByDate for DeliveriesByDeliveryDateAndPhone {
    fn set_window(request: &mut Self::Request, window: DateWindow) {
        request.delivery_date_from = Some(window.from);
        request.delivery_date_to = Some(window.to);
    }
}

impl SearchByDate for DeliveriesByDeliveryDateAndSourceKeyAndFilter {
    fn set_window(request: &mut Self::Request, window: DateWindow) {
        request.delivery_date_from = Some(window.from);
        request.delivery_date_to = Some(window.to);
    }
}

impl Client {
    /// Searches deliveries by date, the earliest first, in as many pieces as it takes. The dates of `request` are those of
    /// the pieces. An error ends the stream.
    ///
    /// iiko answers for the last seven days. Where the request has a `rows_count`, it holds for each piece.
    pub fn search_deliveries<E: SearchByDate>(
        &self,
        request: E::Request,
        window: DateWindow,
    ) -> impl Stream<Item = Result<DeliveriesFound, Error>> + Send + 'static {
        let search = Search::<E> {
            client: self.clone(),
            request,
            pieces: window.days().collect(),
        };
        stream::try_unfold(search, |mut search| async move {
            let found = search.next().await?;
            Ok(found.map(|found| (found, search)))
        })
    }
}

struct Search<E: SearchByDate> {
    client: Client,
    request: E::Request,
    pieces: VecDeque<DateWindow>,
}

impl<E: SearchByDate> Search<E> {
    async fn next(&mut self) -> Result<Option<DeliveriesFound>, Error> {
        while let Some(window) = self.pieces.pop_front() {
            E::set_window(&mut self.request, window);
            let error = match self.client.send::<E>(&self.request).await {
                Ok(answer) => {
                    return Ok(Some(DeliveriesFound {
                        window,
                        orders_by_organizations: answer.orders_by_organizations.unwrap_or_default(),
                        cursor: answer.max_revision.map(DeliveryCursor),
                    }));
                }
                Err(error) => error,
            };
            let Some((early, late)) = window.halves().filter(|_| is_too_much(&error)) else {
                return Err(error);
            };
            self.pieces.push_front(late);
            self.pieces.push_front(early);
        }
        Ok(None)
    }
}

const MILLISECOND: TimeDelta = TimeDelta::milliseconds(1);
const SHORTEST: TimeDelta = TimeDelta::minutes(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl DateWindow {
    /// In pieces of a day, which do not overlap.
    fn days(self) -> impl Iterator<Item = Self> {
        let Self {
            from: LocalTime(from),
            to: LocalTime(to),
        } = self;
        let starts = std::iter::successors(Some(from), |start: &NaiveDateTime| {
            start.checked_add_signed(TimeDelta::from_std(DAY).expect("a day is a span"))
        });
        starts
            .take_while(move |start| *start <= to)
            .map(move |start| Self {
                from: LocalTime(start),
                to: LocalTime((start + DAY - MILLISECOND).min(to)),
            })
    }

    /// Two that do not overlap, unless it is too short to have halves.
    fn halves(self) -> Option<(Self, Self)> {
        let length = self.to.0 - self.from.0;
        if length < SHORTEST {
            return None;
        }
        let middle = self.from.0 + TimeDelta::milliseconds(length.num_milliseconds() / 2);
        let early = Self {
            from: self.from,
            to: LocalTime(middle),
        };
        let late = Self {
            from: LocalTime(middle + MILLISECOND),
            to: self.to,
        };
        Some((early, late))
    }
}

fn is_too_much(error: &Error) -> bool {
    error.code() == Some("TOO_MANY_DATA_REQUESTED") || error.status() == Some(422)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str) -> DateWindow {
        DateWindow {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
        }
    }

    #[test]
    fn a_window_is_cut_into_days_without_gap_or_overlap() {
        let days: Vec<_> = window("2026-11-20 12:00:00.000", "2026-11-22 23:59:59.999")
            .days()
            .collect();
        assert_eq!(
            days,
            [
                window("2026-11-20 12:00:00.000", "2026-11-21 11:59:59.999"),
                window("2026-11-21 12:00:00.000", "2026-11-22 11:59:59.999"),
                window("2026-11-22 12:00:00.000", "2026-11-22 23:59:59.999"),
            ]
        );
        assert_eq!(
            window("2026-11-22 00:00:00.000", "2026-11-21 00:00:00.000")
                .days()
                .count(),
            0
        );
        let moment = window("2026-11-22 00:00:00.000", "2026-11-22 00:00:00.000");
        assert_eq!(moment.days().collect::<Vec<_>>(), [moment]);
    }

    #[test]
    fn halves_meet_and_a_minute_is_not_halved() {
        assert_eq!(
            window("2026-11-22 00:00:00.000", "2026-11-22 00:59:59.999").halves(),
            Some((
                window("2026-11-22 00:00:00.000", "2026-11-22 00:29:59.999"),
                window("2026-11-22 00:30:00.000", "2026-11-22 00:59:59.999"),
            ))
        );
        assert_eq!(
            window("2026-11-22 00:00:00.000", "2026-11-22 00:00:59.999").halves(),
            None
        );
    }
}
