//! External menus: the list, and one menu in each of its versions.

use serde_json::{Value, json};

use crate::{Desk, NABEREZHNAYA, PARKOVAYA};

const ZERO: &str = "00000000-0000-0000-0000-000000000000";

async fn menu(desk: &Desk, version: u32, price_category_id: &str) -> Value {
    let organizations = [
        desk.organization(PARKOVAYA),
        desk.organization(NABEREZHNAYA),
    ];
    let body = json!({"externalMenuId": "4679", "organizationIds": organizations, "version": version,
        "language": "ru", "priceCategoryId": price_category_id});
    desk.ask("/api/2/menu/by_id", body).await
}

fn find<'j>(items: &'j Value, code: &str) -> &'j Value {
    items
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["sku"] == code)
        .unwrap()
}

#[tokio::test]
async fn menus_and_price_categories_are_listed_without_a_body() {
    let desk = Desk::open().await;
    for body in ["", "{}", "{\"organizationIds\":[]}"] {
        let answer = desk.post_text("/api/2/menu", body).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.json()["externalMenus"],
            json!([{"id": "4679", "name": "Сайт"}])
        );
        assert_eq!(
            answer.json()["priceCategories"][0],
            json!({"id": ZERO, "name": "Базовая категория"})
        );
        assert_eq!(
            answer.json()["priceCategories"].as_array().unwrap().len(),
            2
        );
    }
}

#[tokio::test]
async fn version_2_prices_each_organization_by_itself() {
    let desk = Desk::open().await;
    let menu = menu(&desk, 2, ZERO).await;
    assert_eq!(
        (&menu["id"], &menu["formatVersion"], &menu["correlationId"]),
        (&json!(4679), &json!(2), &Value::Null)
    );
    let pizza = find(&menu["itemCategories"][1]["items"], "PIZZA-01");
    let size = &pizza["itemSizes"][1];
    assert_eq!(
        (&size["isDefault"], &size["portionWeightGrams"]),
        (&json!(true), &json!(420.0))
    );
    assert_eq!(
        size["prices"],
        json!([{"organizationId": desk.organization(PARKOVAYA), "price": 599.0},
            {"organizationId": desk.organization(NABEREZHNAYA), "price": 629.0}])
    );
    let group = &size["itemModifierGroups"][0];
    assert_eq!(
        (&group["name"], &group["restrictions"]["minQuantity"]),
        (&json!("Тесто и борт"), &json!(1))
    );
    assert_eq!(group["items"][2]["prices"][0]["price"], json!(149.0));

    // a dish that only one of them sells
    let breakfast = &menu["itemCategories"][3];
    assert_eq!(
        breakfast["schedules"][0]["daysOfWeek"],
        json!(["saturday", "sunday"])
    );
    let price = &find(&breakfast["items"], "BREAK-01")["itemSizes"][0]["prices"][1];
    assert_eq!(
        price,
        &json!({"organizationId": desk.organization(NABEREZHNAYA), "price": null})
    );
}

#[tokio::test]
async fn versions_3_and_4_put_equal_prices_together() {
    let desk = Desk::open().await;
    for version in [3, 4] {
        let menu = menu(&desk, version, ZERO).await;
        assert_eq!(
            (&menu["formatVersion"], &menu["overrideTaxCategories"]),
            (&json!(version), &json!([]))
        );
        let dessert = find(&menu["itemGroups"][4]["items"], "DESS-01");
        let organizations = [
            desk.organization(PARKOVAYA),
            desk.organization(NABEREZHNAYA),
        ];
        let size = &dessert["itemSizes"][0];
        let expected =
            json!([{"organizations": organizations, "price": 289.0, "taxCategoryId": null}]);
        assert_eq!(size["prices"], expected);
        assert_eq!(
            (&size["id"], &size["weight"]),
            (&Value::Null, &json!(130.0))
        );
        let pizza = find(&menu["itemGroups"][1]["items"], "PIZZA-01");
        assert_eq!(pizza["itemSizes"][0]["prices"].as_array().unwrap().len(), 2);
        assert!(pizza["id"].is_string() && pizza["itemId"].is_null());
    }
}

#[tokio::test]
async fn combos_stand_beside_the_dishes_and_in_version_4_among_them() {
    let desk = Desk::open().await;
    let known = desk
        .ask(
            "/api/1/combo",
            json!({"organizationId": desk.organization(PARKOVAYA)}),
        )
        .await;
    let known = &known["comboSpecifications"][0];
    for version in [2, 3, 4] {
        let menu = menu(&desk, version, ZERO).await;
        let category = &menu["comboCategories"][0];
        assert_eq!(category["name"], "Обеды и компании");
        let combo = &category["combos"][0];
        assert_eq!(combo["id"], known["sourceActionId"]);
        assert_eq!(
            (&combo["priceStrategy"], &combo["price"]),
            (&json!("FIXED"), &json!(699))
        );
    }
    let menu = menu(&desk, 4, ZERO).await;
    let groups = menu["itemGroups"].as_array().unwrap();
    let items = groups.last().unwrap()["items"].as_array().unwrap();
    let lunch = items
        .iter()
        .find(|item| item["name"] == "Обед: суп, салат, компот")
        .unwrap();
    assert_eq!(
        (&lunch["type"], &lunch["priceStrategy"]),
        (&json!("COMBO"), &json!("BY_COMPONENT"))
    );
    // the members of a combo, and none of a dish
    assert!(lunch.get("itemSizes").is_none() && lunch["sizes"].is_array());
    let soup = &lunch["groups"][0]["items"][1];
    assert_eq!(soup["priceModificationAmount"], json!(199.5));
    let sellers = &soup["sizes"][0]["prices"][0]["organizations"];
    assert_eq!(sellers, &json!([desk.organization(PARKOVAYA)]));
}

#[tokio::test]
async fn a_price_category_has_its_own_prices() {
    let desk = Desk::open().await;
    let list = desk.ask("/api/2/menu", json!({})).await;
    let category = list["priceCategories"][1]["id"].as_str().unwrap();
    let menu = menu(&desk, 2, category).await;
    let pizza = find(&menu["itemCategories"][1]["items"], "PIZZA-01");
    assert_eq!(pizza["itemSizes"][1]["prices"][0]["price"], json!(689.0));
}

#[tokio::test]
async fn what_cannot_be_served_is_refused() {
    let desk = Desk::open().await;
    let one = desk.organization(PARKOVAYA);
    let status = async |body: Value| desk.post("/api/2/menu/by_id", body).await.refusal().0;
    assert_eq!(
        status(json!({"externalMenuId": "1", "organizationIds": [one]})).await,
        400
    );
    assert_eq!(
        status(json!({"externalMenuId": "4679", "organizationIds": []})).await,
        400
    );
    assert_eq!(
        status(json!({"externalMenuId": "4679", "organizationIds": [one], "version": 7})).await,
        400
    );
    assert_eq!(
        status(json!({"externalMenuId": "4679", "organizationIds": [one], "priceCategoryId": "x"}))
            .await,
        400
    );
    desk.control().set_strict(true);
    let without_language =
        json!({"externalMenuId": 4679, "organizationIds": [one], "priceCategoryId": ZERO});
    assert_eq!(status(without_language).await, 500);
}
