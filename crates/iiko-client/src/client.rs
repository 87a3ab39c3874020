//! The client: everything that is called on it but the generated methods.

use std::{fmt, sync::Arc, time::Duration};

use iiko_types::{
    endpoint::{Effect, Endpoint},
    ids::OrganizationId,
    operations,
    schemas::{GetOrganizationsRequest, OrganizationInfo},
};
use serde_json::Value;

use crate::{
    answer::Answer,
    budget::RateBudget,
    builder::ClientBuilder,
    call::{Operation, Parts, encode},
    clock::Clock,
    credentials::Credentials,
    error::Error,
    transport::Incoming,
};

/// A client of the iiko Cloud API for one set of credentials.
///
/// A clone is cheap and shares connections, token and rate budget. Every call may be dropped at any time; what had been
/// sent by then iiko may still do.
#[derive(Clone)]
pub struct Client {
    parts: Arc<Parts>,
    /// Of this clone alone: how long one call may take, waiting and repeats included.
    deadline: Option<Duration>,
}

/// Name of what is sent by a path that no operation has.
const RAW: &str = "send_raw";

impl Client {
    /// Begins to build a client. `base_url` is taken with or without `/api/1/` and a slash at the end.
    pub fn builder(base_url: &str, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(base_url, credentials)
    }

    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            deadline: None,
        }
    }

    /// A clone whose calls take no longer than this, login, pauses and repeats included.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self {
            parts: Arc::clone(&self.parts),
            deadline: Some(deadline),
        }
    }

    /// A clone whose calls take no longer than this, nor than those of this one.
    pub(crate) fn within(&self, left: Duration) -> Self {
        self.with_deadline(self.deadline.map_or(left, |deadline| deadline.min(left)))
    }

    /// The key under which a [`TokenStore`](crate::TokenStore) keeps this client's token: [`Credentials::fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.parts.fingerprint
    }

    /// What may still be called, and how often: shared with every client of these credentials in the process.
    #[must_use]
    pub fn budget(&self) -> &RateBudget {
        &self.parts.budget
    }

    /// Sends a request and reads the answer as its type.
    ///
    /// # Errors
    ///
    /// See [`Error`]. What may be repeated has been.
    pub async fn send<E: Endpoint>(&self, request: &E::Request) -> Result<E::Response, Error> {
        let answer = self.send_bytes::<E>(request).await?;
        answer.decode_with::<E>(&self.parts.redactor)
    }

    /// The same, with the answer as it came beside the typed one: for what the types do not name, or a log of one's own.
    ///
    /// # Errors
    ///
    /// See [`Error`]. For an answer that came and could not be read there are [`send_bytes`](Self::send_bytes) and
    /// [`Answer::decode`].
    pub async fn send_with_raw<E: Endpoint>(
        &self,
        request: &E::Request,
    ) -> Result<(E::Response, Answer), Error> {
        let answer = self.send_bytes::<E>(request).await?;
        let typed = answer.decode_with::<E>(&self.parts.redactor)?;
        Ok((typed, answer))
    }

    /// Sends a request and hands over the body as it came: an answer of success, JSON at both ends, not parsed.
    ///
    /// # Errors
    ///
    /// See [`Error`]. What may be repeated has been.
    pub async fn send_bytes<E: Endpoint>(&self, request: &E::Request) -> Result<Answer, Error> {
        let body = encode(E::NAME, request)?;
        let incoming = self
            .parts
            .call(Operation::of::<E>(), body, self.deadline)
            .await?;
        Ok(Answer::from(incoming))
    }

    /// Sends JSON to a path below the host: `/api/1/new_thing`. For what the contract lacks.
    ///
    /// A path that an operation has is sent as that operation is. Of any other nobody knows what it does, so it is never
    /// repeated once it may have left; who knows better gives it an [`Endpoint`] with `Value` for its bodies. The answer is
    /// JSON or, of an operation that answers with nothing, empty.
    ///
    /// # Errors
    ///
    /// See [`Error`]. [`Error::Config`] for what is no path.
    pub async fn send_raw(&self, path: &str, request: &Value) -> Result<Answer, Error> {
        if !path.starts_with('/') || path.contains(['?', '#', '\\']) || path.contains("..") {
            return Err(Error::Config {
                field: "path",
                problem: format!("`{path}` is not like `/api/1/organizations`"),
            });
        }
        let operation = match operations::ALL.iter().find(|info| info.path == path) {
            Some(info) => Operation::from(*info),
            None => Operation {
                name: RAW,
                path,
                effect: Effect::Irreversible,
                restriction_group: "Unknown",
                answers_nothing: false,
            },
        };
        // Some operations answer with nothing, and without types nobody knows which.
        let operation = Operation {
            answers_nothing: true,
            ..operation
        };
        let body = encode(operation.name, request)?;
        let incoming = self.parts.call(operation, body, self.deadline).await?;
        Ok(Answer::from(incoming))
    }

    /// The ids of the organizations this login sees: what nearly every other call asks for.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn organizations_ids(&self) -> Result<Vec<OrganizationId>, Error> {
        let answer = self
            .organizations(&GetOrganizationsRequest::default())
            .await?;
        let organizations = answer.organizations.unwrap_or_default();
        Ok(organizations
            .iter()
            .map(|organization| match organization {
                OrganizationInfo::Simple(organization) => organization.id,
                OrganizationInfo::Extended(organization) => organization.id,
                OrganizationInfo::Other(organization) => organization.id,
            })
            .collect())
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.parts.transport.clock
    }
}

impl From<Incoming> for Answer {
    fn from(incoming: Incoming) -> Self {
        Self {
            bytes: incoming.body,
            correlation_id: incoming.correlation_id,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.parts.base_url)
            .field("credentials", &self.parts.credentials)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
