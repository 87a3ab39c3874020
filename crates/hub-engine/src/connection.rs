//! Connections to iiko: address, login, the organizations served and what a sync refreshes.
//!
//! Secrets go in and never come out: a [`Connection`] only tells whether they are set.

use chrono::{DateTime, Utc};
use hub_db::setting::{self, OrganizationRow, Refresh, SettingRow, SettingValues};
use iiko_client::{Client, Credentials};
use iiko_types::{
    ids::OrganizationId,
    operations::Organizations,
    schemas::{GetOrganizationsRequest, OrganizationInfo},
};
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;

use crate::{
    hub::Hub,
    secret_key::{SecretKeyError, SecretsError},
};

const API_KEY: &str = "iiko_settings.api_key";
const CLIENT_SECRET: &str = "iiko_settings.client_secret";
const WEBHOOK_SECRET: &str = "iiko_settings.webhook_secret";
const DEFAULT_API_URL: &str = "https://api-ru.iiko.services";

/// A connection without its secrets.
#[derive(Clone, Debug)]
pub struct Connection {
    pub id: i32,
    /// The first is the default one.
    pub organizations: Vec<ConnectionOrganization>,
    pub api_url: String,
    pub login_kind: LoginKind,
    pub has_api_key: bool,
    pub app_id: Option<String>,
    pub has_client_secret: bool,
    /// "Источник заказа" of the api login in iikoWeb.
    pub source_key: Option<String>,
    pub webhook_url: Option<String>,
    pub has_webhook_secret: bool,
    pub refresh: RefreshSwitches,
    /// A balance at or below it is a stop.
    pub stop_balance_threshold: Decimal,
    /// The order of what has none in iiko.
    pub default_sort_order: i32,
    /// A menu that loses more than this share of its products is refused.
    pub max_loss_percent: i32,
    pub is_active: bool,
    pub last_token_refresh: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a sync refreshes in rows that exist already.
pub type RefreshSwitches = Refresh;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionOrganization {
    /// iiko's GUID, lower case.
    pub organization_id: String,
    pub name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginKind {
    /// `apiLogin`.
    V1,
    /// `apiKey`, `appId`, `clientSecret`.
    V2,
}

impl LoginKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

/// What to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct ConnectionChange {
    pub api_url: Option<String>,
    pub login_kind: Option<LoginKind>,
    pub api_key: Option<SecretString>,
    pub app_id: Option<Option<String>>,
    pub client_secret: Option<SecretString>,
    pub source_key: Option<Option<String>>,
    /// The first becomes the default one.
    pub organizations: Option<Vec<ConnectionOrganization>>,
    pub webhook_url: Option<Option<String>>,
    pub webhook_secret: Option<SecretString>,
    pub refresh_names: Option<bool>,
    pub refresh_descriptions: Option<bool>,
    pub refresh_pictures: Option<bool>,
    pub refresh_prices: Option<bool>,
    pub refresh_availability: Option<bool>,
    pub refresh_order: Option<bool>,
    pub stop_balance_threshold: Option<Decimal>,
    pub default_sort_order: Option<i32>,
    pub max_loss_percent: Option<i32>,
    pub is_active: Option<bool>,
}

/// What a test of a connection found.
#[derive(Clone, Debug)]
pub struct ConnectionTest {
    pub organizations: Vec<ConnectionOrganization>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    #[error("there is no iiko setting {setting_id}")]
    NotFound { setting_id: i32 },
    #[error(
        "organization `{organization_id}` is served by setting {setting_id}: remove it there first"
    )]
    OrganizationTaken {
        organization_id: String,
        setting_id: i32,
    },
    #[error("`{field}`: {detail}")]
    Invalid { field: &'static str, detail: String },
    #[error(transparent)]
    SecretKey(#[from] SecretKeyError),
    #[error(transparent)]
    Iiko(#[from] iiko_client::Error),
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
}

impl From<SecretsError> for ConnectionError {
    fn from(error: SecretsError) -> Self {
        match error {
            SecretsError::Key(error) => Self::SecretKey(error),
            SecretsError::Database(error) => Self::Database(error),
        }
    }
}

pub async fn list(hub: &Hub) -> Result<Vec<Connection>, ConnectionError> {
    let mut conn = hub.db().acquire().await?;
    Ok(load_all(&mut conn, None).await?)
}

pub async fn find(hub: &Hub, setting_id: i32) -> Result<Option<Connection>, ConnectionError> {
    let mut conn = hub.db().acquire().await?;
    Ok(load_all(&mut conn, Some(setting_id)).await?.pop())
}

/// Needs at least an `api_key`.
pub async fn create(hub: &Hub, change: ConnectionChange) -> Result<Connection, ConnectionError> {
    let mut values = new_values();
    seal_into(hub, &mut values, &change).await?;
    apply_change(&mut values, &change)?;
    check_login(&values)?;
    let now = hub.clock().now();
    let mut tx = hub.db().begin().await?;
    let setting_id = setting::insert(&mut tx, &values, now).await?;
    if let Some(organizations) = &change.organizations {
        set_organizations(&mut tx, setting_id, organizations).await?;
    }
    finish(tx, setting_id).await
}

pub async fn update(
    hub: &Hub,
    setting_id: i32,
    change: ConnectionChange,
) -> Result<Connection, ConnectionError> {
    // Sealing asks the database for the key's check: before the transaction, which would otherwise need two connections.
    let mut sealed = new_values();
    seal_into(hub, &mut sealed, &change).await?;
    let mut tx = hub.db().begin().await?;
    if !setting::lock(&mut tx, setting_id).await? {
        return Err(ConnectionError::NotFound { setting_id });
    }
    let row = setting::list(&mut tx, Some(setting_id)).await?.pop();
    let mut values = row.ok_or(ConnectionError::NotFound { setting_id })?.values;
    values.api_key_sealed = sealed.api_key_sealed.or(values.api_key_sealed);
    values.client_secret_sealed = sealed.client_secret_sealed.or(values.client_secret_sealed);
    values.webhook_secret_sealed = sealed
        .webhook_secret_sealed
        .or(values.webhook_secret_sealed);
    apply_change(&mut values, &change)?;
    check_login(&values)?;
    setting::update(&mut tx, setting_id, &values, hub.clock().now()).await?;
    if let Some(organizations) = &change.organizations {
        set_organizations(&mut tx, setting_id, organizations).await?;
    }
    finish(tx, setting_id).await
}

/// Removes the connection; what was mirrored through it stays.
pub async fn remove(hub: &Hub, setting_id: i32) -> Result<(), ConnectionError> {
    let mut conn = hub.db().acquire().await?;
    if setting::delete(&mut conn, setting_id).await? {
        Ok(())
    } else {
        Err(ConnectionError::NotFound { setting_id })
    }
}

/// Logs in and lists the organizations that the login sees; keeps the names of those that are served.
pub async fn test(hub: &Hub, setting_id: i32) -> Result<ConnectionTest, ConnectionError> {
    let connection = open(hub, setting_id)
        .await?
        .ok_or(ConnectionError::NotFound { setting_id })?;
    let answer = connection
        .client
        .send::<Organizations>(&GetOrganizationsRequest::default())
        .await?;
    let organizations: Vec<_> = answer
        .organizations
        .unwrap_or_default()
        .iter()
        .filter_map(seen_organization)
        .collect();
    let served: Vec<_> = connection
        .organizations
        .iter()
        .map(|known| {
            let seen = organizations
                .iter()
                .find(|seen| seen.organization_id == known.organization_id);
            (
                known.organization_id.clone(),
                seen.and_then(|seen| seen.name.clone()),
            )
        })
        .collect();
    let mut tx = hub.db().begin().await?;
    setting::replace_organizations(&mut tx, setting_id, &served).await?;
    tx.commit().await?;
    Ok(ConnectionTest { organizations })
}

/// The organizations of a login that belongs to no connection yet, as iiko wrote them
/// (`POST /api/1/organizations`). Uses `api_url`, `login_kind`, `api_key`, `app_id` and `client_secret`.
pub async fn organizations_by_key(
    hub: &Hub,
    change: &ConnectionChange,
) -> Result<Vec<u8>, ConnectionError> {
    let api_key = change.api_key.clone().ok_or(ConnectionError::Invalid {
        field: "api_key",
        detail: "is missing: it is the API key of the login in iikoWeb".to_owned(),
    })?;
    let credentials = match change.login_kind.unwrap_or(LoginKind::V1) {
        LoginKind::V1 => Credentials::V1 { api_login: api_key },
        LoginKind::V2 => Credentials::V2 {
            app_id: change
                .app_id
                .clone()
                .flatten()
                .ok_or_else(|| missing_v2("app_id"))?,
            client_secret: change
                .client_secret
                .clone()
                .ok_or_else(|| missing_v2("client_secret"))?,
            api_key,
        },
    };
    let url = change.api_url.as_deref().unwrap_or(DEFAULT_API_URL);
    let client = hub.build_client(None, &checked_url(url)?, credentials)?;
    let answer = client
        .send_bytes::<Organizations>(&GetOrganizationsRequest::default())
        .await?;
    Ok(answer.bytes.to_vec())
}

/// A connection ready to speak to iiko.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    pub(crate) values: SettingValues,
    pub(crate) organizations: Vec<OrganizationRow>,
    pub(crate) client: Client,
    pub(crate) updated_at: DateTime<Utc>,
}

/// `None`: there is no such setting.
pub(crate) async fn open(
    hub: &Hub,
    setting_id: i32,
) -> Result<Option<OpenConnection>, ConnectionError> {
    let (row, organizations) = {
        let mut conn = hub.db().acquire().await?;
        let Some(row) = setting::list(&mut conn, Some(setting_id)).await?.pop() else {
            return Ok(None);
        };
        (
            row,
            setting::list_organizations(&mut conn, Some(setting_id)).await?,
        )
    };
    let (values, updated_at) = (row.values, row.updated_at);
    let key = hub.secrets().key().await?;
    let open = |place, field, sealed: &Option<Vec<u8>>| match sealed {
        Some(sealed) => Ok(key.open(place, sealed)?),
        None => Err(ConnectionError::Invalid {
            field,
            detail: "is not set".to_owned(),
        }),
    };
    let api_key = open(API_KEY, "api_key", &values.api_key_sealed)?;
    let credentials = match login_kind(&values) {
        LoginKind::V1 => Credentials::V1 { api_login: api_key },
        LoginKind::V2 => Credentials::V2 {
            app_id: values.app_id.clone().ok_or_else(|| missing_v2("app_id"))?,
            client_secret: open(CLIENT_SECRET, "client_secret", &values.client_secret_sealed)?,
            api_key,
        },
    };
    let client = hub.client_of(setting_id, &values.api_url, credentials)?;
    Ok(Some(OpenConnection {
        values,
        organizations,
        client,
        updated_at,
    }))
}

fn seen_organization(seen: &OrganizationInfo) -> Option<ConnectionOrganization> {
    let (id, name) = match seen {
        OrganizationInfo::Simple(simple) => (simple.id, &simple.name),
        OrganizationInfo::Extended(extended) => (extended.id, &extended.name),
        OrganizationInfo::Other(_) => return None,
    };
    Some(ConnectionOrganization {
        organization_id: id.to_string(),
        name: name.clone(),
    })
}

fn new_values() -> SettingValues {
    SettingValues {
        api_url: DEFAULT_API_URL.to_owned(),
        login_kind: LoginKind::V1.as_str().to_owned(),
        api_key_sealed: None,
        app_id: None,
        client_secret_sealed: None,
        source_key: None,
        webhook_url: None,
        webhook_secret_sealed: None,
        refresh: RefreshSwitches::default(),
        stop_balance_threshold: Decimal::ZERO,
        default_sort_order: 100,
        max_loss_percent: 30,
        is_active: true,
    }
}

async fn seal_into(
    hub: &Hub,
    values: &mut SettingValues,
    change: &ConnectionChange,
) -> Result<(), ConnectionError> {
    if change.api_key.is_none() && change.client_secret.is_none() && change.webhook_secret.is_none()
    {
        return Ok(());
    }
    let key = hub.secrets().key().await?;
    let seal = |place, field, secret: &Option<SecretString>| match secret
        .as_ref()
        .map(|secret| secret.expose_secret().trim())
    {
        None => Ok(None),
        Some("") => Err(ConnectionError::Invalid {
            field,
            detail: "must not be empty".to_owned(),
        }),
        Some(secret) => Ok(Some(key.seal(place, secret))),
    };
    values.api_key_sealed = seal(API_KEY, "api_key", &change.api_key)?;
    values.client_secret_sealed = seal(CLIENT_SECRET, "client_secret", &change.client_secret)?;
    values.webhook_secret_sealed = seal(WEBHOOK_SECRET, "webhook_secret", &change.webhook_secret)?;
    Ok(())
}

fn apply_change(
    values: &mut SettingValues,
    change: &ConnectionChange,
) -> Result<(), ConnectionError> {
    fn set<T: Clone>(field: &mut T, value: &Option<T>) {
        if let Some(value) = value {
            field.clone_from(value);
        }
    }
    if let Some(url) = &change.api_url {
        values.api_url = checked_url(url)?;
    }
    if let Some(kind) = change.login_kind {
        values.login_kind = kind.as_str().to_owned();
    }
    if let Some(percent) = change.max_loss_percent
        && !(0..=100).contains(&percent)
    {
        return Err(ConnectionError::Invalid {
            field: "max_loss_percent",
            detail: format!("is {percent}, must be from 0 to 100"),
        });
    }
    set(&mut values.app_id, &change.app_id);
    set(&mut values.source_key, &change.source_key);
    set(&mut values.webhook_url, &change.webhook_url);
    set(&mut values.refresh.names, &change.refresh_names);
    set(
        &mut values.refresh.descriptions,
        &change.refresh_descriptions,
    );
    set(&mut values.refresh.pictures, &change.refresh_pictures);
    set(&mut values.refresh.prices, &change.refresh_prices);
    set(
        &mut values.refresh.availability,
        &change.refresh_availability,
    );
    set(&mut values.refresh.order, &change.refresh_order);
    set(
        &mut values.stop_balance_threshold,
        &change.stop_balance_threshold,
    );
    set(&mut values.default_sort_order, &change.default_sort_order);
    set(&mut values.max_loss_percent, &change.max_loss_percent);
    set(&mut values.is_active, &change.is_active);
    Ok(())
}

fn checked_url(text: &str) -> Result<String, ConnectionError> {
    let invalid = |detail: String| ConnectionError::Invalid {
        field: "api_url",
        detail,
    };
    let url = url::Url::parse(text.trim()).map_err(|error| {
        invalid(format!(
            "`{text}` is no address ({error}): it looks like {DEFAULT_API_URL}"
        ))
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(invalid(format!(
            "`{text}` is no web address: it looks like {DEFAULT_API_URL}"
        )));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(
            "must not hold a name or a password: they would be shown".to_owned(),
        ));
    }
    Ok(text.trim().to_owned())
}

fn check_login(values: &SettingValues) -> Result<(), ConnectionError> {
    if values.api_key_sealed.is_none() {
        let detail = "is missing: it is the API key of the login in iikoWeb".to_owned();
        return Err(ConnectionError::Invalid {
            field: "api_key",
            detail,
        });
    }
    match login_kind(values) {
        LoginKind::V1 => Ok(()),
        LoginKind::V2 if values.app_id.is_none() => Err(missing_v2("app_id")),
        LoginKind::V2 if values.client_secret_sealed.is_none() => Err(missing_v2("client_secret")),
        LoginKind::V2 => Ok(()),
    }
}

fn missing_v2(field: &'static str) -> ConnectionError {
    ConnectionError::Invalid {
        field,
        detail: "is missing: a v2 login needs `api_key`, `app_id` and `client_secret`".to_owned(),
    }
}

async fn set_organizations(
    conn: &mut PgConnection,
    setting_id: i32,
    organizations: &[ConnectionOrganization],
) -> Result<(), ConnectionError> {
    let mut rows: Vec<(String, Option<String>)> = Vec::with_capacity(organizations.len());
    for organization in organizations {
        let id: OrganizationId =
            organization
                .organization_id
                .trim()
                .parse()
                .map_err(|_| ConnectionError::Invalid {
                    field: "organization_ids",
                    detail: format!(
                        "`{}` is no GUID of an organization",
                        organization.organization_id
                    ),
                })?;
        if rows.iter().all(|(known, _)| *known != id.to_string()) {
            rows.push((id.to_string(), organization.name.clone()));
        }
    }
    let ids: Vec<&str> = rows.iter().map(|(id, _)| id.as_str()).collect();
    // It leaves another connection's organizations alone; looked up after, so that one taken just now is seen too.
    setting::replace_organizations(conn, setting_id, &rows).await?;
    match setting::find_rival(conn, setting_id, &ids).await? {
        Some(rival) => Err(ConnectionError::OrganizationTaken {
            organization_id: rival.organization_id,
            setting_id: rival.setting_id,
        }),
        None => Ok(()),
    }
}

async fn finish(
    mut tx: sqlx::Transaction<'_, sqlx::Postgres>,
    setting_id: i32,
) -> Result<Connection, ConnectionError> {
    let connection = load_all(&mut tx, Some(setting_id)).await?.pop();
    tx.commit().await?;
    connection.ok_or(ConnectionError::NotFound { setting_id })
}

async fn load_all(
    conn: &mut PgConnection,
    setting_id: Option<i32>,
) -> sqlx::Result<Vec<Connection>> {
    let rows = setting::list(conn, setting_id).await?;
    let organizations = setting::list_organizations(conn, setting_id).await?;
    Ok(rows
        .into_iter()
        .map(|row| connection(row, &organizations))
        .collect())
}

fn connection(row: SettingRow, organizations: &[OrganizationRow]) -> Connection {
    Connection {
        id: row.id,
        organizations: organizations
            .iter()
            .filter(|organization| organization.setting_id == row.id)
            .map(|organization| ConnectionOrganization {
                organization_id: organization.organization_id.clone(),
                name: organization.name.clone(),
            })
            .collect(),
        login_kind: login_kind(&row.values),
        has_api_key: row.values.api_key_sealed.is_some(),
        has_client_secret: row.values.client_secret_sealed.is_some(),
        has_webhook_secret: row.values.webhook_secret_sealed.is_some(),
        api_url: row.values.api_url,
        app_id: row.values.app_id,
        source_key: row.values.source_key,
        webhook_url: row.values.webhook_url,
        refresh: row.values.refresh,
        stop_balance_threshold: row.values.stop_balance_threshold.normalize(),
        default_sort_order: row.values.default_sort_order,
        max_loss_percent: row.values.max_loss_percent,
        is_active: row.values.is_active,
        last_token_refresh: row.last_token_refresh,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// The table allows no third word.
fn login_kind(values: &SettingValues) -> LoginKind {
    if values.login_kind == "v2" {
        LoginKind::V2
    } else {
        LoginKind::V1
    }
}
