//! Loyalty: guests, their money, coupons, and what an order comes to.
//!
//! Errors have CamelCase codes here, and answers no correlation id.

mod calculate;
mod counters;
mod customers;
mod wallets;

use iiko_types::{
    ids::{Guid, OrganizationId},
    operations::{
        LoyaltyIikoCheckSmsSendingPossibility, LoyaltyIikoCheckSmsStatus,
        LoyaltyIikoCouponsBySeries, LoyaltyIikoCouponsInfo, LoyaltyIikoCouponsSeries,
        LoyaltyIikoManualCondition, LoyaltyIikoMessageSendEmail, LoyaltyIikoMessageSendSms,
        LoyaltyIikoProgram,
    },
    schemas::{
        CheckSmsStatusRequest, CheckSmsStatusResponse, CouponInfo, CouponInfoRequest,
        CouponInfoResponse, GetByOrganizationIdRequest, GetManualConditionsResponse,
        GetProgramsRequest, GetProgramsResponse, LoyaltyProgram, MarketingCampaignInfo,
        NotActivatedCoupon, NotActivatedCouponRequest, NotActivatedCouponResponse,
        SendEmailRequest, SendEmailResponse, SendSmsRequest, SendSmsResponse,
        SeriesWithNotActivatedCoupons, SeriesWithNotActivatedCouponsRequest,
        SeriesWithNotActivatedCouponsResponse, SmsSendingPossibilityRequest,
        SmsSendingPossibilityResponse, SmsSendingStatusInfo,
    },
    time::LocalTime,
};
use uuid::Uuid;

use super::{Operation, typed};
use crate::{
    kept::{KEPT, keep},
    loyalty::{Guest, Message, Program},
    refusal::Refusal,
    world::World,
};

pub(super) fn register() -> Vec<Operation> {
    let mut all = vec![
        typed::<LoyaltyIikoProgram>(programs)
            .guessing("campaigns are told without the settings of their actions and conditions"),
        typed::<LoyaltyIikoManualCondition>(manual_conditions),
        typed::<LoyaltyIikoCouponsInfo>(coupon_info),
        typed::<LoyaltyIikoCouponsSeries>(series),
        typed::<LoyaltyIikoCouponsBySeries>(coupons_by_series)
            .guessing("a page has 100 coupons where nobody says"),
        typed::<LoyaltyIikoMessageSendSms>(send_sms),
        typed::<LoyaltyIikoMessageSendEmail>(send_email),
        typed::<LoyaltyIikoCheckSmsStatus>(sms_status).guessing("status 2 is delivered, 3 unknown"),
        typed::<LoyaltyIikoCheckSmsSendingPossibility>(sms_possibility)
            .guessing("status 0 is possible"),
    ];
    all.extend(customers::register());
    all.extend(wallets::register());
    all.extend(counters::register());
    all.extend(calculate::register());
    all
}

/// The organization may be seen, and has loyalty.
fn require_loyalty(world: &World, id: OrganizationId) -> Result<(), Refusal> {
    let organizations = world.permitted(&[id])?;
    match organizations
        .iter()
        .all(|organization| organization.has_loyalty)
    {
        true => Ok(()),
        false => Err(Refusal::loyalty(
            "Common_OrganizationNotFound",
            format!("Organization with id {id} is not found."),
        )),
    }
}

fn require_guest(world: &mut World, id: Guid) -> Result<&mut Guest, Refusal> {
    let found = world
        .loyalty
        .guests
        .get_mut(&id)
        .filter(|guest| !guest.is_deleted);
    found.ok_or_else(|| unknown_guest(id))
}

fn unknown_guest(who: impl std::fmt::Display) -> Refusal {
    Refusal::loyalty(
        "Transport_WrongCustomerNumber",
        format!("There is no user with this data: {who}."),
    )
}

fn programs(
    world: &mut World,
    request: GetProgramsRequest,
) -> Result<GetProgramsResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let with_campaigns = request.without_marketing_campaigns != Some(true);
    let organizations: Vec<Guid> = world.organizations.iter().map(|it| it.id.0).collect();
    let view = |program: &Program| {
        let campaigns = world
            .loyalty
            .campaigns
            .iter()
            .filter(|it| it.program_id == program.id);
        let campaigns = campaigns.map(|campaign| MarketingCampaignInfo {
            id: Some(campaign.id),
            program_id: Some(program.id),
            name: Some(campaign.name.clone()),
            is_active: Some(true),
            order_action_condition_bindings: Some(Vec::new()),
            periodic_action_condition_bindings: Some(Vec::new()),
            overdraft_action_condition_bindings: Some(Vec::new()),
            guest_registration_action_condition_bindings: Some(Vec::new()),
            ..MarketingCampaignInfo::default()
        });
        LoyaltyProgram {
            id: Some(program.id),
            name: Some(program.name.clone()),
            description: Some(String::new()),
            notify_about_balance_changes: Some(false),
            program_type: Some(program.kind.into()),
            is_active: Some(true),
            wallet_id: Some(program.wallet_id),
            marketing_campaigns: with_campaigns.then(|| campaigns.collect()),
            applied_organizations: Some(organizations.clone()),
            template_type: Some(0.into()),
            is_exchange_rate_enabled: Some(false),
            refill_type: Some(0.into()),
            ..LoyaltyProgram::default()
        }
    };
    Ok(GetProgramsResponse {
        programs: Some(world.loyalty.programs.iter().map(view).collect()),
        ..GetProgramsResponse::default()
    })
}

fn manual_conditions(
    world: &mut World,
    request: GetByOrganizationIdRequest,
) -> Result<GetManualConditionsResponse, Refusal> {
    if let Some(id) = request.organization_id {
        require_loyalty(world, id)?;
    }
    Ok(GetManualConditionsResponse {
        manual_conditions: Some(world.loyalty.conditions.clone()),
        ..GetManualConditionsResponse::default()
    })
}

fn coupon_info(
    world: &mut World,
    request: CouponInfoRequest,
) -> Result<CouponInfoResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let asked = request
        .series
        .as_deref()
        .filter(|series| !series.is_empty());
    let series = world
        .loyalty
        .series
        .iter()
        .filter(|it| asked.is_none_or(|asked| it.name == asked));
    let found = series.flat_map(|series| {
        let coupons = series
            .coupons
            .iter()
            .filter(|it| it.number == request.number);
        coupons.map(|coupon| CouponInfo {
            id: Some(coupon.id),
            number: Some(coupon.number.clone()),
            series_name: Some(series.name.clone()),
            series_id: Some(series.id),
            when_activated: coupon.activated_at.map(|at| LocalTime(at.naive_utc())),
            is_deleted: Some(false),
            ..CouponInfo::default()
        })
    });
    Ok(CouponInfoResponse {
        coupon_info: Some(found.collect()),
        ..CouponInfoResponse::default()
    })
}

fn series(
    world: &mut World,
    request: SeriesWithNotActivatedCouponsRequest,
) -> Result<SeriesWithNotActivatedCouponsResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let fresh = world.loyalty.series.iter().filter(|series| {
        series
            .coupons
            .iter()
            .any(|coupon| coupon.activated_at.is_none())
    });
    let fresh = fresh.map(|series| SeriesWithNotActivatedCoupons {
        id: Some(series.id),
        number: Some(series.name.clone()),
        ..SeriesWithNotActivatedCoupons::default()
    });
    Ok(SeriesWithNotActivatedCouponsResponse {
        series_with_not_activated_coupons: Some(fresh.collect()),
        ..SeriesWithNotActivatedCouponsResponse::default()
    })
}

/// Pages begin at 0.
fn coupons_by_series(
    world: &mut World,
    request: NotActivatedCouponRequest,
) -> Result<NotActivatedCouponResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let number = |asked: Option<i64>, usual: usize| {
        asked
            .and_then(|it| usize::try_from(it).ok())
            .unwrap_or(usual)
    };
    let size = number(request.page_size, 100);
    let named =
        world.loyalty.series.iter().filter(|series| {
            series.name == request.series || series.id.to_string() == request.series
        });
    let coupons = named.flat_map(|series| {
        let fresh = series
            .coupons
            .iter()
            .filter(|coupon| coupon.activated_at.is_none());
        fresh.map(|coupon| NotActivatedCoupon {
            id: Some(coupon.id),
            number: Some(coupon.number.clone()),
            series_name: Some(series.name.clone()),
            series_id: Some(series.id),
            ..NotActivatedCoupon::default()
        })
    });
    let page = coupons
        .skip(number(request.page, 0).saturating_mul(size))
        .take(size);
    Ok(NotActivatedCouponResponse {
        not_activated_coupon: Some(page.collect()),
        ..NotActivatedCouponResponse::default()
    })
}

fn send_sms(world: &mut World, request: SendSmsRequest) -> Result<SendSmsResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let id = keep_message(world, request.phone, None, request.text);
    Ok(SendSmsResponse {
        sms_id: Some(id),
        ..SendSmsResponse::default()
    })
}

fn send_email(world: &mut World, request: SendEmailRequest) -> Result<SendEmailResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    keep_message(world, request.receiver, Some(request.subject), request.body);
    Ok(SendEmailResponse::default())
}

fn keep_message(
    world: &mut World,
    receiver: String,
    subject: Option<String>,
    text: String,
) -> Guid {
    let (id, at) = (Uuid::new_v4(), world.now());
    let message = Message {
        id,
        at,
        receiver,
        subject,
        text,
    };
    keep(&mut world.loyalty.messages, message, KEPT);
    id
}

fn sms_status(
    world: &mut World,
    request: CheckSmsStatusRequest,
) -> Result<CheckSmsStatusResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let status = |id: &Guid| {
        let is_known = world
            .loyalty
            .messages
            .iter()
            .any(|message| message.id == *id);
        SmsSendingStatusInfo {
            sms_id: Some(*id),
            status: Some(if is_known { 2 } else { 3 }.into()),
            ..SmsSendingStatusInfo::default()
        }
    };
    Ok(CheckSmsStatusResponse {
        statuses: Some(request.sms_ids.iter().map(status).collect()),
        ..CheckSmsStatusResponse::default()
    })
}

fn sms_possibility(
    world: &mut World,
    request: SmsSendingPossibilityRequest,
) -> Result<SmsSendingPossibilityResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    Ok(SmsSendingPossibilityResponse {
        status: Some(0.into()),
        available_sms_count: Some(1000),
        ..SmsSendingPossibilityResponse::default()
    })
}
