//! The purchase: one batch read of the stock, one transaction that takes the pieces and stores the
//! sale, an answer that is final. No lock, no reservation, nothing to repair (`docs/purchase.md`).

use access::Revocations;
use dynamo::{Attempts, Written};
use futures_util::future::try_join_all;
use inventory::{Catalog, Stock};
use kernel::caller::Caller;
use kernel::clock::Timestamp;
use kernel::money::Currency;
use kernel::replay::Outcome;
use kernel::{Error, StartupError, config, correlation, ids, log};

use crate::Sales;
use crate::offers::{Offers, found, offer, takes};
use crate::order::Order;
use crate::sale::Sale;
use crate::settle::{Offer, settle};

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
pub struct Buy {
    pub sales: Sales,
    pub stock: Stock,
    pub revocations: Revocations,
    pub catalog: Catalog,
    pub currency: Currency,
}

impl Buy {
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
    /// When catalog has to be asked for a product and does not answer, the sale is stored as pending, to be decided
    /// over the queues ([`crate::decide_sale`]): buying degrades, it does not fail.
    ///
    /// # Errors
    /// As [`settle`]; 401 when the buyer's credentials were revoked; `Unavailable` when
    /// other buyers are in the way for too long, or DynamoDB does not answer. Nothing was sold then,
    /// or the same key finds the sale.
    pub async fn run(&self, order: &Order, buyer: &Buyer<'_>, now: Timestamp) -> Result<Outcome<Sale>, Error> {
        let mut offers = match self.offers(order, buyer.caller).await? {
            Found::All(offers) => offers,
            Found::CatalogDoesNotAnswer(cause) => {
                tracing::warn!(
                    cause = cause.cause(),
                    correlation_id = correlation::current(),
                    "pending: catalog does not answer"
                );
                log::count("PurchasePending");
                let sale = Sale::pending(buyer.sale_id, &buyer.caller.id, order, now);
                return self.sales.put_pending_sale(sale, buyer.fingerprint).await;
            }
        };
        let mut attempts = Attempts::of("the prices");
        loop {
            attempts.next().await?;
            let settled = match settle(order, &offers, &self.currency) {
                Ok(settled) => settled,
                Err(refusal) => {
                    return self.sales.repeated(buyer.sale_id, buyer.fingerprint).await?.ok_or(refusal);
                }
            };
            let takes = takes(&self.stock, order, &offers, now)?;
            let sale = Sale::sold(buyer.sale_id, &buyer.caller.id, settled, now);
            let Written::Refused(refused) = self.sales.sell(&sale, buyer.fingerprint, takes).await? else {
                return Ok(Outcome::Made(sale));
            };
            if let Some(sold_before) = refused.found(order.lines.len()) {
                return dynamo::replay(sold_before, buyer.fingerprint);
            }
            offers.extend(found(order, refused)?);
        }
    }

    /// What there is of each product of an order. Catalog is asked for those that inventory has no snapshot of: they
    /// may be new.
    async fn offers(&self, order: &Order, caller: &Caller) -> Result<Found, Error> {
        let ids: Vec<&str> = order.lines.iter().map(|line| line.product_id.as_str()).collect();
        let (items, revoked) = self.stock.get_many_with(&ids, self.revocations.wanted(caller)).await?;
        self.revocations.check_found(caller, revoked)?;
        let mut offers: Offers = items.values().filter_map(offer).collect();
        let unknown: Vec<&str> = ids.into_iter().filter(|id| ids::is_id(id) && !offers.contains_key(*id)).collect();
        for some in unknown.chunks(CATALOG_CALLS) {
            tracing::info!(products = some.len(), correlation_id = correlation::current(), "asking catalog");
            let products = match try_join_all(some.iter().map(|id| self.catalog.product(id))).await {
                Ok(products) => products,
                Err(cause) => return Ok(Found::CatalogDoesNotAnswer(cause)),
            };
            for (id, product) in some.iter().zip(products) {
                let available = items.get(*id).map_or(0, |item| item.available);
                let offer = product.map(|product| Offer { available, product, stored: false });
                offers.extend(offer.map(|offer| ((*id).to_owned(), offer)));
            }
        }
        Ok(Found::All(offers))
    }
}

/// What could be found out about the products of an order.
enum Found {
    All(Offers),
    /// Catalog did not answer for a product that inventory has no snapshot of.
    CatalogDoesNotAnswer(Error),
}
