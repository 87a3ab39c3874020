//! The pages at `/_emulator/`: what the staff would see at the till, and the switches of the emulator, for people.
//!
//! Rendered here, without scripts: a button is a form whose deed ends with a redirect back. [`board`] has the deliveries,
//! [`halls`] tables and reserves, [`dishes`] what is sold and stopped, [`mischief`] the faults, [`calls`] what was asked
//! and told; [`deeds`] does what the buttons say, through [`crate::control::Control`].

mod board;
mod calls;
mod deeds;
mod dishes;
mod halls;
mod language;
mod mischief;

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, Utc};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;
use url::form_urlencoded;

use self::language::Language;
use crate::{
    scenario::Scenario,
    schedule::Pace,
    shared::Shared,
    world::{Organization, World},
};

const STYLE: &str = include_str!("page/style.css");

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/_emulator", get(show_board))
        .route("/_emulator/", get(show_board))
        .route("/_emulator/dishes", get(show_dishes))
        .route("/_emulator/mischief", get(show_mischief))
        .route("/_emulator/calls", get(show_calls))
        .merge(deeds::router())
}

/// What every page may be asked for.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    lang: Option<String>,
    /// Id of an organization; the first one where absent.
    organization: Option<String>,
    /// Id of a terminal group, for its stop list.
    terminal_group: Option<String>,
    /// Of dishes.
    search: Option<String>,
    /// What went wrong with the last deed.
    problem: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Board,
    Dishes,
    Mischief,
    Calls,
}

impl Page {
    const ALL: [Self; 4] = [Self::Board, Self::Dishes, Self::Mischief, Self::Calls];

    fn path(self) -> &'static str {
        match self {
            Self::Board => "/_emulator/",
            Self::Dishes => "/_emulator/dishes",
            Self::Mischief => "/_emulator/mischief",
            Self::Calls => "/_emulator/calls",
        }
    }

    fn name(self, language: Language) -> &'static str {
        match self {
            Self::Board => language.pick("Заказы", "Orders"),
            Self::Dishes => language.pick("Блюда и стопы", "Dishes and stops"),
            Self::Mischief => language.pick("Неполадки", "Faults"),
            Self::Calls => language.pick("Обмен", "Calls"),
        }
    }

    /// Whether it shows by itself what has changed. Not where somebody writes into a field.
    fn refreshes(self) -> bool {
        matches!(self, Self::Board | Self::Calls)
    }
}

/// What the frame around every page needs.
struct Frame {
    page: Page,
    language: Language,
    /// Path and query of this page, where its buttons lead back.
    here: String,
    problem: Option<String>,
    scenario: String,
    now: DateTime<Utc>,
    pace: Pace,
    faults: usize,
}

impl Frame {
    fn of(page: Page, shared: &Shared, asked: &Asked, headers: &HeaderMap) -> Self {
        let language = Language::choose(asked.lang.as_deref(), headers);
        let kept = [
            ("lang", asked.lang.as_deref()),
            ("organization", asked.organization.as_deref()),
            ("terminal_group", asked.terminal_group.as_deref()),
            ("search", asked.search.as_deref()),
        ];
        let faults = shared.mischief().rules().len();
        let world = shared.world();
        Self {
            page,
            language,
            here: link(page.path(), &kept),
            problem: asked.problem.clone(),
            scenario: world.scenario.name().to_owned(),
            now: world.now(),
            pace: world.schedule.pace,
            faults,
        }
    }

    fn pick(&self, russian: &'static str, english: &'static str) -> &'static str {
        self.language.pick(russian, english)
    }

    /// A link to a page in the same language.
    fn to(&self, page: Page) -> String {
        link(page.path(), &[("lang", Some(self.language.tag()))])
    }

    /// The form of one button: where it goes, what it carries, what stands on it.
    fn button(&self, deed: &str, fields: &[(&str, &str)], class: &str, caption: &str) -> Markup {
        html! {
            form method="post" action={ "/_emulator/deeds/" (deed) } {
                (self.hidden(fields))
                button.(class) { (caption) }
            }
        }
    }

    fn hidden(&self, fields: &[(&str, &str)]) -> Markup {
        html! {
            input type="hidden" name="back" value=(self.here);
            @for (name, value) in fields {
                input type="hidden" name=(name) value=(value);
            }
        }
    }

    fn around(&self, content: &Markup) -> Response {
        let language = self.language;
        let title = format!("{} · iiko-emulator", self.page.name(language));
        let page = html! {
            (DOCTYPE)
            html lang=(language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if self.page.refreshes() && self.pace != Pace::Stepped {
                        meta http-equiv="refresh" content="3";
                    }
                    title { (title) }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        strong { "iiko-emulator" } " " span.soft { (self.scenario) }
                        nav aria-label=(self.pick("Разделы", "Sections")) {
                            @for page in Page::ALL {
                                a href=(self.to(page)) aria-current=[(page == self.page).then_some("page")] {
                                    (page.name(language))
                                    @if page == Page::Mischief && self.faults > 0 { " (" (self.faults) ")" }
                                }
                            }
                        }
                        nav.languages aria-label=(self.pick("Язык", "Language")) {
                            @for (tag, name) in [("ru", "Русский"), ("en", "English")] {
                                @if tag == language.tag() { span.soft lang=(tag) { (name) } }
                                @else { a href=(link(self.page.path(), &[("lang", Some(tag))])) lang=(tag) hreflang=(tag) { (name) } }
                            }
                        }
                    }
                    (self.time_bar())
                    @if let Some(problem) = &self.problem {
                        p.problem role="alert" { (problem) }
                    }
                    main { (content) }
                    footer {
                        (self.pick("То же командами:", "The same by commands:")) " "
                        a href="/_emulator/help" { "/_emulator/help" } " · "
                        a href="/_emulator/state" { "/_emulator/state" } " · "
                        a href="/_emulator/operations" { "/_emulator/operations" }
                    }
                }
            }
        };
        let mut response = page.into_response();
        response.headers_mut().insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'",
            ),
        );
        response
    }

    /// The clock, the pace and a new beginning.
    fn time_bar(&self) -> Markup {
        let paces = [
            ("stepped", self.pick("по шагам", "stepped")),
            ("1", "×1"),
            ("20", "×20"),
            ("500", "×500"),
        ];
        let current = match self.pace {
            Pace::Stepped => "stepped".to_owned(),
            Pace::Auto { speed } => speed.to_string(),
        };
        html! {
            section.time aria-label=(self.pick("Время", "Time")) {
                time datetime=(self.now.to_rfc3339()) { (self.now.format("%d.%m.%Y %H:%M:%S")) " UTC" }
                div.choice role="group" aria-label=(self.pick("Ход времени", "Pace")) {
                    @for (pace, name) in paces {
                        form method="post" action="/_emulator/deeds/pace" {
                            (self.hidden(&[("pace", pace)]))
                            button aria-pressed=(if pace == current { "true" } else { "false" }) { (name) }
                        }
                    }
                }
                @if self.pace == Pace::Stepped {
                    (self.button("step", &[], "plain", self.pick("Шаг", "Step")))
                    (self.button("settle", &[], "plain", self.pick("Доделать всё", "Finish all")))
                }
                form.reset method="post" action="/_emulator/deeds/reset" {
                    (self.hidden(&[]))
                    select name="scenario" aria-label=(self.pick("Сценарий", "Scenario")) {
                        option value="" { (self.pick("тот же сценарий", "the same scenario")) }
                        @for name in Scenario::names() { option { (name) } }
                    }
                    button { (self.pick("Начать заново", "Begin anew")) }
                }
            }
        }
    }
}

async fn show_board(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::of(Page::Board, &shared, &asked, &headers);
    let content = board::content(&frame, &shared.world());
    frame.around(&content)
}

async fn show_dishes(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::of(Page::Dishes, &shared, &asked, &headers);
    let content = dishes::content(&frame, &shared.world(), &asked);
    frame.around(&content)
}

async fn show_mischief(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::of(Page::Mischief, &shared, &asked, &headers);
    let content = mischief::content(&frame, &shared.mischief());
    frame.around(&content)
}

async fn show_calls(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::of(Page::Calls, &shared, &asked, &headers);
    let content = calls::content(&frame, &shared.mischief(), &shared.world());
    frame.around(&content)
}

/// A path with those of the parameters that have a value.
fn link(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let given = parameters
        .iter()
        .filter_map(|(name, value)| Some((*name, value.filter(|it| !it.is_empty())?)));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(given)
        .finish();
    match query.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{query}"),
    }
}

/// The organization that is looked at.
fn organization<'w>(world: &'w World, asked: &Asked) -> Option<&'w Organization> {
    let wanted = asked.organization.as_deref();
    let mut all = world.organizations.iter();
    all.find(|it| wanted == Some(it.id.to_string().as_str()))
        .or_else(|| world.organizations.first())
}
