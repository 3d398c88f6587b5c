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
use shared::store::{Refused, Revocations, TransactWriteItem};
use shared::{Error, StartupError, config, correlation, ids, log};

use crate::Sales;
use crate::order::{Line, Order};
use crate::sale::Sale;
use crate::settle::{Offer, settle};

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
    /// When catalog has to be asked for a product and does not answer, the sale is kept as pending, to be decided
    /// over the queues ([`crate::completion`]): buying degrades, it does not fail.
    ///
    /// # Errors
    /// As [`settle`]; 401 when the buyer's credentials were revoked; `Unavailable` when
    /// other buyers are in the way for too long, or DynamoDB does not answer. Nothing was sold then,
    /// or the same key finds the sale.
    pub async fn buy(&self, order: &Order, buyer: &Buyer<'_>, now: Timestamp) -> Result<Outcome<Sale>, Error> {
        let mut offers = match self.offers(order, buyer.caller).await? {
            Ok(offers) => offers,
            Err(silent) => {
                tracing::warn!(
                    cause = silent.cause(),
                    correlation_id = correlation::current(),
                    "held: catalog is silent"
                );
                log::count("PurchaseHeld");
                let sale = Sale::pending(buyer.sale_id, &buyer.caller.id, order, now);
                return self.sales.hold(sale, buyer.fingerprint).await;
            }
        };
        for _ in 0..ATTEMPTS {
            let settled = match settle(order, &offers, &self.currency) {
                Ok(settled) => settled,
                Err(refusal) => {
                    return self.sales.repeated(buyer.sale_id, buyer.fingerprint).await?.ok_or(refusal);
                }
            };
            let takes = takes(&self.stock, order, &offers, now)?;
            let sale = Sale::sold(buyer.sale_id, &buyer.caller.id, settled, now);
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

    /// What there is of each product of an order. Catalog is asked for those that inventory has no snapshot of:
    /// they may be new. `Err` within `Ok` when it does not answer.
    async fn offers(&self, order: &Order, caller: &Caller) -> Result<Result<HashMap<String, Offer>, Error>, Error> {
        let ids: Vec<&str> = order.lines.iter().map(|line| line.product_id.as_str()).collect();
        let items = self.stock.get_many(&ids, caller, &self.revocations).await?;
        let mut offers: HashMap<String, Offer> = items.values().filter_map(offer).collect();
        let unknown: Vec<&str> = ids.into_iter().filter(|id| ids::is_id(id) && !offers.contains_key(*id)).collect();
        for some in unknown.chunks(CATALOG_CALLS) {
            tracing::info!(products = some.len(), correlation_id = correlation::current(), "asking catalog");
            let products = match try_join_all(some.iter().map(|id| self.catalog.product(id))).await {
                Ok(products) => products,
                Err(silent) => return Ok(Err(silent)),
            };
            for (id, product) in some.iter().zip(products) {
                let available = items.get(*id).map_or(0, |item| item.available);
                let offer = product.map(|product| Offer { available, product, kept: false });
                offers.extend(offer.map(|offer| ((*id).to_owned(), offer)));
            }
        }
        Ok(Ok(offers))
    }
}

/// A stock item's offer, if it has a snapshot of its product.
pub fn offer(item: &StockItem) -> Option<(String, Offer)> {
    let product = item.product.clone()?;
    Some((item.product_id.clone(), Offer { available: item.available, product, kept: true }))
}

/// Inventory's parts of the transaction that sells an order by these offers.
///
/// # Errors
/// `Internal` never, for an order that was settled by them.
pub fn takes(
    stock: &Stock,
    order: &Order,
    offers: &HashMap<String, Offer>,
    now: Timestamp,
) -> Result<Vec<TransactWriteItem>, Error> {
    let take = |line: &Line| {
        let offer = offers.get(&line.product_id).ok_or_else(|| Error::internal("a line without an offer"))?;
        stock.take(&line.product_id, line.quantity, &offer.product, !offer.kept, now)
    };
    order.lines.iter().map(take).collect()
}

/// What the transaction found of the products that refused it.
///
/// # Errors
/// `Internal` when a stock item that was there is gone.
pub fn found(order: &Order, refused: Refused) -> Result<Vec<(String, Offer)>, Error> {
    let mut offers = Vec::new();
    for (part, item) in refused.failed {
        let Some(line) = order.lines.get(part) else { continue };
        let item = item.ok_or_else(|| Error::internal(format!("the stock item of {} is gone", line.product_id)))?;
        offers.extend(offer(&Stock::refusal(item)?));
    }
    Ok(offers)
}
