//! What an order comes to: the question is the order, the answer what campaigns give and what wallets may pay.

use iiko_types::{
    ids::Guid,
    operations::LoyaltyIikoCalculate,
    schemas::{
        AvailablePayment, CalculateCheckinRequest, CalculateCheckinResponse, DiscountOperation,
        FreeProduct, FreeProductsGroup, LoyaltyProgramResult, WalletInfo, WarningInfo,
    },
};
use rust_decimal::Decimal;

use super::{
    super::{Operation, typed},
    require_loyalty,
};
use crate::{
    cheque::{self, Cheque, exact},
    loyalty::{
        Guest,
        calculation::{Basket, Given, calculate},
    },
    refusal::Refusal,
    world::{Organization, World},
};

pub(super) fn register() -> Vec<Operation> {
    vec![
        typed::<LoyaltyIikoCalculate>(answer).guessing(
            "a subset of iiko's rules (README); discounts off the order have code 0, off a position 1, free products 2",
        ),
    ]
}

fn answer(
    world: &mut World,
    request: CalculateCheckinRequest,
) -> Result<CalculateCheckinResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let Some(organization) = world.organization(request.organization_id) else {
        return Err(Refusal::internal());
    };
    let order = &request.order;
    let guest = world
        .loyalty
        .guest_of_delivery(order.customer.as_ref(), &order.phone);
    let mut warnings = Vec::new();
    let basket = basket(world, organization, &request, guest, &mut warnings)?;
    let given = calculate(&world.loyalty.campaigns, &basket);
    let total: Decimal = basket.lines.iter().map(|line| line.cost).sum();
    let off: Decimal = given.iter().map(Given::sum).sum();
    let results = given
        .iter()
        .map(|gift| result(organization, gift))
        .collect();
    let trace = request.is_loyalty_trace_enabled == Some(true);
    Ok(CalculateCheckinResponse {
        loyalty_program_results: Some(results),
        available_payments: Some(
            guest
                .map(|guest| payments(world, guest, total - off, &request))
                .unwrap_or_default(),
        ),
        validation_warnings: Some(Vec::new()),
        loyalty_trace: trace.then(|| {
            let names = given
                .iter()
                .map(|gift| format!("{}: -{}", gift.name, gift.sum()));
            names.collect::<Vec<_>>().join("\n")
        }),
        warnings: Some(warnings),
        ..CalculateCheckinResponse::default()
    })
}

fn basket(
    world: &World,
    organization: &Organization,
    request: &CalculateCheckinRequest,
    guest: Option<&Guest>,
    warnings: &mut Vec<WarningInfo>,
) -> Result<Basket, Refusal> {
    let order = &request.order;
    let mut cheque = Cheque::default();
    let combos = order.combos.as_deref().unwrap_or_default();
    let menu = &organization.nomenclature;
    cheque::lines(menu, &mut cheque, &order.items, combos)
        .map_err(|failure| Refusal::loyalty("Validation_IncorrectOrder", failure.message))?;
    let costs: Vec<Decimal> = cheque.items.iter().map(cheque::cost).collect();
    let info = order.loyalty_info.as_ref();
    let coupon = info
        .and_then(|info| info.coupon.clone())
        .or_else(|| request.coupon.clone());
    let coupon = coupon.filter(|coupon| !coupon.is_empty());
    let series = coupon
        .as_deref()
        .map(|number| (number, world.loyalty.fresh_coupon(number)));
    if let Some((number, None)) = series {
        warnings.push(WarningInfo {
            code: Some("CouponNotFound".to_owned()),
            error_code: Some("CouponNotFound".to_owned()),
            message: Some(format!("Coupon {number} is not found or already used.")),
            ..WarningInfo::default()
        });
    }
    let chosen = info.and_then(|info| info.applicable_manual_conditions.clone());
    let chosen = chosen.or_else(|| request.applicable_manual_conditions.clone());
    Ok(Basket {
        lines: cheque.basket_lines(organization, &costs),
        guest_categories: world.loyalty.categories_of(guest.map(|guest| guest.id)),
        coupon_series: series.and_then(|(_, series)| Some(series?.id)),
        conditions: chosen.unwrap_or_default(),
    })
}

fn result(organization: &Organization, gift: &Given) -> LoyaltyProgramResult {
    let positions = gift
        .off_positions
        .iter()
        .map(|(id, sum)| discount(1, Some(*id), *sum, gift));
    let order = (gift.off_order > Decimal::ZERO).then(|| discount(0, None, gift.off_order, gift));
    let free = gift.free_product.map(|id| FreeProductsGroup {
        source_action_id: Some(gift.campaign_id),
        description_for_user: Some(gift.name.clone()),
        products: Some(vec![FreeProduct {
            id: Some(id.0),
            code: organization
                .nomenclature
                .product(id)
                .and_then(|product| product.code.clone()),
            ..FreeProduct::default()
        }]),
        ..FreeProductsGroup::default()
    });
    let combos = organization
        .combos
        .iter()
        .filter_map(|combo| combo.source_action_id);
    LoyaltyProgramResult {
        marketing_campaign_id: Some(gift.campaign_id),
        name: Some(gift.name.clone()),
        discounts: Some(positions.chain(order).collect()),
        upsales: Some(Vec::new()),
        free_products: Some(free.into_iter().collect()),
        available_combo_specifications: Some(combos.collect()),
        available_combos: Some(Vec::new()),
        need_to_activate_certificate: Some(false),
        ..LoyaltyProgramResult::default()
    }
}

fn discount(code: i64, position_id: Option<Guid>, sum: Decimal, gift: &Given) -> DiscountOperation {
    DiscountOperation {
        code: Some(code.into()),
        position_id,
        order_item_id: position_id,
        discount_sum: exact(sum),
        comment: Some(gift.name.clone()),
        ..DiscountOperation::default()
    }
}

/// What the guest's wallets may pay of `rest`: within the program's share, and what is free in the wallet.
fn payments(
    world: &World,
    guest: &Guest,
    rest: Decimal,
    request: &CalculateCheckinRequest,
) -> Vec<AvailablePayment> {
    let asked = request
        .available_payment_marketing_campaign_ids
        .as_deref()
        .unwrap_or_default();
    let paying = world
        .loyalty
        .programs
        .iter()
        .filter(|program| program.pays > Decimal::ZERO);
    let wallets = paying.zip(1..).filter_map(|(program, order)| {
        let wallet = guest.wallets.get(&program.wallet_id)?;
        let share = (rest * program.pays / Decimal::ONE_HUNDRED).round_dp(2);
        let max = exact(share.min(wallet.free()).max(Decimal::ZERO));
        let mut campaigns = world
            .loyalty
            .campaigns
            .iter()
            .filter(|it| it.program_id == program.id);
        let campaign = campaigns.find(|it| asked.is_empty() || asked.contains(&it.id));
        Some(AvailablePayment {
            id: Some(campaign.map_or(program.id, |campaign| campaign.id)),
            max_sum: max,
            order: Some(order),
            wallet_infos: Some(vec![WalletInfo {
                id: Some(program.wallet_id),
                max_sum: max,
                can_hold_money: Some(true),
                ..WalletInfo::default()
            }]),
            ..AvailablePayment::default()
        })
    });
    wallets.collect()
}
