//! The states of a sale, and which may follow which.

use contracts::sales::SaleStatus;
use serde::{Deserialize, Serialize};

/// Where a sale is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Accepted, and not yet decided: nothing is sold.
    Pending,
    /// Sold: the pieces are taken, the prices are fixed.
    Confirmed,
    /// Not sold, and why stands with it.
    Rejected,
    /// On its way.
    Shipped,
    Delivered,
    /// Called off before it was shipped; what was taken is back.
    Cancelled,
}

impl From<Status> for SaleStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Confirmed => Self::Confirmed,
            Status::Rejected => Self::Rejected,
            Status::Shipped => Self::Shipped,
            Status::Delivered => Self::Delivered,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

impl Status {
    /// The states by their names in the API, in an order that no sale goes back in.
    pub const NAMES: [(&str, Self); 6] = [
        ("pending", Self::Pending),
        ("confirmed", Self::Confirmed),
        ("rejected", Self::Rejected),
        ("shipped", Self::Shipped),
        ("delivered", Self::Delivered),
        ("cancelled", Self::Cancelled),
    ];

    /// The name in the API, in events and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// What a request may make of a sale in this state. Whether a pending sale is confirmed or rejected is for the
    /// stock to say ([`crate::decide_sale`]).
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Cancelled],
            Self::Confirmed => &[Self::Shipped, Self::Cancelled],
            Self::Shipped => &[Self::Delivered],
            Self::Rejected | Self::Delivered | Self::Cancelled => &[],
        }
    }

    /// Whether the pieces of such a sale are out of stock.
    pub fn has_taken_stock(self) -> bool {
        matches!(self, Self::Confirmed | Self::Shipped | Self::Delivered)
    }

    /// Whether nothing is left of such a sale but its record.
    pub fn is_void(self) -> bool {
        matches!(self, Self::Rejected | Self::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_is_shipped_then_delivered_or_cancelled_before() {
        let allowed = [
            (Status::Pending, Status::Cancelled),
            (Status::Confirmed, Status::Shipped),
            (Status::Confirmed, Status::Cancelled),
            (Status::Shipped, Status::Delivered),
        ];
        for (place, (name, from)) in Status::NAMES.into_iter().enumerate() {
            assert_eq!(from.name(), name);
            for (later, (_, to)) in Status::NAMES.into_iter().enumerate() {
                assert!(later > place || !from.next().contains(&to), "{from:?} goes back to {to:?}");
                assert_eq!(from.next().contains(&to), allowed.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
    }
}
