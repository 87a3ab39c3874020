//! Control of the menu: prices, names, what is sold, recorded answers.

use anyhow::ensure;
use chrono::{DateTime, Utc};
use iiko_types::{
    ids::{OrganizationId, ProductGroupId, ProductId, SizeId},
    number::ExactDecimal,
};
use rust_decimal::Decimal;

use super::{Control, organization_mut};
use crate::{
    check::bounds::TEN_BILLIONS,
    nomenclature::Nomenclature,
    webhooks::{Happening, Subject},
};

/// How large a menu can be made to grow.
const MOST_ROWS: usize = 200_000;

impl Control {
    /// A new price for one size, or for all where none is named.
    pub fn set_price(
        &self,
        organization: OrganizationId,
        product: ProductId,
        size: Option<SizeId>,
        price: Decimal,
    ) -> anyhow::Result<()> {
        ensure!(
            (Decimal::ZERO..=TEN_BILLIONS).contains(&price),
            "`price` goes from 0 to {TEN_BILLIONS}"
        );
        self.change_menu(organization, |menu, now| {
            ensure!(
                menu.set_price(product, size, ExactDecimal(price), now),
                "no such product or size"
            );
            Ok(())
        })
    }

    /// A new name for a product.
    pub fn rename_product(
        &self,
        organization: OrganizationId,
        product: ProductId,
        name: &str,
    ) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, now| {
            ensure!(
                menu.rename_product(product, name, now),
                "no product {product}"
            );
            Ok(())
        })
    }

    /// A new name for a folder or modifier group.
    pub fn rename_group(
        &self,
        organization: OrganizationId,
        group: ProductGroupId,
        name: &str,
    ) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, now| {
            ensure!(menu.rename_group(group, name, now), "no group {group}");
            Ok(())
        })
    }

    /// Takes a product out of the menu.
    pub fn remove_product(
        &self,
        organization: OrganizationId,
        product: ProductId,
    ) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, now| {
            ensure!(menu.remove_product(product, now), "no product {product}");
            Ok(())
        })
    }

    /// Brings a removed product back.
    pub fn restore_product(
        &self,
        organization: OrganizationId,
        product: ProductId,
    ) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, now| {
            ensure!(
                menu.restore_product(product, now),
                "product {product} was not removed"
            );
            Ok(())
        })
    }

    /// Copies dishes (or takes copies away) until there are `total` rows, modifiers included.
    pub fn grow(&self, organization: OrganizationId, total: usize) -> anyhow::Result<()> {
        ensure!(
            total <= MOST_ROWS,
            "`products`: a menu grows to {MOST_ROWS} rows at most"
        );
        self.change_menu(organization, |menu, now| {
            menu.grow(total, now);
            Ok(())
        })
    }

    /// Serves these bytes, an answer of `nomenclature`, from now on.
    pub fn set_nomenclature(
        &self,
        organization: OrganizationId,
        json: &[u8],
    ) -> anyhow::Result<()> {
        let nomenclature = Nomenclature::recorded(std::str::from_utf8(json)?)?;
        self.change_menu(organization, |menu, _| {
            *menu = nomenclature;
            Ok(())
        })
    }

    /// Serves this text, an answer of `menu/by_id`, from now on: as one more external menu, or in the place of the one
    /// with its number.
    pub fn set_external_menu(&self, json: &str) -> anyhow::Result<()> {
        self.shared.world().add_recorded_menu(json)
    }

    /// Sets the revision and nothing else.
    pub fn set_revision(&self, organization: OrganizationId, revision: i64) -> anyhow::Result<()> {
        self.change_menu(organization, |menu, _| {
            menu.set_revision(revision);
            Ok(())
        })
    }

    fn change_menu(
        &self,
        id: OrganizationId,
        change: impl FnOnce(&mut Nomenclature, DateTime<Utc>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.at_till(|world| {
            let now = world.now();
            change(&mut organization_mut(world, id)?.nomenclature, now)?;
            world.emit(&Happening::plain(id, Subject::Nomenclature));
            anyhow::Ok(())
        })
    }
}
