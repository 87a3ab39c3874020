//! An order that nobody sent, for whoever wants to see one.

use anyhow::Context;
use iiko_types::{
    endpoint::Endpoint,
    ids::{Guid, OrganizationId, ProductId, TerminalGroupId},
    number::ExactDecimal,
    operations::DeliveriesCreate,
    schemas::ProductInfo,
};
use serde_json::json;
use uuid::Uuid;

use super::Control;
use crate::{
    operations,
    world::{Call, Organization, World},
};

const GUESTS: [&str; 6] = ["Мария", "Олег", "Зарина", "Пётр", "Ксения", "Тимур"];

impl Control {
    /// A guest orders a few dishes at one of the tills that answer; it goes the way of every order that a program sends.
    pub fn invent_order(&self) -> anyhow::Result<Guid> {
        let mut world = self.shared.world();
        let count = world.deliveries.known.len();
        let (organization_id, group) = open_till(&world, count)
            .context("no till answers: wake one of the terminal groups first")?;
        let organization = world.organization(organization_id);
        let organization = organization.context("the organization of a terminal group")?;
        let id = Uuid::new_v4();
        let body = body(organization, group, id, count)?;
        let mut logins = world.logins.iter();
        let login = logins.find(|login| login.sends_to(organization_id, group));
        world.call = Call {
            login: login.map(|login| login.api_login.clone()),
            correlation_id: Uuid::new_v4(),
            ..Call::default()
        };
        let operation = operations::find(&DeliveriesCreate::PATH.to_lowercase());
        let operation = operation.context("`deliveries_create` is imitated")?;
        operation
            .answer(&mut world, &body)
            .map_err(|refusal| anyhow::anyhow!(refusal.description))?;
        drop(world);
        self.shared.stir();
        Ok(id)
    }
}

/// A terminal group whose till answers, and that somebody sends to; another one each time.
fn open_till(world: &World, count: usize) -> Option<(OrganizationId, TerminalGroupId)> {
    let tills: Vec<_> = world
        .organizations
        .iter()
        .flat_map(|organization| {
            let groups = organization.terminal_groups.iter();
            let awake = groups.filter(|group| {
                let mut logins = world.logins.iter();
                !group.is_asleep && logins.any(|it| it.sends_to(organization.id, group.id))
            });
            awake.map(|group| (organization.id, group.id))
        })
        .collect();
    tills.get(count % tills.len().max(1)).copied()
}

fn body(
    organization: &Organization,
    group: TerminalGroupId,
    id: Guid,
    count: usize,
) -> anyhow::Result<String> {
    let menu: Vec<(ProductId, ExactDecimal)> = organization
        .nomenclature
        .products
        .iter()
        .filter_map(plain_dish)
        .collect();
    // strides without a common measure, so that few orders look alike
    let dishes = (0..=count % 3).filter_map(|line| menu.get((count * 7 + line * 5) % menu.len()));
    let items: Vec<_> = dishes
        .map(|(id, price)| {
            json!({"type": "Product", "productId": id, "amount": 1 + count % 2, "price": price})
        })
        .collect();
    anyhow::ensure!(
        !items.is_empty(),
        "the menu has no dish that can be sold as it is"
    );
    let is_fetched = organization.order_types.iter().any(|it| {
        it.order_service_type
            .as_ref()
            .is_some_and(|it| it.as_str() == "DeliveryPickUp")
    });
    let mut order = json!({
        "id": id, "phone": format!("+7999000{:04}", count % 10_000), "items": items,
        "customer": {"type": "one-time", "name": GUESTS[count % GUESTS.len()]},
    });
    if is_fetched && count.is_multiple_of(2) {
        order["orderServiceType"] = json!("DeliveryByClient");
    } else {
        order["orderServiceType"] = json!("DeliveryByCourier");
        let coordinates =
            json!({"latitude": organization.latitude, "longitude": organization.longitude});
        order["deliveryPoint"] = json!({"coordinates": coordinates});
    }
    let body = json!({"organizationId": organization.id, "terminalGroupId": group, "order": order});
    Ok(body.to_string())
}

/// What can be ordered without a word about sizes and modifiers, and its price.
fn plain_dish(product: &ProductInfo) -> Option<(ProductId, ExactDecimal)> {
    let prices = product.size_prices.as_deref().unwrap_or_default();
    let [entry] = prices else { return None };
    let price = entry
        .price
        .as_ref()
        .filter(|it| it.is_included_in_menu == Some(true))?;
    let asks = product
        .group_modifiers
        .iter()
        .flatten()
        .any(|group| group.min_amount.is_some_and(|min| min > 0));
    let is_dish = product
        .r#type
        .as_deref()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("dish"));
    (is_dish && !asks && entry.size_id.is_none())
        .then(|| Some((product.id, price.current_price?)))
        .flatten()
}
