//! The pages in a real browser: both languages, narrow and wide, and nothing asked of other hosts.

use fantoccini::Locator;
use hub_testkit::TestHub;
use serde_json::json;

use crate::browser;

#[tokio::test]
async fn the_start_page_speaks_the_readers_language_and_fits_any_width() {
    let hub = TestHub::start().await;
    for (language, width, heading) in [
        ("ru", 1280, "меню"),
        ("en", 1280, "menu"),
        ("ru", 390, "меню"),
        ("en", 390, "menu"),
    ] {
        let browser = browser::open(language, width).await;
        browser.client.goto(&hub.url()).await.unwrap();
        let text = browser
            .client
            .find(Locator::Css("body"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(text.contains(heading), "{language}: {text}");
        assert_eq!(
            browser.run("return document.documentElement.lang").await,
            language
        );
        let overflow =
            "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
        assert_eq!(
            browser.run(overflow).await,
            true,
            "{language} at {width} scrolls sideways"
        );
        browser
            .keep_picture(&format!("start-{language}-{width}"))
            .await;
        browser
            .client
            .find(Locator::Css("a[href='/api/v1/docs']"))
            .await
            .expect("a link to the API");
        browser.client.clone().close().await.unwrap();
    }
}

#[tokio::test]
async fn the_api_page_lists_the_operations_and_asks_no_other_host() {
    let hub = TestHub::start().await;
    let browser = browser::open("en", 1280).await;
    browser
        .client
        .goto(&format!("{}/api/v1/docs/", hub.url()))
        .await
        .unwrap();
    browser
        .client
        .wait()
        .for_element(Locator::Css(".opblock"))
        .await
        .unwrap();
    let text = browser
        .client
        .find(Locator::Css("body"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for path in [
        "/api/v1/sync/full",
        "/api/v1/data/products",
        "/api/v1/iiko/settings",
    ] {
        assert!(text.contains(path), "{path} is missing in {text}");
    }
    let own = hub.url().trim_start_matches("http://").to_owned();
    assert_eq!(browser.asked_hosts().await, json!([own]));
    browser.keep_picture("api").await;
    browser.client.clone().close().await.unwrap();
}
