//! The money of guests: moved, set aside, reported.

use std::collections::btree_map::Entry;

use iiko_types::{
    ids::{Guid, OrganizationId},
    number::ExactDecimal,
    operations::{
        LoyaltyIikoCustomerTransactionsByDate, LoyaltyIikoCustomerTransactionsByRevision,
        LoyaltyIikoCustomerWalletCancelHold, LoyaltyIikoCustomerWalletChargeoff,
        LoyaltyIikoCustomerWalletHold, LoyaltyIikoCustomerWalletTopup,
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
use uuid::Uuid;

use super::{
    super::{Operation, typed},
    require_guest, require_loyalty,
};
use crate::{
    loyalty::{Movement, Transaction, TransactionKind},
    refusal::Refusal,
    world::World,
};

pub(super) fn register() -> Vec<Operation> {
    let codes = "codes of refusals; the number of a transaction's type is not told, its name is";
    let held = "codes of refusals; money that is held stays in the balance, and an order uses up whatever its payer holds";
    vec![
        typed::<LoyaltyIikoCustomerWalletTopup>(top_up).guessing(codes),
        typed::<LoyaltyIikoCustomerWalletChargeoff>(charge_off).guessing(codes),
        typed::<LoyaltyIikoCustomerWalletHold>(hold).guessing(held),
        typed::<LoyaltyIikoCustomerWalletCancelHold>(cancel_hold).guessing(held),
        typed::<LoyaltyIikoCustomerTransactionsByDate>(by_date).guessing(codes),
        typed::<LoyaltyIikoCustomerTransactionsByRevision>(by_revision).guessing(codes),
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
        TransactionKind::WithdrawFromWallet
        | TransactionKind::PayFromWallet
        | TransactionKind::HoldMoney => -asked.sum,
        TransactionKind::RefillWallet
        | TransactionKind::CancelHold
        | TransactionKind::RefillWalletFromOrder => asked.sum,
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
        let asked = Asked {
            guest_id: request.customer_id,
            wallet_id: request.wallet_id,
            sum: request.sum.0,
        };
        let organization_id = request.organization_id;
        move_money(
            world,
            &asked,
            organization_id,
            TransactionKind::HoldMoney,
            None,
        );
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
    let guests = world.loyalty.guests.values_mut();
    let wallets = guests.flat_map(|guest| {
        let guest_id = guest.id;
        let wallets = guest.wallets.iter_mut();
        wallets.map(move |(wallet_id, wallet)| (guest_id, *wallet_id, wallet))
    });
    let mut removed = wallets.filter_map(|(guest_id, wallet_id, wallet)| {
        Some(Asked {
            guest_id,
            wallet_id,
            sum: wallet.holds.remove(&request.transaction_id)?,
        })
    });
    let Some(asked) = removed.next() else {
        return Err(Refusal::loyalty(
            "Validation_TransactionNotFound",
            format!("Transaction {} is not found.", request.transaction_id),
        ));
    };
    drop(removed);
    let organization_id = request.organization_id;
    move_money(
        world,
        &asked,
        organization_id,
        TransactionKind::CancelHold,
        None,
    );
    Ok(CancelHoldMoneyResponse::default())
}

fn view(transaction: &Transaction) -> TransportTransactionsReportItem {
    let moved = match transaction.kind.is_movement() {
        true => transaction.sum,
        false => Decimal::ZERO,
    };
    TransportTransactionsReportItem {
        balance_before: Some(ExactDecimal(transaction.before)),
        balance_after: Some(ExactDecimal(transaction.before + moved)),
        comment: transaction.comment.clone(),
        order_sum: transaction.order.map(|order| ExactDecimal(order.sum)),
        organization_id: Some(transaction.organization_id),
        pos_order_id: transaction.order.map(|order| order.id),
        program_id: Some(transaction.program_id),
        revision: Some(transaction.revision),
        sum: Some(ExactDecimal(transaction.sum)),
        type_name: Some(transaction.kind.as_str().to_owned()),
        wallet_id: Some(transaction.wallet_id),
        when_created: Some(UtcTime(transaction.at)),
        is_delivery: Some(transaction.order.is_some_and(|order| order.is_delivery)),
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
