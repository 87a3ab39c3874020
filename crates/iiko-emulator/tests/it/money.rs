//! What orders come to: discounts, the sums of lines, and what there is of it all.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Desk, PARKOVAYA, desk_with,
    halls::{table, tomorrow},
    orders::{
        by_id, code, discount_type, fate, line, modifier, pickup, require_whole, size, status_of,
    },
    quiet_desk,
};

/// A discount of the dictionary, as an order asks for it.
async fn discount(desk: &Desk, name: &str, mut more: Value) -> Value {
    more["type"] = json!("RMS");
    more["discountTypeId"] = discount_type(desk, &desk.organization(PARKOVAYA), name).await;
    json!({"discounts": [more]})
}

/// What is to pay of an order with these lines and this discount, and what is taken off.
async fn priced(desk: &Desk, lines: Value, discounts: Value) -> (String, String) {
    let order = fate(desk, json!({"items": lines, "discountsInfo": discounts})).await;
    assert_eq!(order["creationStatus"], "Success", "{order}");
    require_whole(&order["order"]);
    let off = &order["order"]["discounts"][0]["sum"];
    (order["order"]["sum"].to_string(), off.to_string())
}

fn sums(sum: &str, off: &str) -> (String, String) {
    (sum.to_owned(), off.to_owned())
}

#[tokio::test]
async fn a_percent_is_taken_off_all_lines() {
    let desk = quiet_desk().await;
    let pickup = discount(&desk, "Скидка за самовывоз", json!({})).await;
    let lines = json!([
        line(&desk, "TEA-01", "2", "199.50"),
        line(&desk, "SOUP-02", "1", "0.35")
    ]);
    assert_eq!(priced(&desk, lines, pickup).await, sums("359.41", "39.94"));
}

#[tokio::test]
async fn an_automatic_discount_cannot_be_set() {
    let desk = quiet_desk().await;
    let birthday = discount(&desk, "День рождения", json!({})).await;
    let refused = fate(&desk, json!({"discountsInfo": birthday})).await;
    assert_eq!(code(&refused), "DiscountCardTypeModeForbidden");
}

#[tokio::test]
async fn a_flexible_sum_is_the_one_asked_for_and_no_more_than_there_is() {
    let desk = quiet_desk().await;
    let complaint = "Извинение, свободная сумма";
    let lines = json!([
        line(&desk, "TEA-01", "1", "100"),
        line(&desk, "TEA-02", "1", "100"),
        line(&desk, "SOUP-02", "1", "100"),
    ]);
    let some = discount(&desk, complaint, json!({"sum": 100})).await;
    assert_eq!(priced(&desk, lines.clone(), some).await, sums("200", "100"));
    let more = discount(&desk, complaint, json!({"sum": 1000})).await;
    assert_eq!(priced(&desk, lines, more).await, sums("0", "300"));
    let none = discount(&desk, complaint, json!({})).await;
    let refused = fate(&desk, json!({"discountsInfo": none})).await;
    assert_eq!(code(&refused), "DiscountSumNotSpecified");
}

#[tokio::test]
async fn a_categorised_discount_is_taken_off_the_lines_of_its_categories() {
    let desk = quiet_desk().await;
    let evening = discount(&desk, "Вечер в баре", json!({})).await;
    let soup = line(&desk, "SOUP-02", "1", "289");
    let lines = json!([line(&desk, "TEA-01", "2", "199.50"), soup]);
    assert_eq!(
        priced(&desk, lines, evening.clone()).await,
        sums("608.2", "79.8")
    );
    assert_eq!(
        priced(&desk, json!([soup]), evening).await,
        sums("289", "0")
    );
}

#[tokio::test]
async fn a_discount_waits_for_the_least_sum_of_an_order() {
    let desk = desk_with(&[("name = \"Скидка за самовывоз\"", "min_order_sum = 500")]).await;
    let pickup_discount = discount(&desk, "Скидка за самовывоз", json!({})).await;
    let order = fate(&desk, json!({"discountsInfo": pickup_discount})).await;
    assert_eq!(order["order"]["sum"].to_string(), "399");
    let more = json!({
        "organizationId": desk.organization(PARKOVAYA), "orderId": order["id"], "items": [line(&desk, "TEA-01", "1", "101")],
    });
    desk.ask("/api/1/deliveries/add_items", more).await;
    desk.control().settle();
    let id: Uuid = order["id"].as_str().unwrap().parse().unwrap();
    let order = by_id(&desk, id).await["order"].clone();
    assert_eq!(order["sum"].to_string(), "450");
    require_whole(&order);
}

#[tokio::test]
async fn only_some_discounts_are_for_chosen_lines() {
    let desk = quiet_desk().await;
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    let mut lines = json!([
        line(&desk, "TEA-01", "1", "100"),
        line(&desk, "SOUP-02", "1", "100")
    ]);
    lines[0]["positionId"] = json!(first);
    lines[1]["positionId"] = json!(second);
    let chosen = |id: Uuid| json!({"sum": 150, "selectivePositions": [id]});
    let sorry = discount(&desk, "Извинение, свободная сумма", chosen(second)).await;
    let order = fate(&desk, json!({"items": lines, "discountsInfo": sorry})).await["order"].clone();
    let of_lines: Vec<String> = order["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["resultSum"].to_string())
        .collect();
    assert_eq!(of_lines, ["100", "0"]);

    let nowhere = discount(&desk, "Извинение, свободная сумма", chosen(Uuid::new_v4())).await;
    let refused = fate(&desk, json!({"discountsInfo": nowhere})).await;
    assert_eq!(code(&refused), "DiscountItemPositionNotFound");
    let whole = discount(&desk, "Скидка за самовывоз", chosen(second)).await;
    let refused = fate(&desk, json!({"items": lines, "discountsInfo": whole})).await;
    assert_eq!(code(&refused), "InvalidDiscountItem");
}

#[tokio::test]
async fn lines_and_modifiers_come_to_the_sum_of_the_order() {
    let desk = quiet_desk().await;
    let mut soup = line(&desk, "SOUP-01", "3", "359");
    soup["modifiers"] = json!([modifier(&desk, "MOD-BREAD", None, 2).await]);
    let lines = json!([soup, line(&desk, "TEA-01", "1", "0.01")]);
    let order = fate(&desk, json!({"items": lines})).await["order"].clone();
    let bread = &order["items"][0]["modifiers"][0];
    assert_eq!(
        bread["resultSum"].to_string(),
        "270",
        "for three soups with two baskets each"
    );
    assert_eq!(order["sum"].to_string(), "1347.01");
    require_whole(&order);
    let pickup = discount(&desk, "Скидка за самовывоз", json!({})).await;
    assert_eq!(priced(&desk, lines, pickup).await, sums("1212.31", "134.7"));
}

#[tokio::test]
async fn halves_and_their_modifiers_come_to_it_too() {
    let desk = quiet_desk().await;
    let size = size(&desk, "30 см").await;
    let crust = modifier(&desk, "MOD-CRUST-03", Some("Тесто и борт"), 1).await;
    let half = |dish: &str, price: &str| {
        let product = &line(&desk, dish, "1", price)["productId"];
        json!({"productId": product, "price": price})
    };
    let pizza = json!({
        "type": "Compound", "amount": 2, "productSizeId": size, "commonModifiers": [crust],
        "primaryComponent": half("PIZZA-01", "299.99"), "secondaryComponent": half("PIZZA-02", "334.5"),
    });
    let pickup = discount(&desk, "Скидка за самовывоз", json!({})).await;
    // 2 × (299.99 + 334.5 + 149)
    assert_eq!(
        priced(&desk, json!([pizza]), pickup).await,
        sums("1410.28", "156.7")
    );
}

#[tokio::test]
async fn a_banquet_is_discounted_anew_whenever_its_lines_are_others() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let group = pickup(&desk, Uuid::nil())["terminalGroupId"].clone();
    let (id, organization) = (Uuid::new_v4(), desk.organization(PARKOVAYA));
    let pickup_discount = discount(&desk, "Скидка за самовывоз", json!({})).await;
    let body = json!({
        "organizationId": organization, "id": id, "terminalGroupId": group, "phone": "+79990000003",
        "customer": {"type": "regular", "name": "Мария"}, "durationInMinutes": 120, "shouldRemind": false,
        "tableIds": [table(&desk).await], "estimatedStartTime": tomorrow(&desk),
        "order": {"items": [line(&desk, "TEA-01", "10", "100")], "discountsInfo": pickup_discount},
    });
    desk.ask("/api/1/reserve/create", body).await;
    let sum = async || {
        control.settle();
        let body = json!({"organizationId": organization, "reserveIds": [id]});
        let found = desk.ask("/api/1/reserve/status_by_id", body).await;
        let order = found["reserves"][0]["reserve"]["order"].clone();
        require_whole(&order);
        order["sum"].to_string()
    };
    assert_eq!(sum().await, "900");
    let lines = |amount: &str| {
        let items = json!([line(&desk, "TEA-01", amount, "100")]);
        json!({"organizationId": organization, "reserveId": id, "items": items})
    };
    desk.ask("/api/1/reserve/change_items", lines("1")).await;
    assert_eq!(sum().await, "90");
    desk.ask("/api/1/reserve/add_items", lines("2")).await;
    assert_eq!(sum().await, "270");
}

/// A table order of these lines that is compared with the stop list; gives the state of its command.
async fn at_a_table(desk: &Desk, lines: &Value) -> Value {
    let usual = pickup(desk, Uuid::new_v4());
    let body = json!({
        "organizationId": usual["organizationId"], "terminalGroupId": usual["terminalGroupId"],
        "order": {"items": lines}, "createOrderSettings": {"checkStopList": true},
    });
    let created = desk.ask("/api/1/order/create", body).await;
    desk.control().settle();
    status_of(desk, &created["correlationId"]).await["state"].clone()
}

#[tokio::test]
async fn every_kind_of_order_is_compared_with_the_stop_list_alike() {
    let desk = quiet_desk().await;
    let control = desk.control();
    let (organization, group) = desk.hall();
    for (dish, left) in [("TEA-01", "3"), ("MOD-BREAD", "3")] {
        let product = control.product(organization, dish).unwrap();
        let left = left.parse().unwrap();
        control
            .stop(organization, group, product, None, left)
            .unwrap();
    }
    let bread = modifier(&desk, "MOD-BREAD", None, 2).await;
    let soup = |amount: &str| {
        let mut soup = line(&desk, "SOUP-01", amount, "359");
        soup["modifiers"] = json!([bread]);
        soup
    };
    let tea = |amount: &str| line(&desk, "TEA-01", amount, "189");
    for (lines, is_there) in [
        (json!([tea("2"), tea("1")]), true),
        (json!([tea("2"), tea("2")]), false),
        (json!([soup("1")]), true),
        (json!([soup("2")]), false),
    ] {
        let mut body = pickup(&desk, Uuid::new_v4());
        let stops = json!({
            "organizationId": organization, "terminalGroupId": group, "items": lines,
        });
        let checked = desk.ask("/api/1/stop_lists/check", stops).await;
        assert_eq!(checked["rejectedItems"].is_null(), is_there, "{lines}");
        let word = if is_there { "Success" } else { "Error" };
        assert_eq!(at_a_table(&desk, &lines).await, word, "{lines}");
        body["order"]["items"] = lines.clone();
        body["createOrderSettings"] = json!({"checkStopList": true});
        let created = desk.ask("/api/1/deliveries/create", body).await;
        control.settle();
        let state = status_of(&desk, &created["correlationId"]).await;
        assert_eq!(state["state"], word, "{lines}");
    }
}
