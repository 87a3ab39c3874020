//! What the demo restaurant promises: its organizations, dictionaries and the oddities that others test against.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::{Desk, NABEREZHNAYA, PARKOVAYA};

fn list<'j>(json: &'j Value, key: &str) -> &'j Vec<Value> {
    json[key]
        .as_array()
        .unwrap_or_else(|| panic!("no list `{key}` in {json}"))
}

fn text<'j>(json: &'j Value, key: &str) -> &'j str {
    json[key].as_str().unwrap_or_default()
}

#[tokio::test]
async fn organizations_come_simple_or_extended() {
    let desk = Desk::open().await;
    let simple = desk.ask("/api/1/organizations", json!({})).await;
    let names: Vec<&str> = list(&simple, "organizations")
        .iter()
        .map(|it| text(it, "name"))
        .collect();
    assert_eq!(names, [PARKOVAYA, NABEREZHNAYA]);
    let mut keys: Vec<&String> = simple["organizations"][0]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    keys.sort();
    assert_eq!(keys, ["code", "id", "name", "responseType"]);

    let one = desk.organization(NABEREZHNAYA);
    let body = json!({"organizationIds": [one], "returnAdditionalInfo": true});
    let extended = desk.ask("/api/1/organizations", body).await;
    let organization = &extended["organizations"][0];
    assert_eq!(text(organization, "responseType"), "Extended");
    assert_eq!(
        text(organization, "restaurantAddress"),
        "г. Примерск, Речная наб., д. 3"
    );
    assert!(
        organization
            .as_object()
            .unwrap()
            .keys()
            .all(|key| key != "externalData")
    );
}

#[tokio::test]
async fn settings_give_what_was_asked_for_and_break_without_a_question_where_strict() {
    let desk = Desk::open().await;
    let one = desk.organization(PARKOVAYA);
    let body = json!({"organizationIds": [one], "parameters": ["AddressFormatType"]});
    let answer = desk.ask("/api/1/organizations/settings", body).await;
    assert_eq!(
        answer["organizations"],
        json!([{"id": one, "addressFormatType": "Legacy"}])
    );

    let without = json!({"organizationIds": [one]});
    assert_eq!(
        desk.post("/api/1/organizations/settings", without.clone())
            .await
            .status,
        200
    );
    desk.control().set_strict(true);
    assert_eq!(
        desk.post("/api/1/organizations/settings", without)
            .await
            .refusal()
            .0,
        500
    );
}

#[tokio::test]
async fn terminal_groups_sleep_and_wake() {
    let desk = Desk::open().await;
    let (first, second) = (
        desk.organization(PARKOVAYA),
        desk.organization(NABEREZHNAYA),
    );
    let body = json!({"organizationIds": [first, second], "includeDisabled": true});
    let answer = desk.ask("/api/1/terminal_groups", body.clone()).await;
    let awake: Vec<usize> = list(&answer, "terminalGroups")
        .iter()
        .map(|it| list(it, "items").len())
        .collect();
    assert_eq!(awake, [2, 2]);
    let asleep = &answer["terminalGroupsInSleep"][0]["items"][0];
    assert_eq!(
        (text(asleep, "name"), text(asleep, "timeZone")),
        ("Парковая, летняя терраса", "03:00:00")
    );

    let id = &asleep["id"];
    let ask = json!({"organizationIds": [first], "terminalGroupIds": [id]});
    let alive = desk
        .ask("/api/1/terminal_groups/is_alive", ask.clone())
        .await;
    assert_eq!(
        alive["isAliveStatus"],
        json!([{"isAlive": false, "terminalGroupId": id, "organizationId": first}])
    );
    let foreign = json!({"organizationIds": [second], "terminalGroupIds": [id]});
    assert_eq!(
        desk.ask("/api/1/terminal_groups/is_alive", foreign).await["isAliveStatus"],
        json!([])
    );

    let woken = desk.ask("/api/1/terminal_groups/awake", ask).await;
    assert_eq!(
        woken,
        json!({"successfullyProcessed": [id], "failedProcessed": []})
    );
    let answer = desk.ask("/api/1/terminal_groups", body).await;
    assert_eq!(answer["terminalGroupsInSleep"], json!([]));
}

#[tokio::test]
async fn dictionaries_are_flat_or_wrapped_as_in_iiko() {
    let desk = Desk::open().await;
    let (first, second) = (
        desk.organization(PARKOVAYA),
        desk.organization(NABEREZHNAYA),
    );
    let both = json!({"organizationIds": [first, second]});
    let payments = desk.ask("/api/1/payment_types", both.clone()).await;
    let cash = &payments["paymentTypes"][0];
    assert_eq!(
        (list(&payments, "paymentTypes").len(), text(cash, "code")),
        (5, "CASH")
    );
    assert_eq!(text(cash, "id"), "09322f46-578a-d210-add7-eec222a08871");
    assert_eq!(list(cash, "terminalGroups").len(), 5);

    let order_types = desk
        .ask("/api/1/deliveries/order_types", both.clone())
        .await;
    assert_eq!(list(&order_types, "orderTypes").len(), 2);
    let services: Vec<&str> = list(&order_types["orderTypes"][0], "items")
        .iter()
        .map(|it| text(it, "orderServiceType"))
        .collect();
    assert_eq!(services, ["DeliveryByCourier", "DeliveryPickUp", "Common"]);

    let discounts = desk.ask("/api/1/discounts", both).await;
    let of_first = list(&discounts["discounts"][0], "items");
    assert_eq!(of_first.len(), 4);
    assert_eq!(
        of_first[3]["productCategoryDiscounts"][0]["categoryName"],
        "Бар"
    );
}

#[tokio::test]
async fn combos_are_listed_and_priced() {
    let desk = Desk::open().await;
    let one = desk.organization(PARKOVAYA);
    let answer = desk
        .ask(
            "/api/1/combo",
            json!({"organizationId": one, "extraData": true}),
        )
        .await;
    assert_eq!(
        (
            list(&answer, "comboSpecifications").len(),
            &answer["Warnings"]
        ),
        (2, &json!([]))
    );
    let combo = &answer["comboSpecifications"][0];
    let item = |group: &Value| {
        json!({"type": "Product", "productId": group["products"][0]["productId"], "amount": 1, "price": 599,
            "comboInformation": {"comboId": one, "comboSourceId": combo["sourceActionId"], "comboGroupId": group["id"]}})
    };
    let groups = list(combo, "groups");
    let full = json!({"organizationId": one, "items": [item(&groups[0]), item(&groups[1])]});
    let price = desk.ask("/api/1/combo/calculate", full).await;
    assert_eq!(price, json!({"price": 699, "incorrectlyFilledGroups": []}));
    let half = json!({"organizationId": one, "items": [item(&groups[0])]});
    let price = desk.ask("/api/1/combo/calculate", half).await;
    assert_eq!(
        price,
        json!({"price": 0, "incorrectlyFilledGroups": [groups[1]["id"]]})
    );
}

#[tokio::test]
async fn the_menu_has_all_that_was_promised() {
    let desk = Desk::open().await;
    let one = desk.organization(PARKOVAYA);
    let answer = desk
        .ask(
            "/api/1/nomenclature",
            json!({"organizationId": one, "startRevision": 0}),
        )
        .await;
    let (groups, products) = (list(&answer, "groups"), list(&answer, "products"));
    let folders: HashMap<&str, &Value> = groups
        .iter()
        .filter(|it| it["isGroupModifier"] == false)
        .map(|it| (text(it, "id"), it))
        .collect();
    let is_modifier = |product: &&Value| text(product, "type") == "Modifier";
    let dishes: Vec<&Value> = products.iter().filter(|it| !is_modifier(it)).collect();
    let ids: HashSet<&str> = dishes.iter().map(|dish| text(dish, "id")).collect();
    assert_eq!((folders.len(), ids.len(), dishes.len()), (19, 119, 120));

    // a tree, and one dish in two of its folders
    assert!(folders.values().any(|it| text(it, "name") == "Хиты продаж"));
    assert_eq!(
        folders
            .values()
            .filter(|it| !it["parentGroup"].is_null())
            .count(),
        6
    );
    for dish in &dishes {
        assert!(folders.contains_key(text(dish, "parentGroup")), "{dish}");
        assert!(!folders.contains_key(text(dish, "groupId")), "{dish}");
    }
    let places = |code: &str| {
        dishes
            .iter()
            .filter(|dish| text(dish, "code") == code)
            .count()
    };
    assert_eq!((places("PIZZA-01"), places("PIZZA-02")), (1, 2));

    // all that is referred to is there
    let all_ids: HashSet<&str> = products
        .iter()
        .chain(groups)
        .map(|it| text(it, "id"))
        .collect();
    let links: Vec<&Value> = dishes
        .iter()
        .flat_map(|dish| list(dish, "groupModifiers"))
        .collect();
    for link in &links {
        assert!(all_ids.contains(text(link, "id")));
        assert_eq!(link["required"], link["minAmount"].as_i64() > Some(0));
        assert!(
            list(link, "childModifiers")
                .iter()
                .all(|child| all_ids.contains(text(child, "id")))
        );
    }
    assert!(links.iter().any(|link| link["required"] == true));
    assert!(links.iter().any(|link| link["freeOfChargeAmount"] == 1));
    assert!(links.iter().any(|link| link["defaultAmount"] == 1));
    assert!(
        links
            .iter()
            .any(|link| link["childModifiersHaveMinMaxRestrictions"] == true)
    );
    assert!(
        dishes
            .iter()
            .any(|dish| !list(dish, "modifiers").is_empty())
    );

    // sizes, announced prices, what is not sold
    let sizes: HashSet<&str> = list(&answer, "sizes")
        .iter()
        .map(|size| text(size, "id"))
        .collect();
    let entries: Vec<&Value> = dishes
        .iter()
        .flat_map(|dish| list(dish, "sizePrices"))
        .collect();
    assert!(
        entries
            .iter()
            .all(|it| it["sizeId"].is_null() || sizes.contains(text(it, "sizeId")))
    );
    let announced = entries
        .iter()
        .find(|it| !it["price"]["nextPrice"].is_null())
        .unwrap();
    assert_eq!(
        announced["price"]["nextDatePrice"],
        "2026-12-01 00:00:00.000"
    );
    assert!(
        entries
            .iter()
            .any(|it| it["price"]["isIncludedInMenu"] == false)
    );
    let infos: Vec<&str> = dishes
        .iter()
        .filter_map(|dish| dish["additionalInfo"].as_str())
        .collect();
    let broken = infos
        .iter()
        .filter(|info| serde_json::from_str::<Value>(info).is_err())
        .count();
    assert_eq!((infos.len(), broken), (3, 1));
}

#[tokio::test]
async fn prices_keep_their_kopecks_and_organizations_their_prices() {
    let desk = Desk::open().await;
    let nomenclature = async |name: &str| {
        let body = json!({"organizationId": desk.organization(name)});
        desk.post("/api/1/nomenclature", body).await.text
    };
    let (first, second) = (
        nomenclature(PARKOVAYA).await,
        nomenclature(NABEREZHNAYA).await,
    );
    for price in ["4.35", "19.99", "8.2", "1.15", "0.57"] {
        assert!(
            first.contains(&format!("\"currentPrice\":{price},")),
            "{price}"
        );
    }
    let prices = |answer: &str, code: &str| -> (String, Vec<Value>) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        let dish = list(&answer, "products")
            .iter()
            .find(|it| text(it, "code") == code)
            .unwrap();
        let prices = list(dish, "sizePrices")
            .iter()
            .map(|it| it["price"]["currentPrice"].clone());
        (text(dish, "id").to_owned(), prices.collect())
    };
    let ((id, here), (same, there)) = (prices(&first, "PIZZA-01"), prices(&second, "PIZZA-01"));
    assert_eq!(id, same);
    assert_eq!(
        (here, there),
        (
            vec![json!(459), json!(599), json!(749)],
            vec![json!(479), json!(629), json!(789)]
        )
    );
}

#[tokio::test]
async fn pictures_lead_back_to_the_emulator() {
    let desk = Desk::open().await;
    let body = json!({"organizationId": desk.organization(PARKOVAYA)});
    let answer = desk.ask("/api/1/nomenclature", body).await;
    let dish = list(&answer, "products")
        .iter()
        .find(|it| text(it, "code") == "PIZZA-01")
        .unwrap();
    let link = dish["imageLinks"][0].as_str().unwrap();
    assert_eq!(
        link,
        format!("{}/_emulator/pictures/pizza-01.svg", desk.emulator.url())
    );
    let picture = desk.http.get(link).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    assert!(picture.text().await.unwrap().starts_with("<svg"));
}

#[tokio::test]
async fn ids_are_the_same_at_every_start() {
    let (one, other) = (Desk::open().await, Desk::open().await);
    for name in [PARKOVAYA, NABEREZHNAYA] {
        let control = one.control();
        let organization = control.organization(name).unwrap();
        assert_eq!(organization, other.control().organization(name).unwrap());
        let product = control.product(organization, "PIZZA-01").unwrap();
        assert_eq!(
            product,
            other.control().product(organization, "PIZZA-01").unwrap()
        );
    }
}
