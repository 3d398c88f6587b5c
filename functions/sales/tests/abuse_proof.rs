//! Abuse by one account: what it costs the shop in units, and where it stops.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use inventory::testing::cup;
use kernel::clock;
use kernel::usage::{Meter, Usage};
use sales::DecideSale;
use sales::open_sales::CustomerLimits;
use sales::status::Status;
use sales::testing::books::{Books, close};
use sales::testing::{Shop, buy};
use testing::{figure, row};

/// As the template has them.
const LIMITS: CustomerLimits = CustomerLimits { pieces: 100, sales: 20, purchases_per_minute: 10 };

fn units(usage: &Usage) -> String {
    format!("{} write and {} read units", usage.write_units, usage.read_units)
}

#[tokio::test]
async fn proof_an_account_that_wants_all_pieces_gets_a_hundred_and_is_then_refused_without_a_write() {
    let started = Instant::now();
    let mut shop = Shop::with(&[1_000]).await;
    shop.purchases.limits = LIMITS;
    let everything = async {
        for attempt in 0..20 {
            let order = shop.order(&[(0, 100)]);
            drop(buy(&shop.purchases, "ana", &attempt.to_string(), &order).await);
        }
    };
    let ((), usage) = Meter::measure(everything).await;
    assert_eq!(shop.available(0).await, 900);
    // One sale, and 19 refusals: three reads, and one that looks for a sale under the same key.
    assert_eq!((usage.write_units, usage.read_units), (8.0, 3.0 + 19.0 * 4.0));
    close(&shop.cloud, &shop.stock(), "hoarded").await;
    let reached = format!("100 of 1,000 pieces, then refused; 20 requests cost {}", units(&usage));
    row("abuse: hoarding", "a customer has at most 100 pieces of a product open", &reached, started);
}

#[tokio::test]
async fn proof_an_account_with_a_thousand_pending_sales_has_twenty_confirmed_and_the_rest_rejected() {
    let (count, started) = (figure(60, 1_000), Instant::now());
    let shop = Shop::with(&[100_000]).await;
    // The limit of a minute would come first.
    let limits = CustomerLimits { purchases_per_minute: 0, ..LIMITS };
    let decide_sale = DecideSale { limits, ..shop.decide_sale() };
    let (ids, ordered) = Meter::measure(async {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(shop.orders(&[(0, 1)]).await);
        }
        ids
    })
    .await;
    let mut answers = Vec::new();
    for id in &ids {
        answers.push(shop.answer(id, &cup(1)).await);
    }
    let ((), decided) = Meter::measure(async {
        for answer in &answers {
            decide_sale.run(answer, clock::now()).await.unwrap();
        }
    })
    .await;
    let books = Books::of(&shop.cloud).await;
    let with = |status: Status| books.sales.iter().filter(|sale| sale.status == status).count();
    assert_eq!((with(Status::Confirmed), with(Status::Rejected)), (20, count - 20));
    let codes = books.sales.iter().filter_map(|sale| Some(sale.rejection.as_ref()?.code.as_str()));
    assert!(codes.into_iter().all(|code| code == "customer_limit"));
    assert_eq!(shop.available(0).await, 100_000 - 20);
    close(&shop.cloud, &shop.stock(), "pending").await;
    let reached =
        format!("{count} orders: 20 confirmed; ordering cost {}, deciding {}", units(&ordered), units(&decided));
    row("abuse: pending sales", "a customer has at most 20 sales open", &reached, started);
}
