//! What carts learns from the other services: products at their prices, what became of sales, users who are gone.

use inventory::events::product;
use sales::rejection::Rejection;
use serde::Deserialize;
use shared::Error;
use shared::clock::Timestamp;
use shared::events::Event;

use crate::Carts;
use crate::awaited::Decision;
use crate::owner::Owner;

/// `product.*`: carts show what catalog tells last.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_product_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    carts.learn(&event.subject, &product(event)?).await
}

/// What a `sale.*` event says of a sale.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sale {
    customer_id: String,
    rejection: Option<Rejection>,
}

/// `sale.confirmed`, `sale.rejected`, `sale.cancelled`: the cart that was checked out as this sale loses what was
/// sold, or keeps all and tells why not. Sales that no cart waits for change nothing; nor does the same one told
/// twice, or late.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_sale_event(carts: &Carts, event: &Event, now: Timestamp) -> Result<(), Error> {
    let Sale { customer_id, rejection } = event.data()?;
    let decision = match (event.topic.as_str(), rejection) {
        ("sale.confirmed", _) => Decision::Sold,
        ("sale.rejected", Some(why)) => Decision::Rejected(why),
        ("sale.rejected" | "sale.cancelled", _) => Decision::Void,
        _ => return Ok(()),
    };
    carts.change(&Owner::Customer(customer_id), |cart| Ok(cart.settled(&event.subject, &decision, now)), now).await?;
    Ok(())
}

/// `user.deleted`: the user's cart goes, too.
///
/// # Errors
/// When the table does not answer.
pub async fn on_user_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    if event.topic == "user.deleted" { carts.delete(&event.subject).await } else { Ok(()) }
}
