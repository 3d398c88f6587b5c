//! What inventory says: how much there is of a product now.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EventData, EventType};

/// The stock of a product after the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("additionalProperties" = false))]
pub struct Stock {
    /// Pieces.
    #[schemars(range(min = 0))]
    pub available: i64,
    pub in_stock: bool,
    /// At this number of pieces or fewer, the stock is low.
    #[schemars(range(min = 0))]
    pub low_stock_at: Option<i64>,
    /// Whether a piece was ever sold.
    pub sold: bool,
}

impl EventData for Stock {
    const TYPES: &'static [EventType] = &[
        EventType::StockCreated,
        EventType::StockChanged,
        EventType::StockFirstSold,
        EventType::StockDepleted,
        EventType::StockLow,
        EventType::StockReplenished,
    ];
}
