//! The calls over HTTP. What they carry is read in [`parameters`], what is answered written in [`reply`].

mod parameters;
mod reply;

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::{
    body::{Bytes, to_bytes},
    extract::{Form, FromRequest, Query, Request, State},
    http::{Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use self::reply::{Answered, Reply, bare, listed, spoiled, wrapped};
use super::{
    Refused, SERVER_OPERATIONS,
    corporation::{self, ItemsWanted, TerminalsWanted},
    documents::{Draft, Row},
    entities, reference,
};
use crate::{
    faults::{Fault, target::Target},
    shared::Shared,
    struck::{MAX_BODY_BYTES, Recorded, Struck},
    world::World,
};

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
    let name = call.path.trim_start_matches("api/");
    let operation = format!("{SERVER_OPERATIONS}{name}");
    let target = Target::of_server(name);
    let struck = Struck::by_faults(&shared, &operation, target, None);
    tokio::time::sleep(struck.latency()).await;
    let spoiling = struck.spoiling();
    if spoiling == Some(&Fault::TokenExpired) {
        call.end_session(&mut shared.world());
    }
    let answered = match struck.runs() {
        true => survived(|| call.answer(&mut shared.world())),
        false => Ok(Reply::Text(String::new())),
    };
    let response = match spoiling {
        None => Ok(answered.into_response()),
        Some(fault) => spoiled(fault, answered),
    };
    let recorded = Recorded {
        operation: Some(operation),
        path: format!("/resto/{}", call.path),
        login: None,
    };
    struck.record(&shared, recorded, response)
}

/// A fault of ours is a 500 and no end of the connection.
fn survived(answer: impl FnOnce() -> Answered) -> Answered {
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|_| Err(Refused::internal()))
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

    /// The session of the call ends before its time.
    fn end_session(&self, world: &mut World) {
        if let (Some(server), Some(key)) = (&mut world.iiko_server, &self.key) {
            server.log_out(key);
        }
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
            "api/v2/corporation/settings" => {
                Ok(bare(&json!({"vatAccounting": "VAT_INCLUDED_IN_PRICE"})))
            }
            path if path.starts_with("api/corporation/") => self.answer_corporation(world),
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
                    if !known.any(|it| it.id == row.department_id) {
                        let text = format!("Department with id {} is not found", row.department_id);
                        return Err(Refused::new(400, text));
                    }
                    // the server knows all products, whoever sells them
                    let mut menus = organizations.iter().map(|it| &it.nomenclature);
                    match menus.any(|menu| menu.product(row.product_id).is_some()) {
                        true => Ok(()),
                        false => Err(Refused::new(
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

    fn answer_corporation(&self, world: &World) -> Answered {
        let legal_entity = world
            .iiko_server
            .as_ref()
            .map(|it| it.legal_entity.as_str());
        let items = |wanted: ItemsWanted<'_>| {
            corporation::items(world, legal_entity.unwrap_or_default(), &wanted)
        };
        let maybe = |name: &str| self.maybe(name).unwrap_or_default();
        let path = self.path.trim_start_matches("api/corporation/");
        Ok(Reply::Xml(match path {
            "departments" => items(ItemsWanted::All),
            "departments/search" => items(ItemsWanted::Departments {
                code: self.text("code")?,
            }),
            "stores" => items(ItemsWanted::Stores),
            "stores/search" => items(ItemsWanted::StoresByCode {
                code: self.text("code")?,
            }),
            "groups" => corporation::groups(world, "", None),
            "groups/search" => {
                corporation::groups(world, maybe("name"), self.maybe("departmentId"))
            }
            "terminals" => corporation::terminals(world, &TerminalsWanted::default()),
            "terminals/search" => {
                let wanted = TerminalsWanted {
                    name: maybe("name"),
                    computer_name: maybe("computerName"),
                    anonymous: self.maybe("anonymous").map(|it| it == "true"),
                };
                corporation::terminals(world, &wanted)
            }
            _ => return Ok(Reply::NoSuchPage),
        }))
    }

    fn answer_entities(&self, world: &World) -> Answered {
        let path = self.path.trim_start_matches("api/v2/entities/");
        match path.split('/').collect::<Vec<_>>()[..] {
            ["products", "list"] => Ok(bare(&reference::products(world, &self.products_wanted()?))),
            ["productScales"] => Ok(bare(&reference::scales(world, None))),
            ["productScales", id] => {
                one_of(reference::scales(world, id.parse().ok()), &[id.to_owned()])
            }
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
            ["priceCategories", "byId"] => self.by_id(reference::price_categories(world)),
            ["periodSchedules"] => Ok(listed(&world.server_schedules(), world.server_revision())),
            ["periodSchedules", "byId"] => self.by_id(world.server_schedules()),
            ["list"] => {
                let kind = self.text("rootType")?;
                // Here alone deleted ones are told unless somebody asks not to.
                let with_deleted = self.maybe("includeDeleted") != Some("false");
                let found = entities::entities(world, kind, with_deleted);
                found
                    .map(|entities| bare(&entities))
                    .ok_or_else(|| Refused::new(400, format!("Unknown rootType {kind}")))
            }
            _ => Ok(Reply::NoSuchPage),
        }
    }

    /// Those of the list whose ids the call names.
    fn by_id(&self, mut list: Vec<Value>) -> Answered {
        self.text("id")?;
        let asked = self.all("id");
        list.retain(|it| asked.iter().any(|id| it["id"] == id.as_str()));
        one_of(list, &asked)
    }
}

fn header_text(parts: &Parts, name: header::HeaderName) -> Option<&str> {
    parts.headers.get(name)?.to_str().ok()
}

/// What was found, bare: the one itself, several as a list. Refused where nothing was.
fn one_of(found: Vec<Value>, asked: &[String]) -> Answered {
    match found.as_slice() {
        [] => {
            let text = format!("Entity {} is not found", asked.join(", "));
            Err(Refused::new(404, text))
        }
        [one] => Ok(bare(one)),
        many => Ok(bare(&many)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_panics_is_answered_with_500_in_plain_text() {
        let refused = survived(|| panic!("on purpose")).err();
        let response = refused.unwrap().into_response();
        assert_eq!(response.status().as_u16(), 500);
        let content_type = &response.headers()[header::CONTENT_TYPE];
        assert_eq!(content_type, "text/plain;charset=UTF-8");
    }
}
