//! Ratings: changed in the transactions of reviews by what these change, so that they are exact.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use dynamo::{Written, boolean, migration, number, text};
use kernel::Error;
use kernel::clock::Timestamp;

use super::{ALL_OLD, Reviews, rating_key};
use crate::rating::{ProductState, Rating};
use crate::review::Review;

/// What changes about a product's reviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Of each number of stars.
    stars: [i64; 5],
    /// Of all reviews, hidden ones included.
    reviews: i64,
}

impl Difference {
    /// What replacing a review by another means, where none is before the first and after the last.
    pub fn between(old: Option<&Review>, new: Option<&Review>) -> Self {
        let mut difference = Self::default();
        for (review, by) in [(old, -1), (new, 1)] {
            difference.reviews += review.map_or(0, |_| by);
            if let Some(stars) = review.and_then(Review::counts) {
                difference.stars[usize::from(stars.clamp(1, 5)) - 1] += by;
            }
        }
        difference
    }

    /// This difference and another.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.reviews += other.reviews;
        for (one, other) in self.stars.iter_mut().zip(other.stars) {
            *one += other;
        }
        self
    }
}

impl Reviews {
    /// The rating of a product, deleted ones included; nothing when reviews had no event of it. One read, half a unit:
    /// a change may take a moment to show.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn rating(&self, product_id: &str) -> Result<Option<Rating>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(rating_key(product_id)));
        dynamo::get(read).await?.map(dynamo::from_item).transpose()
    }

    /// As [`rating`](Self::rating), of a product that the caller may see: `staff` see drafts, too.
    ///
    /// # Errors
    /// `NotFound` when reviews had no event of it, it was deleted, or the caller may not see it · when the table does
    /// not answer.
    pub async fn rating_of(&self, product_id: &str, staff: bool) -> Result<Rating, Error> {
        let seen = |rating: &Rating| match rating.product_state() {
            ProductState::Public => true,
            ProductState::Draft => staff,
            ProductState::Deleted => false,
        };
        self.rating(product_id)
            .await?
            .filter(seen)
            .ok_or_else(|| Error::not_found("Reviews knows no product with this id."))
    }

    /// Whether everybody may see a product. One read, half a unit.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn is_public(&self, product_id: &str) -> Result<bool, Error> {
        let rating = self.rating(product_id).await?;
        Ok(rating.is_some_and(|rating| rating.product_state() == ProductState::Public))
    }

    /// Stores the state of a product, unless a newer event is stored; returns what is stored then. The rating is made
    /// when there is none. Release 0.1.0 did not store drafts: an event of the same sequence adds that. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_product_state(
        &self,
        product_id: &str,
        state: ProductState,
        sequence: &str,
        now: Timestamp,
    ) -> Result<Rating, Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(rating_key(product_id)))
            .update_expression(
                "SET gone = :gone, draft = :draft, productSequence = :sequence, productId = :product, \
                 updatedAt = if_not_exists(updatedAt, :now), #version = if_not_exists(#version, :zero), \
                 schemaVersion = if_not_exists(schemaVersion, :schema)",
            )
            .condition_expression(
                "attribute_not_exists(productSequence) OR productSequence < :sequence \
                 OR (productSequence = :sequence AND attribute_not_exists(draft))",
            )
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":schema", migration::schema())
            .expression_attribute_values(":gone", boolean(state == ProductState::Deleted))
            .expression_attribute_values(":draft", boolean(state == ProductState::Draft))
            .expression_attribute_values(":sequence", text(sequence))
            .expression_attribute_values(":product", text(product_id))
            .expression_attribute_values(":now", text(now.to_string()));
        match dynamo::update(update).await? {
            Written::Done(item) | Written::Refused(Some(item)) => dynamo::from_item(item),
            Written::Refused(None) => Err(Error::internal("a rating that does not exist was in the way")),
        }
    }

    /// The rating's part of a change of reviews; `None` when it stays as it is. For a new review the product must
    /// be one that everybody may see.
    pub(super) fn rate(
        &self,
        product_id: &str,
        difference: Difference,
        new_review: bool,
        now: Timestamp,
    ) -> Result<Option<TransactWriteItem>, Error> {
        if difference == Difference::default() {
            return Ok(None);
        }
        let mut add = Vec::new();
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(rating_key(product_id)))
            .expression_attribute_values(":product", text(product_id))
            .expression_attribute_values(":schema", migration::schema())
            .expression_attribute_values(":correlation", dynamo::correlation())
            .expression_attribute_values(":now", text(now.to_string()));
        for (by, stars) in difference.stars.into_iter().zip(1..).filter(|(by, _)| *by != 0) {
            add.push(format!("stars{stars} :by{stars}"));
            update = update.expression_attribute_values(format!(":by{stars}"), number(by));
        }
        // What is shown changes, so it is published.
        if !add.is_empty() {
            add.push("#version :one".to_owned());
            update = update.expression_attribute_names("#version", "version");
            update = update.expression_attribute_values(":one", number(1));
        }
        if difference.reviews != 0 {
            add.push("kept :kept".to_owned());
            update = update.expression_attribute_values(":kept", number(difference.reviews));
        }
        if new_review {
            update = update.condition_expression(
                "(attribute_not_exists(gone) OR gone = :false) AND (attribute_not_exists(draft) OR draft = :false)",
            );
            update = update.expression_attribute_values(":false", boolean(false));
        }
        let set = "SET productId = :product, updatedAt = :now, correlationId = :correlation, \
                   schemaVersion = if_not_exists(schemaVersion, :schema)";
        let update = update.update_expression(format!("{set} ADD {}", add.join(", ")));
        let update = update.return_values_on_condition_check_failure(ALL_OLD).build().map_err(Error::internal)?;
        Ok(Some(TransactWriteItem::builder().update(update).build()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Status;
    use crate::testing::{Shop, review};
    use kernel::clock;

    #[test]
    fn what_a_change_means_for_the_rating_is_the_difference() {
        let four = review("p", "ana", 4);
        let (two, hidden) = (review("p", "ana", 2), Review { status: Status::Hidden, ..four.clone() });
        for (old, new, stars, reviews) in [
            (None, Some(&four), [0, 0, 0, 1, 0], 1),
            (Some(&four), Some(&two), [0, 1, 0, -1, 0], 0),
            (Some(&four), Some(&hidden), [0, 0, 0, -1, 0], 0),
            (Some(&hidden), Some(&four), [0, 0, 0, 1, 0], 0),
            (Some(&four), None, [0, 0, 0, -1, 0], -1),
            (Some(&hidden), None, [0; 5], -1),
            (Some(&four), Some(&four), [0; 5], 0),
        ] {
            assert_eq!(Difference::between(old, new), Difference { stars, reviews }, "{old:?} {new:?}");
        }
    }

    #[tokio::test]
    async fn whether_a_product_is_deleted_follows_the_newest_event_in_any_order() {
        let shop = Shop::with(&[]).await;
        let put = async |state, sequence: &str| {
            shop.reviews.put_product_state(&shop.product, state, sequence, clock::now()).await.unwrap()
        };
        use ProductState::{Deleted, Draft, Public};
        for (state, sequence, found) in
            [(Deleted, "3", Deleted), (Public, "2", Deleted), (Deleted, "3", Deleted), (Draft, "4", Draft)]
        {
            assert_eq!(put(state, sequence).await.product_state(), found, "{state:?} {sequence}");
        }
        let rating = shop.reviews.rating(&shop.product).await.unwrap().unwrap();
        assert_eq!((rating.version, rating.histogram().count()), (0, 0));
    }
}
