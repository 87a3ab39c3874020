//! Lists by revision: what has changed since a cursor, page by page, until there is nothing newer.
//!
//! The cursor of each page is the caller's: saved with what was done about the page, it is where the next reading
//! begins, after a crash as well.

use futures::{Stream, stream};
use iiko_types::{
    ids::Guid,
    schemas::{
        GetTransactionsReportByRevisionRequest, OrdersByOrganization, OrdersByRevisionRequest,
        TransportTransactionsReportItem,
    },
};
use serde::{Deserialize, Serialize};

use crate::{client::Client, error::Error};

/// How far the deliveries of some organizations have been read. One for each set of organizations that is asked for: iiko
/// has one revision for all in a question.
///
/// Written as a bare number. Every search for deliveries by date gives one to begin with, as `max_revision`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryCursor(pub i64);

/// Deliveries that have changed, and where to read on.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryChanges {
    /// By organization, whole as they are now.
    pub orders_by_organizations: Vec<OrdersByOrganization>,
    /// To be saved when they have been dealt with.
    pub cursor: DeliveryCursor,
}

/// How far the loyalty transactions of a guest have been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TransactionCursor {
    /// iiko's revision; absent at the very beginning.
    pub revision: Option<i64>,
    /// The last transaction of that revision that was read.
    pub last_transaction_id: Option<Guid>,
}

/// Transactions, and where to read on.
#[derive(Clone, Debug, PartialEq)]
pub struct TransactionChanges {
    /// The oldest first.
    pub transactions: Vec<TransportTransactionsReportItem>,
    /// To be saved when they have been dealt with.
    pub cursor: TransactionCursor,
}

impl Client {
    /// The deliveries that have changed since `request.start_revision`, page by page, until there are no newer ones. Ends
    /// then; ask again from the last cursor. An error ends it too.
    ///
    /// iiko goes back three hours at most and refuses an older revision ("Passed revision is too old"): search by date
    /// then, which gives a cursor to go on from.
    pub fn deliveries_changed_since(
        &self,
        request: OrdersByRevisionRequest,
    ) -> impl Stream<Item = Result<DeliveryChanges, Error>> + Send + 'static {
        let client = self.clone();
        stream::try_unfold(Some(request), move |request| {
            let client = client.clone();
            async move {
                let Some(mut request) = request else {
                    return Ok(None);
                };
                let answer = client.deliveries_by_revision(&request).await?;
                let before = request.start_revision;
                let revision = answer.max_revision.unwrap_or(before).max(before);
                let page = DeliveryChanges {
                    orders_by_organizations: answer.orders_by_organizations.unwrap_or_default(),
                    cursor: DeliveryCursor(revision),
                };
                // An answer that does not move the cursor would come again and again.
                let has_more = revision > before && page.has_orders();
                request.start_revision = revision;
                Ok(Some((page, has_more.then_some(request))))
            }
        })
    }

    /// The transactions of a guest since `request.revision`, page by page, until there are no newer ones. Ends then; ask
    /// again from the last cursor. An error ends it too.
    #[doc(alias = "transactions")]
    pub fn transactions_changed_since(
        &self,
        request: GetTransactionsReportByRevisionRequest,
    ) -> impl Stream<Item = Result<TransactionChanges, Error>> + Send + 'static {
        let client = self.clone();
        stream::try_unfold(Some(request), move |request| {
            let client = client.clone();
            async move {
                let Some(mut request) = request else {
                    return Ok(None);
                };
                let answer = client
                    .loyalty_iiko_customer_transactions_by_revision(&request)
                    .await?;
                let before = TransactionCursor {
                    revision: request.revision,
                    last_transaction_id: request.last_transaction_id,
                };
                let page = TransactionChanges {
                    transactions: answer.transactions.unwrap_or_default(),
                    cursor: TransactionCursor {
                        revision: answer.last_revision.or(before.revision),
                        last_transaction_id: answer
                            .last_transaction_id
                            .or(before.last_transaction_id),
                    },
                };
                // An answer that does not move the cursor would come again and again.
                let has_more = page.cursor != before && !page.transactions.is_empty();
                request.revision = page.cursor.revision;
                request.last_transaction_id = page.cursor.last_transaction_id;
                Ok(Some((page, has_more.then_some(request))))
            }
        })
    }
}

impl DeliveryChanges {
    fn has_orders(&self) -> bool {
        self.orders_by_organizations.iter().any(|organization| {
            organization
                .orders
                .as_ref()
                .is_some_and(|orders| !orders.is_empty())
        })
    }
}
