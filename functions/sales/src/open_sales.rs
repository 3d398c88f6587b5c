//! What a customer has open in the shop: pieces of products in sales that are not shipped yet, how many such sales, and
//! how many the customer made this minute. A shop without payment would otherwise give all its stock to one account.

use std::collections::BTreeMap;

use kernel::clock::{Timestamp, seconds};
use kernel::error::{Fault, Kind};
use kernel::{Error, StartupError, config};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::line::SaleLine;
use crate::order::{Order, OrderLine};

/// What one customer may have. 0 switches a limit off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerLimits {
    /// Pieces of one product in open sales.
    pub pieces: i64,
    /// Open sales.
    pub sales: u64,
    /// Sales that take stock within one minute.
    pub purchases_per_minute: u64,
}

impl CustomerLimits {
    /// From the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self {
            pieces: config::required("CUSTOMER_PIECES")?,
            sales: config::required("CUSTOMER_OPEN_SALES")?,
            purchases_per_minute: config::required("CUSTOMER_PURCHASES_PER_MINUTE")?,
        })
    }
}

/// What one customer has open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OpenSales {
    pub customer_id: String,
    /// How many sales are confirmed and not shipped.
    pub sales: u64,
    /// Their pieces by product.
    pub pieces: BTreeMap<String, i64>,
    /// The minute of the latest sale, since 1970.
    pub minute: u64,
    /// The sales of that minute.
    pub purchases: u64,
    /// The changes of this item. 0: it does not exist.
    pub version: u64,
}

impl OpenSales {
    /// Of a customer who has nothing open.
    pub fn none(customer_id: &str) -> Self {
        Self { customer_id: customer_id.to_owned(), ..Self::default() }
    }

    /// With one more sale, of this order. A clock that is late counts in the latest minute.
    ///
    /// # Errors
    /// 409 (`customer_limit`) pointing at each line that asks for too many pieces, or when too many sales are open · 429
    /// (`customer_limit`) when the customer bought too often within this minute.
    pub fn with(&self, order: &Order, limits: &CustomerLimits, now: Timestamp) -> Result<Self, Error> {
        let minute = (seconds(now) / 60).max(self.minute);
        let purchases = if minute == self.minute { self.purchases + 1 } else { 1 };
        if exceeds(purchases, limits.purchases_per_minute) {
            let (most, next) = (limits.purchases_per_minute, (minute + 1) * 60 - seconds(now));
            let detail = format!("You can buy {most} times in a minute. Try again in {next} seconds.");
            let wait = u32::try_from(next).unwrap_or(u32::MAX);
            return Err(refused(Kind::TooMany, detail).with_meta(json!({"limit": most})).retry_after(wait));
        }
        if exceeds(self.sales + 1, limits.sales) {
            let most = limits.sales;
            let detail = format!("You have {most} sales that are not shipped yet. Order again when one of them is.");
            return Err(refused(Kind::Conflict, detail).with_meta(json!({"limit": most})));
        }
        let too_many: Vec<Fault> = order.lines.iter().filter_map(|line| self.too_many(line, limits.pieces)).collect();
        if !too_many.is_empty() {
            return Err(refused(Kind::Conflict, String::new()).with_faults(too_many));
        }
        let mut pieces = self.pieces.clone();
        for line in &order.lines {
            *pieces.entry(line.product_id.clone()).or_default() += line.quantity;
        }
        let (sales, version) = (self.sales + 1, self.version + 1);
        Ok(Self { customer_id: self.customer_id.clone(), sales, pieces, minute, purchases, version })
    }

    /// Without a sale of these lines, which was counted.
    #[must_use]
    pub fn without(mut self, lines: &[SaleLine]) -> Self {
        for line in lines {
            if let Some(pieces) = self.pieces.get_mut(&line.product_id) {
                *pieces -= line.quantity;
            }
        }
        self.pieces.retain(|_, pieces| *pieces > 0);
        Self { sales: self.sales.saturating_sub(1), version: self.version + 1, ..self }
    }

    fn too_many(&self, line: &OrderLine, most: i64) -> Option<Fault> {
        let open = self.pieces.get(&line.product_id).copied().unwrap_or_default();
        if !exceeds(open + line.quantity, most) {
            return None;
        }
        let detail =
            format!("You can have {most} pieces of a product in sales that are not shipped yet. You have {open}.");
        let meta = json!({"productId": line.product_id, "requested": line.quantity, "open": open, "limit": most});
        Some(Fault { meta: Some(meta), ..Fault::at(format!("{}/quantity", line.pointer), detail) })
    }
}

/// Whether a count is above a limit that is not switched off.
fn exceeds<N: PartialOrd + Default>(count: N, limit: N) -> bool {
    limit != N::default() && count > limit
}

fn refused(kind: Kind, detail: String) -> Error {
    Error::new(kind, "customer_limit", "Customer limit reached", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const LIMITS: CustomerLimits = CustomerLimits { pieces: 100, sales: 3, purchases_per_minute: 2 };
    const NONE: CustomerLimits = CustomerLimits { pieces: 0, sales: 0, purchases_per_minute: 0 };

    fn order(lines: &[(&str, i64)]) -> Order {
        let line = |(id, quantity): &(&str, i64)| OrderLine {
            product_id: (*id).to_owned(),
            quantity: *quantity,
            expected_unit_price: None,
            pointer: format!("/{id}"),
        };
        Order { lines: lines.iter().map(line).collect() }
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::from_secs(6_000 + seconds)
    }

    fn lines(lines: &[(&str, i64)]) -> Vec<SaleLine> {
        let line = |(id, quantity): &(&str, i64)| SaleLine {
            product_id: (*id).to_owned(),
            quantity: *quantity,
            expected_unit_price: None,
            sold: None,
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn the_pieces_of_a_product_are_counted_over_all_open_sales_and_each_line_too_many_is_named() {
        let first = OpenSales::none("ana").with(&order(&[("a", 80), ("b", 100)]), &LIMITS, at(0)).unwrap();
        let refused = first.with(&order(&[("a", 21), ("b", 1), ("c", 100)]), &LIMITS, at(0)).unwrap_err();
        assert_eq!((refused.kind, refused.code, refused.faults.len()), (Kind::Conflict, "customer_limit", 2));
        let meta = json!({"productId": "a", "requested": 21, "open": 80, "limit": 100});
        assert_eq!(refused.faults[0].meta, Some(meta));
        assert_eq!(first.with(&order(&[("a", 20)]), &LIMITS, at(0)).unwrap().pieces["a"], 100);
    }

    #[test]
    fn what_is_shipped_or_cancelled_is_free_again_and_leaves_nothing_behind() {
        let one = OpenSales::none("ana").with(&order(&[("a", 80)]), &LIMITS, at(0)).unwrap();
        let two = one.clone().with(&order(&[("a", 20), ("b", 1)]), &LIMITS, at(0)).unwrap();
        let left = two.without(&lines(&[("a", 20), ("b", 1)]));
        assert_eq!((left.sales, &left.pieces), (1, &one.pieces));
        let none = left.without(&lines(&[("a", 80)]));
        assert_eq!((none.sales, none.pieces.len(), none.version), (0, 0, 4));
    }

    #[test]
    fn open_sales_are_counted() {
        let mut open = OpenSales::none("ana");
        for minute in 0..3 {
            open = open.with(&order(&[("a", 1)]), &LIMITS, at(60 * minute)).unwrap();
        }
        let refused = open.with(&order(&[("b", 1)]), &LIMITS, at(180)).unwrap_err();
        assert_eq!((refused.kind, refused.code), (Kind::Conflict, "customer_limit"));
        assert!(open.without(&lines(&[("a", 1)])).with(&order(&[("b", 1)]), &LIMITS, at(180)).is_ok());
    }

    #[test]
    fn purchases_are_counted_by_the_minute_also_those_that_were_cancelled() {
        let mut open = OpenSales::none("ana");
        for _ in 0..2 {
            open = open.with(&order(&[("a", 1)]), &LIMITS, at(15)).unwrap().without(&lines(&[("a", 1)]));
        }
        let refused = open.with(&order(&[("a", 1)]), &LIMITS, at(20)).unwrap_err();
        assert_eq!((refused.kind, refused.code, refused.retry_after), (Kind::TooMany, "customer_limit", Some(40)));
        // Another function's clock, a minute late.
        assert_eq!(
            open.with(&order(&[("a", 1)]), &LIMITS, at(0) - Duration::from_secs(20)).unwrap_err().retry_after,
            Some(80)
        );
        assert_eq!(open.with(&order(&[("a", 1)]), &LIMITS, at(60)).unwrap().purchases, 1);
    }

    #[test]
    fn a_limit_of_zero_is_none() {
        let mut open = OpenSales::none("ana");
        for _ in 0..50 {
            open = open.with(&order(&[("a", 1_000)]), &NONE, at(0)).unwrap();
        }
        assert_eq!((open.sales, open.pieces["a"]), (50, 50_000));
    }
}
