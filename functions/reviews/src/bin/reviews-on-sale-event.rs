//! The queue `ReviewsSaleEventsQueue`: who has bought what, by `sale.*` events, and so may review it.

use reviews::{Reviews, events};
use shared::{StartupError, queue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let reviews = &Reviews::from_env().await?;
    queue::run(|event| async move { events::on_sale_event(reviews, &event).await }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use reviews::testing::{Shop, create, review};
    use serde_json::Value;
    use shared::events::Event;
    use shared::store::Meter;
    use shared::testing;

    /// The sample's sale, in another state by now.
    fn told(topic: &str, version: char) -> Event {
        let mut event = testing::queue_events("reviews-on-sale-event").remove(0);
        event.topic = topic.to_owned();
        event.sequence.replace_range(25.., &version.to_string());
        event
    }

    /// Whether the buyer of the sample may review its first product.
    async fn may_review(shop: &Shop) -> bool {
        let sale = told("sale.confirmed", '1').data;
        let (product, buyer) = (&sale["lines"][0]["productId"], &sale["customerId"]);
        let review = review(product.as_str().unwrap(), buyer.as_str().unwrap(), 5);
        let id = review.id.clone();
        let made = create(&shop.reviews, review).await.is_ok();
        if made {
            shop.reviews.delete(&id, |_| Ok(()), shared::clock::now()).await.unwrap();
        }
        made
    }

    #[tokio::test]
    async fn each_product_of_a_confirmed_sale_may_be_reviewed_and_costs_one_write_however_often_it_is_told() {
        let shop = Shop::with(&[]).await;
        let event = told("sale.confirmed", '1');
        let lines = event.data["lines"].as_array().unwrap().len();
        let units = f64::from(u32::try_from(lines).unwrap());
        for (calls, write_units) in [(lines, units), (lines, 0.0)] {
            let (result, usage) = Meter::measure(events::on_sale_event(&shop.reviews, &event)).await;
            assert!(result.is_ok());
            // What a refused condition costs, the embedded database does not tell.
            assert_eq!((usize::try_from(usage.calls).unwrap(), usage.write_units), (calls, write_units));
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
                events::on_sale_event(&shop.reviews, &told(topic, *version)).await.unwrap();
            }
            assert_eq!(may_review(&shop).await, expected, "{events:?}");
        }
    }

    #[tokio::test]
    async fn what_was_called_off_before_it_was_sold_leaves_nothing() {
        let shop = Shop::with(&[]).await;
        let before = shop.cloud.items("ReviewsTable").await.len();
        let mut event = told("sale.cancelled", '2');
        event.data["total"] = Value::Null;
        events::on_sale_event(&shop.reviews, &event).await.unwrap();
        assert_eq!(shop.cloud.items("ReviewsTable").await.len(), before);
        event.data["lines"] = "many".into();
        assert!(events::on_sale_event(&shop.reviews, &event).await.is_err());
    }
}
