//! The queue `SaleDeadlinesQueue`: sales that are still pending when their time is up are rejected.

use kernel::{StartupError, clock};
use messaging::queue;
use sales::{Sales, decide_sale};

pub async fn start() -> Result<(), StartupError> {
    let sales = &Sales::from_env().await?;
    queue::run(|event| async move { decide_sale::expire(sales, &event, clock::now()).await }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::testing::cup;
    use kernel::usage::Meter;
    use sales::sale::Sale;
    use sales::status::Status;
    use sales::testing::Shop;

    #[tokio::test]
    async fn a_sale_that_nobody_decided_is_rejected_and_a_late_answer_does_not_revive_it() {
        let shop = Shop::with(&[10]).await;
        let id = shop.orders(&[(0, 3)]).await;
        let answer = shop.answer(&id, &cup(1)).await;
        let due = shop.due(&id).await;
        let (_, usage) = Meter::measure(decide_sale::expire(&shop.sales(), &due, clock::now())).await;
        assert_eq!((usage.calls, usage.read_units, usage.write_units), (2, 1.0, 5.0));
        decide_sale::expire(&shop.sales(), &due, clock::now()).await.unwrap();
        shop.decide_sale().run(&answer, clock::now()).await.unwrap();
        let sale = shop.sales().get(&id).await.unwrap().unwrap();
        assert_eq!((sale.status, sale.version, shop.available(0).await), (Status::Rejected, 2, 10));
        assert_eq!(sale.rejection.map(|rejection| rejection.code), Some("expired".to_owned()));
    }

    #[tokio::test]
    async fn a_sale_that_was_decided_in_time_stays_as_it_is() {
        let shop = Shop::with(&[10]).await;
        let id = shop.orders(&[(0, 3)]).await;
        shop.decide_sale().run(&shop.answer(&id, &cup(1)).await, clock::now()).await.unwrap();
        decide_sale::expire(&shop.sales(), &shop.due(&id).await, clock::now()).await.unwrap();
        let of_none = testing::queue_events("expire-sale").remove(0);
        decide_sale::expire(&shop.sales(), &of_none, clock::now()).await.unwrap();
        assert_eq!(shop.sales().get(&id).await.unwrap().unwrap().status, Status::Confirmed);
    }

    #[tokio::test]
    async fn an_answer_for_a_deleted_sale_does_not_decide_the_one_made_again_under_its_id() {
        let shop = Shop::with(&[10]).await;
        let id = shop.orders(&[(0, 3)]).await;
        let (due, answer) = (shop.due(&id).await, shop.answer(&id, &cup(1)).await);
        let any = |_: &Sale| Ok(());
        shop.change_status().run(&id, Status::Cancelled, &testing::customer("ana"), any, clock::now()).await.unwrap();
        shop.sales().delete(&id, Sale::check_deletable).await.unwrap();
        shop.orders_again(&id, &[(0, 2)]).await;
        decide_sale::expire(&shop.sales(), &due, clock::now()).await.unwrap();
        shop.decide_sale().run(&answer, clock::now()).await.unwrap();
        assert_eq!(shop.sales().get(&id).await.unwrap().unwrap().status, Status::Pending);
        shop.decide_sale().run(&shop.answer(&id, &cup(1)).await, clock::now()).await.unwrap();
        assert_eq!(shop.sales().get(&id).await.unwrap().unwrap().status, Status::Confirmed);
    }
}
