//! What is deleted with a product or a user, in steps: each can be interrupted and repeated, and ends soon, so that no
//! other event waits behind it.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, TransactWriteItem};
use dynamo::{Attempts, Item, text};
use kernel::Error;
use kernel::clock::Timestamp;
use messaging::Work;

use super::ratings::Difference;
use super::{BOUGHT, CreatedBy, Reviews, customer, marker_key, rating_key, review_key, tombstone_key};
use crate::listing;
use crate::rating::Rating;
use crate::review::{Review, Status};

/// How many reviews are deleted in one transaction, which takes 100 items.
const AT_ONCE: usize = 50;

/// How many of a customer's purchase markers are deleted in one step: each is a read and a transaction.
const MARKERS_PER_STEP: usize = 25;

impl Reviews {
    /// Deletes up to fifty reviews of a deleted product, in one transaction with its rating. New ones are refused by
    /// the rating, which also knows whether any are left that the index does not show yet.
    ///
    /// # Errors
    /// `Unavailable` when some are left that cannot be deleted yet: the step is to be repeated.
    pub async fn delete_reviews_of_product(&self, product_id: &str, now: Timestamp) -> Result<Work, Error> {
        let mut attempts = Attempts::of("the reviews of a deleted product");
        loop {
            attempts.next().await?;
            if self.rating_now(product_id).await?.is_none_or(|rating| rating.reviews == 0) {
                return Ok(Work::Done);
            }
            for (_, status) in Status::NAMES {
                if self.delete_listed(product_id, status, now).await? {
                    return Ok(Work::More);
                }
            }
        }
    }

    /// Deletes the first of a list; whether there were any and none of them changed meanwhile.
    async fn delete_listed(&self, product_id: &str, status: Status, now: Timestamp) -> Result<bool, Error> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by-age")
            .key_condition_expression("listing = :listing")
            .expression_attribute_values(":listing", text(listing::list(product_id, status)));
        let found = dynamo::query(query, AT_ONCE).await?.into_iter().map(dynamo::from_item);
        let found: Vec<Review> = found.collect::<Result<_, _>>()?;
        if found.is_empty() {
            return Ok(false);
        }
        let parts = found.iter().map(|review| self.delete_read(review));
        let mut parts = parts.collect::<Result<Vec<_>, _>>()?;
        let all = found.iter().map(|review| Difference::between(Some(review), None));
        parts.extend(self.rate(product_id, all.fold(Difference::default(), Difference::and), false, now)?);
        // Refused, one has changed, or the index still shows a deleted one: looked at again, after a while.
        Ok(dynamo::transact(&self.client, parts).await?.is_done())
    }

    /// Stores a tombstone of a deleted user. Events of their sales after this leave no purchase marker. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_user_tombstone(&self, user_id: &str) -> Result<(), Error> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(tombstone_key(user_id)));
        // Refused, it is known.
        dynamo::put(put.condition_expression("attribute_not_exists(pk)")).await?.done();
        Ok(())
    }

    /// Whether a user's account was deleted. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn is_user_deleted(&self, user_id: &str) -> Result<bool, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(tombstone_key(user_id)));
        Ok(dynamo::get(read.consistent_read(true)).await?.is_some())
    }

    /// Deletes up to 25 purchase markers of a deleted user, and all of those products' reviews but the stars. Each
    /// product is a read and a transaction of the marker and the review, after which the user can review it no more.
    ///
    /// # Errors
    /// `Unavailable` when others keep writing, or the table does not answer: the step is to be repeated.
    pub async fn delete_purchase_markers(&self, user_id: &str, now: Timestamp) -> Result<Work, Error> {
        let marks = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :customer AND begins_with(sk, :bought)")
            .projection_expression("sk")
            .expression_attribute_values(":customer", text(customer(user_id)))
            .expression_attribute_values(":bought", text(BOUGHT));
        let marks = dynamo::query(marks, MARKERS_PER_STEP).await?;
        for product in marks.iter().filter_map(product_of) {
            self.delete_purchase_marker(user_id, product, now).await?;
        }
        Ok(if marks.len() < MARKERS_PER_STEP { Work::Done } else { Work::More })
    }

    /// Deletes a deleted user's purchase marker of a product, and of their review all but the stars.
    ///
    /// # Errors
    /// `Unavailable` when others keep writing, or the table does not answer.
    pub async fn delete_purchase_marker(&self, user_id: &str, product_id: &str, now: Timestamp) -> Result<(), Error> {
        let id = Review::id(product_id, user_id);
        let mut attempts = Attempts::of("the review");
        loop {
            attempts.next().await?;
            let review = match self.get(&id).await? {
                Some(review) => self.put_over(&review.clone().anonymous(now), &CreatedBy::default(), &review)?,
                None => self.none(&id)?,
            };
            let mark = Delete::builder().table_name(&self.table).set_key(Some(marker_key(user_id, product_id)));
            let mark = TransactWriteItem::builder().delete(mark.build().map_err(Error::internal)?).build();
            if dynamo::transact(&self.client, vec![review, mark]).await?.is_done() {
                return Ok(());
            }
        }
    }

    /// The part of a transaction that is refused when there is a review.
    fn none(&self, id: &str) -> Result<TransactWriteItem, Error> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(review_key(id)))
            .condition_expression("attribute_not_exists(pk)");
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(Error::internal)?).build())
    }

    /// The rating as it is now: one read of a whole unit, for what is decided by it.
    async fn rating_now(&self, product_id: &str) -> Result<Option<Rating>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(rating_key(product_id)));
        dynamo::get(read.consistent_read(true)).await?.map(dynamo::from_item).transpose()
    }
}

/// The product of a purchase marker, by its sort key.
fn product_of(mark: &Item) -> Option<&str> {
    mark.get("sk")?.as_s().ok()?.strip_prefix(BOUGHT)
}
