//! What sales says: a sale after each step of its life, and its requests to catalog.

use kernel::money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{EventData, EventType, shapes};

/// A sale: ids, products and prices. Nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("additionalProperties" = false))]
pub struct Sale {
    pub number: String,
    pub status: SaleStatus,
    pub customer_id: String,
    #[schemars(length(min = 1))]
    pub lines: Vec<SaleLine>,
    /// The total. Only a sale that was confirmed has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "shapes::money")]
    pub total: Option<Money>,
    /// The id of the user who cancelled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub cancelled_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Rejection")]
    pub rejection: Option<Rejection>,
}

/// The status of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SaleStatus {
    Pending,
    Confirmed,
    Rejected,
    Shipped,
    Delivered,
    Cancelled,
}

/// One product of a sale. SKU, name and unit price are there after it was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("additionalProperties" = false))]
pub struct SaleLine {
    pub product_id: String,
    #[schemars(range(min = 1))]
    pub quantity: i64,
    /// The price that the buyer saw, in minor units of the shop's currency, while the sale is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i64")]
    pub expected_unit_price: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub sku: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub name: Option<String>,
    /// In minor units of the sale's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i64")]
    pub unit_price: Option<i64>,
}

/// Why a sale was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct Rejection {
    pub code: String,
    pub title: String,
    #[schemars(length(min = 1))]
    pub reasons: Vec<Reason>,
}

/// One reason. `meta` has details for programs, such as `shortages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct Reason {
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub meta: Option<Value>,
}

impl EventData for Sale {
    const TYPES: &'static [EventType] = &[
        EventType::SalePending,
        EventType::SaleConfirmed,
        EventType::SaleRejected,
        EventType::SaleShipped,
        EventType::SaleDelivered,
        EventType::SaleCancelled,
    ];
}

/// Asks catalog for products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("additionalProperties" = false))]
pub struct ProductsRequested {
    /// The id of the sale that asks. The answer has it, too.
    pub correlation_id: String,
    /// The URL of the queue for the answer.
    #[schemars(url)]
    pub reply_to: String,
    #[schemars(length(min = 1, max = 50))]
    pub product_ids: Vec<String>,
}

impl EventData for ProductsRequested {
    const TYPES: &'static [EventType] = &[EventType::ProductsRequested];
}

/// The deadline of a pending sale has passed. The subject is the sale's id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct SaleDue {}

impl EventData for SaleDue {
    const TYPES: &'static [EventType] = &[EventType::SaleDue];
}
