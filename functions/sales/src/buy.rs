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

use crate::offers::{Offers, found, offer, takes};
use crate::open_sales::{CustomerLimits, OpenSales};
use crate::order::Order;
use crate::sale::Sale;
use crate::settle::{Offer, settle};
use crate::{OpenSalesTable, Sales};

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
    pub open_sales: OpenSalesTable,
    pub limits: CustomerLimits,
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
        let open_sales = OpenSalesTable::from_env_with(sales.client())?;
        let (limits, currency) = (CustomerLimits::from_env()?, config::required("CURRENCY")?);
        Ok(Self { sales, open_sales, limits, stock, revocations, catalog: Catalog::from_env()?, currency })
    }

    /// Buys. For N products: one batch read of N stock items, the buyer's revocation and what the buyer has open; one
    /// transaction of N + 2 items. A refusal writes nothing and costs one read more: a repeated request whose first try took the
    /// last pieces gets its sale, not a refusal.
    ///
    /// When catalog has to be asked for a product and does not answer, the sale is stored as pending, to be decided
    /// over the queues ([`crate::decide_sale`]): buying degrades, it does not fail.
    ///
    /// # Errors
    /// As [`settle`]; as [`OpenSales::with`]; 401 when the buyer's credentials were revoked; `Unavailable` when
    /// other buyers are in the way for too long, or DynamoDB does not answer. Nothing was sold then,
    /// or the same key finds the sale.
    pub async fn run(&self, order: &Order, buyer: &Buyer<'_>, now: Timestamp) -> Result<Outcome<Sale>, Error> {
        let (mut offers, mut open) = match self.offers(order, buyer.caller).await? {
            Found::All(offers, open) => (offers, open),
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
        let mut attempts = Attempts::of("the prices, or what the customer has open,");
        loop {
            attempts.next().await?;
            let settled = settle(order, &offers, &self.currency);
            let settled = settled.and_then(|settled| Ok((settled, open.with(order, &self.limits, now)?)));
            let (settled, with_this) = match settled {
                Ok(settled) => settled,
                Err(refusal) => {
                    return self.sales.repeated(buyer.sale_id, buyer.fingerprint).await?.ok_or(refusal);
                }
            };
            let takes = takes(&self.stock, order, &offers, now)?;
            let sale = Sale::sold(buyer.sale_id, &buyer.caller.id, settled, now);
            let counted = self.open_sales.put_part(&with_this)?;
            let Written::Refused(refused) = self.sales.sell(&sale, buyer.fingerprint, takes, counted).await? else {
                return Ok(Outcome::Made(sale));
            };
            if let Some(sold_before) = refused.found(order.lines.len()) {
                return dynamo::replay(sold_before, buyer.fingerprint);
            }
            if refused.part(order.lines.len() + 1) {
                open = OpenSalesTable::refusal(&buyer.caller.id, refused.found(order.lines.len() + 1))?;
            }
            offers.extend(found(order, refused)?);
        }
    }

    /// What there is of each product of an order, and what the caller has open. Catalog is asked for those that inventory has no snapshot of: they
    /// may be new.
    async fn offers(&self, order: &Order, caller: &Caller) -> Result<Found, Error> {
        let ids: Vec<&str> = order.lines.iter().map(|line| line.product_id.as_str()).collect();
        let wanted = [self.revocations.wanted(caller), self.open_sales.wanted(&caller.id)];
        let (items, mut others) = self.stock.get_many_with(&ids, wanted).await?;
        self.revocations.check_found(caller, &mut others)?;
        let open = self.open_sales.found(&caller.id, &mut others)?;
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
        Ok(Found::All(offers, open))
    }
}

/// What could be found out about the products of an order and its buyer.
enum Found {
    All(Offers, OpenSales),
    /// Catalog did not answer for a product that inventory has no snapshot of.
    CatalogDoesNotAnswer(Error),
}
