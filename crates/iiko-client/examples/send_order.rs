//! An order that arrives once, though its answer is lost: `cargo run -p iiko-client --example send_order`.
#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use std::{error::Error, fs, time::Duration};

use iiko_client::{Client, Creation, Credentials, Patience};
use iiko_emulator::{
    Config, Emulator,
    faults::{Fault, FaultRule},
};
use iiko_types::{
    ids::{Guid, OrganizationId},
    schemas::{
        CreateOrderRequest, DeliveryOrder, DeliveryServiceType, NomenclatureRequest, OrderKind,
        ProductOrderItem, TerminalGroupsRequest,
    },
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start(Config::default())?;
    let credentials = Credentials::V1 {
        api_login: "demo".into(),
    };
    let iiko = Client::builder(&emulator.url(), credentials).build()?;
    let mut request = one_tea(&iiko).await?;

    // The id is ours, and it is kept before anything is sent. A file here; with the guest's order, in one transaction, in
    // your database.
    let id = Guid::new_v4();
    let kept = std::env::temp_dir().join(format!("iiko-order-{id}.txt"));
    fs::write(&kept, id.to_string())?;
    request.order.id = Some(id);

    // The worst that can happen: iiko has the order, and its answer does not arrive.
    let lost = FaultRule::new("deliveries_create", Fault::DroppedAfter).times(1);
    emulator.control().add_fault(lost);

    match iiko.deliveries_create(&request).await {
        Ok(answer) => println!("accepted: {:?}", answer.correlation_id),
        Err(error) if error.may_have_happened() => {
            println!("{error}; the order may be there: look, do not send");
        }
        // There is no order, and the same one may be sent later or, where iiko said no, be mended.
        Err(error) => return Err(error.into()),
    }

    // A program that was stopped in between begins here, with the id it has kept.
    look(
        &iiko,
        request.organization_id,
        fs::read_to_string(&kept)?.parse()?,
    )
    .await?;
    fs::remove_file(&kept)?;
    Ok(())
}

/// Asks for the order by its id until the till has decided.
async fn look(iiko: &Client, organization: OrganizationId, id: Guid) -> Result<(), Box<dyn Error>> {
    let patience = Patience {
        deadline: Duration::from_secs(20),
        ..Patience::default()
    };
    match iiko.wait_for_delivery(organization, id, patience).await? {
        Creation::Saved(info) => {
            let number = info.order.and_then(|order| order.number);
            println!("on the till as number {number:?}");
        }
        Creation::Failed(info) => println!("refused by the till: {:?}", info.error_info),
        Creation::Unfinished(_) => println!("not known yet: ask again, do not send again"),
    }
    Ok(())
}

/// A cup of tea that the guest fetches.
async fn one_tea(iiko: &Client) -> Result<CreateOrderRequest, Box<dyn Error>> {
    let organizations = iiko.organizations_ids().await?;
    let organization = *organizations
        .first()
        .ok_or("the login sees no organization")?;
    let groups = iiko
        .terminal_groups(&TerminalGroupsRequest::new(vec![organization]))
        .await?;
    let group = groups
        .terminal_groups
        .into_iter()
        .flatten()
        .find_map(|of| of.items?.into_iter().next())
        .ok_or("no till is awake")?;
    let menu = iiko
        .nomenclature(&NomenclatureRequest::new(organization))
        .await?;
    let tea = menu
        .products
        .into_iter()
        .flatten()
        .find(|product| product.code.as_deref() == Some("TEA-01"))
        .ok_or("there is no tea")?;

    let item = ProductOrderItem::new("1".parse()?, tea.id, "199.50".parse()?);
    let mut order = DeliveryOrder::new("+70000000000", vec![item.into()]);
    order.kind = Some(OrderKind::Service(DeliveryServiceType::DeliveryByClient));
    let mut request = CreateOrderRequest::new(organization, order);
    request.terminal_group_id = Some(group.id);
    Ok(request)
}
