//! The money of guests: moved, set aside, reported; and counters.

use std::collections::btree_map::Entry;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use iiko_types::{
    ids::{Guid, OrganizationId},
    number::ExactDecimal,
    operations::{
        LoyaltyIikoCustomerTransactionsByDate, LoyaltyIikoCustomerTransactionsByRevision,
        LoyaltyIikoCustomerWalletCancelHold, LoyaltyIikoCustomerWalletChargeoff,
        LoyaltyIikoCustomerWalletHold, LoyaltyIikoCustomerWalletTopup, LoyaltyIikoGetCounters,
    },
    schemas::{
        CancelHoldMoneyRequest, CancelHoldMoneyResponse, ChangeUserBalanceRequest,
        GetTransactionsReportByPeriodRequest, GetTransactionsReportByPeriodResponse,
        GetTransactionsReportByRevisionRequest, GetTransactionsReportByRevisionResponse,
        HoldMoneyRequest, HoldMoneyResponse, RefillUserBalanceResponse,
        TransportTransactionsReportItem, WithdrawUserBalanceResponse,
    },
    time::UtcTime,
};
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    super::{Operation, typed, unchecked},
    require_guest, require_loyalty,
};
use crate::{
    loyalty::{Movement, Transaction, TransactionKind, Visit},
    refusal::Refusal,
    world::World,
};

pub(super) fn register() -> Vec<Operation> {
    let codes = "codes of refusals; the number of a transaction's type is not told, its name is";
    vec![
        typed::<LoyaltyIikoCustomerWalletTopup>(top_up).guessing(codes),
        typed::<LoyaltyIikoCustomerWalletChargeoff>(charge_off).guessing(codes),
        typed::<LoyaltyIikoCustomerWalletHold>(hold).guessing(codes),
        typed::<LoyaltyIikoCustomerWalletCancelHold>(cancel_hold).guessing(codes),
        typed::<LoyaltyIikoCustomerTransactionsByDate>(by_date).guessing(codes),
        typed::<LoyaltyIikoCustomerTransactionsByRevision>(by_revision).guessing(codes),
        unchecked::<LoyaltyIikoGetCounters>(counters),
    ]
}

/// A wallet of a guest and a sum to move.
struct Asked {
    guest_id: Guid,
    wallet_id: Guid,
    sum: Decimal,
}

fn asked(world: &mut World, request: &ChangeUserBalanceRequest) -> Result<Asked, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let asked = Asked {
        guest_id: request.customer_id.unwrap_or_default(),
        wallet_id: request.wallet_id.unwrap_or_default(),
        sum: request.sum.unwrap_or_default().0,
    };
    require_sum(asked.sum)?;
    require_wallet(world, asked.guest_id, asked.wallet_id)?;
    Ok(asked)
}

fn require_sum(sum: Decimal) -> Result<(), Refusal> {
    match sum > Decimal::ZERO {
        true => Ok(()),
        false => Err(Refusal::loyalty(
            "Validation_IncorrectSum",
            "Sum should be positive.",
        )),
    }
}

/// Gives what can be spent from the wallet.
fn require_wallet(world: &mut World, guest_id: Guid, wallet_id: Guid) -> Result<Decimal, Refusal> {
    let guest = require_guest(world, guest_id)?;
    let wallet = guest.wallets.get(&wallet_id);
    wallet.map(crate::loyalty::Wallet::free).ok_or_else(|| {
        Refusal::loyalty(
            "Validation_WalletNotFound",
            format!("Wallet {wallet_id} is not found."),
        )
    })
}

fn require_money(free: Decimal, sum: Decimal) -> Result<(), Refusal> {
    match free >= sum {
        true => Ok(()),
        false => Err(Refusal::loyalty(
            "Validation_NotEnoughMoney",
            "There is not enough money.",
        )),
    }
}

fn move_money(
    world: &mut World,
    asked: &Asked,
    organization_id: OrganizationId,
    kind: TransactionKind,
    comment: Option<String>,
) {
    let sum = match kind {
        TransactionKind::WithdrawFromWallet => -asked.sum,
        _ => asked.sum,
    };
    let movement = Movement {
        organization_id,
        at: world.now(),
        sum,
        kind,
        comment,
        order: None,
    };
    world
        .loyalty
        .move_money(asked.guest_id, asked.wallet_id, movement);
}

fn top_up(
    world: &mut World,
    request: ChangeUserBalanceRequest,
) -> Result<RefillUserBalanceResponse, Refusal> {
    let asked = asked(world, &request)?;
    let (id, comment) = (request.organization_id, request.comment);
    move_money(world, &asked, id, TransactionKind::RefillWallet, comment);
    Ok(RefillUserBalanceResponse::default())
}

fn charge_off(
    world: &mut World,
    request: ChangeUserBalanceRequest,
) -> Result<WithdrawUserBalanceResponse, Refusal> {
    let asked = asked(world, &request)?;
    require_money(
        require_wallet(world, asked.guest_id, asked.wallet_id)?,
        asked.sum,
    )?;
    let (id, comment) = (request.organization_id, request.comment);
    move_money(
        world,
        &asked,
        id,
        TransactionKind::WithdrawFromWallet,
        comment,
    );
    Ok(WithdrawUserBalanceResponse::default())
}

/// The money stays where it is and cannot be spent. The same id again is the same hold.
fn hold(world: &mut World, request: HoldMoneyRequest) -> Result<HoldMoneyResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    require_sum(request.sum.0)?;
    let id = request.transaction_id.unwrap_or_else(Uuid::new_v4);
    let free = require_wallet(world, request.customer_id, request.wallet_id)?;
    let guest = require_guest(world, request.customer_id)?;
    let wallet = guest.wallets.entry(request.wallet_id).or_default();
    if let Entry::Vacant(place) = wallet.holds.entry(id) {
        require_money(free, request.sum.0)?;
        place.insert(request.sum.0);
    }
    Ok(HoldMoneyResponse {
        transaction_id: Some(id),
        ..HoldMoneyResponse::default()
    })
}

fn cancel_hold(
    world: &mut World,
    request: CancelHoldMoneyRequest,
) -> Result<CancelHoldMoneyResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    let wallets = world
        .loyalty
        .guests
        .values_mut()
        .flat_map(|guest| guest.wallets.values_mut());
    let mut removed = wallets.filter_map(|wallet| wallet.holds.remove(&request.transaction_id));
    match removed.next() {
        Some(_) => Ok(CancelHoldMoneyResponse::default()),
        None => Err(Refusal::loyalty(
            "Validation_TransactionNotFound",
            format!("Transaction {} is not found.", request.transaction_id),
        )),
    }
}

fn view(transaction: &Transaction) -> TransportTransactionsReportItem {
    TransportTransactionsReportItem {
        balance_before: Some(ExactDecimal(transaction.before)),
        balance_after: Some(ExactDecimal(transaction.before + transaction.sum)),
        comment: transaction.comment.clone(),
        order_sum: transaction.order.map(|(_, sum)| ExactDecimal(sum)),
        organization_id: Some(transaction.organization_id),
        pos_order_id: transaction.order.map(|(id, _)| id),
        program_id: Some(transaction.program_id),
        revision: Some(transaction.revision),
        sum: Some(ExactDecimal(transaction.sum)),
        type_name: Some(transaction.kind.as_str().to_owned()),
        wallet_id: Some(transaction.wallet_id),
        when_created: Some(UtcTime(transaction.at)),
        is_delivery: Some(transaction.order.is_some()),
        is_ignored: Some(false),
        ..TransportTransactionsReportItem::new(transaction.id)
    }
}

fn size_of_page(size: i64) -> Result<usize, Refusal> {
    match usize::try_from(size) {
        Ok(size) if size > 0 => Ok(size),
        Ok(_) | Err(_) => Err(Refusal::loyalty(
            "Validation_IncorrectPageSize",
            "pageSize should be positive.",
        )),
    }
}

/// Times are UTC; the first page is 0.
fn by_date(
    world: &mut World,
    request: GetTransactionsReportByPeriodRequest,
) -> Result<GetTransactionsReportByPeriodResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    require_guest(world, request.customer_id)?;
    let size = size_of_page(request.page_size)?;
    let page = usize::try_from(request.page_number).unwrap_or_default();
    let (from, to) = (request.date_from.0, request.date_to.0);
    let found = world
        .loyalty
        .transactions
        .iter()
        .filter(|it| it.guest_id == request.customer_id && (from..=to).contains(&it.at));
    let found = found.skip(page.saturating_mul(size)).take(size).map(view);
    Ok(GetTransactionsReportByPeriodResponse {
        transactions: Some(found.collect()),
        page_size: Some(request.page_size),
        page_number: Some(request.page_number),
        ..GetTransactionsReportByPeriodResponse::default()
    })
}

/// What came after the revision, or after the transaction that was told last.
fn by_revision(
    world: &mut World,
    request: GetTransactionsReportByRevisionRequest,
) -> Result<GetTransactionsReportByRevisionResponse, Refusal> {
    require_loyalty(world, request.organization_id)?;
    require_guest(world, request.customer_id)?;
    let size = size_of_page(request.page_size)?;
    let revision = request.revision.unwrap_or_default();
    let newer = world
        .loyalty
        .transactions
        .iter()
        .filter(|it| it.guest_id == request.customer_id && it.revision > revision);
    let page: Vec<_> = newer.take(size).collect();
    let last = page.last();
    Ok(GetTransactionsReportByRevisionResponse {
        last_revision: Some(last.map_or(revision, |it| it.revision)),
        last_transaction_id: last.map(|it| it.id).or(request.last_transaction_id),
        page_size: Some(request.page_size),
        transactions: Some(page.into_iter().map(view).collect()),
        ..GetTransactionsReportByRevisionResponse::default()
    })
}

/// iiko takes words here, whatever its description says (`cloud-api.md` 15).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountersRequest {
    organization_id: OrganizationId,
    guest_ids: Option<Vec<Guid>>,
    periods: Option<Vec<Period>>,
    metrics: Option<Vec<Metric>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Period {
    AllTime,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Metric {
    OrdersCount,
    OrdersSum,
}

fn counters(world: &mut World, body: &str) -> Result<String, Refusal> {
    let request: CountersRequest = serde_json::from_str(body)
        .map_err(|error| Refusal::invalid_body(format!("{error} Path ''.")))?;
    require_loyalty(world, request.organization_id)?;
    if world.is_strict
        && (request.guest_ids.is_none() || request.periods.is_none() || request.metrics.is_none())
    {
        return Err(Refusal::internal());
    }
    let today = world.now().date_naive();
    let mut counters = Vec::new();
    for guest_id in request.guest_ids.unwrap_or_default() {
        let visits = require_guest(world, guest_id)?.visits.clone();
        for period in request.periods.as_deref().unwrap_or_default() {
            let since = period.begins(today);
            let counted = visits
                .iter()
                .filter(|it| since.is_none_or(|since| day(it.at) >= since));
            let counted: Vec<&Visit> = counted.collect();
            for metric in request.metrics.as_deref().unwrap_or_default() {
                let value = match metric {
                    Metric::OrdersCount => Decimal::from(counted.len()),
                    Metric::OrdersSum => counted.iter().map(|visit| visit.sum).sum(),
                };
                counters.push(format!(
                    "{{\"guestId\":\"{guest_id}\",\"period\":\"{period:?}\",\"metric\":\"{metric:?}\",\"value\":{}}}",
                    value.normalize()
                ));
            }
        }
    }
    Ok(format!("{{\"counters\":[{}]}}", counters.join(",")))
}

fn day(at: DateTime<Utc>) -> NaiveDate {
    at.date_naive()
}

impl Period {
    /// The first day of the period that `today` is in.
    fn begins(self, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::AllTime => None,
            Self::Day => Some(today),
            Self::Week => {
                today.checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()))
            }
            Self::Month => today.with_day(1),
            Self::Quarter => today.with_day(1)?.with_month(today.month0() / 3 * 3 + 1),
            Self::Year => NaiveDate::from_ymd_opt(today.year(), 1, 1),
        }
    }
}
