//! What inventory offers of an order's products, and its part of the transaction that sells them.

use std::collections::HashMap;

use dynamo::{Refused, TransactWriteItem};
use inventory::Stock;
use inventory::stock::StockItem;
use kernel::Error;
use kernel::clock::Timestamp;

use crate::order::{Order, OrderLine};
use crate::settle::Offer;

/// The offers of products by their ids.
pub type Offers = HashMap<String, Offer>;

/// A stock item's offer, if it has a snapshot of its product.
pub fn offer(item: &StockItem) -> Option<(String, Offer)> {
    let product = item.product.clone()?;
    Some((item.product_id.clone(), Offer { available: item.available, product, stored: true }))
}

/// Inventory's parts of the transaction that sells an order by these offers.
///
/// # Errors
/// `Internal` never, for an order that was settled by them.
pub fn takes(stock: &Stock, order: &Order, offers: &Offers, now: Timestamp) -> Result<Vec<TransactWriteItem>, Error> {
    let take = |line: &OrderLine| {
        let offer = offers.get(&line.product_id).ok_or_else(|| Error::internal("a line without an offer"))?;
        stock.take(&line.product_id, line.quantity, &offer.product, !offer.stored, now)
    };
    order.lines.iter().map(take).collect()
}

/// What the transaction found of the products that refused it.
///
/// # Errors
/// `Internal` when a stock item that was there was deleted.
pub fn found(order: &Order, refused: Refused) -> Result<Vec<(String, Offer)>, Error> {
    let mut offers = Vec::new();
    for (part, item) in refused.failed {
        let Some(line) = order.lines.get(part) else { continue };
        let item =
            item.ok_or_else(|| Error::internal(format!("the stock item of {} does not exist", line.product_id)))?;
        offers.extend(offer(&Stock::refusal(item)?));
    }
    Ok(offers)
}
