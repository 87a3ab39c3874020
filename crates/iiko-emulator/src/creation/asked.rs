//! What requests for orders of any kind are held to: the terminal group, the table, the phone and the type they name.

use iiko_types::{
    ids::{Guid, OrganizationId, TerminalGroupId},
    schemas::{ErrorCode, OrderType},
};

use crate::{
    failure::Failure,
    world::{Organization, World},
};

impl World {
    /// Whether a terminal group takes what the calling login creates.
    pub(crate) fn require_open_group(
        &self,
        organization_id: OrganizationId,
        id: TerminalGroupId,
    ) -> Result<(), Failure> {
        let organization = self.organization(organization_id);
        if organization.is_none_or(|it| it.terminal_group(id).is_none()) {
            return Err(Failure::terminal_group_unregistered(id));
        }
        match self.sees_terminal_group(id) {
            true => Ok(()),
            false => Err(Failure::terminal_group_disabled(id)),
        }
    }

    /// The code is a guess.
    pub(crate) fn require_table(
        &self,
        organization_id: OrganizationId,
        id: Guid,
    ) -> Result<(), Failure> {
        match self.references.hall_of_table(organization_id, id) {
            Some(_) => Ok(()),
            None => Err(Failure::new(
                ErrorCode::Incorrect,
                format!("Table {id} is not found."),
            )),
        }
    }

    /// The source of what the calling login creates: its own, where it has one, else the one that was asked for.
    pub(crate) fn source_key(&self, asked: Option<&String>) -> Option<String> {
        let own = self.calling_login().and_then(|login| login.source.as_ref());
        own.or(asked).cloned()
    }
}

impl Organization {
    /// The order type that was asked for.
    pub(crate) fn order_type(&self, id: Guid) -> Result<&OrderType, Failure> {
        self.living_order_type(|it| it.id == id)
    }

    /// Its own order type for a service, in the word of the dictionary.
    pub(crate) fn order_type_for(&self, service: &str) -> Result<&OrderType, Failure> {
        self.living_order_type(|it| {
            let own = it.order_service_type.as_ref();
            own.is_some_and(|own| own.as_str() == service)
        })
    }

    fn living_order_type(
        &self,
        is_meant: impl Fn(&OrderType) -> bool,
    ) -> Result<&OrderType, Failure> {
        let mut known = self.order_types.iter();
        known
            .find(|it| it.is_deleted != Some(true) && is_meant(it))
            .ok_or_else(no_order_type)
    }
}

pub(crate) fn no_order_type() -> Failure {
    Failure::new(ErrorCode::OrderTypeNotFound, "Order type is not found.")
}

/// A plus, and 8 to 40 characters of which at least 8 are digits (`cloud-api.md` 8.2).
pub(crate) fn require_phone(phone: &str) -> Result<(), Failure> {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    match phone.starts_with('+') && (8..=40).contains(&phone.chars().count()) && digits >= 8 {
        true => Ok(()),
        false => Err(Failure::new(
            ErrorCode::InvalidPhone,
            "Phone should start with + and have from 8 to 40 characters, at least 8 of them digits.",
        )),
    }
}
