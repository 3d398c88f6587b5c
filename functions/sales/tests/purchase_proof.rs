//! What a shop trusts a purchase with, shown on the embedded database. `PROOF=full` runs the full
//! figures (`make proof`), otherwise smaller ones; each property prints its row.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use kernel::error::{Kind, Source};
use kernel::input::Body;
use kernel::replay::Outcome;
use kernel::usage::Meter;
use kernel::{Error, correlation, ids};
use sales::Buy;
use sales::order::Order;
use sales::sale::Sale;
use sales::testing::books::{Books, close};
use sales::testing::{Shop, buy, purchases};
use serde_json::json;
use testing::{Fault, figure, row};
use tokio::task::{JoinSet, block_in_place};

/// All purchases at once; each has a customer, a key and an order.
async fn race(purchases: &Arc<Buy>, orders: Vec<(String, String, Order)>) -> Vec<Result<Outcome<Sale>, Error>> {
    let mut running = JoinSet::new();
    for (customer, key, order) in orders {
        let purchases = purchases.clone();
        running.spawn(async move { buy(&purchases, &customer, &key, &order).await });
    }
    running.join_all().await
}

fn sold(results: &[Result<Outcome<Sale>, Error>]) -> usize {
    results.iter().filter(|result| matches!(result, Ok(Outcome::Made(_)))).count()
}

fn short(results: &[Result<Outcome<Sale>, Error>]) -> usize {
    results.iter().filter(|result| result.as_ref().is_err_and(|error| error.code == "insufficient_stock")).count()
}

#[tokio::test]
async fn proof_p1_of_two_buyers_for_the_last_piece_exactly_one_gets_it() {
    let (rounds, started) = (figure(50, 500), Instant::now());
    let shop = Shop::with(&vec![1; rounds]).await;
    let purchases = Arc::new(purchases(shop.cloud.client()).await);
    for round in 0..rounds {
        let orders = ["ana", "bob"].map(|name| (name.to_owned(), format!("{round}"), shop.order(&[(round, 1)])));
        let results = race(&purchases, orders.into()).await;
        assert_eq!((sold(&results), short(&results), shop.available(round).await), (1, 1, 0), "round {round}");
    }
    row(
        "P1 last-unit race",
        "2 buyers, 500 rounds, one sale each",
        &format!("{rounds} rounds, one sale each"),
        started,
    );
}

#[tokio::test]
async fn proof_p2_of_two_hundred_buyers_for_the_last_ten_pieces_exactly_ten_get_one() {
    let (rounds, started) = (figure(2, 50), Instant::now());
    let shop = Shop::with(&vec![10; rounds]).await;
    let purchases = Arc::new(purchases(shop.cloud.client()).await);
    let mut sales = 0;
    for round in 0..rounds {
        let orders = (0..200).map(|buyer| (format!("buyer {buyer}"), format!("{round}"), shop.order(&[(round, 1)])));
        let results = race(&purchases, orders.collect()).await;
        assert_eq!((sold(&results), short(&results), shop.available(round).await), (10, 190, 0), "round {round}");
        sales += sold(&results);
    }
    assert_eq!(shop.cloud.items("SalesTable").await.len(), sales);
    let reached = format!("{rounds} rounds, {sales} sales, the rest clean 409s");
    row("P2 last-N race", "200 buyers for 10, 50 rounds, 500 sales", &reached, started);
}

#[tokio::test]
async fn proof_p3_overlapping_baskets_are_sold_whole_or_not_at_all() {
    let started = Instant::now();
    let shop = Shop::with(&[40; 5]).await;
    let purchases = Arc::new(purchases(shop.cloud.client()).await);
    let basket = |buyer: usize| {
        // Every buyer names the five products in another order, and in other steps.
        let products = (0..5).map(|step| ((buyer + step * (1 + buyer % 4)) % 5, 1));
        (format!("buyer {buyer}"), "k".to_owned(), shop.order(&products.collect::<Vec<_>>()))
    };
    let results = race(&purchases, (0..100).map(basket).collect()).await;
    assert_eq!((sold(&results), short(&results)), (40, 60));
    for product in 0..5 {
        assert_eq!(shop.available(product).await, 0);
    }
    row("P3 overlapping baskets", "100 buyers × 5 products, stock for 40", "40 whole sales, stock 0", started);
}

/// A request for one piece of each of these products, or where it is refused.
fn parsed(products: &[String]) -> Result<Order, Vec<Option<Source>>> {
    let lines: Vec<_> = products.iter().map(|id| json!({"productId": id, "quantity": 1})).collect();
    let document = json!({"data": {"type": "sales", "attributes": {"lines": lines}}}).to_string();
    let body = Body::new_resource(document.as_bytes(), "sales").unwrap();
    let refused = |error: Error| error.faults.into_iter().map(|fault| fault.source).collect();
    Order::parse(body, &testing::usd(0).currency).map_err(refused)
}

#[tokio::test]
async fn proof_p4_fifty_products_are_one_purchase_and_fifty_one_are_refused() {
    let started = Instant::now();
    let shop = Shop::with(&[2; 51]).await;
    let (fifty, one) = shop.products.split_at(50);
    let order = parsed(&[fifty, &fifty[..1]].concat()).unwrap();
    assert_eq!((order.lines.len(), order.lines[0].quantity, order.lines[1].quantity), (50, 2, 1));
    let (result, usage) = Meter::measure(buy(&shop.purchases, "ana", "k", &order)).await;
    assert!(
        matches!(result, Ok(Outcome::Made(sale)) if sale.lines.len() == 50 && sale.total == Some(testing::usd(63_750)))
    );
    assert_eq!((usage.calls, shop.available(0).await, shop.available(49).await), (2, 0, 1));
    let pointer = Source::Pointer("/data/attributes/lines".to_owned());
    assert_eq!(parsed(&[fifty, one].concat()), Err(vec![Some(pointer)]));
    let reached =
        format!("merged; 50 in 2 calls, {} write units; 51 refused at /data/attributes/lines", usage.write_units);
    row("P4 limits", "the same product merged, 50 pass, 51 refused with a pointer", &reached, started);
}

#[tokio::test]
async fn proof_p5_one_key_makes_one_sale_however_often_it_is_sent() {
    let started = Instant::now();
    let shop = Shop::with(&[3]).await;
    let purchases = Arc::new(purchases(shop.cloud.client()).await);
    let order = || (0..100).map(|_| ("ana".to_owned(), "key".to_owned(), shop.order(&[(0, 3)]))).collect();
    let mut results = race(&purchases, order()).await;
    results.extend(race(&purchases, order()).await);
    assert_eq!(sold(&results), 1);
    let mut answers = results.iter().map(|result| match result {
        Ok(Outcome::Made(sale) | Outcome::Replayed(sale)) => sale,
        other => panic!("{other:?}"),
    });
    let first = answers.next().unwrap();
    assert!(answers.all(|sale| sale == first));
    assert_eq!((shop.available(0).await, shop.cloud.items("SalesTable").await.len()), (0, 1));
    let other_body = buy(&purchases, "ana", "key", &shop.order(&[(0, 2)])).await;
    assert!(matches!(other_body, Ok(Outcome::KeyReused)));
    let other_customer = buy(&purchases, "bob", "key", &shop.order(&[(0, 3)])).await;
    assert_eq!(short(&[other_customer]), 1);
    // Events are handled in another order and twice: one set of movements.
    close(&shop.cloud, &shop.stock(), "sold").await;
    close(&shop.cloud, &shop.stock(), "handled again").await;
    let movements = Books::of(&shop.cloud).await.movements;
    assert_eq!(movements.iter().map(|movement| movement.quantity).collect::<BTreeSet<_>>(), [-3, 3].into());
    assert_eq!(movements.len(), 2);
    let reached = "200 identical answers, 1 sale, 1 set of movements";
    row("P5 idempotency", "1 key, 100 at once + 100 later, 1 sale, 1 set of movements", reached, started);
}

#[tokio::test]
async fn a_one_product_purchase_is_one_read_and_one_write_of_six_units() {
    let shop = Shop::with(&[10]).await;
    let (_, usage) = Meter::measure(buy(&shop.purchases, "ana", "k", &shop.order(&[(0, 3)]))).await;
    // The stock item, whether the buyer's credentials were revoked, and what the buyer has open.
    assert_eq!((usage.calls, usage.read_units), (2, 3.0));
    assert_eq!((usage.write_units - usage.index_write_units, usage.index_write_units), (6.0, 2.0));
}

#[tokio::test]
async fn write_units_are_two_for_each_product_and_for_each_kilobyte_of_the_sale_and_of_what_is_open() {
    for (products, kilobytes, open) in [(1, 1, 1), (6, 1, 1), (7, 2, 1), (20, 3, 1), (50, 5, 2)] {
        let count = usize::try_from(products).unwrap();
        let shop = Shop::with(&vec![1; count]).await;
        let order = shop.order(&(0..count).map(|product| (product, 1)).collect::<Vec<_>>());
        let bought = correlation::within(ids::new(), buy(&shop.purchases, "ana", "k", &order));
        let (result, usage) = Meter::measure(bought).await;
        assert!(result.is_ok());
        let tables = usage.write_units - usage.index_write_units;
        assert_eq!(
            (tables, usage.index_write_units),
            (f64::from(2 * (products + kilobytes + open)), f64::from(2 * kilobytes))
        );
    }
}

#[tokio::test]
async fn a_refusal_writes_nothing() {
    let shop = Shop::with(&[1]).await;
    let (result, usage) = Meter::measure(buy(&shop.purchases, "ana", "k", &shop.order(&[(0, 2)]))).await;
    assert_eq!((short(&[result]), usage.calls, usage.write_units), (1, 2, 0.0));
}

#[tokio::test]
async fn conflicts_with_other_transactions_are_tried_again() {
    let shop = Shop::with(&[10]).await;
    let conflicts = |operation: &str, call| {
        (operation == "TransactWriteItems" && call < 4).then(|| Fault::Conflict { parts: vec![true, false] })
    };
    let purchases = purchases(shop.cloud.client_with(conflicts)).await;
    assert_eq!(sold(&[buy(&purchases, "ana", "k", &shop.order(&[(0, 3)])).await]), 1);
    assert_eq!(shop.available(0).await, 7);
}

#[tokio::test]
async fn lasting_conflicts_are_a_503_and_sell_nothing() {
    let shop = Shop::with(&[10]).await;
    let conflicts =
        |operation: &str, _| (operation == "TransactWriteItems").then(|| Fault::Conflict { parts: vec![true, false] });
    let purchases = purchases(shop.cloud.client_with(conflicts)).await;
    let error = buy(&purchases, "ana", "k", &shop.order(&[(0, 3)])).await.unwrap_err();
    assert_eq!((error.kind, error.retry_after), (Kind::Unavailable, Some(1)));
    assert_eq!((shop.available(0).await, shop.cloud.items("SalesTable").await.len()), (10, 0));
}

#[tokio::test]
async fn throttling_and_outages_are_a_503_and_sell_nothing() {
    for fault in [Fault::Throttled, Fault::InternalError, Fault::ResetBeforeSend] {
        let shop = Shop::with(&[10]).await;
        let purchases = purchases(shop.cloud.client_with(move |_, _| Some(fault.clone()))).await;
        let error = buy(&purchases, "ana", "k", &shop.order(&[(0, 3)])).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable);
        assert_eq!((shop.available(0).await, shop.cloud.items("SalesTable").await.len()), (10, 0));
    }
}

#[tokio::test]
async fn an_answer_lost_after_the_sale_does_not_sell_twice() {
    let shop = Shop::with(&[10]).await;
    let lost = |operation: &str, _| (operation == "TransactWriteItems").then_some(Fault::ResetAfterCommit);
    let broken = purchases(shop.cloud.client_with(lost)).await;
    let order = shop.order(&[(0, 3)]);
    assert_eq!(buy(&broken, "ana", "k", &order).await.unwrap_err().kind, Kind::Unavailable);
    assert!(matches!(buy(&shop.purchases, "ana", "k", &order).await, Ok(Outcome::Replayed(_))));
    assert_eq!((shop.available(0).await, shop.cloud.items("SalesTable").await.len()), (7, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_that_moves_between_read_and_write_is_charged_as_it_is_or_refused_if_another_was_expected() {
    for (expected, code) in [(None, None), (Some(1250), Some("price_changed"))] {
        let shop = Arc::new(Shop::with(&[10]).await);
        let (rival, runtime) = (shop.clone(), tokio::runtime::Handle::current());
        let reprice = move |operation: &str, call| {
            if operation == "TransactWriteItems" && call == 1 {
                block_in_place(|| runtime.block_on(rival.reprice(0, 2, 1_400)));
            }
            None
        };
        let purchases = purchases(shop.cloud.client_with(reprice)).await;
        let mut order = shop.order(&[(0, 3)]);
        order.lines[0].expected_unit_price = expected.map(testing::usd);
        match buy(&purchases, "ana", "k", &order).await {
            Ok(Outcome::Made(sale)) => assert_eq!((code, sale.total), (None, Some(testing::usd(4_200)))),
            other => assert_eq!(other.err().map(|error| error.code), code),
        }
    }
}
