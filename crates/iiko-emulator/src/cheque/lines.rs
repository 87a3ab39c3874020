//! The lines of an order, as the till makes them of what was asked for.

use std::collections::HashSet;

use iiko_types::{
    ids::{Guid, ProductGroupId, ProductId, SizeId},
    schemas::{
        Combo, ComboItemInformation, CompoundOrderItem, CompoundOrderItemComponent, ErrorCode,
        Modifier, NomenclatureSizePrice, OrderCombo, OrderItem, OrderItemModifier, OrderItemStatus,
        ProductGroup, ProductInfo, ProductOrderItem, RetrievedComboItemInformation,
        RetrievedCompoundOrderItem, RetrievedCompoundOrderItemComponent, RetrievedOrderItem,
        RetrievedProduct, RetrievedProductOrderItem, RetrievedProductSize,
    },
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Cheque, decimal, exact, limits, positions};
use crate::{failure::Failure, nomenclature::Nomenclature};

/// Adds what was asked for to `cheque`, or refuses all of it.
pub(crate) fn lines(
    menu: &Nomenclature,
    cheque: &mut Cheque,
    items: &[OrderItem],
    combos: &[Combo],
) -> Result<(), Failure> {
    if items.is_empty() {
        return Err(Failure::new(
            ErrorCode::OrderItemsNotExists,
            "Order has no items.",
        ));
    }
    let mut known: HashSet<Uuid> = cheque.combos.iter().map(|combo| combo.id).collect();
    let mut made_combos = Vec::new();
    for combo in combos {
        if !known.insert(combo.id) {
            return Err(Failure::new(
                ErrorCode::ComboDuplicated,
                format!("Combo {} is there twice.", combo.id),
            ));
        }
        made_combos.push(made_combo(menu, combo));
    }
    let mut made = Vec::new();
    for item in items {
        if let Some(combo) = combo_of(item)
            && !combo.combo_id.is_some_and(|id| known.contains(&id))
        {
            return Err(Failure::new(
                ErrorCode::InvalidReferenceToCombo,
                "An item refers to a combo that the order does not have.",
            ));
        }
        made.push(made_line(menu, item)?);
    }
    let mut taken: HashSet<Uuid> = cheque.items.iter().flat_map(positions).collect();
    if let Some(twice) = made
        .iter()
        .flat_map(positions)
        .find(|id| !taken.insert(*id))
    {
        return Err(Failure::new(
            ErrorCode::NonUnqiueOrderItemPosition,
            format!("Position {twice} is there twice."),
        ));
    }
    cheque.items.extend(made);
    cheque.combos.extend(made_combos);
    Ok(())
}

fn combo_of(item: &OrderItem) -> Option<&ComboItemInformation> {
    match item {
        OrderItem::Product(item) => item.combo_information.as_ref(),
        OrderItem::Compound(item) => item.combo_information.as_ref(),
        OrderItem::Other(_) => None,
    }
}

fn made_combo(menu: &Nomenclature, combo: &Combo) -> OrderCombo {
    OrderCombo {
        name: combo.name.clone(),
        amount: combo.amount,
        price: combo.price,
        source_id: combo.source_id,
        size: combo.size_id.and_then(|id| size(menu, id.0)),
        ..OrderCombo::new(combo.id)
    }
}

fn made_line(menu: &Nomenclature, item: &OrderItem) -> Result<RetrievedOrderItem, Failure> {
    match item {
        OrderItem::Product(item) => Ok(product_line(menu, item)?.into()),
        OrderItem::Compound(item) => Ok(compound_line(menu, item)?.into()),
        OrderItem::Other(_) => Err(Failure::new(
            ErrorCode::Incorrect,
            "An item is neither a product nor a compound.",
        )),
    }
}

fn product_line(
    menu: &Nomenclature,
    item: &ProductOrderItem,
) -> Result<RetrievedProductOrderItem, Failure> {
    let amount = positive(decimal(item.amount))?;
    let product = sold(menu, item.product_id, item.product_size_id)?;
    let price = decimal(item.price);
    let asked = item.modifiers.as_deref().unwrap_or_default();
    let modifiers = made_modifiers(menu, product, asked)?;
    limits::require(product, asked)?;
    Ok(RetrievedProductOrderItem {
        amount: exact(amount),
        combo_information: item.combo_information.as_ref().map(combo_information),
        comment: item.comment.clone(),
        cost: exact(price * amount),
        modifiers: Some(modifiers),
        position_id: Some(item.position_id.unwrap_or_else(Uuid::new_v4)),
        price: exact(price),
        price_predefined: Some(is_own_price(product, item.product_size_id, price)),
        product: Some(named(product)),
        size: chosen_size(menu, product, item.product_size_id)?,
        status: Some(OrderItemStatus::Added),
        ..RetrievedProductOrderItem::default()
    })
}

fn compound_line(
    menu: &Nomenclature,
    item: &CompoundOrderItem,
) -> Result<RetrievedCompoundOrderItem, Failure> {
    let amount = positive(decimal(item.amount))?;
    let Some(primary) = &item.primary_component else {
        return Err(Failure::new(
            ErrorCode::Incorrect,
            "A compound without its primary component.",
        ));
    };
    let product = sold(menu, primary.product_id, item.product_size_id)?;
    let common = item.common_modifiers.as_deref().unwrap_or_default();
    let secondary = item.secondary_component.as_ref();
    Ok(RetrievedCompoundOrderItem {
        amount: exact(amount),
        combo_information: item.combo_information.as_ref().map(combo_information),
        comment: item.comment.clone(),
        common_modifiers: Some(made_modifiers(menu, product, common)?),
        primary_component: Some(component(menu, primary, item, amount)?),
        secondary_component: secondary
            .map(|part| component(menu, part, item, amount))
            .transpose()?,
        size: chosen_size(menu, product, item.product_size_id)?,
        status: Some(OrderItemStatus::Added),
        ..RetrievedCompoundOrderItem::default()
    })
}

/// A half costs half of its price, unless the request names another. The common modifiers count for each half beside its
/// own. Both are guesses.
fn component(
    menu: &Nomenclature,
    part: &CompoundOrderItemComponent,
    item: &CompoundOrderItem,
    amount: Decimal,
) -> Result<RetrievedCompoundOrderItemComponent, Failure> {
    let size_id = item.product_size_id;
    let product = sold(menu, part.product_id, size_id)?;
    let price = match part.price {
        Some(price) => price.0,
        None => price_of(product, size_id.map(SizeId)) / Decimal::TWO,
    };
    let own = part.modifiers.as_deref().unwrap_or_default();
    let modifiers = made_modifiers(menu, product, own)?;
    let common = item.common_modifiers.as_deref().unwrap_or_default();
    limits::require(product, &[common, own].concat())?;
    Ok(RetrievedCompoundOrderItemComponent {
        cost: exact(price * amount),
        modifiers: Some(modifiers),
        position_id: Some(part.position_id.unwrap_or_else(Uuid::new_v4)),
        price: exact(price),
        price_predefined: Some(part.price.is_none()),
        product: Some(named(product)),
        ..RetrievedCompoundOrderItemComponent::default()
    })
}

fn positive(amount: Decimal) -> Result<Decimal, Failure> {
    match amount > Decimal::ZERO {
        true => Ok(amount),
        false => Err(Failure::new(
            ErrorCode::Incorrect,
            "Amount of an item should be positive.",
        )),
    }
}

/// What is on the price list in the size that is ordered.
fn sold(
    menu: &Nomenclature,
    id: Option<ProductId>,
    size_id: Option<Guid>,
) -> Result<&ProductInfo, Failure> {
    let found = id.and_then(|id| menu.product(id));
    let Some(product) = found.filter(|product| product.is_deleted != Some(true)) else {
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        return Err(Failure::new(
            ErrorCode::ProductNotFound,
            format!("Product {id} is not found."),
        ));
    };
    let entries = product.size_prices.iter().flatten();
    let is_excluded = |entry: &NomenclatureSizePrice| {
        let price = entry.price.as_ref();
        price.is_none_or(|price| price.is_included_in_menu == Some(false))
    };
    // that a size is not the dish's is told in words of its own
    let mut ordered = entries
        .filter(|entry| size_id.is_none() || entry.size_id == size_id.map(SizeId))
        .peekable();
    let is_sold = match ordered.peek() {
        Some(_) => !ordered.all(is_excluded),
        None => size_id.is_some(),
    };
    match is_sold {
        true => Ok(product),
        // iiko's own spelling (`cloud-api.md` 2.3)
        false => Err(Failure::new(
            "ProductExludedFromMenu".into(),
            format!("Product {} is excluded from menu.", product.id),
        )),
    }
}

/// A dish with a size scale is sold in a size, a dish without one is not.
fn chosen_size(
    menu: &Nomenclature,
    product: &ProductInfo,
    size_id: Option<Guid>,
) -> Result<Option<RetrievedProductSize>, Failure> {
    let sizes = product.size_prices.iter().flatten();
    let scale: Vec<Guid> = sizes.filter_map(|entry| Some(entry.size_id?.0)).collect();
    match size_id {
        None if scale.is_empty() => Ok(None),
        None => Err(Failure::common(format!(
            "Product {} has scale, product size must be specified.",
            product.id
        ))),
        Some(id) if scale.contains(&id) => Ok(size(menu, id)),
        Some(id) => Err(Failure::new(
            ErrorCode::ProductSizeNotFound,
            format!("Product {} has no size {id}.", product.id),
        )),
    }
}

fn size(menu: &Nomenclature, id: Guid) -> Option<RetrievedProductSize> {
    Some(RetrievedProductSize {
        name: menu.size_name(SizeId(id)).map(ToOwned::to_owned),
        ..RetrievedProductSize::new(id)
    })
}

fn price_of(product: &ProductInfo, size_id: Option<SizeId>) -> Decimal {
    let mut entries = product.size_prices.iter().flatten();
    let entry = entries.find(|entry| entry.size_id == size_id);
    decimal(entry.and_then(|entry| entry.price.as_ref()?.current_price))
}

/// Whether the price of the request is the menu's.
fn is_own_price(product: &ProductInfo, size_id: Option<Guid>, price: Decimal) -> bool {
    price_of(product, size_id.map(SizeId)) == price
}

/// The modifiers of a dish, each of which is in its modifier schema.
fn made_modifiers(
    menu: &Nomenclature,
    product: &ProductInfo,
    modifiers: &[Modifier],
) -> Result<Vec<OrderItemModifier>, Failure> {
    let mut seen = HashSet::new();
    if let Some(twice) = modifiers
        .iter()
        .find(|it| !seen.insert((it.product_id, it.product_group_id, it.position_id)))
    {
        return Err(Failure::new(
            ErrorCode::ModifierDuplicated,
            format!(
                "Modifier {} is there twice.",
                twice
                    .product_id
                    .map(|id| id.to_string())
                    .unwrap_or_default()
            ),
        ));
    }
    for modifier in modifiers {
        require_allowed(product, modifier)?;
    }
    modifiers
        .iter()
        .map(|modifier| made_modifier(menu, modifier))
        .collect()
}

/// A group modifier belongs to its group, a simple one to the dish.
fn require_allowed(product: &ProductInfo, modifier: &Modifier) -> Result<(), Failure> {
    let id = modifier.product_id.map(|id| id.0);
    let is_allowed = match modifier.product_group_id {
        Some(group_id) => {
            let mut groups = product.group_modifiers.iter().flatten();
            let Some(group) = groups.find(|group| group.id == group_id) else {
                return Err(Failure::new(
                    ErrorCode::ProductGroupNotFound,
                    format!("Product {} has no modifier group {group_id}.", product.id),
                ));
            };
            let mut children = group.child_modifiers.iter().flatten();
            children.any(|child| Some(child.id) == id)
        }
        None => product
            .modifiers
            .iter()
            .flatten()
            .any(|simple| Some(simple.id) == id),
    };
    match is_allowed {
        true => Ok(()),
        false => Err(Failure::common(format!(
            "Product {} does not have modifier {}.",
            product.id,
            id.unwrap_or_default()
        ))),
    }
}

fn made_modifier(menu: &Nomenclature, modifier: &Modifier) -> Result<OrderItemModifier, Failure> {
    let id = modifier.product_id.unwrap_or(ProductId(Uuid::nil()));
    let Some(product) = menu.product(id) else {
        return Err(Failure::new(
            ErrorCode::ProductNotFound,
            format!("Product {id} is not found."),
        ));
    };
    let own = price_of(product, None);
    let price = modifier.price.map_or(own, |price| price.0);
    let amount = decimal(modifier.amount);
    Ok(OrderItemModifier {
        amount: exact(amount),
        amount_independent_of_parent_amount: Some(false),
        position_id: Some(modifier.position_id.unwrap_or_else(Uuid::new_v4)),
        price: exact(price),
        price_predefined: Some(price == own),
        product: Some(named(product)),
        product_group: modifier.product_group_id.map(|id| product_group(menu, id)),
        ..OrderItemModifier::default()
    })
}

fn product_group(menu: &Nomenclature, id: Guid) -> ProductGroup {
    let group = menu
        .groups
        .iter()
        .find(|group| group.id == ProductGroupId(id));
    ProductGroup {
        name: group.and_then(|group| group.name.clone()),
        ..ProductGroup::new(id)
    }
}

fn named(product: &ProductInfo) -> RetrievedProduct {
    RetrievedProduct {
        name: product.name.clone(),
        ..RetrievedProduct::new(product.id.0)
    }
}

fn combo_information(asked: &ComboItemInformation) -> RetrievedComboItemInformation {
    RetrievedComboItemInformation {
        combo_id: asked.combo_id,
        combo_source_id: asked.combo_source_id,
        group_id: asked.combo_group_id,
        group_name: asked.combo_group_name.clone(),
        ..RetrievedComboItemInformation::default()
    }
}
