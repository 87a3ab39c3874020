//! The pages for people, without a browser: what their forms do. (The browser's tests are in `iiko-base`.)

use serde_json::json;
use uuid::Uuid;

use crate::{Desk, orders::pickup, quiet_desk};

async fn page(desk: &Desk, path: &str) -> String {
    let url = format!("{}/_emulator/{path}", desk.emulator.url());
    let response = desk.http.get(url).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "{path}");
    response.text().await.unwrap()
}

/// The status of a deed's answer, and where it leads.
async fn deed(desk: &Desk, name: &str, fields: &str) -> (u16, String) {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let response = client
        .post(format!("{}/_emulator/deeds/{name}", desk.emulator.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(fields.to_owned())
        .send()
        .await
        .unwrap();
    let location = response.headers()["location"].to_str().unwrap();
    (response.status().as_u16(), location.to_owned())
}

#[tokio::test]
async fn what_guests_write_stays_text() {
    let desk = quiet_desk().await;
    let mut body = pickup(&desk, Uuid::new_v4());
    body["order"]["comment"] = json!("<script>alert(1)</script>");
    body["order"]["customer"]["name"] = json!("<b>Гость</b>");
    desk.ask("/api/1/deliveries/create", body).await;
    desk.control().settle();
    let page = page(&desk, "?lang=ru").await;
    assert!(page.contains("&lt;b&gt;Гость") && page.contains("&lt;script&gt;"));
    assert!(!page.contains("<script"));
}

#[tokio::test]
async fn a_deed_leads_back_to_our_own_pages_only() {
    let desk = quiet_desk().await;
    let own = deed(&desk, "step", "back=%2F_emulator%2Fdishes%3Flang%3Den").await;
    assert_eq!(own, (303, "/_emulator/dishes?lang=en".to_owned()));
    let foreign = deed(&desk, "step", "back=https%3A%2F%2Fexample.org%2F").await;
    assert_eq!(foreign, (303, "/_emulator/".to_owned()));
    let (status, place) = deed(&desk, "dance", "back=%2F_emulator%2F%3Flang%3Den").await;
    assert_eq!(
        (status, place.as_str()),
        (
            303,
            "/_emulator/?lang=en&problem=there+is+no+deed+%60dance%60"
        )
    );
    assert!(
        page(&desk, "?problem=no+such+dish")
            .await
            .contains("no such dish")
    );
}

#[tokio::test]
async fn every_preset_of_the_page_can_be_ordered() {
    let desk = quiet_desk().await;
    let form = page(&desk, "mischief?lang=en").await;
    let form = form.split("name=\"preset\"").nth(1).unwrap();
    let form = form.split("</select>").next().unwrap();
    let presets: Vec<&str> = form
        .split("<option value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(presets.len() > 20, "{presets:?}");
    for preset in &presets {
        let fields = format!("back=%2F_emulator%2F&preset={preset}&percent=50&times=");
        assert_eq!(
            deed(&desk, "fault", &fields).await.1,
            "/_emulator/",
            "{preset}"
        );
    }
    assert_eq!(desk.control().faults().len(), presets.len());
    deed(&desk, "reset", "back=%2F_emulator%2F&scenario=coffee-chain").await;
    let state = desk.control().state();
    assert_eq!(
        (state.scenario.as_str(), state.organizations.len()),
        ("coffee-chain", 5)
    );
}
