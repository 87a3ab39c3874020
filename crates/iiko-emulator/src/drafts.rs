//! Drafts: deliveries that call-centre operators compose and then send to the till.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use iiko_types::{
    ids::{Guid, OrganizationId, TerminalGroupId},
    schemas::{
        CommitDraftRequest, CreateOrderRequest, DeliveryOrder, DeliveryOrderDraft, OrderDraft,
    },
    time::UtcTime,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Drafts {
    pub(crate) known: BTreeMap<Guid, DraftState>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DraftState {
    pub(crate) id: Guid,
    pub(crate) organization_id: OrganizationId,
    pub(crate) terminal_group_id: Option<TerminalGroupId>,
    pub(crate) order: DeliveryOrderDraft,
    pub(crate) created_at: DateTime<Utc>,
    /// Who works on it, and since when.
    pub(crate) lock: Option<(Guid, DateTime<Utc>)>,
}

impl DraftState {
    pub(crate) fn view(&self) -> OrderDraft {
        OrderDraft {
            created_at: Some(written(self.created_at)),
            locked_at: self.lock.map(|(_, at)| written(at)),
            locked_by_user: self.lock.map(|(employee, _)| employee),
            order: Some(self.order.clone()),
            organization_id: Some(self.organization_id),
            terminal_group_id: self.terminal_group_id,
            ..OrderDraft::new(self.id)
        }
    }

    /// The creation that a commit asks for. A draft has all that an order has, and `menuId` besides.
    pub(crate) fn creation(&self, commit: &CommitDraftRequest) -> Option<CreateOrderRequest> {
        let text = serde_json::to_string(&self.order).ok()?;
        let mut order: DeliveryOrder = serde_json::from_str(&text).ok()?;
        order.id = Some(self.id);
        let mut request = CreateOrderRequest::new(self.organization_id, order);
        request.create_order_settings = commit.create_order_settings.clone();
        request.terminal_group_id = commit.terminal_group_id.or(self.terminal_group_id);
        Some(request)
    }
}

/// Times of drafts are UTC (`cloud-api.md` 14).
pub(crate) fn written(at: DateTime<Utc>) -> UtcTime {
    UtcTime(at)
}
