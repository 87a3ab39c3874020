//! What may go from thread to thread: checked when this is compiled.

use iiko_client::{
    Client, ClientBuilder, Credentials, DateWindow, Error, Patience, RateBudget, server,
    webhook::Received,
};
use iiko_types::{
    ids::{Guid, OrganizationId},
    operations::{DeliveriesByDeliveryDateAndStatus, Nomenclature, StopLists},
    schemas::{
        GetTransactionsReportByRevisionRequest, NomenclatureRequest,
        OrdersByDeliveryDateAndStatusRequest, OrdersByRevisionRequest, StopListsRequest,
    },
    time::LocalTime,
};
use serde_json::json;

fn is_send<T: Send>(_: &T) {}

#[test]
fn clients_errors_and_all_their_futures_go_from_thread_to_thread() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Client>();
    shared::<ClientBuilder>();
    shared::<Error>();
    shared::<RateBudget>();
    shared::<Received>();
    shared::<server::Server>();
    shared::<server::ServerBuilder>();
    shared::<server::Error>();

    let credentials = Credentials::V1 {
        api_login: "x".into(),
    };
    // Nothing here is polled, so nothing is sent either.
    let client = Client::builder("http://127.0.0.1:9", credentials)
        .build()
        .unwrap();
    let organization: OrganizationId = Guid::from_u128(1).into();
    let request = StopListsRequest::new(vec![]);
    is_send(&client.stop_lists(&request));
    is_send(&client.send_with_raw::<StopLists>(&request));
    is_send(&client.send_bytes::<Nomenclature>(&NomenclatureRequest::new(organization)));
    is_send(&client.send_raw("/api/1/x", &json!({})));
    is_send(&client.organizations_ids());
    is_send(&client.wait_for_command(organization, Guid::from_u128(2).into(), Patience::default()));
    is_send(&client.wait_for_delivery(organization, Guid::from_u128(2), Patience::default()));
    is_send(&client.wait_for_table_order(organization, Guid::from_u128(2), Patience::default()));
    is_send(&client.wait_for_reserve(organization, Guid::from_u128(2), Patience::default()));
    is_send(&client.deliveries_changed_since(OrdersByRevisionRequest::new(0, vec![])));
    let transactions =
        GetTransactionsReportByRevisionRequest::new(Guid::from_u128(3), 100, organization);
    is_send(&client.transactions_changed_since(transactions));
    let midnight: LocalTime = "2026-11-22 00:00:00.000".parse().unwrap();
    let window = DateWindow {
        from: midnight,
        to: midnight,
    };
    let search = OrdersByDeliveryDateAndStatusRequest::new(vec![organization], midnight);
    is_send(&client.search_deliveries::<DeliveriesByDeliveryDateAndStatus>(search, window));
}

#[test]
fn calls_to_an_iiko_server_go_from_thread_to_thread() {
    let login = server::Login::new("x", &"x".into());
    let server = server::Server::builder("http://127.0.0.1:9", login, chrono_tz::UTC)
        .build()
        .unwrap();
    is_send(&server.info());
    is_send(&server.menu_changes(&server::MenuChangeQuery::between(
        "2026-11-01",
        "2026-11-30",
    )));
    is_send(&server.prices(&server::PriceQuery::on_day("2026-11-22")));
    let draft = server::MenuChangeDraft::new("2026-11-22", Vec::new());
    is_send(&server.create_menu_change(&draft));
    is_send(&server.edit_menu_change(&draft));
    is_send(&server.log_out());
    is_send(&server.clone().close());
}
