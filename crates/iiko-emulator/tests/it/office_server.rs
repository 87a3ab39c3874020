//! The server in the back office, as a client in any language meets it: lists in the form that each has, what is lenient
//! about price orders, and faults in its own manner.

use iiko_emulator::{
    Config, Emulator,
    faults::{Fault, FaultRule},
    scenario::Scenario,
};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::{Value, json};

struct Office {
    emulator: Emulator,
    http: reqwest::Client,
    key: String,
}

/// Status, content type without its charset, and body.
type Answer = (u16, String, String);

impl Office {
    async fn open() -> Self {
        Self::of(
            Config::default(),
            "89e495e7941cf9e40e6980d14a16bf023ccd4c91",
        )
        .await
    }

    async fn of(config: Config, password_sha1: &str) -> Self {
        let emulator = Emulator::start(config).unwrap();
        let http = reqwest::Client::builder().build().unwrap();
        let login = format!(
            "{}/resto/api/auth?login=prices&pass={password_sha1}",
            emulator.url()
        );
        let key = http.get(login).send().await.unwrap().text().await.unwrap();
        Self {
            emulator,
            http,
            key,
        }
    }

    fn url(&self, path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        let address = self.emulator.url();
        format!("{address}/resto/api/{path}{separator}key={}", self.key)
    }

    async fn get(&self, path: &str) -> Answer {
        read(self.http.get(self.url(path))).await
    }

    async fn json(&self, path: &str) -> Value {
        let (status, _, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    async fn xml(&self, path: &str) -> String {
        let (status, form, body) = self.get(path).await;
        assert_eq!((status, &*form), (200, "application/xml"), "{path}: {body}");
        body
    }

    async fn save(&self, order: &Value) -> Answer {
        let request = self.http.post(self.url("v2/documents/menuChange"));
        read(request.body(order.to_string())).await
    }
}

async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let form = response.headers()[CONTENT_TYPE].to_str().unwrap();
    let form = form.split(';').next().unwrap().to_owned();
    (
        response.status().as_u16(),
        form,
        response.text().await.unwrap(),
    )
}

/// How often an element begins.
fn count(xml: &str, element: &str) -> usize {
    xml.matches(&format!("<{element}>")).count()
}

#[tokio::test]
async fn the_corporation_is_told_in_xml_list_by_list() {
    let office = Office::open().await;
    let all = office.xml("corporation/departments").await;
    assert_eq!(count(&all, "corporateItemDto"), 6);
    assert!(all.contains("<name>ООО «Печь да Поле»</name><type>JURPERSON</type>"));
    let stores = office.xml("corporation/stores/").await;
    assert!(stores.contains("<corporateItemDtoes><corporateItemDto><id>"));
    assert_eq!(
        (
            count(&stores, "corporateItemDto"),
            count(&stores, "parentId")
        ),
        (2, 2)
    );
    assert_eq!(stores.matches("<type>STORE</type>").count(), 2);

    let groups = office.xml("corporation/groups?revisionFrom=-1").await;
    assert_eq!(count(&groups, "groupDto"), 5);
    for element in [
        "groupDtoes",
        "departmentId",
        "groupServiceMode",
        "restaurantSectionInfos",
        "restaurantSectionInfo",
        "pointOfSaleDtoes",
        "pointOfSaleDto",
        "main",
    ] {
        assert!(count(&groups, element) > 0, "{element}: {groups}");
    }
    let terminals = office.xml("corporation/terminals").await;
    assert_eq!(count(&terminals, "terminalDto"), 6);
    let fronts = office
        .xml("corporation/terminals/search?anonymous=false")
        .await;
    assert_eq!(fronts.matches("<anonymous>false</anonymous>").count(), 5);
    let till = office
        .xml("corporation/terminals/search?computerName=TILL-01")
        .await;
    assert_eq!(count(&till, "computerName"), 1);
    let settings = office.json("v2/corporation/settings").await;
    assert_eq!(settings, json!({"vatAccounting": "VAT_INCLUDED_IN_PRICE"}));
    assert_eq!(office.get("corporation/tables").await.0, 404);
}

#[tokio::test]
async fn each_scenario_has_its_own_legal_entity() {
    let config = Config {
        scenario: Scenario::named("coffee-chain").unwrap(),
        ..Config::default()
    };
    // the SHA-1 of "coffee"
    let office = Office::of(config, "44213f9f4d59b557314fadcd233232eebcac8012").await;
    let all = office.xml("corporation/departments").await;
    assert!(!all.contains("Печь да Поле"), "{all}");
    assert!(all.contains("<name>Тёплый Меридиан, управляющая компания</name><type>JURPERSON"));
}

#[tokio::test]
async fn deleted_entities_are_told_unless_somebody_asks_not_to() {
    let office = Office::open().await;
    let list = async |query: &str| {
        let list = office
            .json(&format!("v2/entities/list?rootType={query}"))
            .await;
        list.as_array().unwrap().clone()
    };
    let all = list("PaymentType").await;
    let living = list("PaymentType&includeDeleted=false").await;
    assert_eq!(list("PaymentType&includeDeleted=true").await, all);
    let deleted: Vec<&Value> = all.iter().filter(|it| it["deleted"] == true).collect();
    assert_eq!((deleted.len(), living.len()), (1, all.len() - 1));

    let units = list("MeasureUnit").await;
    let products = office.json("v2/entities/products/list").await;
    let unit = &products[0]["mainUnit"];
    assert!(
        units.iter().any(|it| it["id"] == *unit),
        "{unit}: {units:?}"
    );
    assert_eq!(list("Conception").await, [json!(null); 0]);
    let (status, _, text) = office.get("v2/entities/list?rootType=Dish").await;
    assert_eq!((status, &*text), (400, "Unknown rootType Dish"));
}

#[tokio::test]
async fn who_asks_by_id_is_told_which_one_is_missing() {
    let office = Office::open().await;
    let refused = async |query: &str| {
        let path = format!("v2/entities/priceCategories/byId?{query}");
        let (status, _, text) = office.get(&path).await;
        (status, text)
    };
    let sentence = "Entity 7, 8 is not found".to_owned();
    assert_eq!(refused("id=7&id=8").await, (404, sentence));
    let sentence = "Parameter id is required".to_owned();
    assert_eq!(refused("id=").await, (400, sentence));
    let all = office.json("v2/entities/priceCategories").await;
    let first = &all["response"][0];
    let id = first["id"].as_str().unwrap();
    let path = format!("v2/entities/priceCategories/byId?id={id}&id=8");
    assert_eq!(office.json(&path).await, *first);
}

#[tokio::test]
async fn products_are_asked_for_by_category_and_by_revision() {
    let office = Office::open().await;
    let list = async |query: &str| {
        let list = office
            .json(&format!("v2/entities/products/list?{query}"))
            .await;
        list.as_array().unwrap().clone()
    };
    let all = list("").await;
    let category = all.iter().find_map(|it| it["category"].as_str()).unwrap();
    let of_category = list(&format!("categoryIds={category}")).await;
    assert!(!of_category.is_empty() && of_category.len() < all.len());
    assert!(of_category.iter().all(|it| it["category"] == category));

    let day = "dateFrom=2020-01-01&dateTo=2020-01-01";
    let orders = office.json(&format!("v2/documents/menuChange?{day}")).await;
    let newer = format!("revisionFrom={}", orders["revision"]);
    assert!(list(&newer).await.is_empty());
    let control = office.emulator.control();
    let organization = control.organization("parkovaya").unwrap();
    let product = control.product(organization, "TEA-01").unwrap();
    control
        .rename_product(organization, product, "Чай с чабрецом")
        .unwrap();
    let changed = list(&newer).await;
    assert!(changed.iter().any(|it| it["name"] == "Чай с чабрецом"));
}

/// An order for a product, from a day on, with this in place of the row's number.
fn order(office: &Office, day: &str, num: Value) -> Value {
    let control = office.emulator.control();
    let organization = control.organization("parkovaya").unwrap();
    let product = control.product(organization, "TEA-01").unwrap();
    json!({
        "dateIncoming": day, "status": "NEW",
        "items": [{"num": num, "departmentId": organization, "productId": product, "including": true, "price": 1}]
    })
}

#[tokio::test]
async fn the_number_of_a_row_is_not_looked_at() {
    let office = Office::open().await;
    let numbers = [json!(null), json!(-1), json!(7.5), json!("7"), json!(1e300)];
    for (number, day) in numbers.into_iter().zip(10..) {
        let draft = order(&office, &format!("2100-01-{day}"), number.clone());
        let (status, _, text) = office.save(&draft).await;
        assert_eq!(status, 200, "{number}: {text}");
        assert!(text.contains(r#""num":1,"#), "{number}: {text}");
    }
}

#[tokio::test]
async fn the_number_after_the_highest_is_found_however_high_that_is() {
    let office = Office::open().await;
    let made = async |day: &str, number: Value| {
        let mut draft = order(&office, day, json!(0));
        draft["documentNumber"] = number;
        let (status, _, text) = office.save(&draft).await;
        assert_eq!(status, 200, "{text}");
        let saved: Value = serde_json::from_str(&text).unwrap();
        saved["response"]["documentNumber"].clone()
    };
    for (days, (highest, next)) in [
        ("4294967295", "4294967296"),
        ("18446744073709551615", "18446744073709551615"),
    ]
    .into_iter()
    .enumerate()
    {
        let day = |half: usize| format!("2100-02-{:02}", 2 * days + half);
        assert_eq!(made(&day(1), json!(highest)).await, highest);
        assert_eq!(made(&day(2), json!(null)).await, next);
    }
}

#[tokio::test]
async fn faults_are_sentences_and_what_is_spoiled_keeps_its_form() {
    let office = Office::open().await;
    let control = office.emulator.control();
    let spoiled = async |path: &str, fault: Fault| {
        let id = control.add_fault(FaultRule::new(&format!("server/{path}"), fault));
        let answer = office.get(path).await;
        control.remove_fault(id);
        answer
    };
    let status = |status| Fault::Status {
        status,
        retry_after: None,
    };
    for (code, text) in [
        (401, "Token is expired or invalid"),
        (403, "Permission denied"),
        (429, "Too Many Requests"),
        (500, "java.lang.NullPointerException"),
        (503, "Status 503"),
    ] {
        assert_eq!(
            spoiled("version", status(code)).await,
            (code, "text/plain".to_owned(), text.to_owned())
        );
    }
    let cut = spoiled("corporation/departments", Fault::CutJson).await;
    assert_eq!((cut.0, &*cut.1), (200, "application/xml"));
    let broken = spoiled("v2/entities/productScales", Fault::MalformedJson).await;
    assert_eq!((broken.0, &*broken.1), (200, "application/json"));
    let page = spoiled("version", Fault::Html { status: 502 }).await;
    assert_eq!((page.0, &*page.1), (502, "text/html"));

    let limited = Fault::Status {
        status: 429,
        retry_after: Some(7),
    };
    control.add_fault(FaultRule::new("server/version", limited).times(1));
    let response = office.http.get(office.url("version")).send().await.unwrap();
    assert_eq!(response.headers()[RETRY_AFTER], "7");

    let expired = spoiled("version", Fault::TokenExpired).await;
    assert_eq!(expired.0, 401);
    assert_eq!(control.server_slots_used().unwrap(), 0, "for good");
}
