//! Payments and tips, as the till takes them.

use iiko_types::{
    ids::Guid,
    number::ExactDecimal,
    schemas::{
        CardPayment, CashPayment, DeliveriesResponseOrderPaymentType, ErrorCode, ExternalPayment,
        LoyaltyCardPayment, Payment, PaymentAdditionalData, PaymentItem, PaymentProcessingType,
        PaymentType, PaymentTypeCategory, PaymentTypeKind, RetrievedTipsType, TipsPayment,
        TipsPaymentItem,
    },
};
use rust_decimal::Decimal;

use super::{Cheque, exact};
use crate::{
    failure::Failure,
    loyalty::{BonusPayment, Loyalty},
    world::Organization,
};

/// What payments of every kind have.
struct Asked {
    kind: &'static str,
    payment_type_id: Option<Guid>,
    sum: Option<ExactDecimal>,
    is_processed_externally: bool,
    is_fiscalized_externally: Option<bool>,
    is_prepay: Option<bool>,
    tips_type_id: Option<Guid>,
}

macro_rules! asked {
    ($payment:expr, $kind:literal, $tips_type_id:expr) => {
        Asked {
            kind: $kind,
            payment_type_id: $payment.payment_type_id,
            sum: $payment.sum,
            is_processed_externally: $payment.is_processed_externally.unwrap_or_default(),
            is_fiscalized_externally: $payment.is_fiscalized_externally,
            is_prepay: $payment.is_prepay,
            tips_type_id: $tips_type_id,
        }
    };
}

impl Cheque {
    /// Adds payments and tips: all of them, or none where one cannot be taken.
    pub(crate) fn pay(
        &mut self,
        organization: &Organization,
        loyalty: &Loyalty,
        payments: &[Payment],
        tips: &[TipsPayment],
    ) -> Result<(), Failure> {
        let mut taken = Vec::new();
        let mut bonuses = self.bonuses.clone();
        for payment in payments {
            let asked = match payment {
                Payment::Cash(it) => asked!(it, "Cash", None),
                Payment::Card(it) => asked!(it, "Card", None),
                Payment::LoyaltyCard(it) => asked!(it, "IikoCard", None),
                Payment::External(it) => asked!(it, "External", None),
                Payment::Other(_) => return Err(unknown_kind()),
            };
            taken.push(take(organization, &asked)?);
            if let Payment::LoyaltyCard(payment) = payment {
                bonuses.push(bonus(organization, loyalty, payment)?);
            }
        }
        loyalty.require_money(&bonuses)?;
        self.tips.extend(self::tips(organization, tips)?);
        self.payments.extend(taken);
        self.bonuses = bonuses;
        Ok(())
    }

    /// Puts these in the place of all payments, of which none may be processed.
    pub(crate) fn replace_payments(
        &mut self,
        organization: &Organization,
        loyalty: &Loyalty,
        payments: &[Payment],
        tips: &[TipsPayment],
    ) -> Result<(), Failure> {
        let is_processed = |it: &PaymentItem| it.is_processed_externally == Some(true);
        if self.is_settled || self.payments.iter().any(is_processed) {
            return Err(Failure::common(
                "Payments cannot be changed: some of them are processed.",
            ));
        }
        let mut replaced = Self {
            payments: Vec::new(),
            tips: Vec::new(),
            bonuses: Vec::new(),
            ..self.clone()
        };
        replaced.pay(organization, loyalty, payments, tips)?;
        *self = replaced;
        Ok(())
    }

    /// What is missing is paid in cash.
    pub(crate) fn pay_the_rest(&mut self, organization: &Organization) {
        let rest = self.sum() - self.paid();
        let cash = organization.cash_payment_type_id.and_then(|id| {
            let mut known = organization.payment_types.iter();
            known.find(|it| it.id == Some(id))
        });
        if let Some(cash) = cash
            && rest > Decimal::ZERO
        {
            self.payments.push(PaymentItem {
                payment_type: Some(DeliveriesResponseOrderPaymentType {
                    name: cash.name.clone(),
                    kind: Some(PaymentTypeKind::Cash),
                    ..DeliveriesResponseOrderPaymentType::new(
                        cash.id.map(|id| id.0).unwrap_or_default(),
                    )
                }),
                sum: exact(rest),
                is_external: Some(false),
                is_fiscalized_externally: Some(false),
                is_preliminary: Some(false),
                is_prepay: Some(false),
                is_processed_externally: Some(false),
                ..PaymentItem::default()
            });
        }
    }
}

/// The tips asked for, or why some cannot be taken.
fn tips(
    organization: &Organization,
    tips: &[TipsPayment],
) -> Result<Vec<TipsPaymentItem>, Failure> {
    let taken = tips.iter().map(|payment| {
        let asked = match payment {
            TipsPayment::Cash(it) => asked!(it, "Cash", it.tips_type_id),
            TipsPayment::Card(it) => asked!(it, "Card", it.tips_type_id),
            TipsPayment::External(it) => asked!(it, "External", it.tips_type_id),
            TipsPayment::Other(_) => return Err(unknown_kind()),
        };
        let payment = take(organization, &asked)?;
        Ok(TipsPaymentItem {
            is_external: payment.is_external,
            is_fiscalized_externally: payment.is_fiscalized_externally,
            is_preliminary: payment.is_preliminary,
            is_prepay: payment.is_prepay,
            is_processed_externally: payment.is_processed_externally,
            payment_type: payment.payment_type,
            sum: payment.sum,
            tips_type: asked.tips_type_id.map(RetrievedTipsType::new),
            ..TipsPaymentItem::default()
        })
    });
    taken.collect()
}

/// Whose wallet a payment with bonuses comes from. Where there is no loyalty, there is nobody to be found.
fn bonus(
    organization: &Organization,
    loyalty: &Loyalty,
    payment: &LoyaltyCardPayment,
) -> Result<BonusPayment, Failure> {
    let who = match payment.payment_additional_data.as_ref() {
        Some(PaymentAdditionalData::LoyaltyCard(who)) => who,
        Some(
            PaymentAdditionalData::Card(_)
            | PaymentAdditionalData::External(_)
            | PaymentAdditionalData::Other(_),
        )
        | None => {
            return Err(Failure::new(
                ErrorCode::Iikocard51PaymentAdditionalDataCanNotBeParsed,
                "A payment with a loyalty card needs credential and searchScope.",
            ));
        }
    };
    let credential = who.credential.as_deref().unwrap_or_default();
    let guest = loyalty.guest_by_credential(who.search_scope.as_ref(), credential)?;
    let (Some(guest), true) = (guest, organization.has_loyalty) else {
        return Err(Failure::new(
            ErrorCode::Iikocard51PaymentCredentialNotFound,
            "The guest who pays with bonuses is not found.",
        ));
    };
    Ok(BonusPayment {
        guest_id: guest.id,
        sum: payment.sum.unwrap_or_default().0,
    })
}

/// A payment of a kind in the dictionary's word.
pub(crate) fn payment_of_kind(kind: &str, payment: CashPayment) -> Payment {
    let (sum, id) = (payment.sum, payment.payment_type_id);
    let is_processed_externally = payment.is_processed_externally;
    match kind {
        "Card" => CardPayment {
            is_processed_externally,
            ..CardPayment::new(sum.unwrap_or_default(), id.unwrap_or_default())
        }
        .into(),
        "External" => ExternalPayment {
            is_processed_externally,
            ..ExternalPayment::new(sum.unwrap_or_default(), id.unwrap_or_default())
        }
        .into(),
        _ => payment.into(),
    }
}

fn unknown_kind() -> Failure {
    Failure::new(
        ErrorCode::PaymentTypeNotFound,
        "A payment of an unknown kind.",
    )
}

fn take(organization: &Organization, asked: &Asked) -> Result<PaymentItem, Failure> {
    let sum = asked.sum.unwrap_or_default().0;
    if sum <= Decimal::ZERO {
        return Err(Failure::new(
            ErrorCode::PaymentSumShouldBePositive,
            "Payment sum should be positive.",
        ));
    }
    if sum != sum.round_dp(2) {
        return Err(Failure::common(format!(
            "Sum {sum} doesn't fit for the currency settings."
        )));
    }
    let payment_type = found(organization, asked)?;
    if asked.is_processed_externally && !is_processed_by_others(payment_type) {
        return Err(Failure::new(
            ErrorCode::PaymentTypeCanNotBeUsedAsExternal,
            format!(
                "Payment {} cannot be added as external processed. PaymentType should be CanBeExternalProcessed",
                payment_type.name.as_deref().unwrap_or_default()
            ),
        ));
    }
    Ok(PaymentItem {
        is_external: Some(asked.is_processed_externally),
        is_fiscalized_externally: Some(asked.is_fiscalized_externally.unwrap_or_default()),
        is_preliminary: Some(!asked.is_processed_externally),
        is_prepay: Some(asked.is_prepay.unwrap_or_default()),
        is_processed_externally: Some(asked.is_processed_externally),
        payment_type: Some(DeliveriesResponseOrderPaymentType {
            name: payment_type.name.clone(),
            kind: Some(retrieved_kind(payment_type)),
            ..DeliveriesResponseOrderPaymentType::new(asked.payment_type_id.unwrap_or_default())
        }),
        sum: exact(sum),
        ..PaymentItem::default()
    })
}

fn found<'o>(organization: &'o Organization, asked: &Asked) -> Result<&'o PaymentType, Failure> {
    let id = asked.payment_type_id.unwrap_or_default();
    let mut known = organization.payment_types.iter();
    let Some(payment_type) = known.find(|it| it.id.is_some_and(|it| it.0 == id)) else {
        return Err(Failure::new(
            ErrorCode::PaymentTypeNotFound,
            format!("Payment type {id} is not found."),
        ));
    };
    if payment_type.is_deleted == Some(true) {
        return Err(Failure::common(format!("Payment type {id} is deleted.")));
    }
    let kind = payment_type
        .payment_type_kind
        .as_ref()
        .map(PaymentTypeCategory::as_str);
    match kind == Some(asked.kind) {
        true => Ok(payment_type),
        false => Err(Failure::common(format!(
            "Payment of {} type must have a payment type of this kind, and {id} is {}.",
            asked.kind,
            kind.unwrap_or("Unknown")
        ))),
    }
}

fn is_processed_by_others(payment_type: &PaymentType) -> bool {
    match &payment_type.payment_processing_type {
        Some(PaymentProcessingType::External | PaymentProcessingType::Both) => true,
        Some(PaymentProcessingType::Internal | PaymentProcessingType::Other(_)) | None => false,
    }
}

/// Orders have no kind `IikoCard` (`cloud-api.md` 7): such a payment is an external one there (a guess).
fn retrieved_kind(payment_type: &PaymentType) -> PaymentTypeKind {
    match payment_type
        .payment_type_kind
        .as_ref()
        .map(PaymentTypeCategory::as_str)
    {
        Some("IikoCard") => PaymentTypeKind::External,
        Some(kind) => kind.into(),
        None => PaymentTypeKind::Unknown,
    }
}
