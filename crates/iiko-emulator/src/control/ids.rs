//! The ids of things, by the names that people have for them.

use anyhow::Context;
use iiko_types::ids::{OrganizationId, ProductGroupId, ProductId, SizeId, TerminalGroupId};

use super::Control;
use crate::world::{Organization, World};

impl Control {
    /// An organization by id, name, code or the slug of its scenario.
    pub fn organization(&self, name: &str) -> anyhow::Result<OrganizationId> {
        Ok(find_organization(&self.shared.world(), name)?.id)
    }

    /// A terminal group by id or name.
    pub fn terminal_group(
        &self,
        organization: OrganizationId,
        name: &str,
    ) -> anyhow::Result<TerminalGroupId> {
        self.read(organization, |organization| {
            let mut groups = organization.terminal_groups.iter();
            let found = groups.find(|group| group.name == name || group.id.to_string() == name);
            Ok(found
                .with_context(|| format!("no terminal group `{name}`"))?
                .id)
        })
    }

    /// A product by id or code.
    pub fn product(&self, organization: OrganizationId, code: &str) -> anyhow::Result<ProductId> {
        self.read(organization, |organization| {
            let nomenclature = &organization.nomenclature;
            let found = nomenclature.product_by_code(code).or_else(|| {
                nomenclature
                    .products
                    .iter()
                    .find(|product| product.id.to_string() == code)
            });
            Ok(found.with_context(|| format!("no product `{code}`"))?.id)
        })
    }

    /// A folder or modifier group by id or name.
    pub fn group(
        &self,
        organization: OrganizationId,
        name: &str,
    ) -> anyhow::Result<ProductGroupId> {
        self.read(organization, |organization| {
            let mut groups = organization.nomenclature.groups.iter();
            let found = groups
                .find(|group| group.name.as_deref() == Some(name) || group.id.to_string() == name);
            Ok(found.with_context(|| format!("no group `{name}`"))?.id)
        })
    }

    /// A size by id or name.
    pub fn size(&self, organization: OrganizationId, name: &str) -> anyhow::Result<SizeId> {
        self.read(organization, |organization| {
            let mut sizes = organization.nomenclature.sizes.iter();
            let is_meant = |id: &SizeId, size_name: Option<&str>| {
                size_name == Some(name) || id.to_string() == name
            };
            let found =
                sizes.find_map(|size| size.id.filter(|id| is_meant(id, size.name.as_deref())));
            found.with_context(|| format!("no size `{name}`"))
        })
    }
}

fn find_organization<'w>(world: &'w World, name: &str) -> anyhow::Result<&'w Organization> {
    let slug = world
        .scenario
        .file
        .organizations
        .iter()
        .find(|it| it.slug == name)
        .map(|it| it.code.as_str());
    world
        .organizations
        .iter()
        .find(|it| {
            it.name == name
                || it.code == name
                || Some(it.code.as_str()) == slug
                || it.id.to_string() == name
        })
        .with_context(|| format!("no organization `{name}`"))
}
