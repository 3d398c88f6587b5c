//! What reviews publishes.

use serde_json::json;
use shared::Error;
use shared::events::{Change, Event, Message, To};

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
