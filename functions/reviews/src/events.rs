//! What reviews publishes.

use contracts::{EventType, reviews as contract};
use kernel::Error;
use messaging::{Change, Event, Message, To};

use crate::rating::Rating;
use crate::review::Review;

/// The events of a change of the table: a review was created, changed or deleted; a product's rating changed. None of purchase markers.
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
    let Review { id, product_id, author_id, rating, status, .. } = review;
    let data = contract::Review { product_id, author_id, rating, status: status.into() };
    let types = step.of(EventType::ReviewCreated, EventType::ReviewUpdated, EventType::ReviewDeleted);
    change.event(types, &id, &data).map(Some)
}

/// None of a product that has had no review yet, nor of a deleted one.
fn of_rating(change: &Change<'_>) -> Result<Option<Event>, Error> {
    let changed = change.step()?.is_some();
    let rating = change.new_item::<Rating>()?.filter(|rating| changed && rating.version > 0 && !rating.product_deleted);
    let event = |rating: Rating| {
        let data = contract::Rating::from(rating.histogram());
        change.event(EventType::ReviewRated, &rating.product_id, &data)
    };
    rating.map(event).transpose()
}
