//! The lines of a sale: one for each product.

use serde::{Deserialize, Serialize};

/// One product of a sale. What can be derived is not stored: a sale of many lines is paid for by its size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SaleLine {
    pub product_id: String,
    pub quantity: i64,
    /// The price the buyer saw, in minor units of the shop's currency, while the sale is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_unit_price: Option<i64>,
    /// The product as it was when it was sold.
    #[serde(flatten)]
    pub sold: Option<SoldAs>,
}

/// What a product was when it was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SoldAs {
    pub sku: String,
    pub name: String,
    /// In minor units of the sale's currency.
    pub unit_price: i64,
}

impl SaleLine {
    /// In minor units; `None` while there is no price, and past what can be counted.
    pub fn total(&self) -> Option<i64> {
        self.sold.as_ref()?.unit_price.checked_mul(self.quantity)
    }
}
