//! What reviews tells the other services, and what it learns from them.

use futures_util::future::try_join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::Error;
use shared::clock::Timestamp;
use shared::events::{Change, Event, Message, To};

use crate::Reviews;
use crate::rating::Rating;
use crate::review::Review;

/// What a change of the table says: a review came, changed or went; a product's rating is another. Nothing of marks.
///
/// # Errors
/// `Internal` when the record cannot be read.
pub fn messages(change: &Change<'_>) -> Result<Vec<Message>, Error> {
    let event = match change.key("sk")?.as_str() {
        "review" => of_review(change)?,
        "rating" => of_rating(change)?,
        _ => None,
    };
    Ok(event.map(|event| Message { to: To::Topic, event }).into_iter().collect())
}

/// Ids, stars and status: no words, nothing personal.
fn of_review(change: &Change<'_>) -> Result<Option<Event>, Error> {
    let Some(step) = change.step()? else { return Ok(None) };
    let review: Review = change.item()?;
    let data = json!({
        "productId": review.product_id,
        "authorId": review.author_id,
        "rating": review.rating,
        "status": review.status,
    });
    change.event("reviews", &format!("review.{}", step.name()), &review.id, data).map(Some)
}

/// Nothing of a product that has had no review yet, nor of one that is gone.
fn of_rating(change: &Change<'_>) -> Result<Option<Event>, Error> {
    let changed = change.step()?.is_some();
    let rating = change.new_item::<Rating>()?.filter(|rating| changed && rating.version > 0 && !rating.gone);
    let event = |rating: Rating| change.event("reviews", "review.rated", &rating.product_id, rating.shown());
    rating.map(event).transpose()
}

/// `product.*`: a product that is gone takes its reviews along. One that is made again under the same id may be
/// reviewed again.
///
/// # Errors
/// When the table does not answer, or reviews may be left.
pub async fn on_product_event(reviews: &Reviews, event: &Event, now: Timestamp) -> Result<(), Error> {
    let gone = event.topic == "product.deleted";
    let known = reviews.product_is(&event.subject, gone, &event.sequence, now).await?;
    if gone && known.gone { reviews.sweep_product(&event.subject, now).await } else { Ok(()) }
}

/// What a `sale.*` event says of a sale.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sale {
    customer_id: String,
    /// Whether it was ever confirmed: only then there is one.
    total: Option<Value>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    product_id: String,
}

/// `sale.confirmed`, `.shipped`, `.delivered`, `.cancelled`: who has bought what. One write for each line, all at once;
/// then one read of whether the buyer is gone, whose marks are taken back. In this order none is left: either the mark
/// was there when the user was forgotten, or it is known here that they are gone.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer; some may have been kept.
pub async fn on_sale_event(reviews: &Reviews, event: &Event, now: Timestamp) -> Result<(), Error> {
    let sale: Sale = event.data()?;
    // What was called off while it was pending was never bought.
    if sale.total.is_none() {
        return Ok(());
    }
    let (sale_id, held) = (event.subject.as_str(), event.topic != "sale.cancelled");
    let marks = sale.lines.iter().map(|line| {
        let mark = reviews.mark(&sale.customer_id, &line.product_id, sale_id, held, &event.sequence);
        // Boxed, so that each is a pointer to what it is doing.
        Box::pin(mark)
    });
    try_join_all(marks).await?;
    if reviews.is_user_gone(&sale.customer_id).await? { reviews.forget(&sale.customer_id, now).await } else { Ok(()) }
}

/// `user.deleted`: the user's reviews keep their stars and nothing else, also when a sale of theirs is told later.
///
/// # Errors
/// When the table does not answer or others keep writing.
pub async fn on_user_event(reviews: &Reviews, event: &Event, now: Timestamp) -> Result<(), Error> {
    reviews.user_is_gone(&event.subject).await?;
    reviews.forget(&event.subject, now).await
}
