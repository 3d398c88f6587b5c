//! Stock and a stand-in for catalog's endpoint, for tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use kernel::sequence;
use kernel::{clock, ids};
use serde_json::json;
use testing::{StandIn, internal, usd};

use crate::movement::{Kind, Movement};
use crate::snapshot::{ProductStatus, Snapshot};
use crate::stock::Level;
use crate::store::Known;
use crate::{Catalog, Stock};

/// The snapshot of a cup for 12.50 dollars, on offer.
pub fn cup(version: u64) -> Snapshot {
    let (name, sku, status) = ("Cup".to_owned(), "CUP-1".to_owned(), ProductStatus::Active);
    Snapshot { name, sku, price: usd(1250), status, sequence: sequence::sequence(None, version) }
}

/// A movement of a product's stock.
pub fn receipt(id: &str, product_id: &str, quantity: i64) -> Movement {
    Movement {
        id: id.to_owned(),
        product_id: product_id.to_owned(),
        kind: if quantity > 0 { Kind::Receipt } else { Kind::Adjustment },
        quantity,
        reason: "test".to_owned(),
        reference: None,
        created_by: "eva".to_owned(),
        created_at: clock::now(),
    }
}

/// A product with so many pieces and a mark, at its place in the list of stock: its id.
///
/// # Panics
/// When it cannot be written.
pub async fn stocked(stock: &Stock, available: i64, mark: Option<i64>) -> String {
    let id = ids::new();
    stock.put_snapshot(&id, &cup(1), clock::now()).await.unwrap();
    if available > 0 {
        stock.adjust(receipt(&ids::new(), &id, available), Known::Here, "f").await.unwrap();
    }
    stock.warn_at(&id, Some(mark), |_| Ok(()), clock::now()).await.unwrap();
    stock.put_list_position(&id, Level::of(available, mark), "1").await.unwrap();
    id
}

/// Catalog's internal endpoint on a port of its own: answers each call with the next status of its
/// script, then repeats the last; with a cup.
pub struct CatalogStandIn {
    pub catalog: Catalog,
    api: StandIn,
}

impl CatalogStandIn {
    /// Starts it within the test's runtime.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(script: &'static [u16]) -> Self {
        let document = json!({"data": {"type": "products", "id": "p", "attributes": cup(1)}});
        let api = StandIn::start(script.iter().map(|status| (*status, document.clone())).collect()).await;
        Self { catalog: Catalog::new(internal(&api.url)), api }
    }

    /// How often it was called.
    pub fn calls(&self) -> usize {
        self.api.asked().len()
    }
}
