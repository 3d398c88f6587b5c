//! The purchase: one batch read of the stock, one transaction that takes the pieces and keeps the
//! sale, an answer that is final. No lock, no reservation, nothing to repair (`docs/architecture.md`).

use std::collections::HashMap;

use futures_util::future::try_join_all;
use inventory::stock::StockItem;
use inventory::{Catalog, Stock};
use shared::auth::Caller;
use shared::clock::Timestamp;
use shared::idempotency::Outcome;
use shared::money::Currency;
use shared::store::{Refused, Revocations};
use shared::{Error, StartupError, config, ids};

use crate::Sales;
use crate::order::Order;
use crate::sale::{Offer, Sale, settle};

/// How often an order is settled again because a price changed between the read and the write.
const ATTEMPTS: usize = 5;

/// How many products catalog is asked for at once.
const CATALOG_CALLS: usize = 10;

/// Who buys, and how a repeated request is known.
pub struct Buyer<'a> {
    pub caller: &'a Caller,
    /// The id of the sale: derived from the customer and the idempotency key.
    pub sale_id: &'a str,
    /// The fingerprint of the request's body.
    pub fingerprint: &'a str,
}

/// All that a purchase works on.
pub struct Purchases {
    pub sales: Sales,
    pub stock: Stock,
    pub revocations: Revocations,
    pub catalog: Catalog,
    pub currency: Currency,
}

impl Purchases {
    /// From the environment, over one connection.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let sales = Sales::from_env().await?;
        let stock = Stock::from_env_with(sales.client())?;
        let revocations = Revocations::from_env_with(sales.client())?;
        Ok(Self { sales, stock, revocations, catalog: Catalog::from_env()?, currency: config::required("CURRENCY")? })
    }

    /// Buys. For N products: one batch read of N stock items and the buyer's revocation, one transaction of N + 1 items. A
    /// refusal writes nothing and costs one read more: a repeated request whose first try took the
    /// last pieces gets its sale, not a refusal.
    ///
    /// # Errors
    /// As [`settle`]; 401 when the buyer's credentials were revoked; `Unavailable` when catalog has to be asked for a product and does not answer,
    /// other buyers are in the way for too long, or DynamoDB does not answer. Nothing was sold then,
    /// or the same key finds the sale.
    pub async fn buy(&self, order: &Order, buyer: &Buyer<'_>, now: Timestamp) -> Result<Outcome<Sale>, Error> {
        let mut offers = self.offers(order, buyer.caller).await?;
        for _ in 0..ATTEMPTS {
            let sale = match settle(order, &offers, &self.currency, buyer.sale_id, &buyer.caller.id, now) {
                Ok(sale) => sale,
                Err(refusal) => {
                    return self.sales.repeated(buyer.sale_id, buyer.fingerprint).await?.ok_or(refusal);
                }
            };
            let takes = order.lines.iter().map(|line| {
                let version = offers.get(&line.product_id).map(|offer| offer.product.version).unwrap_or_default();
                self.stock.take(&line.product_id, line.quantity, version, now)
            });
            let takes = takes.collect::<Result<_, _>>()?;
            let Err(refused) = self.sales.sell(&sale, buyer.fingerprint, takes).await? else {
                return Ok(Outcome::Made(sale));
            };
            if let Some(sold_before) = refused.found(order.lines.len()) {
                return Outcome::of_repeated(sold_before, buyer.fingerprint);
            }
            offers.extend(found(order, refused)?);
        }
        Err(Error::unavailable("prices kept changing"))
    }

    /// What there is of each product of an order. A product without a stock item may be new: catalog
    /// knows whether it exists.
    async fn offers(&self, order: &Order, caller: &Caller) -> Result<HashMap<String, Offer>, Error> {
        let ids: Vec<&str> = order.lines.iter().map(|line| line.product_id.as_str()).collect();
        let items = self.stock.get_many(&ids, caller, &self.revocations).await?;
        let mut offers: HashMap<String, Offer> = items.into_values().map(offer).collect();
        let unknown: Vec<&str> = ids.into_iter().filter(|id| ids::is_id(id) && !offers.contains_key(*id)).collect();
        for some in unknown.chunks(CATALOG_CALLS) {
            let products = try_join_all(some.iter().map(|id| self.catalog.product(id))).await?;
            let known = some.iter().zip(products).filter_map(|(id, product)| Some(((*id).to_owned(), product?)));
            offers.extend(known.map(|(id, product)| (id, Offer { available: 0, product })));
        }
        Ok(offers)
    }
}

fn offer(item: StockItem) -> (String, Offer) {
    (item.product_id, Offer { available: item.available, product: item.product })
}

/// What the transaction found of the products that refused it.
fn found(order: &Order, refused: Refused) -> Result<Vec<(String, Offer)>, Error> {
    let mut offers = Vec::new();
    for (part, item) in refused.failed {
        let Some(line) = order.lines.get(part) else { continue };
        let item = item.ok_or_else(|| Error::internal(format!("the stock item of {} is gone", line.product_id)))?;
        offers.push(offer(Stock::refusal(item)?));
    }
    Ok(offers)
}
