//! Changes of deliveries: commands, but for two that the cloud does itself.

use iiko_types::{
    endpoint::NoBody,
    ids::{Guid, OrganizationId},
    operations::{
        DeliveriesAddItems, DeliveriesAddPayments, DeliveriesCancel, DeliveriesChangeComment,
        DeliveriesChangeCompleteBefore, DeliveriesChangeDeliveryPoint, DeliveriesChangeDriverInfo,
        DeliveriesChangeExternalData, DeliveriesChangeOperator, DeliveriesChangePayments,
        DeliveriesChangeServiceType, DeliveriesPrintDeliveryBill, DeliveriesUpdateOrderCourier,
        DeliveriesUpdateOrderPayments, DeliveriesUpdateOrderProblem, DeliveriesUpdateTrackingLink,
    },
    schemas::{
        AddOrderItemsRequest, AddOrderPaymentsRequest, CancelInfo, CancelOrderRequest, CashPayment,
        ChangeCompleteBeforeRequest, ChangeDeliveryCommentRequest, ChangeDeliveryOperatorRequest,
        ChangeDeliveryPointRequest, ChangeDriverInfoRequest, ChangeExternalDataRequest,
        ChangePaymentsRequest, ChangeServiceTypeRequest, CorrelationIdResponse, CourierInfo,
        DeliveryStatus, ErrorCode, Payment, PaymentTypeCategory, PrintDeliveryBillRequest, Problem,
        RetrievedCancelCause, TipsPayment, UpdateOrderCourierRequest, UpdateOrderPaymentsRequest,
        UpdateOrderProblemRequest, UpdateTrackingLinkRequest,
    },
};

use super::{
    super::{OfOrganization, Operation, accepted, command, of_organization, typed},
    of_both,
};
use crate::{
    cheque,
    creation::{Change, Till, external_data, retrieved::retrieved_type},
    deliveries::{
        Delivery,
        create::{require_time, type_of_service},
    },
    failure::{Failure, Finish},
    refusal::Refusal,
    world::World,
};

of_organization! {
    AddOrderItemsRequest
    AddOrderPaymentsRequest
    CancelOrderRequest
    ChangeCompleteBeforeRequest
    ChangeDeliveryCommentRequest
    ChangeDeliveryOperatorRequest
    ChangeDeliveryPointRequest
    ChangeDriverInfoRequest
    ChangePaymentsRequest
    PrintDeliveryBillRequest
    UpdateOrderCourierRequest
    UpdateOrderPaymentsRequest
    UpdateOrderProblemRequest
}

impl OfOrganization for ChangeServiceTypeRequest {
    fn organization_id(&self) -> OrganizationId {
        match self {
            Self::DeliveryByCourier(request) => request.organization_id,
            Self::DeliveryByClient(request) => request.organization_id,
            Self::Other(request) => request.organization_id,
        }
    }
}

pub(super) fn register() -> Vec<Operation> {
    vec![
        command::<DeliveriesAddItems>(accepted, add_items),
        command::<DeliveriesAddPayments>(accepted, add_payments),
        command::<DeliveriesCancel>(accepted, cancel),
        command::<DeliveriesChangeComment>(accepted, change_comment),
        command::<DeliveriesChangeCompleteBefore>(accepted, change_complete_before),
        command::<DeliveriesChangeDeliveryPoint>(accepted, change_delivery_point),
        command::<DeliveriesChangeDriverInfo>(accepted, change_driver_info),
        command::<DeliveriesChangeOperator>(accepted, change_operator),
        command::<DeliveriesChangePayments>(accepted, change_payments),
        command::<DeliveriesChangeServiceType>(accepted, change_service_type),
        command::<DeliveriesPrintDeliveryBill>(accepted, print_bill),
        command::<DeliveriesUpdateOrderCourier>(accepted, update_courier),
        command::<DeliveriesUpdateOrderPayments>(accepted, update_payments).guessing(
            "the payments take the place of all that are not processed, as in `change_payments`",
        ),
        command::<DeliveriesUpdateOrderProblem>(accepted, update_problem),
        typed::<DeliveriesChangeExternalData>(change_external_data)
            .guessing("done at once, not by the till"),
        typed::<DeliveriesUpdateTrackingLink>(update_tracking_link),
    ]
}

fn add_items(world: &mut World, request: AddOrderItemsRequest) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    world.update(organization_id, id, |delivery: &mut Delivery, _, till| {
        let menu = &till.organization.nomenclature;
        let combos = request.combos.as_deref().unwrap_or_default();
        cheque::lines(menu, &mut delivery.head.cheque, &request.items, combos)
    })
}

fn add_payments(world: &mut World, request: AddOrderPaymentsRequest) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    world.update(organization_id, id, |delivery: &mut Delivery, _, till| {
        let (organization, loyalty) = (till.organization, &till.world.loyalty);
        let tips = request.tips.as_deref().unwrap_or_default();
        delivery
            .head
            .cheque
            .pay(organization, loyalty, &request.payments, tips)
    })
}

fn change_payments(world: &mut World, request: ChangePaymentsRequest) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    replace_payments(
        world,
        organization_id,
        id,
        &request.payments,
        request.tips.as_deref(),
    )
}

fn replace_payments(
    world: &mut World,
    organization_id: OrganizationId,
    id: Guid,
    payments: &[Payment],
    tips: Option<&[TipsPayment]>,
) -> Result<Finish, Failure> {
    world.update(organization_id, id, |delivery: &mut Delivery, _, till| {
        let (organization, loyalty) = (till.organization, &till.world.loyalty);
        let tips = tips.unwrap_or_default();
        delivery
            .head
            .cheque
            .replace_payments(organization, loyalty, payments, tips)
    })
}

/// An older form of the same: its payments name no kind.
fn update_payments(
    world: &mut World,
    request: UpdateOrderPaymentsRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    let organization = world.organization(organization_id);
    let known = organization
        .map(|it| it.payment_types.clone())
        .unwrap_or_default();
    let items = request.payment_items.unwrap_or_default();
    let payments = items.into_iter().map(|item| {
        let mut types = known.iter();
        let found = types.find(|it| it.id.is_some_and(|id| id.0 == item.payment_type_id));
        let kind = found
            .and_then(|it| it.payment_type_kind.as_ref())
            .map(PaymentTypeCategory::as_str);
        let mut payment = CashPayment::new(item.sum, item.payment_type_id);
        payment.is_processed_externally = Some(item.is_processed_externally);
        cheque::payment_of_kind(kind.unwrap_or("Cash"), payment)
    });
    let payments: Vec<Payment> = payments.collect();
    replace_payments(world, organization_id, id, &payments, None)
}

fn cancel(world: &mut World, request: CancelOrderRequest) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    let cause = match request.cancel_cause_id {
        None => None,
        Some(cause) => Some(RetrievedCancelCause {
            name: Some(world.references.cancel_cause(cause)?),
            ..RetrievedCancelCause::new(cause)
        }),
    };
    world.at_till::<Delivery>(organization_id, id)?;
    world.move_delivery_noting(id, &DeliveryStatus::Cancelled, |order, now| {
        order.cancel_info = Some(CancelInfo {
            cause,
            comment: request.cancel_comment,
            when_cancelled: Some(now),
            ..CancelInfo::default()
        });
        order.moved_to_delivery_id = request.moved_order_id;
    })?;
    Ok(Finish::Done)
}

fn change_comment(
    world: &mut World,
    request: ChangeDeliveryCommentRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    world.update(organization_id, id, |_: &mut Delivery, order, _| {
        order.comment = Some(request.comment);
        Ok(())
    })
}

fn change_complete_before(
    world: &mut World,
    request: ChangeCompleteBeforeRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    world.update(organization_id, id, |_: &mut Delivery, order, till| {
        order.complete_before = Some(require_time(Some(request.new_complete_before), till.now)?);
        order.is_asap = Some(false);
        Ok(())
    })
}

fn change_delivery_point(
    world: &mut World,
    request: ChangeDeliveryPointRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    let point = world.found_point(organization_id, &request.new_delivery_point);
    world.update(organization_id, id, |_: &mut Delivery, order, _| {
        if order.delivery_point.is_none() {
            return Err(Failure::common(
                "Self-service delivery has no address to change.",
            ));
        }
        order.delivery_point = Some(point?);
        Ok(())
    })
}

fn change_service_type(
    world: &mut World,
    request: ChangeServiceTypeRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id, service, point) = match request {
        ChangeServiceTypeRequest::DeliveryByCourier(it) => (
            it.organization_id,
            it.order_id,
            "DeliveryByCourier",
            Some(it.delivery_point),
        ),
        ChangeServiceTypeRequest::DeliveryByClient(it) => {
            (it.organization_id, it.order_id, "DeliveryByClient", None)
        }
        ChangeServiceTypeRequest::Other(it) => {
            return Err(Failure::new(
                ErrorCode::IncorrectOrderType,
                format!("There is no service type {}.", it.new_service_type),
            ));
        }
    };
    let point = point.map(|point| world.found_point(organization_id, &point));
    world.update(organization_id, id, |_: &mut Delivery, order, till| {
        order.delivery_point = point.transpose()?;
        order.order_type = Some(retrieved_type(type_of_service(till.organization, service)?));
        Ok(())
    })
}

fn change_driver_info(
    world: &mut World,
    request: ChangeDriverInfoRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    world.update(organization_id, id, |_: &mut Delivery, order, till| {
        if let Some(driver_id) = request.driver_id {
            order.courier_info = Some(courier_info(till, driver_id)?);
        }
        if request.estimated_time.is_some() {
            order.estimated_time = request.estimated_time;
        }
        Ok(())
    })
}

fn update_courier(
    world: &mut World,
    request: UpdateOrderCourierRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    world.update(organization_id, id, |_: &mut Delivery, order, till| {
        order.courier_info = Some(courier_info(till, request.employee_id)?);
        Ok(())
    })
}

fn courier_info(till: &Till<'_>, id: Guid) -> Result<CourierInfo, Failure> {
    let Some(courier) = till.world.references.retrieved_employee(id) else {
        return Err(Failure::new(
            ErrorCode::CourierIdDoesNotExist,
            format!("Courier {id} does not exist."),
        ));
    };
    Ok(CourierInfo {
        courier: Some(courier),
        is_courier_selected_manually: Some(true),
        ..CourierInfo::default()
    })
}

fn change_operator(
    world: &mut World,
    request: ChangeDeliveryOperatorRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    world.update(organization_id, id, |_: &mut Delivery, order, till| {
        let operator = till
            .world
            .references
            .retrieved_employee(request.operator_id);
        let found = operator.ok_or_else(|| {
            Failure::new(
                ErrorCode::UserNotFound,
                format!("User {} is not found.", request.operator_id),
            )
        })?;
        order.operator = Some(found);
        Ok(())
    })
}

fn update_problem(
    world: &mut World,
    request: UpdateOrderProblemRequest,
) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    world.update(organization_id, id, |_: &mut Delivery, order, _| {
        order.problem = Some(Problem {
            has_problem: Some(request.has_problem),
            description: request.problem,
            ..Problem::default()
        });
        Ok(())
    })
}

fn print_bill(world: &mut World, request: PrintDeliveryBillRequest) -> Result<Finish, Failure> {
    let (organization_id, id) = of_both(&request.organization_id, request.order_id);
    world.update(organization_id, id, |_: &mut Delivery, order, till| {
        order.when_bill_printed = Some(till.now);
        Ok(())
    })
}

fn change_external_data(
    world: &mut World,
    request: ChangeExternalDataRequest,
) -> Result<CorrelationIdResponse, Refusal> {
    world.permitted(&[request.organization_id])?;
    let delivery = world.at_till::<Delivery>(request.organization_id, request.order_id);
    let delivery = delivery.map_err(|failure| Refusal::invalid_request(failure.message))?;
    external_data::put(&mut delivery.external_data, request.external_data);
    world.changed::<Delivery>(request.order_id, &Change::default());
    accepted(world, &())
}

fn update_tracking_link(
    world: &mut World,
    request: UpdateTrackingLinkRequest,
) -> Result<NoBody, Refusal> {
    world.permitted(&[request.organization_id])?;
    let delivery = world.at_till::<Delivery>(request.organization_id, request.order_id);
    let delivery = delivery.map_err(|failure| Refusal::invalid_request(failure.message))?;
    if let Some(order) = &mut delivery.order {
        order.tracking_link = request.tracking_link;
    }
    world.changed::<Delivery>(request.order_id, &Change::default());
    Ok(NoBody)
}
