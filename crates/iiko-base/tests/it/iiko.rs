//! The emulated iiko as another client sees it, to compare with what the hub made of it.

use hub_testkit::TestHub;
use iiko_types::ids::OrganizationId;
use serde_json::{Value, json};

/// The answer of `POST /api/1/nomenclature`, whole.
pub(crate) async fn nomenclature(hub: &TestHub, organization_id: OrganizationId) -> Vec<u8> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = hub.emulator().url();
    let login = http
        .post(format!("{url}/api/1/access_token"))
        .json(&json!({ "apiLogin": "demo" }));
    let token: Value = login.send().await.unwrap().json().await.unwrap();
    let request = http
        .post(format!("{url}/api/1/nomenclature"))
        .bearer_auth(token["token"].as_str().unwrap())
        .json(&json!({ "organizationId": organization_id, "startRevision": 0 }));
    request
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap()
        .to_vec()
}
