//! The events that sales publishes, and the messages that it sends to other services.

use contracts::{EventType, sales as contract};
use dynamo::migration;
use kernel::clock::{Timestamp, seconds};
use kernel::{Error, StartupError, config};
use messaging::{Change, Event, Message, To};

use crate::line::SaleLine;
use crate::sale::Sale;
use crate::status::Status;

/// The longest delay of a message in SQS, in seconds.
const LONGEST_DELAY: u64 = 900;

/// Where requests, replies and deadlines go.
pub struct Routes {
    /// Where catalog is asked for products.
    pub requests: String,
    /// Where it answers.
    pub replies: String,
    pub deadlines: String,
    /// How long a sale may stay pending.
    pub deadline_seconds: u64,
}

impl Routes {
    /// From the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self {
            requests: config::required("PRODUCT_REQUESTS_QUEUE")?,
            replies: config::required("PRODUCT_REPLIES_QUEUE")?,
            deadlines: config::required("SALE_DEADLINES_QUEUE")?,
            deadline_seconds: config::required("SALE_DEADLINE_SECONDS")?,
        })
    }

    /// What a change of the table says: what a sale is now. For a pending one, catalog is asked for its products,
    /// and its deadline is set. Published again, a sale comes without its earlier state: one that was moved on since
    /// it was confirmed publishes that event, too, for listeners that missed it.
    ///
    /// # Errors
    /// `Internal` when the record cannot be read.
    pub fn messages(&self, change: &Change<'_>, now: Timestamp) -> Result<Vec<Message>, Error> {
        if change.key("id").is_ok_and(|id| id == migration::KEY) {
            return Ok(Vec::new());
        }
        let (Some(_), Some(sale)) = (change.step()?, change.new_item::<Sale>()?) else { return Ok(Vec::new()) };
        let event = change.event(event_type(sale.status), &sale.id, &data(&sale))?;
        let mut messages = Vec::new();
        if change.old::<Sale>()?.is_none() {
            let confirmed = sale.as_confirmed().map(|then| confirmed(&then, &event.correlationid));
            messages.extend(confirmed.map(|event| Message { to: To::Topic, event }));
        }
        messages.push(Message { to: To::Topic, event });
        if sale.status == Status::Pending {
            messages.push(self.request(change, &sale)?);
            messages.push(self.deadline(change, &sale, now)?);
        }
        Ok(messages)
    }

    /// The reply's queue and the correlation id stand in the request: whoever answers needs to know no more.
    fn request(&self, change: &Change<'_>, sale: &Sale) -> Result<Message, Error> {
        let product_ids = sale.lines.iter().map(|line| line.product_id.clone()).collect();
        let (correlation_id, reply_to) = (sale.id.clone(), self.replies.clone());
        let data = contract::ProductsRequested { correlation_id, reply_to, product_ids };
        let event = change.event(EventType::ProductsRequested, &sale.id, &data)?;
        Ok(Message { to: To::Queue { url: self.requests.clone(), delay_seconds: 0 }, event })
    }

    fn deadline(&self, change: &Change<'_>, sale: &Sale, now: Timestamp) -> Result<Message, Error> {
        let event = change.event(EventType::SaleDue, &sale.id, &contract::SaleDue {})?;
        let left = (seconds(sale.created_at) + self.deadline_seconds).saturating_sub(seconds(now)).min(LONGEST_DELAY);
        let delay_seconds = i32::try_from(left).map_err(Error::internal)?;
        Ok(Message { to: To::Queue { url: self.deadlines.clone(), delay_seconds }, event })
    }
}

/// The event of a sale when it was confirmed, with the id of the first time.
fn confirmed(then: &Sale, correlationid: &str) -> Event {
    let mut event = Event::new(EventType::SaleConfirmed, &then.id, then.sequence(), then.updated_at, &data(then));
    correlationid.clone_into(&mut event.correlationid);
    event
}

/// The event of a sale that has reached a state.
fn event_type(status: Status) -> EventType {
    match status {
        Status::Pending => EventType::SalePending,
        Status::Confirmed => EventType::SaleConfirmed,
        Status::Rejected => EventType::SaleRejected,
        Status::Shipped => EventType::SaleShipped,
        Status::Delivered => EventType::SaleDelivered,
        Status::Cancelled => EventType::SaleCancelled,
    }
}

/// What others may know of a sale: ids, what was sold, at what price; nothing personal.
fn data(sale: &Sale) -> contract::Sale {
    contract::Sale {
        number: sale.number.clone(),
        status: sale.status.into(),
        customer_id: sale.customer_id.clone(),
        lines: sale.lines.iter().map(line).collect(),
        total: sale.total.clone(),
        cancelled_by: sale.cancelled_by.clone(),
        rejection: sale.rejection.clone(),
    }
}

fn line(line: &SaleLine) -> contract::SaleLine {
    let sold = line.sold.as_ref();
    contract::SaleLine {
        product_id: line.product_id.clone(),
        quantity: line.quantity,
        expected_unit_price: line.expected_unit_price,
        sku: sold.map(|sold| sold.sku.clone()),
        name: sold.map(|sold| sold.name.clone()),
        unit_price: sold.map(|sold| sold.unit_price),
    }
}
