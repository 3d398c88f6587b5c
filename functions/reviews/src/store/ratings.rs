//! Ratings: changed in the transactions of reviews by what these change, so that they are exact.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use shared::Error;
use shared::clock::Timestamp;
use shared::store::{self, boolean, number, text};

use super::{ALL_OLD, Reviews, rating_key};
use crate::rating::Rating;
use crate::review::Review;

/// What changes about a product's reviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Of each number of stars.
    stars: [i64; 5],
    /// Of all reviews, hidden ones included.
    kept: i64,
}

impl Difference {
    /// What replacing a review by another means, where none is before the first and after the last.
    pub fn between(old: Option<&Review>, new: Option<&Review>) -> Self {
        let mut difference = Self::default();
        for (review, by) in [(old, -1), (new, 1)] {
            difference.kept += review.map_or(0, |_| by);
            if let Some(stars) = review.and_then(Review::counts) {
                difference.stars[usize::from(stars.clamp(1, 5)) - 1] += by;
            }
        }
        difference
    }

    /// This difference and another.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.kept += other.kept;
        for (one, other) in self.stars.iter_mut().zip(other.stars) {
            *one += other;
        }
        self
    }
}

impl Reviews {
    /// The rating of a product, gone ones included; nothing when reviews was never told of it. One read, half a unit:
    /// a change may take a moment to show.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn rating(&self, product_id: &str) -> Result<Option<Rating>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(rating_key(product_id)));
        store::get(read).await?.map(store::from_item).transpose()
    }

    /// As [`rating`](Self::rating), of a product that is there.
    ///
    /// # Errors
    /// `NotFound` when reviews was never told of it, or it is gone · when the table does not answer.
    pub async fn rating_of(&self, product_id: &str) -> Result<Rating, Error> {
        let there = self.rating(product_id).await?.filter(|rating| !rating.gone);
        there.ok_or_else(|| Error::not_found("Reviews knows no product with this id."))
    }

    /// Keeps whether a product is there or gone, unless something newer is known: what is known then. The rating is
    /// made when there is none. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn product_is(
        &self,
        product_id: &str,
        gone: bool,
        sequence: &str,
        now: Timestamp,
    ) -> Result<Rating, Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(rating_key(product_id)))
            .update_expression(
                "SET gone = :gone, productSequence = :sequence, productId = :product, \
                 updatedAt = if_not_exists(updatedAt, :now), #version = if_not_exists(#version, :zero)",
            )
            .condition_expression("attribute_not_exists(productSequence) OR productSequence < :sequence")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":gone", boolean(gone))
            .expression_attribute_values(":sequence", text(sequence))
            .expression_attribute_values(":product", text(product_id))
            .expression_attribute_values(":now", text(now.to_string()));
        match store::update(update).await? {
            Ok(item) | Err(Some(item)) => store::from_item(item),
            Err(None) => Err(Error::internal("a rating that does not exist was in the way")),
        }
    }

    /// The rating's part of a change of reviews; `None` when it stays as it is. For a new review the product must
    /// not be gone.
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
            .expression_attribute_values(":correlation", store::correlation())
            .expression_attribute_values(":now", text(now.to_string()));
        for (by, stars) in difference.stars.into_iter().zip(1..).filter(|(by, _)| *by != 0) {
            add.push(format!("stars{stars} :by{stars}"));
            update = update.expression_attribute_values(format!(":by{stars}"), number(by));
        }
        // What is shown changes, so that it is told.
        if !add.is_empty() {
            add.push("#version :one".to_owned());
            update = update.expression_attribute_names("#version", "version");
            update = update.expression_attribute_values(":one", number(1));
        }
        if difference.kept != 0 {
            add.push("kept :kept".to_owned());
            update = update.expression_attribute_values(":kept", number(difference.kept));
        }
        if new_review {
            update = update.condition_expression("attribute_not_exists(gone) OR gone = :false");
            update = update.expression_attribute_values(":false", boolean(false));
        }
        let set = "SET productId = :product, updatedAt = :now, correlationId = :correlation";
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
    use shared::clock;

    #[test]
    fn what_a_change_means_for_the_rating_is_the_difference() {
        let four = review("p", "ana", 4);
        let (two, hidden) = (review("p", "ana", 2), Review { status: Status::Hidden, ..four.clone() });
        for (old, new, stars, kept) in [
            (None, Some(&four), [0, 0, 0, 1, 0], 1),
            (Some(&four), Some(&two), [0, 1, 0, -1, 0], 0),
            (Some(&four), Some(&hidden), [0, 0, 0, -1, 0], 0),
            (Some(&hidden), Some(&four), [0, 0, 0, 1, 0], 0),
            (Some(&four), None, [0, 0, 0, -1, 0], -1),
            (Some(&hidden), None, [0; 5], -1),
            (Some(&four), Some(&four), [0; 5], 0),
        ] {
            assert_eq!(Difference::between(old, new), Difference { stars, kept }, "{old:?} {new:?}");
        }
    }

    #[tokio::test]
    async fn whether_a_product_is_gone_is_what_was_told_last_whatever_order_it_comes_in() {
        let shop = Shop::with(&[]).await;
        let tell = async |gone, sequence: &str| {
            shop.reviews.product_is(&shop.product, gone, sequence, clock::now()).await.unwrap()
        };
        for (gone, sequence, found) in [(true, "3", true), (false, "2", true), (true, "3", true), (false, "4", false)] {
            assert_eq!(tell(gone, sequence).await.gone, found, "{gone} {sequence}");
        }
        let rating = shop.reviews.rating(&shop.product).await.unwrap().unwrap();
        assert_eq!((rating.version, rating.histogram().count()), (0, 0));
    }
}
