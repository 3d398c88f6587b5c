//! Reviews: written together with the rating of their product.

use std::collections::HashMap;

use access::audit_log;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use dynamo::{Attempts, Item, POSITION, Written, number, text};
use kernel::Error;
use kernel::clock::Timestamp;
use kernel::replay::Outcome;
use serde::{Deserialize, Serialize};

use super::ratings::Difference;
use super::{Reviews, review_key};
use crate::listing::{self, Order};
use crate::review::AUDITED;
use crate::review::{Review, unknown};

/// The request that created a review, so that a repetition of it is recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedBy {
    /// The id that follows from its idempotency key, if it had one.
    pub key: Option<String>,
    /// That of its body.
    pub fingerprint: String,
}

/// A review as it is stored.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct StoredReview {
    #[serde(flatten)]
    pub review: Review,
    #[serde(rename = "asked")]
    pub created_by: CreatedBy,
}

impl Reviews {
    /// A review. One consistent read: who has just written it sees it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(&self, id: &str) -> Result<Option<Review>, Error> {
        Ok(self.stored(id).await?.map(|stored| stored.review))
    }

    pub(super) async fn stored(&self, id: &str) -> Result<Option<StoredReview>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(review_key(id)));
        dynamo::get(read.consistent_read(true)).await?.map(dynamo::from_item).transpose()
    }

    /// Stores a buyer's new review. One read of the author's purchase marker, one transaction: the review, the product's rating,
    /// and the condition that the sale is still confirmed. A repeated request is recognised by its body.
    ///
    /// # Errors
    /// `Forbidden` when the author has not bought the product · `Conflict` (`already_exists`) when they reviewed it
    /// before · `NotFound` when the product was deleted · `Unavailable` when others are in the way for too long, or
    /// the table does not answer.
    pub async fn create(&self, review: Review, created_by: &CreatedBy) -> Result<Outcome<Review>, Error> {
        let (product, author) = (review.product_id.as_str(), review.author_id.as_deref().unwrap_or_default());
        let counted = Difference::between(None, Some(&review));
        let item = item(&review, created_by)?;
        let mut attempts = Attempts::of("the sales");
        loop {
            attempts.next().await?;
            let Some(sale) = self.find_purchase(author, product).await? else {
                let before = self.stored(&review.id).await?;
                return before.map_or_else(|| Err(not_bought()), |before| repeated(before, created_by));
            };
            let mut parts = vec![dynamo::put_new(&self.table, item.clone(), "pk")?];
            parts.extend(self.rate(product, counted, true, review.created_at)?);
            parts.push(self.still_confirmed_part(author, product, &sale)?);
            let Written::Refused(refused) = dynamo::transact(&self.client, parts).await? else {
                return Ok(Outcome::Made(review));
            };
            if let Some(before) = refused.found(0) {
                return repeated(dynamo::from_item(before)?, created_by);
            }
            if refused.part(1) {
                return Err(Error::not_found("There is no product with this id any more."));
            }
            // The sale was cancelled in between; another one may be confirmed.
        }
    }

    /// Changes a review: `change` is given the present one and returns the next, or refuses. When someone else writes in
    /// between, it is tried again. One read and one transaction of the review and, when its stars count differently,
    /// the rating.
    ///
    /// # Errors
    /// `NotFound` · what `change` says · `Unavailable` when others keep writing, or the table does not answer.
    pub async fn update(&self, id: &str, change: impl Fn(Review) -> Result<Review, Error>) -> Result<Review, Error> {
        let mut attempts = Attempts::of("the review");
        loop {
            attempts.next().await?;
            let StoredReview { review: old, created_by } = self.stored(id).await?.ok_or_else(unknown)?;
            let new = change(old.clone())?;
            if (Review { updated_at: old.updated_at, version: old.version, ..new.clone() }) == old {
                return Ok(old);
            }
            let mut parts = vec![self.put_over(&new, &created_by, &old)?];
            let difference = Difference::between(Some(&old), Some(&new));
            parts.extend(self.rate(&old.product_id, difference, false, new.updated_at)?);
            parts.extend(audit_log::entry(Some(&old), Some(&new), &AUDITED)?);
            if dynamo::transact(&self.client, parts).await?.is_done() {
                return Ok(new);
            }
        }
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
        let mut attempts = Attempts::of("the review");
        loop {
            attempts.next().await?;
            let review = self.get(id).await?.ok_or_else(unknown)?;
            allow(&review)?;
            let mut parts = vec![self.delete_read(&review)?];
            parts.extend(self.rate(&review.product_id, Difference::between(Some(&review), None), false, now)?);
            parts.extend(audit_log::entry(Some(&review), None, &AUDITED)?);
            if dynamo::transact(&self.client, parts).await?.is_done() {
                return Ok(());
            }
        }
    }

    /// Puts a review over the very one that was read.
    pub(super) fn put_over(
        &self,
        review: &Review,
        created_by: &CreatedBy,
        read: &Review,
    ) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(review, created_by)?))
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

/// The outcome for an author who has reviewed the product before.
fn repeated(before: StoredReview, created_by: &CreatedBy) -> Result<Outcome<Review>, Error> {
    match (&before.created_by.key, &created_by.key) {
        (Some(one), Some(other)) if one == other && before.created_by.fingerprint == created_by.fingerprint => {
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

fn item(review: &Review, created_by: &CreatedBy) -> Result<Item, Error> {
    let mut item = dynamo::stamped(dynamo::to_item(review)?);
    item.extend(review_key(&review.id));
    item.insert("listing".to_owned(), text(listing::list(&review.product_id, review.status)));
    for (sort_key, order) in [(POSITION, Order::CreatedAt), (Order::Rating.index().1, Order::Rating)] {
        item.insert(sort_key.to_owned(), text(order.position(review)));
    }
    let created_by: HashMap<String, AttributeValue> = dynamo::to_map(created_by)?;
    item.insert("asked".to_owned(), AttributeValue::M(created_by));
    Ok(item)
}
