//! `sale.*` events: who has bought what, and so may review it.

use contracts::EventType;
use contracts::sales::Sale;
use futures_util::future::try_join_all;
use kernel::Error;
use kernel::clock::Timestamp;
use messaging::Event;

use crate::Reviews;

/// `sale.confirmed`, `.shipped`, `.delivered`, `.cancelled`: who has bought what. One write for each line, all at once;
/// then the reviews that this may verify, or take the mark from; then one read of whether the buyer was deleted, and the
/// markers are removed again. In this order none is left: either the cleanup sees the marker, or this finds the user deleted.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer; some may have been written.
pub async fn on_sale_event(reviews: &Reviews, event: &Event, now: Timestamp) -> Result<(), Error> {
    let sale: Sale = event.data()?;
    // What was called off while it was pending was never bought.
    if sale.total.is_none() {
        return Ok(());
    }
    let (sale_id, confirmed) = (event.subject.as_str(), event.event_type != EventType::SaleCancelled);
    let marks = sale.lines.iter().map(|line| {
        let (buyer, product) = (&sale.customer_id, &line.product_id);
        // Boxed, so that each is a pointer to what it is doing.
        Box::pin(async move {
            match reviews.put_purchase_marker(buyer, product, sale_id, confirmed, &event.sequence).await? {
                true => reviews.verify(buyer, product, now).await,
                false => Ok(()),
            }
        })
    });
    try_join_all(marks).await?;
    if reviews.is_user_deleted(&sale.customer_id).await? {
        for line in &sale.lines {
            reviews.delete_purchase_marker(&sale.customer_id, &line.product_id, now).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Shop, create, review};
    use kernel::usage::Meter;
    use kernel::{Error, clock};
    use messaging::Event;
    use serde_json::Value;

    /// The sample's sale, in another state by now.
    fn sale_event(topic: &str, version: char) -> Event {
        let mut event = testing::sample_event("reviews-on-event", "sale.");
        event.event_type = topic.parse().unwrap();
        event.sequence.replace_range(25.., &version.to_string());
        event
    }

    async fn apply(shop: &Shop, event: &Event) -> Result<(), Error> {
        on_sale_event(&shop.reviews, event, clock::now()).await
    }

    /// Whether the buyer of the sample may review its first product.
    async fn may_review(shop: &Shop) -> bool {
        let sale = sale_event("sale.confirmed", '1').data;
        let (product, buyer) = (&sale["lines"][0]["productId"], &sale["customerId"]);
        let review = review(product.as_str().unwrap(), buyer.as_str().unwrap(), 5);
        let id = review.id.clone();
        let made = create(&shop.reviews, review).await.is_ok();
        if made {
            shop.reviews.delete(&id, |_| Ok(()), clock::now()).await.unwrap();
        }
        made
    }

    #[tokio::test]
    async fn each_product_of_a_confirmed_sale_may_be_reviewed_and_costs_one_write_and_each_sale_one_read() {
        let shop = Shop::with(&[]).await;
        let event = sale_event("sale.confirmed", '1');
        let lines = event.data["lines"].as_array().unwrap().len();
        let units = f64::from(u32::try_from(lines).unwrap());
        // One call more: whether the buyer is deleted. Again: whether there are reviews to be verified, too, since what
        // followed the first time may have been interrupted.
        for (calls, read_units, write_units) in [(lines + 1, 1.0, units), (2 * lines + 1, 1.0 + units, 0.0)] {
            let (result, usage) = Meter::measure(apply(&shop, &event)).await;
            assert!(result.is_ok());
            // The embedded database does not report what a refused condition costs.
            assert_eq!((usize::try_from(usage.calls).unwrap(), usage.write_units), (calls, write_units));
            assert_eq!(usage.read_units.to_bits(), f64::to_bits(read_units));
        }
        assert!(may_review(&shop).await);
    }

    #[tokio::test]
    async fn the_last_state_decides_in_whatever_order_the_events_come() {
        for (events, expected) in [
            (vec![("sale.confirmed", '1'), ("sale.cancelled", '2')], false),
            (vec![("sale.cancelled", '2'), ("sale.confirmed", '1')], false),
            (vec![("sale.delivered", '3'), ("sale.confirmed", '1'), ("sale.shipped", '2')], true),
            (vec![("sale.shipped", '2')], true),
        ] {
            let shop = Shop::with(&[]).await;
            for (topic, version) in &events {
                apply(&shop, &sale_event(topic, *version)).await.unwrap();
            }
            assert_eq!(may_review(&shop).await, expected, "{events:?}");
        }
    }

    /// What anybody could do with throw-away accounts: buy, rate, cancel, delete the account.
    #[tokio::test]
    async fn stars_of_a_cancelled_sale_do_not_count_whether_the_account_is_deleted_before_or_after() {
        for deleted_first in [false, true] {
            let mut shop = Shop::with(&[]).await;
            let confirmed = sale_event("sale.confirmed", '1');
            let buyer = confirmed.data["customerId"].as_str().unwrap().to_owned();
            confirmed.data["lines"][0]["productId"].as_str().unwrap().clone_into(&mut shop.product);
            apply(&shop, &confirmed).await.unwrap();
            shop.reviewed_by(&buyer, 1).await;
            assert_eq!(shop.rated().await.0, [1, 0, 0, 0, 0]);
            let deleted = async || {
                shop.reviews.put_user_tombstone(&buyer).await.unwrap();
                shop.reviews.delete_purchase_markers(&buyer, clock::now()).await.unwrap();
            };
            let cancelled = sale_event("sale.cancelled", '4');
            if deleted_first {
                deleted().await;
                assert_eq!(shop.rated().await.0, [1, 0, 0, 0, 0], "the sale is confirmed");
                apply(&shop, &sale_event("sale.shipped", '3')).await.unwrap();
                apply(&shop, &cancelled).await.unwrap();
            } else {
                apply(&shop, &cancelled).await.unwrap();
                deleted().await;
            }
            // Late ones of before change nothing.
            apply(&shop, &sale_event("sale.shipped", '3')).await.unwrap();
            apply(&shop, &cancelled).await.unwrap();
            assert_eq!(shop.rated().await.0, [0; 5], "{deleted_first}");
            shop.adds_up().await;
        }
    }

    #[tokio::test]
    async fn stars_of_a_deleted_account_stay_while_another_sale_is_confirmed() {
        let mut shop = Shop::with(&[]).await;
        let confirmed = sale_event("sale.confirmed", '1');
        let buyer = confirmed.data["customerId"].as_str().unwrap().to_owned();
        confirmed.data["lines"][0]["productId"].as_str().unwrap().clone_into(&mut shop.product);
        apply(&shop, &confirmed).await.unwrap();
        shop.sold_to(&buyer).await;
        shop.reviewed_by(&buyer, 4).await;
        shop.reviews.put_user_tombstone(&buyer).await.unwrap();
        shop.reviews.delete_purchase_markers(&buyer, clock::now()).await.unwrap();
        apply(&shop, &sale_event("sale.cancelled", '2')).await.unwrap();
        assert_eq!(shop.rated().await.0, [0, 0, 0, 1, 0]);
    }

    #[tokio::test]
    async fn a_sale_of_a_deleted_user_leaves_nothing_however_late_its_event_is() {
        let shop = Shop::with(&[]).await;
        let buyer = sale_event("sale.confirmed", '1').data["customerId"].as_str().unwrap().to_owned();
        apply(&shop, &sale_event("sale.confirmed", '1')).await.unwrap();
        shop.reviews.put_user_tombstone(&buyer).await.unwrap();
        shop.reviews.delete_purchase_markers(&buyer, clock::now()).await.unwrap();
        let left = shop.cloud.items("ReviewsTable").await;
        // Replayed; shipped and delivered by staff afterwards; called off.
        for (topic, version) in
            [("sale.confirmed", '1'), ("sale.shipped", '2'), ("sale.delivered", '3'), ("sale.cancelled", '4')]
        {
            apply(&shop, &sale_event(topic, version)).await.unwrap();
            assert_eq!(shop.cloud.items("ReviewsTable").await, left, "{topic}");
            assert!(!may_review(&shop).await, "{topic}");
        }
    }

    #[tokio::test]
    async fn an_event_of_a_sale_while_its_buyer_is_deleted_leaves_nothing() {
        let event = sale_event("sale.shipped", '2');
        let (buyer, product) = (event.data["customerId"].as_str().unwrap(), &event.data["lines"][0]["productId"]);
        for _ in 0..20 {
            let shop = Shop::with(&[]).await;
            apply(&shop, &sale_event("sale.confirmed", '1')).await.unwrap();
            let written = review(product.as_str().unwrap(), buyer, 5);
            let forgotten = async {
                shop.reviews.put_user_tombstone(buyer).await.unwrap();
                shop.reviews.delete_purchase_markers(buyer, clock::now()).await.unwrap();
            };
            let (applied, _, ()) = tokio::join!(apply(&shop, &event), create(&shop.reviews, written), forgotten);
            applied.unwrap();
            let left = shop.cloud.items("ReviewsTable").await;
            let of_buyer = left.iter().filter(|item| format!("{item:?}").contains(buyer));
            // And, of a review that was written in time, by which sale its stars count.
            let left: Vec<_> = of_buyer.map(|item| item["sk"].as_s().unwrap().as_str()).collect();
            assert!(left[0] == "gone" && left[1..].iter().all(|sk| sk.starts_with("held#")), "{left:?}");
        }
    }

    #[tokio::test]
    async fn what_was_called_off_before_it_was_sold_leaves_nothing() {
        let shop = Shop::with(&[]).await;
        let before = shop.cloud.items("ReviewsTable").await.len();
        let mut event = sale_event("sale.cancelled", '2');
        event.data["total"] = Value::Null;
        apply(&shop, &event).await.unwrap();
        assert_eq!(shop.cloud.items("ReviewsTable").await.len(), before);
        event.data["lines"] = "many".into();
        assert!(apply(&shop, &event).await.is_err());
    }
}
