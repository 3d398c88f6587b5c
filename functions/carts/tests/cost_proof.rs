//! P16: what the operations of carts cost, by the formula from the sizes of items (`testing::cost`), against
//! what the database says it consumed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use carts::cart::Cart;
use carts::inbox::sales::on_sale_event;
use carts::merge_carts;
use carts::product::{Category, Product};
use carts::testing::{Shop, add, ana, check_out};
use inventory::snapshot::Snapshot;
use inventory::testing::cup;
use kernel::replay::Outcome;
use kernel::usage::{Meter, Usage};
use kernel::{clock, ids};
use testing::as_function;
use testing::cost::{Cost, of_change, snapshot};
use testing::row;

/// Does something and compares what it consumed with the formula.
async fn costs<T>(shop: &Shop, in_transaction: bool, what: &str, work: impl Future<Output = T>) -> (T, Usage) {
    let before = snapshot(shop.cloud()).await;
    let function = what.split([':', ',', ' ']).next().unwrap_or_default();
    let (result, usage) = Meter::measure(as_function(function, work)).await;
    let computed = of_change(&before, &snapshot(shop.cloud()).await, in_transaction);
    let measured = Cost { tables: usage.write_units - usage.index_write_units, indexes: usage.index_write_units };
    assert_eq!(measured, computed, "{what}");
    assert!(computed.tables > 0.0, "{what} wrote nothing");
    (result, usage)
}

#[tokio::test]
async fn proof_p16_every_write_of_carts_costs_what_its_size_says() {
    let (started, mut operations) = (Instant::now(), 0);
    println!("| products in the cart | add-item, with a key | checkout: tables | indexes | read units of get-cart |");
    for products in [1, 2, 5, 10, 20, 21, 30, 50] {
        let shop = Shop::with(products).await;
        let add_to_cart = shop.add_to_cart();
        let pieces: Vec<(usize, i64)> = (1..products).map(|product| (product, 1)).collect();
        shop.put(&ana(), &pieces).await;
        let id = &shop.products[0];
        if products == 1 {
            shop.put(&ana(), &[(0, 1)]).await;
        }
        let (added, plain) = costs(&shop, false, "add-item", add(&add_to_cart, &ana(), id, 1, None)).await;
        assert!(added.is_ok());
        let (added, keyed) = costs(&shop, true, "add-item", add(&add_to_cart, &ana(), id, 1, Some("k"))).await;
        assert!(added.is_ok());
        let reads = async {
            let cart = shop.carts().of(&ana(), clock::now()).await.unwrap();
            shop.carts().products(cart.lines.keys()).await.unwrap();
        };
        let (_, read) = Meter::measure(reads).await;
        let checkouts = shop.checkouts();
        let checkout = check_out(&checkouts, "ana", "k", clock::now());
        let (sale, usage) = costs(&shop, true, "checkout", checkout).await;
        let tables = usage.write_units - usage.index_write_units;
        println!(
            "| {products} | {}, {} | {tables} | {} | {} |",
            plain.write_units, keyed.write_units, usage.index_write_units, read.read_units
        );
        let Ok(Outcome::Made(sale)) = sale else { panic!("{sale:?}") };
        shop.decides(&sale.id, &cup(1)).await;
        let event = shop.sale_event(&sale.id).await;
        let applied =
            costs(&shop, false, "carts-on-event: sale", on_sale_event(&shop.carts(), &event, clock::now())).await;
        applied.0.unwrap();
        operations += 4;
    }
    let shop = Shop::with(2).await;
    let (carts, now, id, ana) = (shop.carts(), clock::now(), shop.products[0].clone(), ana());
    shop.put(&ana, &[(0, 1), (1, 1)]).await;
    let set = carts.change(&ana, |cart: Cart| cart.with(&id, 5, now).map(Some), now);
    costs(&shop, false, "update-item", set).await.0.unwrap();
    let removed = carts.change(&ana, |cart: Cart| cart.without(&id, now).map(Some), now);
    costs(&shop, false, "remove-item", removed).await.0.unwrap();
    let guest = shop.guest(&[(0, 1), (1, 1)]).await.guest();
    costs(&shop, true, "merge-cart", merge_carts::merge(&carts, "ana", &guest, now)).await.0.unwrap();
    costs(&shop, false, "clear-cart", carts.change(&ana, |cart| Ok(cart.emptied(now)), now)).await.0.unwrap();
    shop.put(&ana, &[(0, 1)]).await;
    let Ok(Outcome::Made(sale)) = check_out(&shop.checkouts(), "ana", "k", now).await else { panic!("no sale") };
    shop.decides(&sale.id, &cup(1)).await;
    let checkouts = shop.checkouts();
    let again = costs(&shop, true, "checkout under a second key", check_out(&checkouts, "ana", "other", now)).await;
    assert_eq!((again.0.is_ok(), again.1.write_units), (true, 4.0));
    let longest = Snapshot { name: "x".repeat(200), ..cup(2) };
    // As long as they come, in as many categories as they may be.
    let ids: Vec<String> = (0..5).map(|_| ids::new()).collect();
    let placed = Product { snapshot: longest, category_ids: ids.clone(), was_draft: false };
    let (put, usage) = costs(&shop, false, "carts-on-event: product", carts.put_product(&id, &placed)).await;
    assert_eq!((put.is_ok(), usage.write_units), (true, 1.0));
    for id in &ids {
        let category = Category { name: Some("x".repeat(100)), sequence: "1".to_owned() };
        costs(&shop, false, "carts-on-event: category", carts.put_category(id, &category)).await.0.unwrap();
    }
    let (names, usage) = Meter::measure(carts.category_names([&placed, &placed])).await;
    assert_eq!((names.unwrap().len(), usage.calls, usage.read_units), (5, 1, 5.0));
    costs(&shop, false, "carts-on-event: user", carts.delete("ana")).await.0.unwrap();
    operations += 8;
    row(
        "P16 cost: carts",
        "units by one formula from sizes, for each operation",
        &format!("{operations} operations cost what the formula says"),
        started,
    );
}
