//! Whether a review counts: exactly while a sale of its product to its author is confirmed. A cancellation of the last one takes
//! the stars out of the rating, another purchase puts them back.

use dynamo::Attempts;
use kernel::Error;
use kernel::clock::Timestamp;

use super::Reviews;
use super::purchase_markers::{as_read_part, confirmed_sale};
use super::ratings::Difference;
use super::reviews::StoredReview;
use crate::review::Review;

impl Reviews {
    /// Makes a customer's review of a product say, and count, what the purchase marker says. One read of the review; of
    /// the marker as well when there is a review; a transaction of review, rating and the condition that the marker is
    /// as it was read when they disagree.
    ///
    /// # Errors
    /// `Unavailable` when others keep writing, or the table does not answer.
    pub async fn verify(&self, customer_id: &str, product_id: &str, now: Timestamp) -> Result<(), Error> {
        let mut attempts = Attempts::of("the review");
        loop {
            attempts.next().await?;
            let stored = self.stored(&Review::id(product_id, customer_id)).await?;
            // That of a deleted customer follows the marker that is moved (`deletions`).
            let Some(StoredReview { review: old, created_by }) =
                stored.filter(|stored| stored.review.author_id.is_some())
            else {
                return Ok(());
            };
            let marker = self.marker(customer_id, product_id).await?;
            let new = old.clone().verified(marker.as_ref().is_some_and(|marker| confirmed_sale(marker).is_some()), now);
            if new == old {
                return Ok(());
            }
            let mut parts = vec![self.put_over(&new, &created_by, &old)?];
            parts.extend(self.rate(product_id, Difference::between(Some(&old), Some(&new)), false, now)?);
            parts.push(as_read_part(&self.table, super::marker_key(customer_id, product_id), marker.as_ref())?);
            if dynamo::transact(&self.client, parts).await?.is_done() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Shop;
    use kernel::clock;

    #[tokio::test]
    async fn a_review_counts_while_a_sale_of_it_is_confirmed() {
        let shop = Shop::with(&["bob"]).await;
        shop.reviewed_by("bob", 5).await;
        let first = shop.sold_to("ana").await;
        let review = shop.reviewed_by("ana", 1).await;
        let second = shop.sold_to("ana").await;
        let shown = async |sale: &str, confirmed, sequence: &str| {
            shop.reviews.put_purchase_marker("ana", &shop.product, sale, confirmed, sequence).await.unwrap();
            shop.reviews.verify("ana", &shop.product, clock::now()).await.unwrap();
            shop.adds_up().await;
            let verified = shop.reviews.get(&review.id).await.unwrap().unwrap().verified_purchase;
            (verified, shop.rated().await.0)
        };
        assert_eq!(shown(&first, false, "2").await, (true, [1, 0, 0, 0, 1]), "the second sale is confirmed");
        assert_eq!(shown(&second, false, "2").await, (false, [0, 0, 0, 0, 1]));
        assert_eq!(shown(&second, true, "1").await, (false, [0, 0, 0, 0, 1]), "an old event");
        let third = shop.sold_to("ana").await;
        assert_eq!(shown(&third, true, "2").await, (true, [1, 0, 0, 0, 1]), "bought again");
    }

    #[tokio::test]
    async fn purchases_and_cancellations_at_once_leave_what_the_marker_says() {
        for round in 0..20 {
            let shop = Shop::with(&[]).await;
            let sale = shop.sold_to("ana").await;
            let review = shop.reviewed_by("ana", 1).await;
            let other = format!("other-{round}");
            let apply = async |sale: &str, confirmed, sequence: &str| {
                shop.reviews.put_purchase_marker("ana", &shop.product, sale, confirmed, sequence).await.unwrap();
                shop.reviews.verify("ana", &shop.product, clock::now()).await.unwrap();
            };
            let last = round % 2 == 0;
            tokio::join!(apply(&sale, false, "2"), apply(&other, true, "1"), apply(&other, last, "2"));
            let verified = shop.reviews.get(&review.id).await.unwrap().unwrap().verified_purchase;
            assert_eq!(verified, last);
            shop.adds_up().await;
        }
    }
}
