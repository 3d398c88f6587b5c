//! The queue `ProductRepliesQueue`: pending sales are sold, or rejected, by what catalog answers.

use kernel::{StartupError, clock};
use messaging::queue;
use sales::DecideSale;

pub async fn start() -> Result<(), StartupError> {
    let decide_sale = &DecideSale::from_env().await?;
    queue::run(|event| async move { decide_sale.run(&event, clock::now()).await }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::snapshot::{ProductStatus, Snapshot};
    use inventory::testing::cup;
    use kernel::usage::Meter;
    use messaging::Event;
    use sales::open_sales::CustomerLimits;
    use sales::sale::Sale;
    use sales::status::Status;
    use sales::testing::{NO_LIMITS, Shop, books};
    use testing::usd;

    async fn sale(shop: &Shop, id: &str) -> Sale {
        shop.sales().get(id).await.unwrap().unwrap()
    }

    async fn complete(shop: &Shop, event: &Event) {
        shop.decide_sale().run(event, clock::now()).await.unwrap();
    }

    #[tokio::test]
    async fn a_pending_sale_is_sold_at_the_price_that_catalog_answers() {
        let shop = Shop::with(&[10, 10]).await;
        let id = shop.orders(&[(0, 3), (1, 1)]).await;
        let dearer = Snapshot { price: usd(1_400), ..cup(2) };
        let (_, usage) = Meter::measure(complete(&shop, &shop.answer(&id, &dearer).await)).await;
        let sale = sale(&shop, &id).await;
        assert_eq!((sale.status, sale.total, sale.version), (Status::Confirmed, Some(usd(4 * 1_400)), 2));
        assert_eq!((shop.available(0).await, shop.available(1).await), (7, 9));
        // The sale, the stock and what the customer has open; the transaction over two stock items, that, and the sale with
        // its two indexes, where it leaves one list for another.
        assert_eq!((usage.calls, usage.read_units, usage.write_units), (3, 4.0, 2.0 * 4.0 + 3.0));
    }

    #[tokio::test]
    async fn a_sale_of_more_than_the_customer_may_have_open_is_rejected_and_takes_nothing() {
        let shop = Shop::with(&[10]).await;
        let limits = CustomerLimits { pieces: 5, ..NO_LIMITS };
        let decide_sale = DecideSale { limits, ..shop.decide_sale() };
        let (first, second) = (shop.orders(&[(0, 3)]).await, shop.orders(&[(0, 3)]).await);
        for id in [&first, &second] {
            decide_sale.run(&shop.answer(id, &cup(1)).await, clock::now()).await.unwrap();
        }
        let rejection = sale(&shop, &second).await.rejection.unwrap();
        assert_eq!((rejection.code.as_str(), rejection.reasons.len()), ("customer_limit", 1));
        assert_eq!((sale(&shop, &first).await.status, shop.available(0).await), (Status::Confirmed, 7));
        books::close(&shop.cloud, &shop.stock(), "limited").await;
    }

    #[tokio::test]
    async fn a_price_that_inventory_knows_to_be_newer_counts() {
        let shop = Shop::with(&[10]).await;
        let id = shop.orders(&[(0, 1)]).await;
        let answered = shop.answer(&id, &cup(1)).await;
        shop.reprice(0, 3, 2_000).await;
        complete(&shop, &answered).await;
        assert_eq!(sale(&shop, &id).await.total, Some(usd(2_000)));
    }

    #[tokio::test]
    async fn a_sale_that_cannot_be_sold_is_rejected_with_the_reason_and_takes_nothing() {
        let shop = Shop::with(&[2, 5]).await;
        let short = shop.orders(&[(1, 1), (0, 3)]).await;
        complete(&shop, &shop.answer(&short, &cup(1)).await).await;
        let archived = shop.orders(&[(1, 1)]).await;
        complete(&shop, &shop.answer(&archived, &Snapshot { status: ProductStatus::Archived, ..cup(2) }).await).await;
        for (id, code) in [(short, "insufficient_stock"), (archived, "not_found")] {
            let sale = sale(&shop, &id).await;
            assert_eq!((sale.status, sale.rejection.unwrap().code.as_str()), (Status::Rejected, code));
        }
        assert_eq!((shop.available(0).await, shop.available(1).await), (2, 5));
    }

    #[tokio::test]
    async fn repeated_and_late_answers_sell_nothing_more() {
        let shop = Shop::with(&[10]).await;
        let id = shop.orders(&[(0, 3)]).await;
        let answer = shop.answer(&id, &cup(1)).await;
        let decide_sale = shop.decide_sale();
        let at_once = (0..8).map(|_| decide_sale.run(&answer, clock::now()));
        for done in futures_util::future::join_all(at_once).await {
            done.unwrap();
        }
        complete(&shop, &answer).await;
        assert_eq!((shop.available(0).await, sale(&shop, &id).await.version), (7, 2));
    }

    #[tokio::test]
    async fn an_answer_for_no_sale_is_dropped_and_one_that_cannot_be_read_is_refused() {
        let shop = Shop::with(&[10]).await;
        let mut sample = testing::queue_events("complete-sale").remove(0);
        complete(&shop, &sample).await;
        sample.data["products"] = "none".into();
        assert!(shop.decide_sale().run(&sample, clock::now()).await.is_err());
        assert!(shop.cloud.items("SalesTable").await.is_empty());
    }
}
