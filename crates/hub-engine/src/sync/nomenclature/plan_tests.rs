//! What must hold for a plan whatever iiko answers.

use std::collections::BTreeSet;

use hub_db::mirror::MirrorRow;
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use crate::{
    connection::RefreshSwitches,
    sync::{
        failure::FailureCode,
        nomenclature::{
            envelope::Envelope,
            mirror_state::MirrorState,
            plan::{self, Plan},
        },
    },
};

/// An invented product: which of a few ids, in which of a few folders, modifier or dish, marked as deleted, price.
#[derive(Clone, Debug)]
struct Invented {
    id: u8,
    folder: u8,
    is_modifier: bool,
    is_deleted: bool,
    kopecks: u32,
}

fn invented() -> impl Strategy<Value = Invented> {
    (
        0..12_u8,
        0..4_u8,
        any::<bool>(),
        prop::bool::weighted(0.1),
        0..100_000_u32,
    )
        .prop_map(|(id, folder, is_modifier, is_deleted, kopecks)| Invented {
            id,
            folder,
            // one id is one thing in all its places
            is_modifier: is_modifier && id % 3 == 0,
            is_deleted,
            kopecks,
        })
}

fn guid(kind: u8, number: u8) -> Uuid {
    Uuid::from_u128(u128::from(kind) << 64 | u128::from(number))
}

fn answer(products: &[Invented]) -> String {
    let products: Vec<_> = products
        .iter()
        .map(|product| {
            let price: serde_json::Value =
                serde_json::from_str(&Decimal::new(i64::from(product.kopecks), 2).to_string()).unwrap();
            json!({
                "id": guid(1, product.id),
                "name": format!("Блюдо {}", product.id),
                "parentGroup": guid(2, product.folder),
                "order": product.folder,
                "type": if product.is_modifier { "Modifier" } else { "Dish" },
                "isDeleted": product.is_deleted,
                "sizePrices": [{ "sizeId": null, "price": { "currentPrice": price, "isIncludedInMenu": true } }],
                "modifiers": [],
                "groupModifiers": [],
            })
        })
        .collect();
    let groups: Vec<_> = (0..4_u8)
        .map(|folder| json!({ "id": guid(2, folder), "name": format!("Папка {folder}"), "isGroupModifier": folder == 3 }))
        .collect();
    json!({ "revision": 1, "groups": groups, "products": products, "sizes": [] }).to_string()
}

fn plan_for(mirror: &MirrorState, products: &[Invented]) -> Plan {
    let text = answer(products);
    let envelope = Envelope::parse(text.as_bytes()).unwrap();
    plan::plan(mirror, &envelope, &values()).unwrap()
}

fn values() -> hub_db::setting::SettingValues {
    hub_db::setting::SettingValues {
        api_url: String::new(),
        login_kind: "v1".to_owned(),
        api_key_sealed: None,
        app_id: None,
        client_secret_sealed: None,
        source_key: None,
        webhook_url: None,
        webhook_secret_sealed: None,
        refresh: RefreshSwitches::default(),
        stop_balance_threshold: Decimal::ZERO,
        default_sort_order: 100,
        max_loss_percent: 30,
        is_active: true,
    }
}

/// The mirror after a plan was applied to an empty one.
fn applied(plan: &Plan) -> MirrorState {
    let row = |id: &str, is_deleted: bool, price: Option<Decimal>, hash: [u8; 16]| MirrorRow {
        id: id.to_owned(),
        is_deleted,
        price,
        content_hash: Some(hash.to_vec()),
    };
    MirrorState {
        revision: plan.revision,
        categories: plan
            .categories
            .iter()
            .map(|it| row(&it.row.id, it.row.is_deleted, None, it.object.content_hash))
            .collect::<Vec<_>>()
            .into(),
        modifier_groups: plan
            .modifier_groups
            .iter()
            .map(|it| row(&it.row.id, it.row.is_deleted, None, it.object.content_hash))
            .collect::<Vec<_>>()
            .into(),
        products: plan
            .products
            .iter()
            .map(|it| {
                row(
                    &it.row.id,
                    it.row.is_deleted,
                    it.row.price,
                    it.object.content_hash,
                )
            })
            .collect::<Vec<_>>()
            .into(),
        modifiers: plan
            .modifiers
            .iter()
            .map(|it| {
                row(
                    &it.row.id,
                    it.row.is_deleted,
                    it.row.price,
                    it.object.content_hash,
                )
            })
            .collect::<Vec<_>>()
            .into(),
    }
}

fn is_empty(plan: &Plan) -> bool {
    plan.categories.is_empty()
        && plan.modifier_groups.is_empty()
        && plan.products.is_empty()
        && plan.modifiers.is_empty()
        && plan.gone.products.is_empty()
        && plan.gone.modifiers.is_empty()
        && plan.gone.categories.is_empty()
        && plan.gone.modifier_groups.is_empty()
}

/// Whether the first place of the id lives, which decides for all.
fn living(products: &[Invented], is_modifier: bool) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    products
        .iter()
        .filter(|product| seen.insert(product.id))
        .filter(|product| !product.is_deleted && product.is_modifier == is_modifier)
        .map(|product| guid(1, product.id).to_string())
        .collect()
}

/// The same kind in every place of an id, as iiko has it.
fn consistent(mut products: Vec<Invented>) -> Vec<Invented> {
    for place in 0..products.len() {
        if let Some(first) = products
            .iter()
            .position(|other| other.id == products[place].id)
        {
            products[place].is_modifier = products[first].is_modifier;
        }
    }
    products
}

proptest! {
    #[test]
    fn a_menu_that_was_applied_is_planned_as_nothing(products in vec(invented(), 0..30)) {
        let products = consistent(products);
        let first = plan_for(&MirrorState::default(), &products);
        prop_assert!(is_empty(&plan_for(&applied(&first), &products)));
    }

    #[test]
    fn every_distinct_id_is_one_row_with_all_its_places(products in vec(invented(), 0..30)) {
        let products = consistent(products);
        let plan = plan_for(&MirrorState::default(), &products);
        let ids: BTreeSet<u8> = products.iter().map(|product| product.id).collect();
        prop_assert_eq!(plan.products.len() + plan.modifiers.len(), ids.len());
        let places: BTreeSet<(u8, u8)> = products.iter().map(|product| (product.id, product.folder)).collect();
        let planned = plan.products.iter().map(|it| it.parts.places.len()).sum::<usize>()
            + plan.modifiers.iter().map(|it| it.parts.places.len()).sum::<usize>();
        prop_assert_eq!(planned, places.len());
        prop_assert_eq!(plan.confirmed.products, i64::try_from(living(&products, false).len()).unwrap());
        prop_assert_eq!(plan.confirmed.modifiers, i64::try_from(living(&products, true).len()).unwrap());
    }

    #[test]
    fn what_is_gone_is_what_lived_and_lives_no_more(before in vec(invented(), 0..30), after in vec(invented(), 0..30)) {
        let (before, after) = (consistent(before), consistent(after));
        let mirror = applied(&plan_for(&MirrorState::default(), &before));
        let plan = plan_for(&mirror, &after);
        for (is_modifier, gone) in [(false, &plan.gone.products), (true, &plan.gone.modifiers)] {
            let expected: Vec<_> = living(&before, is_modifier).difference(&living(&after, is_modifier)).cloned().collect();
            prop_assert_eq!(gone, &expected);
        }
    }

    #[test]
    fn a_price_is_read_to_the_kopeck(kopecks in 0..10_000_000_u32) {
        let products = [Invented { id: 1, folder: 0, is_modifier: false, is_deleted: false, kopecks }];
        let plan = plan_for(&MirrorState::default(), &products);
        prop_assert_eq!(plan.products[0].row.price, Some(Decimal::new(i64::from(kopecks), 2)));
    }
}

#[test]
fn losses_are_measured_against_the_share_that_the_connection_allows() {
    let menu = |ids: std::ops::Range<u8>, kopecks: u32| -> Vec<Invented> {
        ids.map(|id| Invented {
            id,
            folder: 0,
            is_modifier: false,
            is_deleted: false,
            kopecks,
        })
        .collect()
    };
    let mirror = applied(&plan_for(&MirrorState::default(), &menu(0..10, 100)));
    let check = |products: &[Invented], expected: Option<FailureCode>| {
        let refused = plan_for(&mirror, products)
            .check_losses(&mirror, &values())
            .err();
        assert_eq!(
            refused.map(|failure| failure.code),
            expected,
            "{products:?}"
        );
    };
    check(&menu(0..10, 100), None);
    check(&menu(0..7, 100), None);
    check(&menu(0..6, 100), Some(FailureCode::ShrunkenMenu));
    check(&[], Some(FailureCode::EmptyMenu));
    check(&menu(0..10, 0), Some(FailureCode::ZeroPrices));
}
