//! Many at once on one cart: nothing is lost, nothing happens twice.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use carts::inbox::sales::on_sale_event;
use carts::merge_carts;
use carts::testing::{Shop, add, ana, check_out};
use inventory::testing::cup;
use kernel::replay::Outcome;
use kernel::{Error, clock};
use sales::sale::Sale;
use testing::{figure, row};
use tokio::task::JoinSet;

/// All of them at once: what each came to.
async fn at_once<T: Send + 'static>(
    works: impl Iterator<Item = impl Future<Output = Result<T, Error>> + Send + 'static>,
) -> Vec<T> {
    let mut running = JoinSet::new();
    works.for_each(|work| drop(running.spawn(work)));
    running.join_all().await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn proof_of_fifty_additions_at_once_none_is_lost() {
    let (rounds, started) = (figure(2, 50), Instant::now());
    let shop = Shop::with(rounds).await;
    let add_to_cart = Arc::new(shop.add_to_cart());
    for product in &shop.products {
        let works = (0..50).map(|_| {
            let (add_to_cart, product) = (add_to_cart.clone(), product.clone());
            async move { add(&add_to_cart, &ana(), &product, 1, None).await }
        });
        at_once(works).await;
    }
    let all: Vec<(usize, i64)> = (0..rounds).map(|product| (product, 50)).collect();
    assert_eq!(shop.lines(&ana()).await, all);
    let reached = format!("{rounds} rounds of 50, quantity 50 after each");
    row("Cart storm", "50 concurrent additions, none lost, 50 rounds", &reached, started);
}

#[tokio::test]
async fn additions_under_keys_at_once_count_once_for_each_key() {
    let shop = Shop::with(1).await;
    let add_to_cart = Arc::new(shop.add_to_cart());
    let works = (0..40).map(|number| {
        let (add_to_cart, product) = (add_to_cart.clone(), shop.products[0].clone());
        async move { add(&add_to_cart, &ana(), &product, 1, Some(&format!("key {}", number % 10))).await }
    });
    let outcomes = at_once(works).await;
    let made = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Made(_))).count();
    assert_eq!((made, shop.lines(&ana()).await), (10, vec![(0, 10)]));
}

#[tokio::test]
async fn changes_and_additions_at_once_all_count() {
    let shop = Shop::with(6).await;
    shop.put(&ana(), &[(0, 1), (1, 1), (2, 1)]).await;
    let (add_to_cart, carts) = (Arc::new(shop.add_to_cart()), Arc::new(shop.carts()));
    let works = (0..6).map(|number| {
        let (add_to_cart, carts, id) = (add_to_cart.clone(), carts.clone(), shop.products[number].clone());
        async move {
            match number {
                0..3 => {
                    carts.change(&ana(), |cart| cart.with(&id, 9, clock::now()).map(Some), clock::now()).await.map(drop)
                }
                _ => add(&add_to_cart, &ana(), &id, 2, None).await.map(drop),
            }
        }
    });
    at_once(works).await;
    assert_eq!(shop.lines(&ana()).await, [(0, 9), (1, 9), (2, 9), (3, 2), (4, 2), (5, 2)]);
}

#[tokio::test]
async fn proof_of_many_checkouts_of_one_cart_at_once_there_is_one_sale() {
    let (rounds, started) = (figure(2, 50), Instant::now());
    for _ in 0..rounds {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let checkouts = Arc::new(shop.checkouts());
        let works = (0..20).map(|number| {
            let checkouts = checkouts.clone();
            async move { check_out(&checkouts, "ana", &format!("key {number}"), clock::now()).await }
        });
        let sales: BTreeSet<String> = at_once(works)
            .await
            .into_iter()
            .map(|outcome| match outcome {
                Outcome::Made(sale) | Outcome::Replayed(sale) => sale.id,
                Outcome::KeyReused => panic!("the key was used before"),
            })
            .collect();
        assert_eq!((sales.len(), shop.cloud().items("SalesTable").await.len()), (1, 1));
        // Whichever key made it: sold, and with something else in the cart, each comes to it again.
        let id = sales.first().unwrap();
        shop.decides(id, &cup(1)).await;
        on_sale_event(&shop.carts(), &shop.sale_event(id).await, clock::now()).await.unwrap();
        shop.put(&ana(), &[(0, 1)]).await;
        let works = (0..20).map(|number| {
            let checkouts = checkouts.clone();
            async move { check_out(&checkouts, "ana", &format!("key {number}"), clock::now()).await }
        });
        let again = |outcome: &Outcome<Sale>| matches!(outcome, Outcome::Replayed(sale) if sale.id == *id);
        assert!(at_once(works).await.iter().all(again));
    }
    let reached = format!("{rounds} rounds of 20 checkouts under 20 keys, one sale each, 20 answers, 20 again");
    row("Checkout storm", "one cart checked out at once, one sale, 50 rounds", &reached, started);
}

#[tokio::test]
async fn a_key_is_not_stored_with_the_sale_of_a_cart_that_was_changed_meanwhile() {
    let (shop, now) = (Shop::with(1).await, clock::now());
    shop.put(&ana(), &[(0, 2)]).await;
    check_out(&shop.checkouts(), "ana", "first", now).await.unwrap();
    let (carts, request) = (shop.carts(), ("id of the second key", "f", "sale"));
    let read = carts.of(&ana(), now).await.unwrap();
    shop.put(&ana(), &[(0, 1)]).await;
    // The second key may have made a sale of what is in the cart now.
    assert!(!carts.put_replay(request, &ana(), (&read, None), now).await.unwrap().is_done());
    assert!(carts.find_replay(request.0, now).await.unwrap().is_none());
    let read = carts.of(&ana(), now).await.unwrap();
    assert!(carts.put_replay(request, &ana(), (&read, None), now).await.unwrap().is_done());
    assert_eq!(
        carts.find_replay(request.0, now).await.unwrap().map(|replay| replay.value.sale_id).as_deref(),
        Some("sale")
    );
}

#[tokio::test]
async fn a_guests_cart_merged_many_times_at_once_is_merged_once_and_into_one_cart() {
    let shop = Shop::with(2).await;
    shop.put(&ana(), &[(0, 1)]).await;
    let (token, carts) = (shop.guest(&[(0, 2), (1, 3)]).await, Arc::new(shop.carts()));
    let works = (0..12).map(|_| {
        let (carts, guest) = (carts.clone(), token.guest());
        async move { merge_carts::merge(&carts, "ana", &guest, clock::now()).await }
    });
    let outcomes = at_once(works).await;
    let made = outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Made(_))).count();
    assert_eq!((made, shop.lines(&ana()).await), (1, vec![(0, 3), (1, 3)]));
}
