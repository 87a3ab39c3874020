//! The emulator's pages in a real browser: what the staff would do at the till, in both languages, narrow and wide.

use std::time::Duration;

use chrono::TimeDelta;
use fantoccini::Locator;
use iiko_client::{Client, Credentials};
use iiko_emulator::{Config, Emulator, Pace};
use iiko_types::operations::{ReserveAvailableRestaurantSections, ReserveCreate};
use serde_json::json;

use crate::browser::{self, Browser};

const PATIENCE: Duration = Duration::from_secs(60);

fn quiet() -> Emulator {
    Emulator::start(Config {
        pace: Pace::Stepped,
        ..Config::default()
    })
    .unwrap()
}

/// Presses a button, and waits for the page that comes of it.
async fn press(browser: &Browser, css: &str) {
    browser.run("window.isOld = true").await;
    let button = browser.client.find(Locator::Css(css)).await.unwrap();
    button.click().await.unwrap();
    let is_new = "return window.isOld === undefined && document.readyState === 'complete'";
    let waited = tokio::time::timeout(PATIENCE, async {
        while browser.run(is_new).await != true {
            tokio::task::yield_now().await;
        }
    });
    waited.await.expect("a button leads to a page");
}

async fn text(browser: &Browser) -> String {
    let text = browser.run("return document.body.innerText").await;
    text.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_order_is_taken_to_its_end_with_buttons() {
    let emulator = quiet();
    let browser = browser::open("ru", 1280).await;
    let page = format!("{}/_emulator/", emulator.url());
    browser.client.goto(&page).await.unwrap();
    assert!(text(&browser).await.contains("Заказов ещё нет"));
    press(&browser, "form[action$='/order'] button").await;
    assert!(text(&browser).await.contains("в пути к кассе"));
    press(&browser, "form[action$='/settle'] button").await;
    assert!(text(&browser).await.contains("ждёт кухню"));
    browser.keep_picture("emulator-board").await;
    for _ in 0..4 {
        press(&browser, "form[action$='/advance'] button").await;
    }
    let text = text(&browser).await;
    assert!(
        text.contains("закрыт") && text.contains("оплачен"),
        "{text}"
    );
    browser.client.clone().close().await.unwrap();
}

/// Guests at a table, and others who want it tomorrow.
async fn seat_guests(emulator: &Emulator) {
    let control = emulator.control();
    let organization = control.organization("parkovaya").unwrap();
    let group = control
        .terminal_group(organization, "Парковая, зал")
        .unwrap();
    let tea = control.product(organization, "TEA-01").unwrap();
    let credentials = Credentials::V1 {
        api_login: "demo".into(),
    };
    let client = Client::builder(&emulator.url(), credentials)
        .build()
        .unwrap();
    let halls = serde_json::from_value(json!({"terminalGroupIds": [group]})).unwrap();
    let halls = client
        .send::<ReserveAvailableRestaurantSections>(&halls)
        .await;
    let halls = halls.unwrap().restaurant_sections.unwrap();
    let table = halls[0].tables.as_ref().unwrap()[0].id;
    control
        .open_at_till(organization, group, table, tea)
        .unwrap();
    let tomorrow = control.state().now + TimeDelta::days(1);
    let reserve = serde_json::from_value(json!({
        "organizationId": organization, "terminalGroupId": group, "tableIds": [table], "phone": "+79990000003",
        "customer": {"type": "regular", "name": "Мария"}, "durationInMinutes": 120, "shouldRemind": false,
        "comment": "у окна, с детским стулом",
        "estimatedStartTime": tomorrow.format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
    }));
    let reserved = client.send::<ReserveCreate>(&reserve.unwrap()).await;
    reserved.unwrap();
    control.settle();
}

#[tokio::test]
async fn a_table_is_served_and_a_reserve_kept_with_buttons() {
    let emulator = quiet();
    seat_guests(&emulator).await;
    for language in ["ru", "en"] {
        let browser = browser::open(language, 1280).await;
        let page = format!("{}/_emulator/", emulator.url());
        browser.client.goto(&page).await.unwrap();
        browser
            .keep_picture(&format!("emulator-halls-{language}"))
            .await;
        let shown = text(&browser).await;
        let (heading, name) = match language {
            "ru" => ("Резервы и банкеты", "Гости пришли"),
            _ => ("Reserves and banquets", "The guests have come"),
        };
        assert!(
            shown.contains(heading) && shown.contains(name) && shown.contains("Мария"),
            "{shown}"
        );
        browser.client.clone().close().await.unwrap();
    }
    let browser = browser::open("en", 1280).await;
    let page = format!("{}/_emulator/", emulator.url());
    browser.client.goto(&page).await.unwrap();
    for reached in ["sent to the kitchen", "cooking", "cooked", "served"] {
        press(&browser, "form[action$='/cook'] button").await;
        let shown = text(&browser).await;
        assert!(shown.contains(&format!("Dishes: {reached}")), "{shown}");
    }
    press(&browser, "form[action$='/table'] button.next").await;
    assert!(text(&browser).await.contains("bill"));
    press(&browser, "form[action$='/reserve'] button.next").await;
    assert!(text(&browser).await.contains("guests are here"));
    press(&browser, "form[action$='/reserve'] button.next").await;
    assert!(!text(&browser).await.contains("Reserves"));
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
async fn a_dish_is_stopped_and_repriced_and_a_bad_price_is_told() {
    let emulator = quiet();
    let browser = browser::open("en", 1280).await;
    let page = format!("{}/_emulator/dishes?search=TEA-01", emulator.url());
    browser.client.goto(&page).await.unwrap();
    press(&browser, "form[action$='/stop'] button").await;
    assert!(text(&browser).await.contains("stopped"));
    let price = async |written: &str| {
        let field = browser.client.find(Locator::Css("input[name=price]"));
        let field = field.await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(written).await.unwrap();
        press(&browser, "form[action$='/price'] button").await;
    };
    price("210,50").await;
    let shown = browser.client.find(Locator::Css("input[name=price]"));
    let shown = shown.await.unwrap().prop("value").await.unwrap();
    assert_eq!(shown.as_deref(), Some("210.5"));
    price("cheap").await;
    let told = browser.client.find(Locator::Css("[role=alert]"));
    let told = told.await.unwrap().text().await.unwrap();
    assert!(told.starts_with("`cheap` is no price"), "{told}");
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
async fn a_fault_is_switched_on_and_off() {
    let emulator = quiet();
    let browser = browser::open("en", 1280).await;
    let page = format!("{}/_emulator/mischief", emulator.url());
    browser.client.goto(&page).await.unwrap();
    let operation = browser.client.find(Locator::Css("input[name=operation]"));
    operation.await.unwrap().send_keys("combo").await.unwrap();
    press(&browser, "form[action$='/fault'] button").await;
    assert_eq!(emulator.control().faults().len(), 1);
    assert!(text(&browser).await.contains("Switch off"));
    press(&browser, "form[action$='/mend'] button").await;
    assert_eq!(emulator.control().faults(), []);
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
async fn the_pages_fit_any_width_in_both_languages() {
    let emulator = quiet();
    for _ in 0..3 {
        emulator.control().invent_order().unwrap();
    }
    emulator.control().settle();
    seat_guests(&emulator).await;
    for (language, heading) in [("ru", "Доставки"), ("en", "Deliveries")] {
        let browser = browser::open(language, 390).await;
        for page in ["", "dishes", "mischief", "calls"] {
            let url = format!("{}/_emulator/{page}", emulator.url());
            browser.client.goto(&url).await.unwrap();
            let overflow = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
            assert_eq!(
                browser.run(overflow).await,
                true,
                "`{page}` in {language} scrolls sideways"
            );
            browser
                .keep_picture(&format!("emulator-{page}-{language}-narrow"))
                .await;
            if page.is_empty() {
                assert!(text(&browser).await.contains(heading));
            }
        }
        browser.client.clone().close().await.unwrap();
    }
}
