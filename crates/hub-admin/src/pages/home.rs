//! `/`: what this is, whether it works, where to go next.

use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use hub_db::readiness::{self, Readiness};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    Site,
    language::{Language, LanguageQuery},
};

pub(crate) struct HomeView {
    language: Language,
    version: &'static str,
    database: DatabaseState,
}

#[derive(Clone, Copy)]
enum DatabaseState {
    Ready,
    MigrationsMissing,
    Silent,
}

pub(crate) async fn show(
    State(site): State<Site>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    let view = HomeView {
        language: Language::choose(&query, &headers),
        version: site.version,
        database: database_state(&site).await,
    };
    let mut response = page(&view).into_response();
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept-language"));
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ),
    );
    response
}

async fn database_state(site: &Site) -> DatabaseState {
    let checked = async {
        let mut conn = site.db.acquire().await?;
        readiness::check(&mut conn).await
    };
    match checked.await {
        Ok(Readiness::Ready) => DatabaseState::Ready,
        Ok(Readiness::MigrationsMissing) => DatabaseState::MigrationsMissing,
        Err(error) => {
            tracing::warn!(error = %error, "the database did not answer the start page: {error}");
            DatabaseState::Silent
        }
    }
}

fn page(view: &HomeView) -> Markup {
    let language = view.language;
    let title = language.pick(
        "iiko-base: меню iiko в вашей базе",
        "iiko-base: iiko's menu in your database",
    );
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    strong { "iiko-base" } " " span.version { (view.version) }
                    nav aria-label=(language.pick("Язык", "Language")) {
                        (language_link(language, Language::Russian, "Русский"))
                        (language_link(language, Language::English, "English"))
                    }
                }
                main {
                    h1 { (language.pick("Меню iiko — в вашей базе данных", "iiko's menu in your own database")) }
                    p {
                        (language.pick(
                            "iiko-base хранит точную копию меню, стоп-листов и справочников iiko в PostgreSQL и отдаёт их сайту, \
                             приложению или киоску по REST — быстро и тогда, когда iiko не отвечает.",
                            "iiko-base keeps an exact copy of iiko's menu, stop lists and reference lists in PostgreSQL and serves \
                             them to a site, an app or a kiosk over REST, fast and also while iiko is down.",
                        ))
                    }
                    (state(view))
                    ul.links {
                        (link("/api/v1/docs", language.pick("Документация API", "API documentation"),
                            language.pick("все вызовы, с примерами", "every call, with examples")))
                        (link("/api/v1/openapi.json", "OpenAPI",
                            language.pick("описание для генераторов клиентов", "the document for client generators")))
                        (link("/health", "/health", language.pick("программа работает", "the process lives")))
                        (link("/ready", "/ready", language.pick("база данных отвечает", "the database answers")))
                    }
                    h2 { (language.pick("Как начать", "How to begin")) }
                    ol {
                        li {
                            (language.pick("Добавьте подключение: ", "Add a connection: "))
                            code { "iiko-base connection add" }
                        }
                        li {
                            (language.pick("Синхронизируйте: ", "Sync: "))
                            code { "iiko-base sync full --setting 1" }
                        }
                        li {
                            (language.pick("Создайте токен для сайта: ", "Create a token for the site: "))
                            code { "iiko-base token create" }
                        }
                    }
                }
            }
        }
    }
}

fn state(view: &HomeView) -> Markup {
    let language = view.language;
    let (class, word, advice) = match view.database {
        DatabaseState::Ready => (
            "good",
            language.pick("База данных готова", "The database is ready"),
            None,
        ),
        DatabaseState::MigrationsMissing => (
            "bad",
            language.pick(
                "База данных старее программы",
                "The database is older than the program",
            ),
            Some(language.pick("Запустите iiko-base migrate.", "Run iiko-base migrate.")),
        ),
        DatabaseState::Silent => (
            "bad",
            language.pick("База данных не отвечает", "The database does not answer"),
            Some(language.pick(
                "Проверьте, что PostgreSQL запущен; причина записана в журнале программы.",
                "Check that PostgreSQL runs; the program's log has the reason.",
            )),
        ),
    };
    html! {
        p.state.(class) role="status" {
            strong { (word) }
            @if let Some(advice) = advice { " " (advice) }
        }
    }
}

fn language_link(current: Language, language: Language, name: &str) -> Markup {
    html! {
        @if current == language {
            span aria-current="true" lang=(language.tag()) { (name) }
        } @else {
            a href={ "/?lang=" (language.tag()) } hreflang=(language.tag()) lang=(language.tag()) { (name) }
        }
    }
}

fn link(href: &str, name: &str, what: &str) -> Markup {
    html! {
        li { a href=(href) { (name) } " " span { (what) } }
    }
}

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d2129; --soft: #5b6472; --paper: #fff; --line: #d9dee6; --link: #0b57b8; --good: #156b39; --bad: #a3221c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaee; --soft: #a3acba; --paper: #15181d; --line: #333a45; --link: #7db4ff; --good: #6fd394; --bad: #ff8f87; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 1rem clamp(1rem, 4vw, 2rem) 3rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
header { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; padding-bottom: .75rem; border-bottom: 1px solid var(--line); }
header nav { margin-left: auto; display: flex; gap: .75rem; }
.version, .links span, [aria-current] { color: var(--soft); }
h1 { font-size: clamp(1.5rem, 5vw, 2.1rem); line-height: 1.2; margin: 1.5rem 0 .75rem; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
a { color: var(--link); text-underline-offset: .15em; }
.state { padding: .6rem .9rem; border: 1px solid currentColor; border-radius: .5rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
.links { list-style: none; padding: 0; display: grid; gap: .5rem; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); }
.links li { padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .5rem; }
.links span { display: block; font-size: .9rem; }
li { overflow-wrap: anywhere; }
code { font: .92em ui-monospace, monospace; padding: .1em .35em; border: 1px solid var(--line); border-radius: .3em; }
";

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state in every language.
    fn samples() -> Vec<HomeView> {
        [
            DatabaseState::Ready,
            DatabaseState::MigrationsMissing,
            DatabaseState::Silent,
        ]
        .into_iter()
        .flat_map(|database| {
            [Language::Russian, Language::English].map(|language| HomeView {
                language,
                version: "1.0.0",
                database,
            })
        })
        .collect()
    }

    #[test]
    fn every_sample_renders_whole_and_asks_nobody_else() {
        for view in samples() {
            let text = page(&view).into_string();
            assert!(
                text.contains("/api/v1/docs") && text.contains("1.0.0"),
                "{text}"
            );
            assert!(
                text.contains(&format!("<html lang=\"{}\">", view.language.tag())),
                "{text}"
            );
            assert!(
                !text.contains("<script")
                    && !text.contains("http://")
                    && !text.contains("https://"),
                "{text}"
            );
        }
    }
}
