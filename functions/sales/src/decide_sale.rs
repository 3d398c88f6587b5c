//! Pending sales, decided later: completed by what catalog answers, or rejected when it does not in time.
//! Late, repeated and reordered messages change nothing: only a pending sale is decided, and once.

use dynamo::{Attempts, Written};
use std::collections::HashMap;

use contracts::catalog::{AnsweredProduct, ProductsAnswered};
use inventory::Stock;
use inventory::snapshot::Snapshot;
use kernel::clock::Timestamp;
use kernel::error::Kind;
use kernel::money::Currency;
use kernel::replay::Stored;
use kernel::sequence;
use kernel::{Error, StartupError, config, correlation};
use messaging::Event;

use crate::offers::{Offers, found, offer, takes};
use crate::open_sales::{CustomerLimits, OpenSales};
use crate::order::Order;
use crate::sale::Sale;
use crate::settle::{Offer, settle};
use crate::status::Status;
use crate::{OpenSalesTable, Sales};

/// All that deciding a sale works on.
pub struct DecideSale {
    pub sales: Sales,
    pub open_sales: OpenSalesTable,
    pub limits: CustomerLimits,
    pub stock: Stock,
    pub currency: Currency,
}

impl DecideSale {
    /// From the environment, over one connection.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let sales = Sales::from_env().await?;
        let stock = Stock::from_env_with(sales.client())?;
        let open_sales = OpenSalesTable::from_env_with(sales.client())?;
        let (limits, currency) = (CustomerLimits::from_env()?, config::required("CURRENCY")?);
        Ok(Self { sales, open_sales, limits, stock, currency })
    }

    /// `products.answered`: sells the sale, or rejects it. One read of the sale; one batch read of the stock and of what
    /// the customer has open, and one transaction, as in a purchase.
    ///
    /// # Errors
    /// `BadRequest` when the message cannot be read · `Unavailable` when DynamoDB does not answer or others are in
    /// the way for too long: the sale is still pending then.
    pub async fn run(&self, event: &Event, now: Timestamp) -> Result<(), Error> {
        let answer: ProductsAnswered = event.data()?;
        let Some(Stored { value: sale, fingerprint }) = pending(&self.sales, &answer.correlation_id, event).await?
        else {
            return Ok(());
        };
        let order = sale.order(&self.currency);
        let answered: HashMap<_, _> = answer.products.into_iter().map(snapshot).collect();
        let (mut offers, mut open) = self.offers(&sale.customer_id, &order, &answered).await?;
        let mut attempts = Attempts::of("the prices, or what the customer has open,");
        loop {
            attempts.next().await?;
            let settled = settle(&order, &offers, &self.currency);
            let settled = settled.and_then(|settled| Ok((settled, open.with(&order, &self.limits, now)?)));
            let (decided, takes, counted) = match settled {
                Ok((settled, with_this)) => {
                    let takes = takes(&self.stock, &order, &offers, now)?;
                    (sale.clone().confirmed(settled, now), takes, Some(self.open_sales.put_part(&with_this)?))
                }
                Err(error) if error.kind == Kind::Internal => return Err(error),
                Err(refusal) => (sale.clone().rejected(refusal, now), Vec::new(), None),
            };
            let parts = takes.len();
            let Written::Refused(refused) = self.sales.decide(&decided, &fingerprint, takes, counted).await? else {
                tracing::info!(correlation_id = correlation::current(), status = decided.status.name(), "decided");
                return Ok(());
            };
            if refused.part(parts) {
                return decided_meanwhile(&sale);
            }
            if refused.part(parts + 1) {
                open = OpenSalesTable::refusal(&sale.customer_id, refused.found(parts + 1))?;
            }
            offers.extend(found(&order, refused)?);
        }
    }

    /// The offer of each product: the snapshot in catalog's answer, or inventory's where that is newer. And what the
    /// customer has open.
    async fn offers(
        &self,
        customer_id: &str,
        order: &Order,
        answered: &HashMap<String, Snapshot>,
    ) -> Result<(Offers, OpenSales), Error> {
        let ids: Vec<&str> = order.lines.iter().map(|line| line.product_id.as_str()).collect();
        let (items, mut others) = self.stock.get_many_with(&ids, [self.open_sales.wanted(customer_id)]).await?;
        let open = self.open_sales.found(customer_id, &mut others)?;
        let mut offers: Offers = items.values().filter_map(offer).collect();
        for (id, product) in answered {
            if offers.get(id).is_none_or(|offer| offer.product.sequence < product.sequence) {
                let available = items.get(id).map_or(0, |item| item.available);
                offers.insert(id.clone(), Offer { available, product: product.clone(), stored: false });
            }
        }
        Ok((offers, open))
    }
}

/// A product of an answer: its id, and the snapshot that inventory would have.
fn snapshot(product: AnsweredProduct) -> (String, Snapshot) {
    let AnsweredProduct { id, name, sku, price, status, sequence } = product;
    (id, Snapshot { name, sku, price, status: status.into(), sequence })
}

/// `sale.due`: rejects a sale that is still pending when its time is up.
///
/// # Errors
/// When the table does not answer.
pub async fn expire(sales: &Sales, event: &Event, now: Timestamp) -> Result<(), Error> {
    let Some(Stored { value: sale, fingerprint }) = pending(sales, &event.subject, event).await? else { return Ok(()) };
    let detail = "The products could not be looked up in time. Nothing was sold; order again.";
    let late = Error::conflict("expired", "Not decided in time", detail);
    match sales.decide(&sale.clone().rejected(late, now), &fingerprint, Vec::new(), None).await? {
        Written::Done(()) => Ok(()),
        Written::Refused(_) => decided_meanwhile(&sale),
    }
}

/// A sale that has to be decided; nothing when it was decided before or deleted, or when the message is about one
/// that was deleted before this one was made under the same id.
async fn pending(sales: &Sales, id: &str, event: &Event) -> Result<Option<Stored<Sale>>, Error> {
    let waits = |sale: &Sale| sale.status == Status::Pending && event.made() == sequence::made(&sale.sequence());
    let stored = sales.get_stored(id).await?.filter(|stored| waits(&stored.value));
    if stored.is_none() {
        tracing::info!(correlation_id = correlation::current(), sale = id, "not pending: the message changes nothing");
    }
    Ok(stored)
}

/// Somebody else decided the sale meanwhile.
fn decided_meanwhile(sale: &Sale) -> Result<(), Error> {
    tracing::info!(correlation_id = correlation::current(), sale = sale.id, "decided meanwhile");
    Ok(())
}
