//! The life of a reserve: the guests come at its time, and leave.

use std::time::Duration;

use iiko_types::{
    ids::Guid,
    schemas::{ErrorCode, ReserveStatus},
};

use super::ReserveState;
use crate::{
    clock::after,
    creation::Change,
    failure::Failure,
    schedule::{Pace, Step},
    world::World,
};

impl ReserveState {
    pub(super) fn status(&self) -> Option<&ReserveStatus> {
        self.reserve.as_ref()?.status.as_ref()
    }

    fn next_status(&self) -> Option<ReserveStatus> {
        match self.status()? {
            ReserveStatus::New => Some(ReserveStatus::Started),
            ReserveStatus::Started => Some(ReserveStatus::Closed),
            ReserveStatus::Closed | ReserveStatus::Other(_) => None,
        }
    }
}

impl World {
    /// Takes a reserve to another status: the guests have come, or nobody waits for them any more.
    pub(crate) fn move_reserve(&mut self, id: Guid, to: &ReserveStatus) -> Result<(), Failure> {
        let found = self.reserves.known.get_mut(&id);
        let Some((from, reserve)) = found.and_then(|it| {
            let from = it.status()?.clone();
            Some((from, it.reserve.as_mut()?))
        }) else {
            return Err(Failure::order_not_found(id));
        };
        let is_possible = matches!(
            (&from, to),
            (
                ReserveStatus::New,
                ReserveStatus::Started | ReserveStatus::Closed
            ) | (ReserveStatus::Started, ReserveStatus::Closed)
        );
        if !is_possible {
            return Err(Failure::new(
                ErrorCode::OrderStatusChangedInIikoFront,
                format!("Reserve cannot be moved from status {from} to {to}."),
            ));
        }
        reserve.status = Some(to.clone());
        self.changed::<ReserveState>(id, &Change::default());
        self.let_reserve_live(id);
        Ok(())
    }

    /// Lets a reserve begin at its time and end after its duration, where things happen by themselves.
    pub(crate) fn let_reserve_live(&mut self, id: Guid) {
        let step = Step::Reserve(id);
        self.schedule.forget(&step);
        let Pace::Auto { .. } = self.schedule.pace else {
            return;
        };
        let Some(state) = self.reserves.known.get(&id) else {
            return;
        };
        let Some(reserve) = &state.reserve else {
            return;
        };
        match state.status() {
            Some(ReserveStatus::New) => {
                let here = self.local_now(state.head.organization_id, state.terminal_group_id);
                let start = reserve.estimated_start_time.unwrap_or(here);
                let left = (start.0 - here.0).to_std().unwrap_or_default();
                self.schedule.at(after(self.now(), left), step);
            }
            Some(ReserveStatus::Started) => {
                let minutes = reserve.duration_in_minutes.unwrap_or_default();
                let minutes = u64::try_from(minutes).unwrap_or_default();
                self.later(Duration::from_secs(minutes.saturating_mul(60)), step);
            }
            Some(ReserveStatus::Closed | ReserveStatus::Other(_)) | None => {}
        }
    }

    /// A reserve goes on by itself.
    pub(crate) fn live_reserve(&mut self, id: Guid) {
        let state = self.reserves.known.get(&id);
        let Some(next) = state.and_then(ReserveState::next_status) else {
            return;
        };
        if let Err(failure) = self.move_reserve(id, &next) {
            tracing::debug!(%id, failure = failure.message, "a reserve stays what it is");
        }
    }
}
