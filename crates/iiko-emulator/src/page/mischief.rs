//! Faults: those that are ordered, with a button that takes each back, and those that can be.

use maud::{Markup, html};

use super::{Frame, language::Language};
use crate::faults::{Fault, FaultState, Mischief};

/// The faults that a click orders; the rest take an order over HTTP, which `/_emulator/help` explains.
pub(super) fn presets() -> Vec<(&'static str, Fault)> {
    let status = |status, retry_after| Fault::Status {
        status,
        retry_after,
    };
    vec![
        ("latency", Fault::Latency { milliseconds: 3000 }),
        ("slow", Fault::SlowDrip { milliseconds: 5000 }),
        ("401", status(401, None)),
        ("403", status(403, None)),
        ("408", status(408, None)),
        ("429", status(429, None)),
        ("429-later", status(429, Some(30))),
        ("500", status(500, None)),
        ("502", Fault::Html { status: 502 }),
        ("cut", Fault::CutJson),
        ("malformed", Fault::MalformedJson),
        ("dropped-before", Fault::DroppedBefore),
        ("dropped-after", Fault::DroppedAfter),
        ("empty", Fault::EmptyMenu),
        ("missing", Fault::MissingList),
        ("token", Fault::TokenExpired),
        (
            "till",
            Fault::TillRefuses {
                code: "Common".to_owned(),
                message: "The till is told to refuse it".to_owned(),
            },
        ),
        (
            "limit",
            Fault::Limit {
                calls: 10,
                seconds: 60,
            },
        ),
        ("webhook-lost", Fault::WebhookLost),
        ("webhook-doubled", Fault::WebhookDoubled),
        ("webhook-late", Fault::WebhookLate),
        ("webhook-reordered", Fault::WebhookReordered),
    ]
}

pub(super) fn content(frame: &Frame, mischief: &Mischief) -> Markup {
    html! {
        h1 { (frame.pick("Неполадки", "Faults")) }
        p.soft {
            (frame.pick(
                "Каждая неполадка действует, пока её не выключат. Операция — имя вида stop_lists; без имени неполадка касается всех.",
                "A fault strikes until it is switched off. An operation is a name like stop_lists; without one the fault is for all.",
            ))
        }
        (ordered(frame, mischief.rules()))
        form.order method="post" action="/_emulator/deeds/fault" {
            (frame.hidden(&[]))
            label {
                (frame.pick("Что", "What")) " "
                select name="preset" {
                    @for (name, fault) in presets() { option value=(name) { (told(frame.language, &fault)) } }
                }
            }
            label { (frame.pick("Операция", "Operation")) " " input name="operation" placeholder="deliveries_create" list="operations"; }
            datalist id="operations" {
                @for path in crate::operations::imitated().iter().filter_map(|it| name_at(it.path)) { option value=(path) {} }
            }
            label { (frame.pick("Доля, %", "Share, %")) " " input name="percent" inputmode="numeric" size="4" value="100"; }
            label { (frame.pick("Сколько раз", "How often")) " " input name="times" inputmode="numeric" size="4" placeholder="∞"; }
            button { (frame.pick("Включить", "Switch on")) }
        }
    }
}

/// An operation's name is that of its path.
fn name_at(path: &str) -> Option<&'static str> {
    let mut all = iiko_types::operations::ALL.iter();
    all.find(|operation| operation.path == path)
        .map(|operation| operation.name)
}

fn ordered(frame: &Frame, rules: &[FaultState]) -> Markup {
    html! {
        @if rules.is_empty() {
            p { (frame.pick("Всё работает как надо.", "Everything works as it should.")) }
        } @else {
            table {
                thead { tr {
                    th { (frame.pick("Неполадка", "Fault")) }
                    th { (frame.pick("Где", "Where")) }
                    th { (frame.pick("Доля", "Share")) }
                    th { (frame.pick("Случилось", "Struck")) }
                    th {}
                } }
                @for state in rules {
                    @let id = state.id.to_string();
                    tr {
                        td { (told(frame.language, &state.rule.fault)) }
                        td {
                            (state.rule.operation.as_deref().unwrap_or(frame.pick("везде", "everywhere")))
                            @if let Some(login) = &state.rule.login { " · " (login) }
                        }
                        td { (state.rule.percent.unwrap_or(100)) " %" }
                        td { (state.spoiled) " " (frame.pick("из", "of")) " " (state.seen) }
                        td { (frame.button("mend", &[("id", &id)], "quiet", frame.pick("Выключить", "Switch off"))) }
                    }
                }
            }
        }
    }
}

/// A fault in a few words.
pub(super) fn told(language: Language, fault: &Fault) -> String {
    let plain = |russian, english| language.pick(russian, english).to_owned();
    match fault {
        Fault::Latency { milliseconds } => format!(
            "{}, {milliseconds} {}",
            language.pick("задержка", "latency"),
            language.pick("мс", "ms")
        ),
        Fault::SlowDrip { milliseconds } => format!(
            "{}, {milliseconds} {}",
            language.pick("ответ по капле", "the answer in drops"),
            language.pick("мс", "ms")
        ),
        Fault::Status {
            status,
            retry_after: None,
        } => status.to_string(),
        Fault::Status {
            status,
            retry_after: Some(seconds),
        } => format!("{status}, Retry-After {seconds}"),
        Fault::Html { status } => format!(
            "{status}, {}",
            language.pick("страница HTML", "a page of HTML")
        ),
        Fault::CutJson => plain("обрезанный JSON", "cut JSON"),
        Fault::MalformedJson => plain("испорченный JSON", "malformed JSON"),
        Fault::DroppedBefore => plain("обрыв до выполнения", "dropped before it was done"),
        Fault::DroppedAfter => plain("обрыв после выполнения", "dropped after it was done"),
        Fault::EmptyMenu => plain("пустые списки", "empty lists"),
        Fault::MissingList => plain("списков нет", "lists missing"),
        Fault::TokenExpired => plain("токен истёк раньше срока", "the token expired early"),
        Fault::TillRefuses { .. } => plain("касса отказывает", "the till refuses"),
        Fault::Limit { calls, seconds } => format!(
            "{} {calls} / {seconds} {}",
            language.pick("лимит", "limit"),
            language.pick("с", "s")
        ),
        Fault::WebhookLost => plain("вебхук потерян", "webhook lost"),
        Fault::WebhookDoubled => plain("вебхук дважды", "webhook doubled"),
        Fault::WebhookLate => plain("вебхук опаздывает", "webhook late"),
        Fault::WebhookReordered => plain("события не по порядку", "events out of order"),
    }
}
