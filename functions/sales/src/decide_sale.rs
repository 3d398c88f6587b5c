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

use crate::Sales;
use crate::offers::{Offers, found, offer, takes};
use crate::order::Order;
use crate::sale::Sale;
use crate::settle::{Offer, settle};
use crate::status::Status;

/// All that deciding a sale works on.
pub struct DecideSale {
    pub sales: Sales,
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
        Ok(Self { sales, stock, currency: config::required("CURRENCY")? })
    }

    /// `products.answered`: sells the sale, or rejects it. One read of the sale, one batch read of the stock and one
    /// transaction, as in a purchase.
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
        let mut offers = self.offers(&order, &answered).await?;
        let mut attempts = Attempts::of("the prices");
        loop {
            attempts.next().await?;
            let (decided, takes) = match settle(&order, &offers, &self.currency) {
                Ok(settled) => (sale.clone().confirmed(settled, now), takes(&self.stock, &order, &offers, now)?),
                Err(error) if error.kind == Kind::Internal => return Err(error),
                Err(refusal) => (sale.clone().rejected(refusal, now), Vec::new()),
            };
            let parts = takes.len();
            let Written::Refused(refused) = self.sales.decide(&decided, &fingerprint, takes).await? else {
                tracing::info!(correlation_id = correlation::current(), status = decided.status.name(), "decided");
                return Ok(());
            };
            if refused.part(parts) {
                return decided_meanwhile(&sale);
            }
            offers.extend(found(&order, refused)?);
        }
    }

    /// The offer of each product: the snapshot in catalog's answer, or inventory's where that is newer.
    async fn offers(&self, order: &Order, answered: &HashMap<String, Snapshot>) -> Result<Offers, Error> {
        let ids: Vec<&str> = order.lines.iter().map(|line| line.product_id.as_str()).collect();
        let items = self.stock.get_many(&ids).await?;
        let mut offers: Offers = items.values().filter_map(offer).collect();
        for (id, product) in answered {
            if offers.get(id).is_none_or(|offer| offer.product.sequence < product.sequence) {
                let available = items.get(id).map_or(0, |item| item.available);
                offers.insert(id.clone(), Offer { available, product: product.clone(), stored: false });
            }
        }
        Ok(offers)
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
    match sales.decide(&sale.clone().rejected(late, now), &fingerprint, Vec::new()).await? {
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
