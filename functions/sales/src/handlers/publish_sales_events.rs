//! The stream of `SalesTable`: changes are published as `sale.*` events; for a pending one catalog is asked for its
//! products, and its deadline is set.

use kernel::{StartupError, clock};
use messaging::publisher;
use sales::events::Routes;

pub async fn start() -> Result<(), StartupError> {
    let routes = Routes::from_env()?;
    publisher::run(&|change| routes.messages(change, clock::now())).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::inbox::sales::on_sale_event;
    use inventory::testing::cup;
    use kernel::clock::{self, Timestamp};
    use messaging::{Change, Event, Message, To};
    use sales::sale::Sale;
    use sales::status::Status;
    use sales::testing::Shop;
    use sales::testing::books::{Books, published};
    use serde_json::json;

    fn routes() -> Routes {
        let [requests, replies, deadlines] = ["requests", "replies", "deadlines"].map(str::to_owned);
        Routes { requests, replies, deadlines, deadline_seconds: 300 }
    }

    /// What the sample's record of this topic says, so many seconds after the sale was made.
    fn said(topic: &str, later: i64) -> Vec<Message> {
        let records = testing::stream_records("publish-sales-events");
        let mut said = records.iter().map(|record| {
            let change = Change::new(record);
            let made = change.item::<Sale>().unwrap().created_at.as_second();
            routes().messages(&change, Timestamp::from_second(made + later).unwrap()).unwrap()
        });
        said.find(|messages| messages[0].event.event_type.name() == topic).unwrap()
    }

    #[test]
    fn a_confirmed_sale_is_one_event_that_is_whole() {
        let said = said("sale.confirmed", 0);
        assert_eq!((said.len(), &said[0].to), (1, &To::Topic));
        let data = &said[0].event.data;
        assert!(data["total"]["amount"].is_i64() && data["lines"][0]["unitPrice"].is_i64());
        assert!(!said[0].event.correlationid.is_empty());
    }

    #[test]
    fn for_a_pending_sale_catalog_is_asked_with_the_queue_for_its_answer() {
        let said = said("sale.pending", 0);
        let (to, request) = (&said[1].to, &said[1].event);
        assert_eq!(to, &To::Queue { url: "requests".to_owned(), delay_seconds: 0 });
        assert_eq!(
            (&request.data["replyTo"], &request.data["correlationId"]),
            (&json!("replies"), &json!(request.subject))
        );
        assert!(request.data["productIds"].as_array().is_some_and(|ids| !ids.is_empty()));
    }

    #[test]
    fn the_deadline_counts_from_when_the_sale_was_made_however_late_it_is_published() {
        for (later, left) in [(0, 300), (100, 200), (400, 0), (-5_000, 900)] {
            let deadline = said("sale.pending", later).remove(2);
            assert_eq!(deadline.to, To::Queue { url: "deadlines".to_owned(), delay_seconds: left }, "{later}");
            assert_eq!(deadline.event.event_type.name(), "sale.due");
        }
    }

    #[tokio::test]
    async fn a_republished_sale_that_has_gone_on_also_publishes_that_it_was_confirmed_with_the_original_id() {
        let shop = Shop::with(&[10]).await;
        let (any, now) = (|_: &Sale| Ok(()), clock::now());
        let (sold, pending) = (shop.buy("ana", "k", 3).await.id, shop.orders(&[(0, 2)]).await);
        shop.decide_sale().run(&shop.answer(&pending, &cup(1)).await, now).await.unwrap();
        for (id, topic) in [(sold, "sale.cancelled"), (pending, "sale.cancelled")] {
            let confirmed = shop.sales().get(&id).await.unwrap().unwrap();
            let first = published(None, &confirmed).remove(0);
            let ana = testing::customer("ana");
            let gone_on = shop.change_status().run(&id, Status::Cancelled, &ana, any, now).await.unwrap();
            let topics = |events: &[Event]| events.iter().map(|event| event.event_type.to_string()).collect::<Vec<_>>();
            assert_eq!(topics(&published(Some(&confirmed), &gone_on)), [topic]);
            let anew = published(None, &gone_on);
            assert_eq!((topics(&anew), &anew[0].id), (vec!["sale.confirmed".to_owned(), topic.to_owned()], &first.id));
            assert_eq!(anew[0].data, first.data);
            // Inventory had neither event the first time.
            for event in &anew {
                on_sale_event(&shop.stock(), event).await.unwrap();
            }
        }
        Books::of(&shop.cloud).await.check_with_movements("republished");
    }
}
