//! What the buttons of the pages do. Each ends with a redirect to the page it was on, which also tells what went wrong.

use anyhow::Context;
use axum::{
    Router,
    extract::{Form, Path, State},
    response::Redirect,
    routing::post,
};
use iiko_types::schemas::{DeliveryStatus, OrderItemStatus, ReserveStatus, RetrievedOrderStatus};
use serde::Deserialize;

use super::{link, mischief::presets};
use crate::{
    control::Control, faults::FaultRule, scenario::Scenario, schedule::Pace, shared::Shared,
};

pub(super) fn router() -> Router<Shared> {
    Router::new().route("/_emulator/deeds/{deed}", post(act))
}

/// The fields of all forms; each deed takes its own.
#[derive(Deserialize)]
struct Fields {
    back: String,
    delivery: Option<String>,
    order: Option<String>,
    reserve: Option<String>,
    dishes: Option<String>,
    status: Option<String>,
    organization: Option<String>,
    terminal_group: Option<String>,
    product: Option<String>,
    size: Option<String>,
    price: Option<String>,
    stopped: Option<String>,
    asleep: Option<String>,
    pace: Option<String>,
    scenario: Option<String>,
    preset: Option<String>,
    operation: Option<String>,
    percent: Option<String>,
    times: Option<String>,
    id: Option<String>,
}

async fn act(
    State(shared): State<Shared>,
    Path(deed): Path<String>,
    Form(fields): Form<Fields>,
) -> Redirect {
    let control = Control::new(shared);
    let outcome = match deed.as_str() {
        "send" => {
            control.send_webhooks().await;
            Ok(())
        }
        _ => fields.act(&deed, &control),
    };
    // nowhere but to our own pages
    let back = match fields.back.starts_with("/_emulator/") {
        true => fields.back.as_str(),
        false => "/_emulator/",
    };
    match outcome {
        Ok(()) => Redirect::to(back),
        Err(error) => {
            let problem = format!("{error:#}");
            let separator = if back.contains('?') { "&" } else { "?" };
            let told = link("", &[("problem", Some(&problem))]);
            Redirect::to(&format!(
                "{back}{separator}{}",
                told.trim_start_matches('?')
            ))
        }
    }
}

impl Fields {
    fn act(&self, deed: &str, control: &Control) -> anyhow::Result<()> {
        match deed {
            "advance" => control.advance_delivery(id(&self.delivery)?),
            "cancel" => control.move_delivery(id(&self.delivery)?, &DeliveryStatus::Cancelled),
            "table" => {
                let status = RetrievedOrderStatus::from(given(&self.status)?);
                control.move_table_order(id(&self.order)?, &status)
            }
            "cook" => {
                let status = OrderItemStatus::from(given(&self.dishes)?);
                control.cook_table_order(id(&self.order)?, &status)
            }
            "reserve" => {
                let status = ReserveStatus::from(given(&self.status)?);
                control.move_reserve(id(&self.reserve)?, &status)
            }
            "order" => control.invent_order().map(drop),
            "price" => self.price(control),
            "stop" => self.stop(control),
            "sleep" => {
                let asleep = self.asleep.as_deref() == Some("yes");
                control.set_asleep(given(&self.terminal_group)?.parse()?, asleep)
            }
            "pace" => {
                let pace = match given(&self.pace)? {
                    "stepped" => Pace::Stepped,
                    speed => Pace::Auto {
                        speed: speed.parse()?,
                    },
                };
                pace.check()?;
                control.set_pace(pace);
                Ok(())
            }
            "step" => {
                control.step();
                Ok(())
            }
            "settle" => {
                control.settle();
                Ok(())
            }
            "reset" => match self.scenario.as_deref().filter(|name| !name.is_empty()) {
                Some(name) => control.reset_to(&Scenario::named(name)?),
                None => control.reset(),
            },
            "fault" => self.fault(control),
            "mend" => {
                control.remove_fault(given(&self.id)?.parse()?);
                Ok(())
            }
            _ => anyhow::bail!("there is no deed `{deed}`"),
        }
    }

    fn price(&self, control: &Control) -> anyhow::Result<()> {
        let organization = given(&self.organization)?.parse()?;
        let size = self.size.as_deref().filter(|size| !size.is_empty());
        let size = size.map(str::parse).transpose()?;
        let price = given(&self.price)?.trim().replace(',', ".");
        let price = price
            .parse()
            .with_context(|| format!("`{price}` is no price"))?;
        control.set_price(organization, given(&self.product)?.parse()?, size, price)
    }

    fn stop(&self, control: &Control) -> anyhow::Result<()> {
        let organization = given(&self.organization)?.parse()?;
        let group = given(&self.terminal_group)?.parse()?;
        let product = given(&self.product)?.parse()?;
        match self.stopped.as_deref() {
            Some("yes") => control.stop(organization, group, product, None, 0.into()),
            _ => control.unstop(organization, group, product, None).map(drop),
        }
    }

    fn fault(&self, control: &Control) -> anyhow::Result<()> {
        let wanted = given(&self.preset)?;
        let found = presets().into_iter().find(|(name, _)| *name == wanted);
        let (_, fault) = found.with_context(|| format!("there is no fault `{wanted}`"))?;
        let filled = |field: &Option<String>| {
            let text = field.as_deref().map(str::trim).unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let number = |field: &Option<String>| {
            let text = filled(field);
            text.map(|text| {
                text.parse::<u64>()
                    .with_context(|| format!("`{text}` is no number"))
            })
            .transpose()
        };
        let percent = number(&self.percent)?.map(u8::try_from).transpose()?;
        // faults of webhooks are of the operation `webhook` and no other
        let operation = match wanted.starts_with("webhook-") {
            true => Some("webhook".to_owned()),
            false => filled(&self.operation),
        };
        let rule = FaultRule {
            operation,
            login: None,
            after: 0,
            times: number(&self.times)?,
            percent: percent.filter(|percent| *percent != 100),
            fault,
        };
        rule.check()?;
        control.add_fault(rule);
        Ok(())
    }
}

fn given(field: &Option<String>) -> anyhow::Result<&str> {
    field.as_deref().context("a field is missing")
}

fn id(field: &Option<String>) -> anyhow::Result<iiko_types::ids::Guid> {
    Ok(given(field)?.parse()?)
}
