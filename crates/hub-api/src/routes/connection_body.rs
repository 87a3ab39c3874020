//! What a caller says about a connection, for a new one and for a change alike.

use hub_engine::connection::{ConnectionChange, ConnectionOrganization, LoginKind};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    error::{ApiError, ApiResult},
    input::{IikoId, nullable},
    number::JsonNumber,
};

#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct ConnectionBody {
    /// the API key of the login in iikoWeb
    #[schema(value_type = Option<String>, format = Password)]
    api_key: Option<SecretString>,
    /// `https://api-ru.iiko.services` by default
    api_url: Option<String>,
    /// the default organization
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    organization_id: Option<Option<IikoId>>,
    organization_name: Option<String>,
    /// all organizations the connection serves; the first is the default one
    #[schema(value_type = Option<Vec<String>>)]
    organization_ids: Option<Vec<IikoId>>,
    login_kind: Option<LoginKindBody>,
    /// of a v2 login
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    app_id: Option<Option<String>>,
    /// of a v2 login
    #[schema(value_type = Option<String>, format = Password)]
    client_secret: Option<SecretString>,
    /// "Источник заказа" of the api login in iikoWeb
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    source_key: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    webhook_url: Option<Option<String>>,
    #[schema(value_type = Option<String>, format = Password)]
    webhook_secret: Option<SecretString>,
    refresh_names: Option<bool>,
    refresh_descriptions: Option<bool>,
    refresh_pictures: Option<bool>,
    refresh_prices: Option<bool>,
    refresh_availability: Option<bool>,
    refresh_order: Option<bool>,
    stop_balance_threshold: Option<JsonNumber>,
    default_sort_order: Option<i32>,
    #[schema(minimum = 0, maximum = 100)]
    max_loss_percent: Option<i32>,
    is_active: Option<bool>,
}

/// v1: `api_key` alone; v2: with `app_id` and `client_secret`
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LoginKindBody {
    V1,
    V2,
}

impl ConnectionBody {
    /// `known` are the organizations the connection serves now.
    pub(crate) fn into_change(
        self,
        known: &[ConnectionOrganization],
    ) -> ApiResult<ConnectionChange> {
        let organizations = organizations_after(
            known,
            self.organization_ids
                .map(|ids| ids.into_iter().map(|id| id.0).collect()),
            self.organization_id.map(|id| id.map(|id| id.0)),
            self.organization_name,
        )?;
        Ok(ConnectionChange {
            api_url: self.api_url,
            login_kind: self.login_kind.map(LoginKind::from),
            api_key: self.api_key,
            app_id: self.app_id,
            client_secret: self.client_secret,
            source_key: self.source_key,
            organizations,
            webhook_url: self.webhook_url,
            webhook_secret: self.webhook_secret,
            refresh_names: self.refresh_names,
            refresh_descriptions: self.refresh_descriptions,
            refresh_pictures: self.refresh_pictures,
            refresh_prices: self.refresh_prices,
            refresh_availability: self.refresh_availability,
            refresh_order: self.refresh_order,
            stop_balance_threshold: self.stop_balance_threshold.map(|threshold| threshold.0),
            default_sort_order: self.default_sort_order,
            max_loss_percent: self.max_loss_percent,
            is_active: self.is_active,
        })
    }
}

impl From<LoginKindBody> for LoginKind {
    fn from(kind: LoginKindBody) -> Self {
        match kind {
            LoginKindBody::V1 => Self::V1,
            LoginKindBody::V2 => Self::V2,
        }
    }
}

/// The organizations a connection serves after the change; `None`: as before.
///
/// `organization_ids` is the set. `organization_id` alone names the default one: it moves to the front if it is served, else it takes
/// the place of the default one. Both together: it stands first.
fn organizations_after(
    known: &[ConnectionOrganization],
    set: Option<Vec<String>>,
    default: Option<Option<String>>,
    default_name: Option<String>,
) -> ApiResult<Option<Vec<ConnectionOrganization>>> {
    let served = || {
        known
            .iter()
            .map(|organization| organization.organization_id.clone())
    };
    let mut ids: Vec<String> = match (set, &default) {
        (Some(ids), _) => ids,
        (None, None | Some(Some(_))) if default.is_none() && default_name.is_none() => {
            return Ok(None);
        }
        (None, Some(None)) if known.len() > 1 => {
            let detail = "the connection serves several organizations: say with `organization_ids` which ones remain";
            return Err(ApiError::invalid("organization_id", detail));
        }
        (None, Some(None)) => Vec::new(),
        (None, Some(Some(id))) if served().any(|served| served == *id) => served().collect(),
        (None, Some(Some(_))) => served().skip(1).collect(),
        (None, None) => served().collect(),
    };
    if let Some(Some(default)) = default {
        ids.retain(|id| *id != default);
        ids.insert(0, default);
    }
    let name_of = |id: &str| {
        known
            .iter()
            .find(|known| known.organization_id == id)
            .and_then(|known| known.name.clone())
    };
    let mut organizations: Vec<_> = ids
        .into_iter()
        .map(|id| ConnectionOrganization {
            name: name_of(&id),
            organization_id: id,
        })
        .collect();
    if let (Some(first), Some(name)) = (organizations.first_mut(), default_name) {
        first.name = Some(name);
    }
    Ok(Some(organizations))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(ids: &[&str]) -> Vec<ConnectionOrganization> {
        ids.iter()
            .map(|id| ConnectionOrganization {
                organization_id: (*id).to_owned(),
                name: Some(format!("name of {id}")),
            })
            .collect()
    }

    fn check(
        served: &[&str],
        set: Option<&[&str]>,
        default: Option<Option<&str>>,
        expected: Option<&[&str]>,
    ) {
        let set = set.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
        let after = organizations_after(
            &known(served),
            set,
            default.map(|id| id.map(str::to_owned)),
            None,
        )
        .unwrap();
        let after: Option<Vec<_>> = after.map(|after| {
            after
                .into_iter()
                .map(|known| known.organization_id)
                .collect()
        });
        assert_eq!(
            after,
            expected.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect())
        );
    }

    #[test]
    fn the_organizations_follow_what_is_said() {
        check(&["a", "b"], None, None, None);
        check(&[], None, Some(Some("a")), Some(&["a"]));
        check(&["a", "b"], None, Some(Some("b")), Some(&["b", "a"]));
        check(&["a", "b"], None, Some(Some("c")), Some(&["c", "b"]));
        check(&["a"], None, Some(None), Some(&[]));
        check(&["a", "b"], Some(&["b"]), None, Some(&["b"]));
        check(
            &["a"],
            Some(&["b", "c"]),
            Some(Some("c")),
            Some(&["c", "b"]),
        );
        check(&["a"], Some(&["b"]), Some(None), Some(&["b"]));
        check(&["a"], Some(&[]), None, Some(&[]));
    }

    #[test]
    fn several_organizations_are_not_dropped_by_one_null() {
        assert!(organizations_after(&known(&["a", "b"]), None, Some(None), None).is_err());
    }

    #[test]
    fn a_name_is_that_of_the_default_organization_and_the_others_keep_theirs() {
        let after = organizations_after(&known(&["a", "b"]), None, None, Some("new".to_owned()))
            .unwrap()
            .unwrap();
        assert_eq!(after[0].name.as_deref(), Some("new"));
        assert_eq!(after[1].name.as_deref(), Some("name of b"));
    }
}
