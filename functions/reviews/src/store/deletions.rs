//! What is deleted with a product or a user, in steps: each can be interrupted and repeated, and ends soon, so that no
//! other event waits behind it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use dynamo::{Attempts, Item, number, text};
use kernel::Error;
use kernel::clock::Timestamp;
use messaging::Work;

use super::purchase_markers::{as_read, confirmed_sale, merged};
use super::ratings::Difference;
use super::reviews::StoredReview;
use super::{BOUGHT, CreatedBy, Reviews, customer, held_key, marker_key, rating_key, review_key, tombstone_key};
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
        let item = tombstone_key(user_id).into_iter().chain(dynamo::new_item([])).collect();
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
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
    /// product is a read and a transaction ([`Reviews::delete_purchase_marker`]), after which the user can review it no more.
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

    /// Deletes a deleted user's purchase marker of a product, and of their review all but the stars. These count while
    /// one of the marker's sales is confirmed, which is known from the held marker that is left then. One batch read of
    /// three items and one transaction.
    ///
    /// # Errors
    /// `Unavailable` when others keep writing, or the table does not answer.
    pub async fn delete_purchase_marker(&self, user_id: &str, product_id: &str, now: Timestamp) -> Result<(), Error> {
        let id = Review::id(product_id, user_id);
        let [marker_key, held_key] = [marker_key(user_id, product_id), held_key(user_id, product_id)];
        let mut attempts = Attempts::of("the review");
        loop {
            attempts.next().await?;
            let [marker, held, review] = self.three([&marker_key, &held_key, &review_key(&id)]).await?;
            let Some(marker) = marker else { return Ok(()) };
            let mut parts = vec![self.delete_marker(marker_key.clone(), &marker)?];
            if let Some(review) = review {
                let StoredReview { review: old, .. } = dynamo::from_item(review)?;
                let all = merged(held.clone().unwrap_or_default(), &marker);
                let new = old.clone().anonymous(now).verified(confirmed_sale(&all).is_some(), now);
                parts.push(self.put_over(&new, &CreatedBy::default(), &old)?);
                parts.extend(self.rate(product_id, Difference::between(Some(&old), Some(&new)), false, now)?);
                parts.push(self.put_held(held_key.clone(), all, held.as_ref())?);
            } else {
                parts.push(self.none(&id)?);
            }
            if dynamo::transact(&self.client, parts).await?.is_done() {
                return Ok(());
            }
        }
    }

    /// Three items of the table, in one consistent batch read.
    async fn three(&self, keys: [&Item; 3]) -> Result<[Option<Item>; 3], Error> {
        let wanted = HashMap::from([(self.table.clone(), keys.map(Item::clone).to_vec())]);
        let found = dynamo::batch_get(&self.client, wanted).await?.remove(&self.table).unwrap_or_default();
        Ok(keys.map(|key| {
            found.iter().find(|item| key.iter().all(|(name, value)| item.get(name) == Some(value))).cloned()
        }))
    }

    fn delete_marker(&self, key: Item, read: &Item) -> Result<TransactWriteItem, Error> {
        let (condition, changes) = as_read(Some(read));
        let values = changes.map(|changes| HashMap::from([(":changes".to_owned(), changes)]));
        let delete = Delete::builder().table_name(&self.table).set_key(Some(key)).condition_expression(condition);
        let delete = delete.set_expression_attribute_values(values).build().map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    fn put_held(&self, key: Item, mut sales: Item, read: Option<&Item>) -> Result<TransactWriteItem, Error> {
        let (condition, changes) = as_read(read);
        let values = changes.clone().map(|changes| HashMap::from([(":changes".to_owned(), changes)]));
        let count = changes.and_then(|changes| changes.as_n().ok()?.parse::<u64>().ok()).unwrap_or_default();
        sales.extend(key);
        sales.extend(dynamo::new_item([("changes", number(count + 1))]));
        let put = Put::builder().table_name(&self.table).set_item(Some(sales)).condition_expression(condition);
        let put = put.set_expression_attribute_values(values).build().map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
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
