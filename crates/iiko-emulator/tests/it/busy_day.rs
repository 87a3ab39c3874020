//! A busy day: eight tills send five hundred orders through the SDK while half of everything goes wrong.
//!
//! In the evening the emulator has what the tills believe it has: each order once, with its sum, and the refused ones
//! refused.

use std::{collections::BTreeMap, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use iiko_client::{Client, Creation, Credentials, Patience, Rate, Rates};
use iiko_emulator::{
    Config, Pace,
    faults::{Fault, FaultRule},
};
use iiko_types::{
    ids::{Guid, OrganizationId, ProductId, TerminalGroupId},
    schemas::{
        CreateOrderRequest, CreationStatus, DeliveryOrder, DeliveryServiceType, OrderInfo,
        OrderKind, OrdersByRevisionRequest, ProductOrderItem,
    },
};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{Desk, PARKOVAYA};

const TILLS: usize = 8;
const ORDERS: usize = 500;

/// What a till writes into its book: the sum of an order, or why there is none.
type Entry = Result<Decimal, String>;

/// What goes wrong, at how many of a hundred calls.
fn mischief() -> Vec<FaultRule> {
    let create = |fault, percent| FaultRule::new("deliveries_create", fault).percent(percent);
    let look = |fault, percent| FaultRule::new("deliveries_by_id", fault).percent(percent);
    let status = |status| Fault::Status {
        status,
        retry_after: Some(0),
    };
    let refusal = Fault::TillRefuses {
        code: "PaymentTypeNotFound".to_owned(),
        message: "Касса закрыта".to_owned(),
    };
    vec![
        create(Fault::DroppedBefore, 6),
        create(Fault::DroppedAfter, 6),
        create(status(500), 5),
        create(status(408), 4),
        create(status(429), 5),
        create(Fault::CutJson, 5),
        create(Fault::Html { status: 502 }, 4),
        create(Fault::TokenExpired, 2),
        create(refusal, 4),
        look(Fault::DroppedAfter, 5),
        look(status(500), 5),
        look(Fault::MalformedJson, 3),
        look(Fault::SlowDrip { milliseconds: 5 }, 5),
    ]
}

struct Till {
    client: Client,
    organization: OrganizationId,
    group: TerminalGroupId,
    tea: ProductId,
}

impl Till {
    fn order(&self, id: Guid, amount: u32) -> CreateOrderRequest {
        let item = ProductOrderItem::new(
            i64::from(amount).into(),
            self.tea,
            "199.50".parse().unwrap(),
        );
        let mut order = DeliveryOrder::new("+79990000001", vec![item.into()]);
        order.kind = Some(OrderKind::Service(DeliveryServiceType::DeliveryByClient));
        order.id = Some(id);
        let mut request = CreateOrderRequest::new(self.organization, order);
        request.terminal_group_id = Some(self.group);
        request
    }

    /// Sends an order as the guide says: its id is kept, and after silence one looks before one acts.
    async fn sell(&self, id: Guid, amount: u32) -> Entry {
        let request = self.order(id, amount);
        let patience = Patience {
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(20),
            deadline: Duration::from_millis(60),
        };
        loop {
            // whatever the answer is, the order itself tells
            drop(self.client.deliveries_create(&request).await);
            loop {
                let found = self
                    .client
                    .wait_for_delivery(self.organization, id, patience);
                match found.await {
                    Ok(Creation::Saved(order)) => return Ok(sum(&order)),
                    Ok(Creation::Failed(order)) => return Err(reason(&order)),
                    // it is not there: the same order, under the same id, once more
                    Ok(Creation::Unfinished(None)) => break,
                    // on its way, or the question itself was lost
                    Ok(Creation::Unfinished(Some(_))) | Err(_) => {}
                }
            }
        }
    }
}

fn sum(order: &OrderInfo) -> Decimal {
    let order = order.order.as_ref().unwrap();
    order.sum.unwrap().0
}

fn reason(order: &OrderInfo) -> String {
    let info = order.error_info.as_ref().unwrap();
    info.message.clone().unwrap()
}

#[tokio::test]
async fn five_hundred_orders_arrive_once_each_while_half_of_everything_goes_wrong() {
    let desk = Desk::open_with(Config {
        pace: Pace::Auto { speed: 1000 },
        ..Config::default()
    })
    .await;
    let control = desk.control();
    let organization = control.organization(PARKOVAYA).unwrap();
    let groups = ["Парковая, зал", "Парковая, доставка"]
        .map(|name| control.terminal_group(organization, name).unwrap());
    let tea = control.product(organization, "TEA-01").unwrap();
    let credentials = Credentials::V1 {
        api_login: "demo".into(),
    };
    let client = Client::builder(&desk.emulator.url(), credentials)
        .backoff(Duration::from_millis(1))
        .rates(Rates::all(Rate::Unlimited))
        .build()
        .unwrap();
    for rule in mischief() {
        control.add_fault(rule);
    }

    let days = (0..TILLS).map(|number| {
        let till = Till {
            client: client.clone(),
            organization,
            group: groups[number % groups.len()],
            tea,
        };
        async move {
            let mut book = Vec::new();
            for amount in (1..=9)
                .cycle()
                .take(ORDERS / TILLS + usize::from(number < ORDERS % TILLS))
            {
                let id = Uuid::new_v4();
                book.push((id, amount, till.sell(id, amount).await));
            }
            book
        }
    });
    let books = stream::iter(days).buffer_unordered(TILLS).collect();
    let books: Vec<_> = tokio::time::timeout(Duration::from_secs(120), books)
        .await
        .unwrap();
    let books: Vec<(Guid, u32, Entry)> = books.into_iter().flatten().collect();
    assert_eq!(books.len(), ORDERS);
    for (id, amount, entry) in &books {
        match entry {
            Ok(sum) => assert_eq!(
                *sum,
                Decimal::from(*amount) * Decimal::new(19950, 2),
                "{id}"
            ),
            Err(reason) => assert_eq!(reason, "Касса закрыта"),
        }
    }
    let believed: BTreeMap<Guid, Entry> = books.into_iter().map(|(id, _, it)| (id, it)).collect();

    let struck = control.faults();
    assert!(struck.iter().all(|it| it.spoiled > 0), "{struck:?}");
    let known: BTreeMap<Guid, Entry> = control.deliveries().iter().map(entry).collect();
    assert!(known == believed, "the emulator has other orders");
    // and so says the API, now that nothing goes wrong
    control.clear_faults();
    let hour_ago = (control.state().now - chrono::TimeDelta::hours(1)).timestamp_millis();
    let request = OrdersByRevisionRequest::new(hour_ago, vec![organization]);
    let pages: Vec<_> = client
        .deliveries_changed_since(request)
        .try_collect()
        .await
        .unwrap();
    let told = pages.iter().flat_map(|page| &page.orders_by_organizations);
    let told = told.flat_map(|of| of.orders.iter().flatten());
    let told: BTreeMap<Guid, Entry> = told.map(entry).collect();
    let refused = believed.iter().filter(|(_, it)| it.is_err()).count();
    assert!(refused > 0 && told == believed, "{} told", told.len());
}

fn entry(order: &OrderInfo) -> (Guid, Entry) {
    let entry = match order.creation_status {
        Some(CreationStatus::Success) => Ok(sum(order)),
        _ => Err(reason(order)),
    };
    (order.id, entry)
}
