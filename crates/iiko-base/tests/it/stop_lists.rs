//! Stop lists and what they make of availability.

use hub_testkit::TestHub;
use iiko_types::ids::{OrganizationId, ProductId, TerminalGroupId};
use rust_decimal::Decimal;
use serde_json::json;

/// The scenario's first restaurant, synced, with nothing stopped.
struct Kitchen {
    hub: TestHub,
    setting: i32,
    organization: OrganizationId,
    hall: TerminalGroupId,
    delivery: TerminalGroupId,
}

async fn kitchen() -> Kitchen {
    let hub = TestHub::start().await;
    let setting = hub.connect_demo().await;
    let control = hub.emulator().control();
    let organization = control.organization("parkovaya").unwrap();
    control.clear_stops(organization).unwrap();
    let hall = control
        .terminal_group(organization, "Парковая, зал")
        .unwrap();
    let delivery = control
        .terminal_group(organization, "Парковая, доставка")
        .unwrap();
    hub.sync("full", setting).await;
    Kitchen {
        hub,
        setting,
        organization,
        hall,
        delivery,
    }
}

impl Kitchen {
    fn product(&self, code: &str) -> ProductId {
        self.hub
            .emulator()
            .control()
            .product(self.organization, code)
            .unwrap()
    }

    async fn is_available(&self, product: ProductId) -> bool {
        let product = self
            .hub
            .get(&format!(
                "/api/v1/data/products/{product}?organization_id={}",
                self.organization
            ))
            .await
            .expect(200);
        product["is_available"].as_bool().unwrap()
    }

    async fn is_available_in(&self, product: ProductId, group: TerminalGroupId) -> bool {
        let path = format!(
            "/api/v1/data/products?organization_id={}&terminal_group_id={group}&is_available=true&limit=1000",
            self.organization
        );
        self.hub
            .get(&path)
            .await
            .text
            .contains(&product.to_string())
    }

    async fn sync(&self) {
        self.hub.sync("stoplist", self.setting).await;
    }
}

#[tokio::test]
async fn a_dish_stopped_in_one_terminal_group_is_sold_in_the_other_and_comes_back_without_a_menu_sync()
 {
    let kitchen = kitchen().await;
    let control = kitchen.hub.emulator().control();
    let dish = kitchen.product("SOUP-01");
    control
        .stop(
            kitchen.organization,
            kitchen.hall,
            dish,
            None,
            Decimal::ZERO,
        )
        .unwrap();
    kitchen.sync().await;
    assert!(kitchen.is_available(dish).await);
    assert!(!kitchen.is_available_in(dish, kitchen.hall).await);
    assert!(kitchen.is_available_in(dish, kitchen.delivery).await);

    // the terrace is asleep: its opinion does not count
    control
        .stop(
            kitchen.organization,
            kitchen.delivery,
            dish,
            None,
            Decimal::ZERO,
        )
        .unwrap();
    kitchen.sync().await;
    assert!(!kitchen.is_available(dish).await);
    let stopped = kitchen
        .hub
        .get(&format!(
            "/api/v1/data/products?organization_id={}&is_available=false",
            kitchen.organization
        ))
        .await;
    assert!(stopped.text.contains(&dish.to_string()));

    let downloads = control.calls("nomenclature");
    control
        .unstop(kitchen.organization, kitchen.hall, dish, None)
        .unwrap();
    kitchen.sync().await;
    assert!(kitchen.is_available(dish).await);
    assert_eq!(control.calls("nomenclature"), downloads);
}

#[tokio::test]
async fn a_balance_above_the_threshold_is_a_remainder() {
    let kitchen = kitchen().await;
    let control = kitchen.hub.emulator().control();
    let dish = kitchen.product("SOUP-01");
    for group in [kitchen.hall, kitchen.delivery] {
        control
            .stop(kitchen.organization, group, dish, None, Decimal::new(25, 1))
            .unwrap();
    }
    kitchen.sync().await;
    assert!(kitchen.is_available(dish).await);
    let path = format!(
        "/api/v1/data/stop-lists?organization_id={}",
        kitchen.organization
    );
    let rows = kitchen.hub.get(&path).await.expect(200);
    assert_eq!(
        rows["stop_lists"].as_array().unwrap().len(),
        2,
        "remainders are shown too"
    );
    assert_eq!(
        (
            &rows["stop_lists"][0]["balance"].to_string()[..],
            &rows["stop_lists"][0]["is_stopped"]
        ),
        ("2.5", &json!(false))
    );
    let stopped = kitchen
        .hub
        .get(&format!("{path}&is_stopped=true"))
        .await
        .expect(200);
    assert_eq!(stopped["stop_lists"], json!([]));

    let settings = format!("/api/v1/iiko/settings/{}", kitchen.setting);
    kitchen
        .hub
        .put(&settings, &json!({ "stop_balance_threshold": 3 }))
        .await
        .expect(200);
    kitchen.sync().await;
    assert!(!kitchen.is_available(dish).await);
}

#[tokio::test]
async fn stop_lists_need_an_organization_and_give_only_its_own() {
    let kitchen = kitchen().await;
    assert_eq!(kitchen.hub.get("/api/v1/data/stop-lists").await.status, 422);
    for organization in kitchen.hub.emulator().control().state().organizations {
        let rows = kitchen
            .hub
            .get(&format!(
                "/api/v1/data/stop-lists?organization_id={}",
                organization.id
            ))
            .await
            .expect(200);
        let rows = rows["stop_lists"].as_array().unwrap();
        assert_eq!(rows.len(), organization.stops);
        assert!(
            rows.iter()
                .all(|row| row["organization_id"] == organization.id.to_string())
        );
    }
}

#[tokio::test]
async fn a_stopped_size_leaves_the_dish_and_all_sizes_stop_it() {
    let kitchen = kitchen().await;
    let control = kitchen.hub.emulator().control();
    let pizza = kitchen.product("PIZZA-01");
    for (place, size) in ["25 см", "30 см", "35 см"].into_iter().enumerate() {
        let size = control.size(kitchen.organization, size).unwrap();
        for group in [kitchen.hall, kitchen.delivery] {
            control
                .stop(
                    kitchen.organization,
                    group,
                    pizza,
                    Some(size),
                    Decimal::ZERO,
                )
                .unwrap();
        }
        kitchen.sync().await;
        assert_eq!(
            kitchen.is_available(pizza).await,
            place < 2,
            "after {} sizes",
            place + 1
        );
    }
}

#[tokio::test]
async fn a_required_group_that_cannot_reach_its_minimum_stops_the_dish() {
    let kitchen = kitchen().await;
    let control = kitchen.hub.emulator().control();
    let crusts = "SELECT m.id FROM modifiers m JOIN modifier_groups g ON g.organization_id = m.organization_id AND g.id = m.group_id
                  WHERE g.name = 'Тесто и борт' AND m.organization_id = ";
    let crusts = kitchen
        .hub
        .sql(&format!(
            "{crusts}'{}' ORDER BY m.name",
            kitchen.organization
        ))
        .await;
    assert!(crusts.len() > 1);
    let needs_one = format!(
        "SELECT p.id FROM products p JOIN product_modifier_groups l ON l.organization_id = p.organization_id AND l.product_id = p.id
         JOIN modifier_groups g ON g.organization_id = l.organization_id AND g.id = l.modifier_group_id
         WHERE g.name = 'Тесто и борт' AND l.min_amount = 1 AND p.organization_id = '{}' ORDER BY p.id LIMIT 1",
        kitchen.organization
    );
    let pizza: ProductId = kitchen.hub.sql_value(&needs_one).await.parse().unwrap();
    for (stopped, crust) in crusts.iter().enumerate() {
        assert!(
            kitchen.is_available(pizza).await,
            "{stopped} of {} crusts are stopped",
            crusts.len()
        );
        for group in [kitchen.hall, kitchen.delivery] {
            control
                .stop(
                    kitchen.organization,
                    group,
                    crust[0].parse().unwrap(),
                    None,
                    Decimal::ZERO,
                )
                .unwrap();
        }
        kitchen.sync().await;
    }
    assert!(!kitchen.is_available(pizza).await, "no crust is left");
}

#[tokio::test]
async fn a_terminal_group_that_falls_asleep_no_longer_counts() {
    let kitchen = kitchen().await;
    let control = kitchen.hub.emulator().control();
    let dish = kitchen.product("SOUP-01");
    control
        .stop(
            kitchen.organization,
            kitchen.hall,
            dish,
            None,
            Decimal::ZERO,
        )
        .unwrap();
    kitchen.sync().await;
    assert!(kitchen.is_available(dish).await);
    control.set_asleep(kitchen.delivery, true).unwrap();
    kitchen.hub.sync("terminals", kitchen.setting).await;
    assert!(
        !kitchen.is_available(dish).await,
        "the only awake group has stopped it"
    );
}

#[tokio::test]
async fn what_left_the_list_is_gone_from_the_table_and_kept_in_the_record() {
    let kitchen = kitchen().await;
    let control = kitchen.hub.emulator().control();
    let dish = kitchen.product("SOUP-01");
    control
        .stop(kitchen.organization, kitchen.hall, dish, None, Decimal::TWO)
        .unwrap();
    kitchen.sync().await;
    control
        .stop(kitchen.organization, kitchen.hall, dish, None, Decimal::ONE)
        .unwrap();
    kitchen.sync().await;
    control
        .unstop(kitchen.organization, kitchen.hall, dish, None)
        .unwrap();
    kitchen.sync().await;
    assert_eq!(
        kitchen
            .hub
            .sql_value(&format!(
                "SELECT count(*) FROM stop_lists WHERE organization_id = '{}'",
                kitchen.organization
            ))
            .await,
        "0"
    );
    assert_eq!(
        kitchen
            .hub
            .sql(&format!(
                "SELECT change, old_value ->> 'balance', new_value ->> 'balance' FROM menu_changes
                 WHERE entity = 'stop_lists' AND entity_id = '{dish}' AND organization_id = '{}' ORDER BY id",
                kitchen.organization
            ))
            .await,
        [["created", "NULL", "2"], ["changed", "2", "1"], ["deleted", "1", "NULL"]]
    );
}
