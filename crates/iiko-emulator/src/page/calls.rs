//! What was asked of the emulator lately, and what it told others.

use maud::{Markup, html};

use super::{Frame, mischief::told};
use crate::{faults::Mischief, world::World};

const SHOWN: usize = 100;

pub(super) fn content(frame: &Frame, mischief: &Mischief, world: &World) -> Markup {
    let mut exchanges: Vec<_> = mischief.exchanges().collect();
    exchanges.reverse();
    let sent = world.webhooks.log.iter().rev().take(SHOWN);
    let waiting = world.webhooks.outbox.len();
    html! {
        h1 { (frame.pick("Последние вызовы", "Last calls")) }
        @if exchanges.is_empty() { p.soft { (frame.pick("Ещё никто не звонил.", "Nobody has called yet.")) } }
        @else {
            table {
                thead { tr {
                    th { "UTC" }
                    th { (frame.pick("Операция", "Operation")) }
                    th { (frame.pick("Логин", "Login")) }
                    th { (frame.pick("Ответ", "Answer")) }
                    th { (frame.pick("Неполадки", "Faults")) }
                } }
                @for exchange in exchanges.iter().take(SHOWN) {
                    tr {
                        td { (exchange.at.format("%H:%M:%S%.3f")) }
                        td { (exchange.operation.as_deref().unwrap_or(&exchange.path)) }
                        td { (exchange.login.as_deref().unwrap_or("—")) }
                        td {
                            @match exchange.status {
                                Some(200) => span.good { "200" },
                                Some(status) => span.bad { (status) },
                                None => span.bad { (frame.pick("обрыв", "dropped")) },
                            }
                        }
                        td { @for fault in &exchange.faults { span.tag { (told(frame.language, fault)) } " " } }
                    }
                }
            }
        }
        div.title {
            h1 { (frame.pick("Вебхуки", "Webhooks")) }
            @if waiting > 0 {
                span.soft { (frame.pick("ждут отправки:", "waiting:")) " " (waiting) }
                (frame.button("send", &[], "plain", frame.pick("Отправить", "Send")))
            }
        }
        @if world.webhooks.log.is_empty() {
            p.soft { (frame.pick(
                "Ничего не отправлено. Обработчик задаёт операция webhooks/update_settings.",
                "Nothing was sent. The operation webhooks/update_settings names a handler.",
            )) }
        } @else {
            table {
                @for delivered in sent {
                    tr {
                        td { (delivered.at.format("%H:%M:%S%.3f")) }
                        td { (delivered.uri) }
                        td { (delivered.events.join(", ")) }
                        @if delivered.attempt > 0 {
                            td { @match delivered.status { Some(status) => (status), None => (frame.pick("нет ответа", "no answer")) } }
                            td.soft { (frame.pick("попытка", "attempt")) " " (delivered.attempt) }
                        } @else {
                            td {} td.soft { (frame.pick("не отправлено", "not sent")) }
                        }
                        td { @for fault in &delivered.faults { span.tag { (told(frame.language, fault)) } " " } }
                    }
                }
            }
        }
    }
}
