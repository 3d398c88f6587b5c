//! Pending sales, decided later: completed by what catalog answers, or rejected when it does not in time.
//! Late, repeated and reordered messages change nothing: only a pending sale is decided, and once.

use std::collections::HashMap;

use inventory::Stock;
use inventory::stock::Snapshot;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::error::Kind;
use shared::events::{self, Event};
use shared::idempotency::Stored;
use shared::money::Currency;
use shared::{Error, StartupError, config, correlation};

use crate::Sales;
use crate::order::Order;
use crate::purchase::{found, offer, takes};
use crate::sale::Sale;
use crate::settle::{Offer, settle};
use crate::status::Status;

/// How often a sale is settled again because something changed between the read and the write.
const ATTEMPTS: usize = 5;

/// All that the completion of a sale works on.
pub struct Completion {
    pub sales: Sales,
    pub stock: Stock,
    pub currency: Currency,
}

/// What catalog answers (`products.answered`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// The sale that asked.
    correlation_id: String,
    products: Vec<Product>,
}

#[derive(Deserialize)]
struct Product {
    id: String,
    #[serde(flatten)]
    snapshot: Snapshot,
}

impl Completion {
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
    pub async fn complete(&self, event: &Event, now: Timestamp) -> Result<(), Error> {
        let answer: Answer = event.data()?;
        let Some(Stored { value: sale, fingerprint }) = pending(&self.sales, &answer.correlation_id, event).await?
        else {
            return Ok(());
        };
        let order = sale.order(&self.currency);
        let told: HashMap<_, _> = answer.products.into_iter().map(|product| (product.id, product.snapshot)).collect();
        let mut offers = self.offers(&order, &told).await?;
        for _ in 0..ATTEMPTS {
            let (decided, takes) = match settle(&order, &offers, &self.currency) {
                Ok(settled) => (sale.clone().confirmed(settled, now), takes(&self.stock, &order, &offers, now)?),
                Err(error) if error.kind == Kind::Internal => return Err(error),
                Err(refusal) => (sale.clone().rejected(refusal, now), Vec::new()),
            };
            let parts = takes.len();
            let Err(refused) = self.sales.decide(&decided, &fingerprint, takes).await? else {
                tracing::info!(correlation_id = correlation::current(), status = decided.status.name(), "decided");
                return Ok(());
            };
            if refused.part(parts) {
                return passed_by(&sale);
            }
            offers.extend(found(&order, refused)?);
        }
        Err(Error::unavailable("prices kept changing"))
    }

    /// What there is of each product: by what catalog told, or by what inventory keeps where that is newer.
    async fn offers(&self, order: &Order, told: &HashMap<String, Snapshot>) -> Result<HashMap<String, Offer>, Error> {
        let ids: Vec<&str> = order.lines.iter().map(|line| line.product_id.as_str()).collect();
        let items = self.stock.read(&ids).await?;
        let mut offers: HashMap<String, Offer> = items.values().filter_map(offer).collect();
        for (id, product) in told {
            if offers.get(id).is_none_or(|kept| kept.product.sequence < product.sequence) {
                let available = items.get(id).map_or(0, |item| item.available);
                offers.insert(id.clone(), Offer { available, product: product.clone(), kept: false });
            }
        }
        Ok(offers)
    }
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
        Ok(()) => Ok(()),
        Err(_) => passed_by(&sale),
    }
}

/// A sale that has to be decided; nothing when it was decided before or deleted, or when the message is about one
/// that was deleted before this one was made under the same id.
async fn pending(sales: &Sales, id: &str, event: &Event) -> Result<Option<Stored<Sale>>, Error> {
    let waits = |sale: &Sale| sale.status == Status::Pending && event.made() == events::made(&sale.sequence());
    let held = sales.held(id).await?.filter(|held| waits(&held.value));
    if held.is_none() {
        tracing::info!(correlation_id = correlation::current(), sale = id, "not pending: the message changes nothing");
    }
    Ok(held)
}

/// Somebody else decided the sale meanwhile.
fn passed_by(sale: &Sale) -> Result<(), Error> {
    tracing::info!(correlation_id = correlation::current(), sale = sale.id, "decided meanwhile");
    Ok(())
}
