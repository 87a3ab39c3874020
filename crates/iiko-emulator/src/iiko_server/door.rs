//! The calls over HTTP. Errors are plain text, wrong paths an HTML page of the application server.

use axum::{
    body::{Bytes, to_bytes},
    extract::{Form, FromRequest, Query, Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use iiko_types::ids::{Guid, OrganizationId};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    Refused, SERVER_OPERATIONS,
    documents::{Draft, Row, Status, Wanted, lenient_day},
    endless,
    prices::PricesWanted,
    reference::{self, ProductsWanted},
};
use crate::{
    faults::{Exchange, Fault},
    shared::Shared,
    spoil,
    world::World,
};

/// Bodies larger than this are refused.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

/// What is answered, before faults are done to it.
enum Reply {
    Text(String),
    Xml(String),
    Json(String),
    /// A key that also becomes a cookie.
    Key(String),
    /// The page of the application server for a path that it does not have.
    NoSuchPage,
}

type Answered = Result<Reply, Refused>;

/// A call to `/resto`.
struct Call {
    path: String,
    method: Method,
    query: Vec<(String, String)>,
    body: Bytes,
    key: Option<String>,
    host: String,
}

pub(crate) async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let call = match Call::read(request).await {
        Ok(call) => call,
        Err(refused) => return refused.into_response(),
    };
    let operation = format!(
        "{SERVER_OPERATIONS}{}",
        call.path.trim_start_matches("api/")
    );
    let now = shared.world().now();
    let faults = shared.mischief().strike(&operation, None, now);
    for fault in &faults {
        if let Fault::Latency { milliseconds } = fault {
            tokio::time::sleep(std::time::Duration::from_millis(*milliseconds)).await;
        }
    }
    let spoiling = faults
        .iter()
        .find(|fault| !matches!(fault, Fault::Latency { .. }));
    let runs = spoiling.is_none_or(spoil::lets_run);
    let answered = match runs {
        true => call.answer(&mut shared.world()),
        false => Ok(Reply::Text(String::new())),
    };
    let response = match spoiling {
        None => Ok(answered.into_response()),
        Some(fault) => {
            let (status, text) = match answered {
                Ok(Reply::Text(text) | Reply::Xml(text) | Reply::Json(text) | Reply::Key(text)) => {
                    (200, text)
                }
                Ok(Reply::NoSuchPage) => (404, String::new()),
                Err(refused) => (refused.status, refused.text),
            };
            spoil::apply(Some(fault), status, text)
        }
    };
    shared.mischief().record(Exchange {
        at: shared.world().now(),
        operation: Some(operation),
        path: format!("/resto/{}", call.path),
        login: None,
        status: response
            .as_ref()
            .ok()
            .map(|response| response.status().as_u16()),
        faults,
    });
    response.unwrap_or_else(|dropped| dropped)
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let of = |content_type: &'static str, text: String| {
            (
                [(header::CONTENT_TYPE, HeaderValue::from_static(content_type))],
                text,
            )
                .into_response()
        };
        match self {
            Self::Text(text) => of("text/plain;charset=UTF-8", text),
            Self::Xml(text) => of("application/xml;charset=UTF-8", text),
            Self::Json(text) => of("application/json;charset=UTF-8", text),
            Self::Key(key) => {
                let cookie = HeaderValue::from_str(&format!("key={key}; Path=/resto; HttpOnly"));
                let mut response = of("text/plain;charset=UTF-8", key);
                if let Ok(cookie) = cookie {
                    response.headers_mut().insert(header::SET_COOKIE, cookie);
                }
                response
            }
            Self::NoSuchPage => (
                StatusCode::NOT_FOUND,
                [(header::CONTENT_TYPE, HeaderValue::from_static("text/html;charset=utf-8"))],
                "<!doctype html><html lang=\"en\"><head><title>HTTP Status 404 – Not Found</title></head><body><h1>HTTP Status 404 – Not Found</h1></body></html>",
            )
                .into_response(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let content_type = HeaderValue::from_static("text/plain;charset=UTF-8");
        (status, [(header::CONTENT_TYPE, content_type)], self.text).into_response()
    }
}

impl Call {
    /// The parts of a request; those of a form stand among those of the query.
    async fn read(request: Request) -> Result<Self, Refused> {
        let bad = |error: &dyn std::fmt::Display| Refused::new(400, error.to_string());
        let (parts, body) = request.into_parts();
        let mut query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|it| bad(&it))?
            .0;
        let body = to_bytes(body, MAX_BODY_BYTES)
            .await
            .map_err(|it| bad(&it))?;
        let is_form = header_text(&parts, header::CONTENT_TYPE)
            .is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
        if is_form && parts.method == Method::POST {
            let request = Request::from_parts(parts.clone(), body.clone().into());
            query.extend(
                Form::<Vec<(String, String)>>::from_request(request, &())
                    .await
                    .map_err(|it| bad(&it))?
                    .0,
            );
        }
        let mut cookies = header_text(&parts, header::COOKIE)
            .unwrap_or_default()
            .split(';');
        let cookie = cookies.find_map(|cookie| cookie.trim().strip_prefix("key="));
        let asked = query
            .iter()
            .find(|(name, _)| name == "key")
            .map(|(_, key)| key.as_str());
        Ok(Self {
            key: cookie.or(asked).map(ToOwned::to_owned),
            path: parts
                .uri
                .path()
                .trim_start_matches("/resto")
                .trim_matches('/')
                .to_owned(),
            host: header_text(&parts, header::HOST)
                .unwrap_or("127.0.0.1:80")
                .to_owned(),
            method: parts.method,
            query,
            body,
        })
    }

    fn answer(&self, world: &mut World) -> Answered {
        let now = world.now();
        let Some(server) = &mut world.iiko_server else {
            return Ok(Reply::NoSuchPage);
        };
        match self.path.as_str() {
            "get_server_info.jsp" => return Ok(Reply::Xml(reference::info(server, &self.host))),
            "api/auth" => {
                let key = server.log_in(self.text("login")?, self.text("pass")?, now)?;
                return Ok(Reply::Key(key));
            }
            "api/logout" => {
                let key = self.key.clone().unwrap_or_default();
                server.log_out(&key);
                return Ok(Reply::Text(key));
            }
            _ => server.require_session(self.key.as_deref(), now)?,
        }
        match self.path.as_str() {
            "api/version" => Ok(Reply::Text(server.version.clone())),
            "api/replication/serverType" => Ok(Reply::Text(server.server_type().to_owned())),
            "api/licence/info" => {
                let module = self.text("moduleId")?.parse().unwrap_or_default();
                Ok(Reply::Text(server.free_slots(module, now).to_string()))
            }
            path if path.starts_with("api/v2/documents/menuChange") || path == "api/v2/price" => {
                server.require_right()?;
                self.answer_prices(world)
            }
            path if path.starts_with("api/corporation/departments") => {
                self.answer_departments(world)
            }
            path if path.starts_with("api/v2/entities/") => self.answer_entities(world),
            _ => Ok(Reply::NoSuchPage),
        }
    }

    fn answer_prices(&self, world: &mut World) -> Answered {
        let today = world
            .iiko_server
            .as_ref()
            .map(|server| server.today(world.now()));
        let organizations = &world.organizations;
        let (Some(server), Some(today)) = (&mut world.iiko_server, today) else {
            return Ok(Reply::NoSuchPage);
        };
        match (self.path.as_str(), self.method.as_str()) {
            ("api/v2/price", "GET") => {
                let wanted = self.prices_wanted()?;
                Ok(listed(&server.prices(&wanted), server.listed_revision()))
            }
            ("api/v2/documents/menuChange", "GET") => {
                let wanted = self.orders_wanted()?;
                let (orders, revision) = server.listed(&wanted);
                Ok(listed(&orders, revision))
            }
            ("api/v2/documents/menuChange", "POST") => {
                let draft: Draft = serde_json::from_slice(&self.body).map_err(|error| {
                    Refused::new(400, format!("Cannot read the document: {error}"))
                })?;
                let knows = |row: &Row| {
                    let mut known = organizations.iter();
                    let Some(found) = known.find(|it| it.id == row.department_id) else {
                        let text = format!("Department with id {} is not found", row.department_id);
                        return Err(Refused::new(400, text));
                    };
                    match found.nomenclature.product(row.product_id) {
                        Some(_) => Ok(()),
                        None => Err(Refused::new(
                            400,
                            format!("Malformed Product id {}", row.product_id),
                        )),
                    }
                };
                let saved = server.save(draft, today, knows)?;
                Ok(wrapped(
                    &json!({"result": "SUCCESS", "errors": [], "response": null}),
                    saved,
                ))
            }
            ("api/v2/documents/menuChange/byId", "GET") => {
                let id = self.id("id")?;
                let found = server.orders.iter().find(|order| order.id == id);
                found
                    .map(bare)
                    .ok_or_else(|| Refused::new(404, format!("Document with id {id} is not found")))
            }
            ("api/v2/documents/menuChange/byNumber", "GET") => {
                let number = self.text("documentNumber")?;
                let found = server
                    .orders
                    .iter()
                    .filter(|it| it.document_number == number);
                Ok(bare(&found.collect::<Vec<_>>()))
            }
            _ => Ok(Reply::NoSuchPage),
        }
    }

    fn answer_departments(&self, world: &World) -> Answered {
        match self.path.as_str() {
            "api/corporation/departments" => Ok(Reply::Xml(reference::departments(world, None))),
            "api/corporation/departments/search" => Ok(Reply::Xml(reference::departments(
                world,
                Some(self.text("code")?),
            ))),
            _ => Ok(Reply::NoSuchPage),
        }
    }

    fn answer_entities(&self, world: &World) -> Answered {
        let path = self.path.trim_start_matches("api/v2/entities/");
        match path.split('/').collect::<Vec<_>>()[..] {
            ["products", "list"] => Ok(bare(&reference::products(world, &self.products_wanted()))),
            ["productScales"] => Ok(bare(&reference::scales(world, None))),
            ["productScales", id] => one_of(reference::scales(world, id.parse().ok()), id),
            ["products", "productScales"] => {
                let scales = self.all("productId").into_iter().map(|id| {
                    let scale = reference::scale_of_product(world, &id).flatten();
                    (id, scale.unwrap_or(Value::Null))
                });
                Ok(bare(&scales.collect::<serde_json::Map<_, _>>()))
            }
            ["products", id, "productScale"] => match reference::scale_of_product(world, id) {
                Some(scale) => Ok(wrapped(
                    &json!({"result": "SUCCESS", "errors": null, "response": null}),
                    &scale,
                )),
                None => Err(Refused::new(400, "Malformed Product id")),
            },
            ["priceCategories"] => Ok(listed(
                &reference::price_categories(world),
                world.server_revision(),
            )),
            ["priceCategories", "byId"] => one_of(
                with_ids(reference::price_categories(world), &self.all("id")),
                "",
            ),
            ["periodSchedules"] => Ok(listed(&world.server_schedules(), world.server_revision())),
            ["periodSchedules", "byId"] => {
                one_of(with_ids(world.server_schedules(), &self.all("id")), "")
            }
            ["list"] => {
                let kind = self.text("rootType")?;
                let found = reference::entities(world, kind);
                found
                    .map(|entities| bare(&entities))
                    .ok_or_else(|| Refused::new(400, format!("Unknown rootType {kind}")))
            }
            _ => Ok(Reply::NoSuchPage),
        }
    }

    fn orders_wanted(&self) -> Result<Wanted, Refused> {
        Ok(Wanted {
            from: self.day("dateFrom")?,
            to: self.day("dateTo")?,
            status: match self.maybe("status") {
                None => None,
                Some(word) => Some(from_word::<Status>(word)?),
            },
            revision_from: self.revision_from()?,
        })
    }

    fn prices_wanted(&self) -> Result<PricesWanted, Refused> {
        let departments = self.all("departmentId").into_iter().map(|id| {
            let id: Guid = id
                .parse()
                .map_err(|_| Refused::new(400, format!("Malformed id {id}")))?;
            Ok(OrganizationId(id))
        });
        Ok(PricesWanted {
            from: self.day("dateFrom")?,
            to: match self.maybe("dateTo") {
                Some(_) => self.day("dateTo")?,
                None => endless(),
            },
            scheduled: match self.maybe("type") {
                None => None,
                Some("BASE") => Some(false),
                Some("SCHEDULED") => Some(true),
                Some(word) => return Err(Refused::new(400, format!("Unknown type {word}"))),
            },
            departments: departments.collect::<Result<_, Refused>>()?,
            with_out_of_sale: self.maybe("includeOutOfSale") == Some("true"),
            revision_from: self.revision_from()?,
        })
    }

    fn products_wanted(&self) -> ProductsWanted {
        ProductsWanted {
            with_deleted: self.maybe("includeDeleted") == Some("true"),
            ids: self.all("ids"),
            codes: self.all("codes"),
            nums: self.all("nums"),
            types: self.all("types"),
            parents: self.all("parentIds"),
        }
    }

    /// A parameter that has a value.
    fn maybe(&self, name: &str) -> Option<&str> {
        let mut named = self
            .query
            .iter()
            .filter(|(it, value)| it == name && !value.is_empty());
        named.next().map(|(_, value)| value.as_str())
    }

    fn all(&self, name: &str) -> Vec<String> {
        let named = self
            .query
            .iter()
            .filter(|(it, value)| it == name && !value.is_empty());
        named.map(|(_, value)| value.clone()).collect()
    }

    fn text(&self, name: &str) -> Result<&str, Refused> {
        self.maybe(name)
            .ok_or_else(|| Refused::new(400, format!("Parameter {name} is required")))
    }

    fn day(&self, name: &str) -> Result<chrono::NaiveDate, Refused> {
        let text = self.text(name)?;
        lenient_day(text).ok_or_else(|| Refused::new(400, format!("Wrong date format: {text}")))
    }

    fn id(&self, name: &str) -> Result<Guid, Refused> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| Refused::new(400, format!("Malformed id {text}")))
    }

    fn revision_from(&self) -> Result<i64, Refused> {
        match self.maybe("revisionFrom") {
            None => Ok(-1),
            Some(text) => text
                .parse()
                .map_err(|_| Refused::new(400, format!("Wrong revision {text}"))),
        }
    }
}

fn header_text(parts: &Parts, name: header::HeaderName) -> Option<&str> {
    parts.headers.get(name)?.to_str().ok()
}

fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, Refused> {
    serde_json::from_value(json!(word)).map_err(|error| Refused::new(400, error.to_string()))
}

fn bare(value: &impl Serialize) -> Reply {
    Reply::Json(serde_json::to_string(value).unwrap_or_default())
}

/// A list in its envelope, with the revision up to which it tells.
fn listed(list: &impl Serialize, revision: i64) -> Reply {
    wrapped(
        &json!({"result": "SUCCESS", "errors": [], "response": null, "revision": revision}),
        list,
    )
}

/// An answer in `envelope`, whose own `response` is empty. As text, since decimals are exact only there.
fn wrapped(envelope: &Value, response: &impl Serialize) -> Reply {
    let response = serde_json::to_string(response).unwrap_or_default();
    let envelope = envelope.to_string();
    Reply::Json(envelope.replacen("\"response\":null", &format!("\"response\":{response}"), 1))
}

fn with_ids(list: Vec<Value>, ids: &[String]) -> Vec<Value> {
    list.into_iter()
        .filter(|it| {
            it["id"]
                .as_str()
                .is_some_and(|id| ids.iter().any(|asked| asked == id))
        })
        .collect()
}

/// A bare list of those found; refused where nothing was.
fn one_of(found: Vec<Value>, id: &str) -> Answered {
    match found.as_slice() {
        [] => Err(Refused::new(404, format!("Entity {id} is not found"))),
        [one] => Ok(bare(one)),
        many => Ok(bare(&many)),
    }
}
