//! How a world begins: from a scenario, and from recorded answers on top of it.

use std::{path::Path, time::Duration};

use anyhow::Context;
use iiko_types::{
    ids::{OrganizationId, PaymentTypeId, ProductId, SizeId, TerminalGroupId},
    number::ExactDecimal,
    schemas::{
        ComboCategory, ComboGroup, ComboPriceModificationType, ComboProduct, ComboSpecification,
        DiscountCardTypeInfo, OrderType, PaymentType, ProductCategoryDiscount,
    },
    time::TimeSpan,
};
use rust_decimal::Decimal;

use super::{Call, Login, Organization, PriceCategory, Stop, StopKey, TerminalGroupState, World};
use crate::{
    clock::Clock,
    commands::Commands,
    deliveries::Deliveries,
    drafts::Drafts,
    external_menu::ExternalMenu,
    iiko_server::IikoServer,
    loyalty::Loyalty,
    nomenclature::Nomenclature,
    references::References,
    reserves::Reserves,
    scenario::{
        OrganizationSpec, Scenario, ScenarioFile, id_of,
        offers::{ComboSpec, DiscountSpec},
    },
    schedule::{Pace, Schedule},
    tables::TableOrders,
    tokens::Tokens,
    webhooks::Webhooks,
};

impl World {
    pub(crate) fn of_scenario(
        scenario: &Scenario,
        token_lifetime: Duration,
        pace: Pace,
    ) -> anyhow::Result<Self> {
        let file = &*scenario.file;
        let mut clock = Clock::default();
        if pace == Pace::Stepped {
            clock.stop();
        }
        let organization_id =
            |slug: &String| OrganizationId(id_of(&file.name, "organization", slug));
        let mut organizations = Vec::new();
        for organization in &file.organizations {
            organizations.push(open_organization(file, organization, &clock)?);
        }
        Ok(Self {
            scenario: scenario.clone(),
            clock,
            tokens: Tokens::new(token_lifetime),
            logins: file
                .logins
                .iter()
                .map(|login| Login {
                    api_login: login.api_login.clone(),
                    organization_ids: login
                        .organizations
                        .as_ref()
                        .map(|slugs| slugs.iter().map(organization_id).collect()),
                    prices_from_menu: login.prices_from_menu,
                    source: login.source.clone(),
                    external_menus: login.external_menus.clone(),
                    rights: login.rights.clone(),
                    hidden_terminal_groups: login
                        .hidden_terminal_groups
                        .iter()
                        .map(|slugs| TerminalGroupId(id_of(&file.name, "terminal-group", slugs)))
                        .collect(),
                })
                .collect(),
            organizations,
            price_categories: file
                .price_categories
                .iter()
                .map(|category| PriceCategory {
                    id: category
                        .id
                        .unwrap_or_else(|| id_of(&file.name, "price-category", &category.slug)),
                    name: category.name.clone(),
                    percent: Decimal::from(category.percent),
                })
                .collect(),
            external_menus: file
                .external_menus
                .iter()
                .map(|menu| ExternalMenu::of_scenario(file, menu))
                .collect(),
            is_strict: file.strict,
            token_is_bare: false,
            commands: Commands::default(),
            deliveries: Deliveries::default(),
            drafts: Drafts::default(),
            iiko_server: file
                .server
                .as_ref()
                .map(|server| IikoServer::of_scenario(file, server))
                .transpose()?,
            loyalty: Loyalty::of_scenario(file, clock.now())?,
            references: References::of_scenario(file),
            reserves: Reserves::default(),
            revision: 0,
            schedule: Schedule::new(pace),
            table_orders: TableOrders::default(),
            tidied_on: None,
            webhooks: Webhooks::default(),
            call: Call::default(),
        })
    }

    /// Serves a recorded answer of `menu/by_id`, in the place of a menu with the same number.
    pub(crate) fn add_recorded_menu(&mut self, text: &str) -> anyhow::Result<()> {
        let menu = ExternalMenu::recorded(text)?;
        self.external_menus.retain(|known| known.id != menu.id);
        self.external_menus.push(menu);
        Ok(())
    }

    /// Serves a recorded answer of `nomenclature` as one more organization, named after its file.
    pub(crate) fn add_recorded(&mut self, path: &Path) -> anyhow::Result<OrganizationId> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let stem = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        let nomenclature =
            Nomenclature::recorded(&text).with_context(|| path.display().to_string())?;
        let id = OrganizationId(id_of("recorded", "organization", &stem));
        let model = self
            .organizations
            .first()
            .context("a scenario without organizations")?;
        let terminal_groups = vec![TerminalGroupState {
            id: TerminalGroupId(id_of("recorded", "terminal-group", &stem)),
            name: stem.clone(),
            time_zone: "03:00:00"
                .parse()
                .unwrap_or(TimeSpan(chrono::TimeDelta::zero())),
            is_asleep: false,
        }];
        self.organizations.push(Organization {
            id,
            name: stem,
            code: (self.organizations.len() + 1).to_string(),
            address: model.address.clone(),
            latitude: Decimal::ZERO,
            longitude: Decimal::ZERO,
            inn: String::new(),
            has_drafts: model.has_drafts,
            has_loyalty: model.has_loyalty,
            city_id: model.city_id,
            rules: model.rules.clone(),
            cash_payment_type_id: model.cash_payment_type_id,
            terminal_groups,
            nomenclature,
            stops: Default::default(),
            payment_types: model.payment_types.clone(),
            order_types: model.order_types.clone(),
            discounts: Vec::new(),
            combo_categories: Vec::new(),
            combos: Vec::new(),
        });
        Ok(id)
    }
}

fn open_organization(
    file: &ScenarioFile,
    organization: &OrganizationSpec,
    clock: &Clock,
) -> anyhow::Result<Organization> {
    let id = |kind: &str, slug: &str| id_of(&file.name, kind, slug);
    let terminal_group_id = |slug: &str| {
        TerminalGroupId(id(
            "terminal-group",
            &format!("{}/{slug}", organization.slug),
        ))
    };
    let mut terminal_groups = Vec::new();
    for group in &organization.terminal_groups {
        terminal_groups.push(TerminalGroupState {
            id: terminal_group_id(&group.slug),
            name: group.name.clone(),
            time_zone: group
                .time_zone
                .parse()
                .with_context(|| format!("time zone `{}`", group.time_zone))?,
            is_asleep: group.asleep,
        });
    }
    let payment_types: Vec<PaymentType> = file
        .payment_types
        .iter()
        .zip(1..)
        .map(|(spec, number)| PaymentType {
            id: Some(PaymentTypeId(
                spec.id.unwrap_or_else(|| id("payment-type", &spec.slug)),
            )),
            code: Some(spec.code.clone()),
            name: Some(spec.name.clone()),
            comment: Some(String::new()),
            combinable: Some(true),
            external_revision: Some(1000 + number),
            applicable_marketing_campaigns: Some(
                spec.campaigns
                    .iter()
                    .map(|slug| id("campaign", slug))
                    .collect(),
            ),
            is_deleted: Some(spec.deleted),
            print_cheque: Some(spec.print_cheque),
            payment_processing_type: spec.processing.as_deref().map(Into::into),
            payment_type_kind: Some(spec.kind.as_str().into()),
            ..PaymentType::default()
        })
        .collect();
    let order_types = file
        .order_types
        .iter()
        .zip(1..)
        .map(|(spec, number)| OrderType {
            name: Some(spec.name.clone()),
            order_service_type: Some(spec.service.as_str().into()),
            is_deleted: Some(false),
            external_revision: Some(2000 + number),
            is_default: Some(spec.default),
            ..OrderType::new(id("order-type", &spec.slug))
        });
    let stops = file
        .stops
        .iter()
        .filter(|stop| stop.organization == organization.slug)
        .map(|stop| {
            let key = StopKey {
                terminal_group_id: terminal_group_id(&stop.terminal_group),
                product_id: ProductId(id("product", &stop.product)),
                size_id: stop.size.as_deref().map(|size| SizeId(id("size", size))),
            };
            (
                key,
                Stop {
                    balance: ExactDecimal(stop.balance.0),
                    added_at: clock.now(),
                },
            )
        });
    let combos: Vec<&ComboSpec> = file
        .combos
        .iter()
        .filter(|combo| combo.organizations.contains(&organization.slug))
        .collect();
    Ok(Organization {
        id: OrganizationId(id("organization", &organization.slug)),
        name: organization.name.clone(),
        code: organization.code.clone(),
        address: organization.address.clone(),
        latitude: organization.latitude.0,
        longitude: organization.longitude.0,
        inn: organization.inn.clone(),
        has_drafts: !organization.no_drafts,
        has_loyalty: !organization.no_loyalty,
        city_id: id(
            "city",
            match (&organization.city, file.references.cities.first()) {
                (Some(city), _) => city,
                (None, Some(first)) => &first.slug,
                (None, None) => "none",
            },
        ),
        rules: organization.rules.clone(),
        cash_payment_type_id: payment_types
            .first()
            .and_then(|payment_type| payment_type.id),
        terminal_groups,
        nomenclature: Nomenclature::of_scenario(file, organization),
        stops: stops.collect(),
        payment_types,
        order_types: order_types.collect(),
        discounts: file
            .discounts
            .iter()
            .map(|discount| open_discount(file, discount))
            .collect(),
        combo_categories: match combos.is_empty() {
            true => Vec::new(),
            false => file
                .combo_categories
                .iter()
                .map(|category| ComboCategory {
                    id: Some(id("combo-category", &category.slug)),
                    name: Some(category.name.clone()),
                    ..ComboCategory::default()
                })
                .collect(),
        },
        combos: combos
            .into_iter()
            .zip(1..)
            .map(|(combo, order)| open_combo(file, combo, order))
            .collect(),
    })
}

fn open_discount(file: &ScenarioFile, discount: &DiscountSpec) -> DiscountCardTypeInfo {
    let categories = discount
        .categories
        .iter()
        .map(|category| ProductCategoryDiscount {
            category_id: Some(id_of(&file.name, "product-category", &category.slug)),
            category_name: file
                .product_categories
                .iter()
                .find(|it| it.slug == category.slug)
                .map(|it| it.name.clone()),
            percent: Some(ExactDecimal(category.percent.0)),
            ..ProductCategoryDiscount::default()
        });
    DiscountCardTypeInfo {
        name: Some(discount.name.clone()),
        percent: Some(ExactDecimal(discount.percent.0)),
        is_categorised_discount: Some(!discount.categories.is_empty()),
        product_category_discounts: Some(categories.collect()),
        comment: Some(String::new()),
        can_be_applied_selectively: Some(discount.selective),
        min_order_sum: discount.min_order_sum.map(|sum| ExactDecimal(sum.0)),
        mode: Some(discount.mode.as_str().into()),
        sum: Some(ExactDecimal::ZERO),
        can_apply_by_card_number: Some(false),
        is_manual: Some(discount.manual),
        is_card: Some(false),
        is_automatic: Some(discount.automatic),
        is_deleted: Some(false),
        ..DiscountCardTypeInfo::new(id_of(&file.name, "discount", &discount.slug))
    }
}

fn open_combo(file: &ScenarioFile, combo: &ComboSpec, order: i64) -> ComboSpecification {
    let id = |kind: &str, slug: &str| id_of(&file.name, kind, slug);
    let groups = combo.groups.iter().map(|group| {
        let products = group
            .products
            .iter()
            .zip(0..)
            .map(|(product, position)| ComboProduct {
                product_id: Some(ProductId(id("product", &product.code))),
                size_id: product.size.as_deref().map(|size| SizeId(id("size", size))),
                size_name: product
                    .size
                    .as_deref()
                    .and_then(|slug| file.sizes.iter().find(|size| size.slug == slug))
                    .map(|size| size.name.clone()),
                price_modification_amount: Some(ExactDecimal(product.price.0)),
                position: Some(position),
                ..ComboProduct::default()
            });
        ComboGroup {
            id: Some(id("combo-group", &format!("{}/{}", combo.slug, group.slug))),
            name: Some(group.name.clone()),
            is_main_group: Some(group.main),
            skip_step: Some(false),
            products: Some(products.collect()),
            ..ComboGroup::default()
        }
    });
    ComboSpecification {
        source_action_id: Some(id("combo", &combo.slug)),
        category_id: Some(id("combo-category", &combo.category)),
        name: Some(combo.name.clone()),
        price_modification_type: Some(ComboPriceModificationType::from(
            combo.price_modification_type,
        )),
        price_modification: Some(ExactDecimal(combo.price.0)),
        is_active: Some(true),
        lacking_groups_to_suggest: Some(0),
        include_modifiers: Some(true),
        groups: Some(groups.collect()),
        sort_order: Some(order),
        ..ComboSpecification::default()
    }
}
