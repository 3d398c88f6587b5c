//! What sales tells and asks the other services.

use serde_json::{Value, json};
use shared::clock::{Timestamp, seconds};
use shared::events::{Change, Event, Message, To};
use shared::{Error, StartupError, config};

use crate::sale::Sale;
use crate::status::Status;

/// The longest that SQS holds a message back, in seconds.
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
    /// and its deadline is set. Published anew, a sale comes without what it was before: one that has gone on since
    /// it was confirmed tells that, too, for those who never heard.
    ///
    /// # Errors
    /// `Internal` when the record cannot be read.
    pub fn messages(&self, change: &Change<'_>, now: Timestamp) -> Result<Vec<Message>, Error> {
        let (Some(_), Some(sale)) = (change.step()?, change.new_item::<Sale>()?) else { return Ok(Vec::new()) };
        let topic = format!("sale.{}", sale.status.name());
        let event = change.event("sales", &topic, &sale.id, data(&sale))?;
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
        let ids: Vec<&str> = sale.lines.iter().map(|line| line.product_id.as_str()).collect();
        let data = json!({"correlationId": sale.id, "replyTo": self.replies, "productIds": ids});
        let event = change.event("sales", "products.requested", &sale.id, data)?;
        Ok(Message { to: To::Queue { url: self.requests.clone(), delay_seconds: 0 }, event })
    }

    fn deadline(&self, change: &Change<'_>, sale: &Sale, now: Timestamp) -> Result<Message, Error> {
        let event: Event = change.event("sales", "sale.due", &sale.id, json!({}))?;
        let left = (seconds(sale.created_at) + self.deadline_seconds).saturating_sub(seconds(now)).min(LONGEST_DELAY);
        let delay_seconds = i32::try_from(left).map_err(Error::internal)?;
        Ok(Message { to: To::Queue { url: self.deadlines.clone(), delay_seconds }, event })
    }
}

/// The event of a sale when it was confirmed, with the id of the first time.
fn confirmed(then: &Sale, correlationid: &str) -> Event {
    let mut event = Event::new("sales", "sale.confirmed", &then.id, then.sequence(), then.updated_at, data(then));
    correlationid.clone_into(&mut event.correlationid);
    event
}

/// What others may know of a sale: ids, what was sold, at what price; nothing personal.
fn data(sale: &Sale) -> Value {
    let mut data = json!({
        "number": sale.number,
        "status": sale.status.name(),
        "customerId": sale.customer_id,
        "lines": sale.lines,
    });
    if let Some(total) = &sale.total {
        data["total"] = json!(total);
    }
    if let Some(user) = &sale.cancelled_by {
        data["cancelledBy"] = json!(user);
    }
    if let Some(rejection) = &sale.rejection {
        data["rejection"] = json!(rejection);
    }
    data
}
