//! The snapshot of a product that a stock item has: enough to sell the product without asking catalog.

use contracts::{EventType, catalog};
use kernel::money::Money;
use serde::{Deserialize, Serialize};

/// A product as its last event, or catalog's answer, says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub name: String,
    pub sku: String,
    pub price: Money,
    pub status: ProductStatus,
    /// Its place among catalog's changes of the product: of two, the later text is the newer
    /// (`kernel::sequence`).
    pub sequence: String,
}

/// Whether a product is on offer, or still there at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProductStatus {
    Draft,
    Active,
    Archived,
    /// The snapshot is a tombstone, so that a late event does not bring the product back.
    Deleted,
}

impl From<catalog::ProductStatus> for ProductStatus {
    fn from(status: catalog::ProductStatus) -> Self {
        match status {
            catalog::ProductStatus::Draft => Self::Draft,
            catalog::ProductStatus::Active => Self::Active,
            catalog::ProductStatus::Archived => Self::Archived,
        }
    }
}

impl Snapshot {
    /// The snapshot in an event of a product, with the event's sequence.
    pub fn of_event(event_type: EventType, product: catalog::Product, sequence: &str) -> Self {
        let catalog::Product { name, sku, price, status, .. } = product;
        let status = match event_type {
            EventType::ProductDeleted => ProductStatus::Deleted,
            _ => status.into(),
        };
        Self { name, sku, price, status, sequence: sequence.to_owned() }
    }

    /// Whether the product was deleted.
    pub fn is_deleted(&self) -> bool {
        self.status == ProductStatus::Deleted
    }

    /// Whether the product may be bought.
    pub fn is_on_offer(&self) -> bool {
        self.status == ProductStatus::Active
    }
}
