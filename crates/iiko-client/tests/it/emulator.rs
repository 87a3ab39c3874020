//! The client against the emulator: neither knows the other, so they agree on what iiko does or not at all.

use std::{sync::Arc, time::Duration};

use iiko_client::{Client, ClientBuilder, Credentials, Denial, Error, Rate, Rates};
use iiko_emulator::{
    Config, Emulator,
    faults::{Fault, FaultRule},
};
use iiko_types::{
    endpoint::Endpoint,
    ids::{OrganizationId, TerminalGroupId},
    operations::Nomenclature,
    schemas::{
        AddProductsToStopListItem, AddProductsToStopListRequest, ClearStopListRequest,
        DiscountsRequest, GetCombosInfoRequest, GetOrganizationsRequest, NomenclatureRequest,
        OrderTypesRequest, PaymentTypesRequest, StopListsRequest, TerminalGroupsIsAliveRequest,
        TerminalGroupsRequest,
    },
};

fn start() -> Emulator {
    Emulator::start(Config::default()).unwrap()
}

fn v1(emulator: &Emulator, api_login: &str) -> ClientBuilder {
    let credentials = Credentials::V1 {
        api_login: api_login.into(),
    };
    Client::builder(&emulator.url(), credentials)
        .backoff(Duration::ZERO)
        .rates(Rates::all(Rate::Unlimited))
}

fn demo(emulator: &Emulator) -> Client {
    v1(emulator, "demo").build().unwrap()
}

fn ids(emulator: &Emulator) -> (OrganizationId, TerminalGroupId) {
    let organization = emulator.control().state().organizations[0].clone();
    let awake = organization
        .terminal_groups
        .iter()
        .find(|group| !group.is_asleep)
        .unwrap();
    (organization.id, awake.id)
}

#[tokio::test]
async fn both_logins_see_the_organizations() {
    let emulator = start();
    let v2 = Credentials::V2 {
        app_id: "15".to_owned(),
        client_secret: "demo-secret".into(),
        api_key: "demo".into(),
    };
    let v2 = Client::builder(&format!("{}/api/1/", emulator.url()), v2)
        .build()
        .unwrap();
    for client in [demo(&emulator), v2] {
        let answer = client
            .organizations(&GetOrganizationsRequest::default())
            .await
            .unwrap();
        assert_eq!(answer.organizations.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn every_reading_method_of_this_issue_is_answered() {
    let emulator = start();
    let client = demo(&emulator);
    let (organization, terminal_group) = ids(&emulator);
    let all = vec![organization];

    let nomenclature = client
        .nomenclature(&NomenclatureRequest::new(organization))
        .await
        .unwrap();
    assert!(nomenclature.products.unwrap().len() > 100);
    let groups = client
        .terminal_groups(&TerminalGroupsRequest::new(all.clone()))
        .await
        .unwrap();
    assert!(groups.terminal_groups.is_some());
    let alive = TerminalGroupsIsAliveRequest::new(vec![terminal_group], all.clone());
    assert!(
        client
            .terminal_groups_is_alive(&alive)
            .await
            .unwrap()
            .is_alive_status
            .is_some()
    );
    assert!(
        client
            .stop_lists(&StopListsRequest::new(all.clone()))
            .await
            .unwrap()
            .terminal_group_stop_lists
            .is_some()
    );
    assert!(
        client
            .payment_types(&PaymentTypesRequest::new(all.clone()))
            .await
            .unwrap()
            .payment_types
            .is_some()
    );
    let order_types = client
        .deliveries_order_types(&OrderTypesRequest::new(all.clone()))
        .await
        .unwrap();
    assert!(order_types.order_types.is_some());
    assert!(
        client
            .discounts(&DiscountsRequest::new(all))
            .await
            .unwrap()
            .discounts
            .is_some()
    );
    let combos = client
        .combo(&GetCombosInfoRequest::new(organization))
        .await
        .unwrap();
    assert!(combos.combo_specifications.is_some());
    assert!(client.menu().await.unwrap().external_menus.is_some());
}

#[tokio::test]
async fn the_bytes_are_the_answer_that_the_types_read() {
    let emulator = start();
    let client = demo(&emulator);
    let request = NomenclatureRequest::new(ids(&emulator).0);
    let answer = client.send_bytes::<Nomenclature>(&request).await.unwrap();
    let read: <Nomenclature as Endpoint>::Response = serde_json::from_slice(&answer.bytes).unwrap();
    let id = read.correlation_id.unwrap().to_string();
    assert_eq!(answer.correlation_id, Some(id));
    let typed = client.nomenclature(&request).await.unwrap();
    assert_eq!(read.products, typed.products);
}

#[tokio::test]
async fn a_dish_can_be_stopped_and_freed() {
    let emulator = start();
    let client = demo(&emulator);
    let (organization, terminal_group) = ids(&emulator);
    let dish = client
        .nomenclature(&NomenclatureRequest::new(organization))
        .await
        .unwrap()
        .products
        .unwrap()
        .remove(0);
    let item: AddProductsToStopListItem =
        serde_json::from_value(serde_json::json!({"productId": dish.id, "balance": 0})).unwrap();
    let clear = ClearStopListRequest::new(organization, terminal_group);
    client.stop_lists_clear(&clear).await.unwrap();
    client
        .stop_lists_add(&AddProductsToStopListRequest::new(
            organization,
            terminal_group,
            vec![item],
        ))
        .await
        .unwrap();
    let stopped = serde_json::to_string(
        &client
            .stop_lists(&StopListsRequest::new(vec![organization]))
            .await
            .unwrap(),
    );
    assert!(stopped.unwrap().contains(&dish.id.to_string()));
    client.stop_lists_clear(&clear).await.unwrap();
}

#[tokio::test]
async fn a_login_that_iiko_does_not_know_is_refused_for_good() {
    let emulator = start();
    let client = v1(&emulator, "invented-and-unknown").build().unwrap();
    let error = client
        .organizations(&GetOrganizationsRequest::default())
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unauthorized {
                denial: Denial::Login,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(
        !format!("{error:?}").contains("invented-and-unknown"),
        "{error:?}"
    );
    assert_eq!(emulator.control().calls("access_token"), 1);
}

#[tokio::test]
async fn tokens_that_expire_at_iiko_are_renewed_by_one_of_many() {
    let emulator = start();
    let client = demo(&emulator);
    emulator.control().set_token_bare(true);
    client
        .organizations(&GetOrganizationsRequest::default())
        .await
        .unwrap();
    emulator.control().expire_tokens();
    let client = Arc::new(client);
    let request = GetOrganizationsRequest::default();
    let calls = (0..200).map(|_| client.organizations(&request));
    for answer in futures::future::join_all(calls).await {
        answer.unwrap();
    }
    assert_eq!(emulator.control().calls("access_token"), 2);
}

#[tokio::test]
async fn mischief_becomes_the_error_it_should() {
    let emulator = start();
    let client = demo(&emulator);
    let request = NomenclatureRequest::new(ids(&emulator).0);
    client.nomenclature(&request).await.unwrap();
    for (fault, calls, expected) in [
        (
            Fault::Html { status: 200 },
            1,
            "torn answer to `nomenclature` (200): a page of HTML",
        ),
        (
            Fault::Html { status: 502 },
            3,
            "iiko refused `nomenclature` (502): ",
        ),
        (Fault::CutJson, 1, "torn answer to `nomenclature` (200): "),
        (
            Fault::MalformedJson,
            1,
            "torn answer to `nomenclature` (200): ",
        ),
        (
            Fault::DroppedBefore,
            3,
            "no answer to `nomenclature`: the connection broke",
        ),
        (
            Fault::Status {
                status: 500,
                retry_after: None,
            },
            3,
            "iiko refused `nomenclature` (500): ",
        ),
        (
            Fault::Status {
                status: 429,
                retry_after: Some(0),
            },
            3,
            "iiko refused `nomenclature` (429): ",
        ),
        (
            Fault::Status {
                status: 429,
                retry_after: Some(900),
            },
            1,
            "iiko refused `nomenclature` (429): ",
        ),
        (
            Fault::Status {
                status: 408,
                retry_after: None,
            },
            3,
            "iiko refused `nomenclature` (408): ",
        ),
        (
            Fault::Status {
                status: 403,
                retry_after: None,
            },
            1,
            "iiko refused `nomenclature` (403): ",
        ),
    ] {
        emulator.control().clear_faults();
        emulator.control().forget_exchanges();
        client.budget().resume("Data: menu");
        emulator
            .control()
            .add_fault(FaultRule::new("nomenclature", fault.clone()));
        let error = client.nomenclature(&request).await.unwrap_err();
        assert!(
            error.to_string().starts_with(expected),
            "{fault:?}: {error}"
        );
        assert_eq!(emulator.control().calls("nomenclature"), calls, "{fault:?}");
    }
}

#[tokio::test]
async fn an_organization_of_others_is_denied_by_code() {
    let emulator = start();
    let foreign: OrganizationId = "00000000-0000-4000-8000-00000000dead".parse().unwrap();
    let error = demo(&emulator)
        .nomenclature(&NomenclatureRequest::new(foreign))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.is_transient()),
        (Some("ORGANIZATION_DENIED"), false),
        "{error:?}"
    );
    assert!(error.correlation_id().is_some());
}
