//! What is forgotten, so that an emulator can run for months: what came to its end long ago, by the emulator's clock.

use chrono::{DateTime, TimeDelta, Utc};

use super::World;
use crate::{
    creation::Kind,
    deliveries::Delivery,
    iiko_server::{IikoServer, documents::Status},
    kept::KEPT,
    reserves::ReserveState,
    tables::TableOrderState,
};

/// iiko answers for a week of orders, and has ninety days of them in its history (`cloud-api.md` 8.4).
const REMEMBERED: TimeDelta = TimeDelta::days(90);

impl World {
    /// Forgets what nobody can expect iiko to know any more. Looks once a day.
    pub(super) fn forget_old(&mut self) {
        let now = self.now();
        if self.tidied_on == Some(now.date_naive()) {
            return;
        }
        self.tidied_on = Some(now.date_naive());
        let since = now - REMEMBERED;
        self.forget_finished::<Delivery>(since);
        self.forget_finished::<TableOrderState>(since);
        self.forget_finished::<ReserveState>(since);
        let drafts = &mut self.drafts.known;
        drafts.retain(|_, draft| draft.created_at >= since);
        if let Some(server) = &mut self.iiko_server {
            forget_price_orders(server, since);
        }
    }

    /// The revision of an order tells when it was changed last.
    fn forget_finished<K: Kind>(&mut self, since: DateTime<Utc>) {
        let oldest = since.timestamp_millis();
        K::all(self).retain(|_, it| it.head().revision >= oldest || !it.is_over());
    }
}

/// Those that ended, and of the deleted ones all but the newest: the rest make prices.
fn forget_price_orders(server: &mut IikoServer, since: DateTime<Utc>) {
    let day = since.date_naive();
    let deleted = server.orders.iter();
    let deleted = deleted.filter(|it| it.status == Status::Deleted);
    let mut revisions: Vec<i64> = deleted.map(|it| it.revision).collect();
    revisions.sort_unstable_by(|one, other| other.cmp(one));
    let oldest = revisions.get(KEPT).copied();
    server.orders.retain(|it| {
        let is_newly_deleted = oldest.is_none_or(|oldest| it.revision > oldest);
        it.date_to >= day && (it.status != Status::Deleted || is_newly_deleted)
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::NaiveDate;

    use crate::{
        iiko_server::documents::Status, kept::KEPT, scenario::Scenario, schedule::Pace,
        world::World,
    };

    #[test]
    fn price_orders_are_forgotten_when_they_ended_long_ago_or_too_many_are_deleted() {
        let hour = Duration::from_secs(3600);
        let mut world = World::of_scenario(&Scenario::default(), hour, Pace::Stepped).unwrap();
        let server = world.iiko_server.as_mut().unwrap();
        let endless = server.orders[0].clone();
        server.orders.truncate(1);
        let mut ended = endless.clone();
        ended.date_to = NaiveDate::from_ymd_opt(2020, 1, 31).unwrap();
        server.orders.push(ended);
        for revision in 1..=KEPT as i64 + 7 {
            let mut deleted = endless.clone();
            (deleted.status, deleted.revision) = (Status::Deleted, revision);
            server.orders.push(deleted);
        }
        world.forget_old();
        let left = &world.iiko_server.as_ref().unwrap().orders;
        assert_eq!((left.len(), &left[0]), (1 + KEPT, &endless));
        assert_eq!(left[1].revision, 8);
    }
}
