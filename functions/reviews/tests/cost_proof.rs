//! P16: what the operations of reviews cost, by the formula from the sizes of items (`testing::cost`), against
//! what the database says it consumed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use kernel::usage::Meter;
use kernel::{clock, ids};
use reviews::rating::ProductState;
use reviews::review::{Review, Status};
use reviews::testing::{Shop, create, review, set_status};
use testing::as_function;
use testing::cost::{Cost, of_change, snapshot};
use testing::row;

/// Does something and compares what it consumed with the formula. `checks` are the conditions on items that it does not
/// write.
async fn costs<T>(shop: &Shop, in_transaction: bool, checks: u32, what: &str, work: impl Future<Output = T>) -> T {
    let before = snapshot(&shop.cloud).await;
    let function = what.split([':', ',', ' ']).next().unwrap_or_default();
    let (result, usage) = Meter::measure(as_function(function, work)).await;
    let computed = of_change(&before, &snapshot(&shop.cloud).await, in_transaction).with_checks(checks);
    let measured = Cost { tables: usage.write_units - usage.index_write_units, indexes: usage.index_write_units };
    println!("| {what} | {} | {} |", measured.tables, measured.indexes);
    assert_eq!(measured, computed, "{what}");
    assert!(computed.tables > 0.0, "{what} wrote nothing");
    result
}

#[tokio::test]
async fn proof_p16_every_write_of_reviews_costs_what_its_size_says() {
    let started = Instant::now();
    let mut operations = 0;
    println!("| operation | tables | indexes |");
    for length in [20, 1_000, 4_000] {
        let shop = Shop::with(&["ana", "bob"]).await;
        let written = Review { body: Some("x".repeat(length)), ..review(&shop.product, "ana", 4) };
        costs(&shop, true, 1, "create-review", create(&shop.reviews, written.clone())).await.unwrap();
        let id = written.id.as_str();
        let change = |rating| move |review: Review| Ok(Review { rating, version: review.version + 1, ..review });
        let words =
            |review: Review| Ok(Review { title: Some("Other".to_owned()), version: review.version + 1, ..review });
        costs(&shop, true, 0, "update-review: words", shop.reviews.update(id, words)).await.unwrap();
        costs(&shop, true, 0, "update-review: stars", shop.reviews.update(id, change(2))).await.unwrap();
        for status in [Status::Hidden, Status::Published] {
            costs(&shop, true, 0, "update-review: status", set_status(&shop.reviews, &written, status)).await.unwrap();
        }
        let put = shop.reviews.put_user_tombstone("ana");
        costs(&shop, false, 0, "reviews-on-event: user: tombstone", put).await.unwrap();
        let forget = shop.reviews.delete_purchase_markers("ana", clock::now());
        costs(&shop, true, 0, "reviews-on-event: user", forget).await.unwrap();
        let delete = shop.reviews.delete(id, |_| Ok(()), clock::now());
        costs(&shop, true, 0, "delete-review", delete).await.unwrap();
        operations += 8;
    }
    let shop = Shop::with(&["ana", "bob"]).await;
    let (sale, product) = (ids::new(), ids::new());
    let mark = shop.reviews.put_purchase_marker("ana", &shop.product, &sale, true, "2");
    costs(&shop, false, 0, "reviews-on-event: sale", mark).await.unwrap();
    let put = shop.reviews.put_product_state(&product, ProductState::Public, "1", clock::now());
    costs(&shop, false, 0, "reviews-on-event: product", put).await.unwrap();
    for (buyer, stars) in [("ana", 5), ("bob", 1)] {
        shop.reviewed_by(buyer, stars).await;
    }
    let sweep = shop.reviews.delete_reviews_of_product(&shop.product, clock::now());
    costs(&shop, true, 0, "reviews-on-event: product: deleted", sweep).await.unwrap();
    operations += 3;
    row(
        "P16 cost: reviews",
        "units by one formula from sizes, for each operation",
        &format!("{operations} operations cost what the formula says"),
        started,
    );
}
