//! Prices as the server computes them and as they follow from its orders, and the reference lists of what they are for.

use iiko_client::server::{
    MenuChange, Outcome, PriceQuery, PriceType, ProductQuery, Question, Status, effective_price,
};
use serde_json::Value;

use super::{Office, everything, roubles};

#[tokio::test]
async fn the_servers_prices_are_those_that_follow_from_its_orders() {
    let office = Office::open();
    let (department, pizza, size) = office.pizza();
    let mut sale = office.draft(office.today_plus(3), roubles("499"));
    sale.status = Status::Processed;
    sale.date_to = Some(office.today_plus(5).into());
    office.server.create_menu_change(&sale).await.unwrap();
    let mut draft = office.draft(office.today_plus(1), roubles("1"));
    draft.date_to = None;
    office.server.create_menu_change(&draft).await.unwrap();
    let orders: Vec<MenuChange> = office
        .server
        .menu_changes(&everything())
        .await
        .unwrap()
        .items;
    let aggregators = orders[0].items[1].include_for_categories[0].category_id;
    // worked out by hand: the price list, the sale of two days over it, the price list again; a draft counts for nothing
    let table = [
        (2, None, roubles("599")),
        (3, None, roubles("499")),
        (4, None, roubles("499")),
        (5, None, roubles("599")),
        (2, Some(aggregators), roubles("689")),
        (4, Some(aggregators), roubles("499")),
    ];
    for (days, category, expected) in table {
        let day = office.today_plus(days);
        let question = Question {
            department_id: department,
            product_id: pizza,
            size_id: size,
            category_id: category,
            day,
            at: day.and_hms_opt(12, 0, 0).unwrap(),
            card: None,
        };
        let answer = effective_price(&orders, &question);
        assert!(
            matches!(&answer.outcome, Outcome::Price(price) if *price == expected),
            "in {days} days: {answer:?}"
        );
        let query = PriceQuery {
            department_ids: vec![department],
            ..PriceQuery::on_day(day)
        };
        let prices = office.server.prices(&query).await.unwrap().items;
        let of_pizza = prices
            .iter()
            .find(|it| (it.product_id, it.product_size_id) == (pizza, size));
        let [interval] = &of_pizza.unwrap().prices[..] else {
            panic!("{of_pizza:?}");
        };
        let of_category = interval
            .prices_for_categories
            .iter()
            .find(|it| Some(it.category_id) == category);
        let price = of_category.map_or(interval.price, |it| it.price);
        assert_eq!(price, Some(expected), "in {days} days");
    }
    office.server.close().await;
}

#[tokio::test]
async fn reference_lists_come_in_the_form_that_each_has() {
    let office = Office::open();
    let server = &office.server;
    let departments = server.departments().await.unwrap();
    let selling: Vec<_> = departments.iter().filter(|it| it.sells()).collect();
    assert_eq!(selling.len(), 2);
    assert_eq!(selling[0].name.as_deref(), Some("Печь да Поле, Парковая"));
    let (_, pizza, size) = office.pizza();
    let one = ProductQuery {
        ids: vec![pizza],
        ..ProductQuery::default()
    };
    let products = server.products(&one).await.unwrap();
    assert_eq!(
        (products.len(), products[0].code.as_deref()),
        (1, Some("PIZZA-01"))
    );
    let value: Value = serde_json::to_value(&products[0]).unwrap();
    assert_eq!(
        value.as_object().unwrap().len(),
        36,
        "as many keys as a real card has"
    );
    let scale = server.scale_of_product(pizza).await.unwrap().unwrap();
    assert_eq!(Some(scale.id), products[0].product_scale_id);
    assert!(scale.product_sizes.iter().any(|it| Some(it.id) == size));
    assert!(server.product_scales(false).await.unwrap().contains(&scale));
    assert_eq!(server.product_sizes(false).await.unwrap().len(), 6);
    let categories = server.price_categories(false, None).await.unwrap();
    assert!(categories.revision.is_some());
    let strategy = categories.items[1].pricing_strategy.as_ref().unwrap();
    assert_eq!(
        (strategy.strategy_type.as_str(), strategy.percent),
        ("PERCENT", Some(roubles("15")))
    );
    let schedules = server.period_schedules(false, None).await.unwrap().items;
    assert_eq!((schedules.len(), schedules[0].deleted), (1, Some(false)));
    assert_eq!(schedules[0].periods[0].days_of_week, [1, 2, 3, 4, 5]);
    let scheduled = PriceQuery {
        price_type: Some(PriceType::Scheduled),
        ..PriceQuery::on_day(office.today_plus(0))
    };
    let scheduled = server.prices(&scheduled).await.unwrap().items;
    assert_eq!(
        scheduled[0].prices[0].schedule.as_ref().map(|it| it.id),
        Some(schedules[0].id)
    );
    office.server.close().await;
}
