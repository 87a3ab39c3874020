//! Tax categories in the rows of price orders: who says nothing of them keeps them, and without its module of the license
//! nobody changes them.

use super::{
    IikoServer,
    documents::{PriceOrder, Row, position},
};
use crate::kept::{KEPT, keep};

/// The license module that lets programs set tax categories in price orders.
const TAX_MODULE: u32 = 21_052_802;

impl IikoServer {
    /// The rows of an order with the tax categories they have from now on; what is ignored stands in the log.
    pub(super) fn with_taxes(
        &mut self,
        rows: Vec<Row>,
        document_number: &str,
        current: Option<&PriceOrder>,
    ) -> Vec<Row> {
        let has_module = self.modules.contains(&TAX_MODULE);
        let mut is_ignored = false;
        let rows = rows.into_iter().map(|row| {
            let stored = stored(&row, current);
            let enabled = stored.and_then(|it| it.tax_category_enabled);
            let says_something = row.tax_category_enabled.is_some();
            is_ignored |= says_something && !has_module && row.tax_category_enabled != enabled;
            if says_something && has_module {
                return row;
            }
            Row {
                tax_category_id: stored.and_then(|it| it.tax_category_id),
                tax_category_enabled: enabled,
                ..row
            }
        });
        let rows = rows.collect();
        if is_ignored {
            let line = format!(
                "Module {TAX_MODULE} (TAXCATEGORY_IN_PRICECHANGEORDER) is not present or expired: tax categories of order {document_number} are ignored"
            );
            keep(&mut self.log, line, KEPT);
        }
        rows
    }
}

fn stored<'o>(row: &Row, current: Option<&'o PriceOrder>) -> Option<&'o Row> {
    current?
        .items
        .iter()
        .find(|it| position(it) == position(row))
}
