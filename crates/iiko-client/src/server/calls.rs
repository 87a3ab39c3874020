//! The calls, one method each.

use std::time::Duration;

use chrono::NaiveDate;
use iiko_types::ids::Guid;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use crate::{
    redact::Redactor,
    server::{
        Server,
        answer::{self, Listing},
        connection::{Outgoing, Payload},
        day::Day,
        error::Error,
        info::ServerInfo,
        menu_change::{MenuChange, MenuChangeDraft, Status},
        price::{PriceQuery, ProductPrice},
        reference::{Department, PriceCategory, Product, ProductQuery, ProductScale, ProductSize},
        rules,
        schedule::PeriodSchedule,
        session::Command,
    },
};

const MENU_CHANGE: &str = "/api/v2/documents/menuChange";

/// How long calls may take.
#[derive(Clone, Copy)]
pub(crate) struct Timeouts {
    pub(crate) usual: Duration,
    /// For lists of products and prices.
    pub(crate) list: Duration,
}

/// Which orders are asked for. The days are those of `dateIncoming`, both included: an order that began earlier and
/// still has effect is not told.
#[derive(Clone, Debug, PartialEq)]
pub struct MenuChangeQuery {
    /// The first day.
    pub date_from: Day,
    /// The last day.
    pub date_to: Day,
    /// All, deleted ones included, where absent.
    pub status: Option<Status>,
    /// Only what has a revision above this one.
    pub revision_from: Option<i64>,
}

impl MenuChangeQuery {
    /// All orders between two days, whatever their status.
    pub fn between(date_from: impl Into<Day>, date_to: impl Into<Day>) -> Self {
        Self {
            date_from: date_from.into(),
            date_to: date_to.into(),
            status: None,
            revision_from: None,
        }
    }
}

impl Server {
    /// Who the server is. Takes no license slot: the test of a connection.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn info(&self) -> Result<ServerInfo, Error> {
        let (reply, answer) = oneshot::channel();
        self.command(Command::Info { reply }).await?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Gives the license slot back now. The next call logs in again.
    pub async fn log_out(&self) {
        self.end_session(false).await;
    }

    /// Gives the license slot back and ends all clones; calls already begun are finished. To be awaited before the
    /// program ends: what a drop begins is ended with the program.
    pub async fn close(self) {
        self.end_session(true).await;
    }

    /// The server's day, by its time zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.clock.now().with_timezone(&self.time_zone).date_naive()
    }

    /// Price orders by day: `GET /v2/documents/menuChange`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn menu_changes(
        &self,
        query: &MenuChangeQuery,
    ) -> Result<Listing<MenuChange>, Error> {
        let mut call = self.get("menuChange", MENU_CHANGE);
        call.query.push(("dateFrom", query.date_from.to_string()));
        call.query.push(("dateTo", query.date_to.to_string()));
        if let Some(status) = &query.status {
            call.query.push(("status", status.to_string()));
        }
        push_revision(&mut call, query.revision_from);
        self.list(call).await
    }

    /// One price order: `GET /v2/documents/menuChange/byId`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with 404 where there is none; see [`Error`].
    pub async fn menu_change_by_id(&self, id: Guid) -> Result<MenuChange, Error> {
        let mut call = self.get("menuChange/byId", format!("{MENU_CHANGE}/byId"));
        call.query.push(("id", id.to_string()));
        Ok(self.read(call).await?.0)
    }

    /// The price orders with a number, of all years: `GET /v2/documents/menuChange/byNumber`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn menu_changes_by_number(&self, number: &str) -> Result<Vec<MenuChange>, Error> {
        let mut call = self.get("menuChange/byNumber", format!("{MENU_CHANGE}/byNumber"));
        call.query.push(("documentNumber", number.to_owned()));
        Ok(self.read(call).await?.0)
    }

    /// Creates a price order and tells it as the server has it now.
    ///
    /// Not idempotent: after a lost answer look for the order by its comment, never send it again.
    ///
    /// # Errors
    ///
    /// [`Error::BrokenRule`] where nothing was sent; see [`Error`].
    pub async fn create_menu_change(&self, draft: &MenuChangeDraft) -> Result<MenuChange, Error> {
        rules::check_create(draft)?;
        self.save(draft).await
    }

    /// Edits a price order, after a look at what it is now: the rules of editing depend on that and on the server's day.
    ///
    /// # Errors
    ///
    /// [`Error::BrokenRule`] where nothing was sent; see [`Error`].
    pub async fn edit_menu_change(&self, draft: &MenuChangeDraft) -> Result<MenuChange, Error> {
        let id = draft.id.ok_or(rules::BrokenRule::IdMissing)?;
        let current = self.menu_change_by_id(id).await?;
        rules::check_edit(&current, draft, self.today())?;
        self.save(draft).await
    }

    async fn save(&self, draft: &MenuChangeDraft) -> Result<MenuChange, Error> {
        let body = serde_json::to_vec(draft).map_err(|error| Error::Config {
            field: "draft",
            problem: error.to_string(),
        })?;
        let mut call = self.get("menuChange", MENU_CHANGE);
        call.payload = Payload::Json(body);
        Ok(self.read(call).await?.0)
    }

    /// Prices as the orders set them, computed by the server: `GET /v2/price`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn prices(&self, query: &PriceQuery) -> Result<Listing<ProductPrice>, Error> {
        let mut call = self.get_list("price", "/api/v2/price");
        call.query.push(("dateFrom", query.date_from.to_string()));
        if let Some(date_to) = &query.date_to {
            call.query.push(("dateTo", date_to.to_string()));
        }
        if let Some(price_type) = query.price_type {
            call.query.push(("type", price_type.as_str().to_owned()));
        }
        for id in &query.department_ids {
            call.query.push(("departmentId", id.to_string()));
        }
        let out_of_sale = query.include_out_of_sale.to_string();
        call.query.push(("includeOutOfSale", out_of_sale));
        push_revision(&mut call, query.revision_from);
        self.list(call).await
    }

    /// The items of the corporation's tree, departments among them: `GET /corporation/departments`, which is XML.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn departments(&self) -> Result<Vec<Department>, Error> {
        let call = self.get("corporation/departments", "/api/corporation/departments");
        let operation = call.operation;
        let body = self.send(call).await?;
        let read = Department::read_all(&String::from_utf8_lossy(&body));
        let read = read.map_err(|problem| Error::Unreadable {
            operation,
            problem,
            excerpt: answer::quote(&Redactor::default(), &body),
        });
        self.ending_on_error(read).await
    }

    /// Product cards: `GET /v2/entities/products/list`. All in one answer, which may have tens of megabytes.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn products(&self, query: &ProductQuery) -> Result<Vec<Product>, Error> {
        let mut call = self.get_list("products/list", "/api/v2/entities/products/list");
        push_deleted(&mut call, query.include_deleted);
        push_revision(&mut call, query.revision_from);
        let ids = query.ids.iter().map(|id| ("ids", id.to_string()));
        let types = query.types.iter().map(|name| ("types", name.clone()));
        let parents = query
            .parent_ids
            .iter()
            .map(|id| ("parentIds", id.to_string()));
        call.query.extend(ids.chain(types).chain(parents));
        Ok(self.read(call).await?.0)
    }

    /// Scales with their sizes: `GET /v2/entities/productScales`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn product_scales(&self, include_deleted: bool) -> Result<Vec<ProductScale>, Error> {
        let mut call = self.get("productScales", "/api/v2/entities/productScales");
        push_deleted(&mut call, include_deleted);
        Ok(self.read(call).await?.0)
    }

    /// The scale of a product, with the sizes it does not come in: `GET /v2/entities/products/{id}/productScale`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn scale_of_product(&self, id: Guid) -> Result<Option<ProductScale>, Error> {
        let path = format!("/api/v2/entities/products/{id}/productScale");
        Ok(self.read(self.get("products/productScale", path)).await?.0)
    }

    /// All sizes, whatever their scale: `GET /v2/entities/list?rootType=ProductSize`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn product_sizes(&self, include_deleted: bool) -> Result<Vec<ProductSize>, Error> {
        let mut call = self.get("entities/list", "/api/v2/entities/list");
        call.query.push(("rootType", "ProductSize".to_owned()));
        push_deleted(&mut call, include_deleted);
        Ok(self.read(call).await?.0)
    }

    /// Price categories: `GET /v2/entities/priceCategories`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn price_categories(
        &self,
        include_deleted: bool,
        revision_from: Option<i64>,
    ) -> Result<Listing<PriceCategory>, Error> {
        let mut call = self.get("priceCategories", "/api/v2/entities/priceCategories");
        push_deleted(&mut call, include_deleted);
        push_revision(&mut call, revision_from);
        self.list(call).await
    }

    /// Period schedules: `GET /v2/entities/periodSchedules`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn period_schedules(
        &self,
        include_deleted: bool,
        revision_from: Option<i64>,
    ) -> Result<Listing<PeriodSchedule>, Error> {
        let mut call = self.get("periodSchedules", "/api/v2/entities/periodSchedules");
        push_deleted(&mut call, include_deleted);
        push_revision(&mut call, revision_from);
        self.list(call).await
    }

    fn get(&self, operation: &'static str, path: impl Into<String>) -> Outgoing {
        Outgoing::get(operation, path, self.timeouts.usual)
    }

    fn get_list(&self, operation: &'static str, path: &str) -> Outgoing {
        Outgoing::get(operation, path, self.timeouts.list)
    }

    async fn list<T: DeserializeOwned>(&self, call: Outgoing) -> Result<Listing<T>, Error> {
        let (items, revision) = self.read::<Option<Vec<T>>>(call).await?;
        Ok(Listing {
            items: items.unwrap_or_default(),
            revision,
        })
    }

    async fn read<T: DeserializeOwned>(&self, call: Outgoing) -> Result<(T, Option<i64>), Error> {
        let operation = call.operation;
        let body = self.send(call).await?;
        let read = answer::read(operation, &body, &Redactor::default());
        self.ending_on_error(read).await
    }

    /// An answer that cannot be read is a failed call too, and the slot of one is given back.
    async fn ending_on_error<T>(&self, read: Result<T, Error>) -> Result<T, Error> {
        if read.is_err() {
            self.log_out().await;
        }
        read
    }

    async fn send(&self, call: Outgoing) -> Result<Vec<u8>, Error> {
        let (reply, answer) = oneshot::channel();
        let outgoing = Box::new(call);
        self.command(Command::Call { outgoing, reply }).await?;
        answer.await.map_err(|_| Error::Closed)?
    }

    async fn end_session(&self, for_good: bool) {
        let (reply, done) = oneshot::channel();
        if self
            .command(Command::LogOut { for_good, reply })
            .await
            .is_ok()
        {
            // An error says that the task is over, and with it the session.
            drop(done.await);
        }
    }

    async fn command(&self, command: Command) -> Result<(), Error> {
        self.commands.send(command).await.map_err(|_| Error::Closed)
    }
}

fn push_deleted(call: &mut Outgoing, include_deleted: bool) {
    // Always said: the default differs from list to list.
    call.query
        .push(("includeDeleted", include_deleted.to_string()));
}

fn push_revision(call: &mut Outgoing, revision_from: Option<i64>) {
    if let Some(revision) = revision_from {
        call.query.push(("revisionFrom", revision.to_string()));
    }
}
