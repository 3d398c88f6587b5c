//! What a cart waits for: the sale that it was checked out as, and what becomes of that.

use std::collections::BTreeMap;

use sales::rejection::Rejection;
use sales::sale::Sale;
use sales::status::Status;
use serde::{Deserialize, Serialize};

/// A sale that a cart was checked out as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    pub sale_id: String,
    /// The version of the cart that began with it: as long as it is that one, the cart is what is being sold.
    pub version: u64,
    /// How many pieces of what was ordered are still in the cart. What was taken out is not there to be sold from
    /// it, though the sale has it; what is put in again is new.
    pub ordered: BTreeMap<String, i64>,
}

impl Checkout {
    /// Of a product, so many pieces are left in the cart.
    pub fn left(&mut self, product_id: &str, quantity: i64) {
        if let Some(ordered) = self.ordered.get_mut(product_id) {
            *ordered = quantity.min(*ordered);
        }
        self.ordered.retain(|_, ordered| *ordered > 0);
    }
}

/// A sale of the cart that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rejected {
    pub sale_id: String,
    #[serde(flatten)]
    pub why: Rejection,
}

/// What became of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Sold,
    Rejected(Rejection),
    /// It was called off, or is gone.
    Void,
}

impl Decision {
    /// What became of a sale; nothing yet of a pending one.
    pub fn of(sale: &Sale) -> Option<Self> {
        match (sale.status, &sale.rejection) {
            (Status::Pending, _) => None,
            (Status::Rejected, Some(why)) => Some(Self::Rejected(why.clone())),
            (Status::Rejected | Status::Cancelled, _) => Some(Self::Void),
            (Status::Confirmed | Status::Shipped | Status::Delivered, _) => Some(Self::Sold),
        }
    }
}
