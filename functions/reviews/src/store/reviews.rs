//! Reviews: written together with the rating of their product.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};
use shared::Error;
use shared::clock::Timestamp;
use shared::idempotency::Outcome;
use shared::store::{self, Item, POSITION, number, text};

use super::ratings::Difference;
use super::{ATTEMPTS, Reviews, review_key};
use crate::listing::{self, Order};
use crate::review::{Review, unknown};

/// The request that made a review, so that it is known when it comes again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The id that follows from its idempotency key, if it had one.
    pub key: Option<String>,
    /// That of its body.
    pub fingerprint: String,
}

/// A review as it is kept.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Kept {
    #[serde(flatten)]
    pub review: Review,
    asked: Asked,
}

impl Reviews {
    /// A review. One consistent read: who has just written it sees it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(&self, id: &str) -> Result<Option<Review>, Error> {
        Ok(self.kept(id).await?.map(|kept| kept.review))
    }

    pub(super) async fn kept(&self, id: &str) -> Result<Option<Kept>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(review_key(id)));
        store::get(read.consistent_read(true)).await?.map(store::from_item).transpose()
    }

    /// Keeps a buyer's new review. One read of the author's mark, one transaction: the review, the product's rating,
    /// and that the sale still holds. A repeated request is known by what it asked.
    ///
    /// # Errors
    /// `Forbidden` when the author has not bought the product · `Conflict` (`already_exists`) when they reviewed it
    /// before · `NotFound` when the product is gone · `Unavailable` when others are in the way for too long, or
    /// the table does not answer.
    pub async fn create(&self, review: Review, asked: &Asked) -> Result<Outcome<Review>, Error> {
        let (product, author) = (review.product_id.as_str(), review.author_id.as_deref().unwrap_or_default());
        let counted = Difference::between(None, Some(&review));
        let item = item(&review, asked)?;
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let Some(sale) = self.bought(author, product).await? else {
                let before = self.kept(&review.id).await?;
                return before.map_or_else(|| Err(not_bought()), |before| repeated(before, asked));
            };
            let mut parts = vec![store::put_new(&self.table, item.clone(), "pk")?];
            parts.extend(self.rate(product, counted, true, review.created_at)?);
            parts.push(self.still(author, product, &sale)?);
            let Err(refused) = store::transact(&self.client, parts).await? else { return Ok(Outcome::Made(review)) };
            if let Some(before) = refused.found(0) {
                return repeated(store::from_item(before)?, asked);
            }
            if refused.part(1) {
                return Err(Error::not_found("There is no product with this id any more."));
            }
            // The sale was cancelled in between; another one may hold.
        }
        Err(Error::unavailable("the sales kept changing"))
    }

    /// Changes a review: `change` is given the present one and tells the next, or refuses. When someone else writes in
    /// between, it is asked again. One read and one transaction of the review and, when its stars count differently,
    /// the rating.
    ///
    /// # Errors
    /// `NotFound` · what `change` says · `Unavailable` when others keep writing, or the table does not answer.
    pub async fn update(&self, id: &str, change: impl Fn(Review) -> Result<Review, Error>) -> Result<Review, Error> {
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let Kept { review: old, asked } = self.kept(id).await?.ok_or_else(unknown)?;
            let new = change(old.clone())?;
            let mut parts = vec![self.put_over(&new, &asked, &old)?];
            let difference = Difference::between(Some(&old), Some(&new));
            parts.extend(self.rate(&old.product_id, difference, false, new.updated_at)?);
            if store::transact(&self.client, parts).await?.is_ok() {
                return Ok(new);
            }
        }
        Err(Error::unavailable("the review kept changing"))
    }

    /// Deletes a review, if `allow` does not refuse the present one. One read and one transaction, of the review and
    /// the rating.
    ///
    /// # Errors
    /// `NotFound` · what `allow` says · `Unavailable` when others keep writing, or the table does not answer.
    pub async fn delete(
        &self,
        id: &str,
        allow: impl Fn(&Review) -> Result<(), Error>,
        now: Timestamp,
    ) -> Result<(), Error> {
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let review = self.get(id).await?.ok_or_else(unknown)?;
            allow(&review)?;
            let mut parts = vec![self.delete_read(&review)?];
            parts.extend(self.rate(&review.product_id, Difference::between(Some(&review), None), false, now)?);
            if store::transact(&self.client, parts).await?.is_ok() {
                return Ok(());
            }
        }
        Err(Error::unavailable("the review kept changing"))
    }

    /// Puts a review over the very one that was read.
    pub(super) fn put_over(&self, review: &Review, asked: &Asked, read: &Review) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(review, asked)?))
            .condition_expression(AS_READ)
            .set_expression_attribute_names(Some(as_read_names()))
            .set_expression_attribute_values(Some(as_read(read)));
        Ok(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build())
    }

    /// Deletes the very review that was read.
    pub(super) fn delete_read(&self, read: &Review) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(review_key(&read.id)))
            .condition_expression(AS_READ)
            .set_expression_attribute_names(Some(as_read_names()))
            .set_expression_attribute_values(Some(as_read(read)));
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(Error::internal)?).build())
    }
}

/// The condition that a review is the one that was read. Its version alone would not do: deleted and written again, a
/// review has the same id and begins at version 1, and the rating would be changed by what the first one counted.
const AS_READ: &str = "#version = :version AND createdAt = :created AND #rating = :rating AND #status = :status";

fn as_read(review: &Review) -> Item {
    HashMap::from([
        (":version".to_owned(), number(review.version)),
        (":created".to_owned(), text(review.created_at.to_string())),
        (":rating".to_owned(), number(review.rating)),
        (":status".to_owned(), text(review.status.name())),
    ])
}

fn as_read_names() -> HashMap<String, String> {
    ["version", "rating", "status"].map(|name| (format!("#{name}"), name.to_owned())).into()
}

/// What a request comes to whose author has reviewed the product before.
fn repeated(before: Kept, asked: &Asked) -> Result<Outcome<Review>, Error> {
    match (&before.asked.key, &asked.key) {
        (Some(one), Some(other)) if one == other && before.asked.fingerprint == asked.fingerprint => {
            Ok(Outcome::Replayed(before.review))
        }
        (Some(one), Some(other)) if one == other => Ok(Outcome::KeyReused),
        _ => {
            let detail = format!("You have reviewed this product before: change your review {}.", before.review.id);
            Err(Error::already_exists("/data", detail))
        }
    }
}

fn not_bought() -> Error {
    Error::forbidden(
        "Only those who bought a product review it. You have not, or your sale is not confirmed yet, or was cancelled. \
         A purchase of a moment ago takes a second or two to be known here.",
    )
}

fn item(review: &Review, asked: &Asked) -> Result<Item, Error> {
    let mut item = store::stamped(store::to_item(review)?);
    item.extend(review_key(&review.id));
    item.insert("listing".to_owned(), text(listing::list(&review.product_id, review.status)));
    for (sort_key, order) in [(POSITION, Order::CreatedAt), (Order::Rating.index().1, Order::Rating)] {
        item.insert(sort_key.to_owned(), text(order.position(review)));
    }
    let asked: HashMap<String, AttributeValue> = store::to_item(asked)?;
    item.insert("asked".to_owned(), AttributeValue::M(asked));
    Ok(item)
}
