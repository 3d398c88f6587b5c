//! Stock items: how much there is of a product. Stock never goes below zero, and every change of it leaves a
//! [movement](crate::movement).

use crate::snapshot::Snapshot;
use kernel::Error;
use kernel::clock::Timestamp;
use kernel::input::Body;
use serde::{Deserialize, Serialize};

/// What the audit log shows of a change.
pub const AUDITED: [&str; 1] = ["lowStockAt"];

/// The highest level that a shop may be warned at, in pieces.
const MAX_LOW_STOCK_AT: i64 = 1_000_000;

/// How much there is of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockItem {
    pub product_id: String,
    pub available: i64,
    /// Missing until the product's first event: pieces can be booked before.
    pub product: Option<Snapshot>,
    /// Whether any was ever sold.
    #[serde(default)]
    pub sold: bool,
    pub low_stock_at: Option<i64>,
    pub updated_at: Timestamp,
    pub version: u64,
}

/// How much there is, for those who reorder. In this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Out,
    /// No more than where the shop wants to be warned.
    Low,
    Enough,
}

impl Level {
    /// The levels by their names in the API.
    pub const NAMES: [(&str, Self); 3] = [("out", Self::Out), ("low", Self::Low), ("enough", Self::Enough)];

    /// The level of so many pieces, given where the shop wants to be warned, if anywhere.
    pub fn of(available: i64, low_stock_at: Option<i64>) -> Self {
        match low_stock_at {
            _ if available <= 0 => Self::Out,
            Some(mark) if available <= mark => Self::Low,
            _ => Self::Enough,
        }
    }
}

impl StockItem {
    /// How much there is, in a word.
    pub fn level(&self) -> Level {
        Level::of(self.available, self.low_stock_at)
    }
}

/// Reads where the shop wants to be warned: outside `None` when it was not sent, inside `None` for nowhere.
///
/// # Errors
/// 422 with a fault for every member that cannot be accepted.
pub fn parse_changes(body: Body) -> Result<Option<Option<i64>>, Error> {
    let mut fields = body.attributes()?.read_only(&["available", "updatedAt"]);
    let sent = fields.clearable("lowStockAt", |mark| mark.integer(0..=MAX_LOW_STOCK_AT));
    Ok(fields.finish(|| Some(sent))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_is_out_low_or_enough_by_the_mark_of_the_shop() {
        for (available, mark, level) in [
            (0, None, Level::Out),
            (0, Some(5), Level::Out),
            (5, Some(5), Level::Low),
            (6, Some(5), Level::Enough),
            (1, Some(0), Level::Enough),
            (1, None, Level::Enough),
        ] {
            assert_eq!(Level::of(available, mark), level, "{available} of {mark:?}");
        }
    }
}
