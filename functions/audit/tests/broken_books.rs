//! Each of the rules is broken by hand, and the audit names it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Duration;

use audit::look::{Patience, Report};
use audit::rules::Rule;
use audit::{Audit, look};
use dynamo::{Item, Segment, number, text, to_map};
use identity::store::Directory;
use kernel::clock;
use kernel::usage::Meter;
use sales::status::Status;
use sales::testing::Shop;
use sales::testing::books::close;
use serde_json::json;
use testing::{as_function, customer};

/// A shop whose sales are audited at once: nothing is too fresh, nothing is waited for.
struct Books {
    shop: Shop,
    audit: Audit,
}

impl Books {
    /// With two products, a sale that was confirmed, one that was cancelled, one that was cancelled while it was
    /// pending, one that is pending; inventory has handled the events of all.
    async fn balanced() -> Self {
        let shop = Shop::with(&[10, 10]).await;
        let client = shop.cloud.client();
        let (stock, sales) = (shop.stock(), shop.sales());
        let directory = Directory::new(client.clone(), "IdentityTable");
        let user = Item::from([("pk".to_owned(), text("user#ana"))]);
        client.put_item().table_name("IdentityTable").set_item(Some(user)).send().await.unwrap();
        let patience = Patience { looks: 1, pause: Duration::ZERO, fresh: jiff::SignedDuration::ZERO };
        let books = Self { shop, audit: Audit { stock, sales, directory, patience } };
        books.shop.buy("ana", "confirmed", 3).await;
        let cancelled = books.shop.buy("ana", "cancelled", 2).await.id;
        let pending = books.shop.orders(&[(0, 1), (1, 1)]).await;
        books.shop.orders(&[(0, 1)]).await;
        for id in [cancelled, pending] {
            let cancel = books.shop.change_status();
            cancel.run(&id, Status::Cancelled, &customer("ana"), |_| Ok(()), clock::now()).await.unwrap();
        }
        close(&books.shop.cloud, &books.audit.stock, "before anything is broken").await;
        books
    }

    async fn report(&self) -> Report {
        as_function("audit", self.audit.segment(segment(0, 1))).await.unwrap()
    }

    /// The rules that are broken, after an item was changed by hand.
    async fn broken(&self, table: &str, which: impl Fn(&Item) -> bool, change: impl Fn(&mut Item)) -> Vec<Rule> {
        let mut item = self.shop.cloud.items(table).await.into_iter().find(|item| which(item)).unwrap();
        change(&mut item);
        self.shop.cloud.client().put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
        self.rules().await
    }

    async fn rules(&self) -> Vec<Rule> {
        self.report().await.differences.iter().map(|difference| difference.rule).collect()
    }

    /// Deletes the movement of a kind.
    async fn forget(&self, kind: &str) {
        let items = self.shop.cloud.items("InventoryTable").await;
        let movement = items.into_iter().find(|item| is(item, "kind", kind)).unwrap();
        let delete = self.shop.cloud.client().delete_item().table_name("InventoryTable");
        let delete = delete.key("productId", movement["productId"].clone()).key("sk", movement["sk"].clone());
        delete.send().await.unwrap();
    }
}

fn segment(number: usize, of: usize) -> Segment {
    serde_json::from_value(json!({"segment": number, "segments": of})).unwrap()
}

fn is(item: &Item, attribute: &str, value: &str) -> bool {
    item.get(attribute).is_some_and(|found| found.as_s().is_ok_and(|found| found == value))
}

#[tokio::test]
async fn books_that_balance_have_no_difference_and_nothing_is_written() {
    let books = Books::balanced().await;
    let (report, usage) = Meter::measure(books.report()).await;
    let expected = Report { products: 2, movements: 5, sales: 4, ..Report::default() };
    assert_eq!(report, expected);
    assert_eq!(usage.write_units, 0.0);
    assert_eq!(usage.calls, 4, "two scans, the movements, the customers");
}

#[tokio::test]
async fn the_segments_together_are_the_whole() {
    let books = Books::balanced().await;
    let (mut products, mut sales) = (0, 0);
    for number in 0..8 {
        let report = as_function("audit", books.audit.segment(segment(number, 8))).await.unwrap();
        assert_eq!(report.differences, []);
        (products, sales) = (products + report.products, sales + report.sales);
    }
    assert_eq!((products, sales), (2, 4));
    for wrong in [json!({"segment": 8, "segments": 8}), json!({"segment": 0, "segments": 0}), json!({})] {
        assert!(serde_json::from_value::<Segment>(wrong).is_err());
    }
}

#[tokio::test]
async fn stock_that_is_not_the_sum_of_its_movements_is_named() {
    let books = Books::balanced().await;
    let stock = |item: &Item| is(item, "sk", "stock") && item["available"] == number(7);
    let rules =
        books.broken("InventoryTable", stock, |item| drop(item.insert("available".to_owned(), number(8)))).await;
    assert_eq!(rules, [Rule::Stock]);
    let difference = &books.report().await.differences[0];
    assert_eq!(difference.detail, "8 pieces are in stock, and its 4 movements add up to 7");
    assert_eq!(difference.id, books.shop.products[0]);
}

#[tokio::test]
async fn stock_below_zero_is_named() {
    let books = Books::balanced().await;
    let stock = |item: &Item| is(item, "sk", "stock");
    let rules =
        books.broken("InventoryTable", stock, |item| drop(item.insert("available".to_owned(), number(-1)))).await;
    assert_eq!(rules, [Rule::Stock]);
}

#[tokio::test]
async fn a_sale_without_its_movement_and_a_cancellation_without_its_reversal_are_named() {
    for (kind, rule) in [("sale", Rule::Movement), ("cancellation", Rule::Reversal)] {
        let books = Books::balanced().await;
        books.forget(kind).await;
        let mut rules = books.rules().await;
        rules.sort_by_key(|rule| format!("{rule:?}"));
        assert_eq!(rules, [rule, Rule::Stock]);
    }
}

#[tokio::test]
async fn a_movement_of_other_pieces_than_were_sold_is_named() {
    let books = Books::balanced().await;
    let sold = |item: &Item| is(item, "kind", "sale") && item["quantity"] == number(-3);
    let rules = books.broken("InventoryTable", sold, |item| drop(item.insert("quantity".to_owned(), number(-1)))).await;
    assert!(rules.contains(&Rule::Movement) && rules.contains(&Rule::Stock));
}

#[tokio::test]
async fn a_total_that_is_not_the_sum_of_the_lines_is_named() {
    let books = Books::balanced().await;
    let confirmed = |item: &Item| is(item, "status", "confirmed");
    let total = to_map(&json!({"total": {"amount": 1, "currency": "USD"}})).unwrap();
    let total = |item: &mut Item| item.extend(total.clone());
    assert_eq!(books.broken("SalesTable", confirmed, total).await, [Rule::Total]);
    let books = Books::balanced().await;
    assert_eq!(books.broken("SalesTable", confirmed, |item| drop(item.remove("total"))).await, [Rule::Total]);
}

#[tokio::test]
async fn a_sale_of_nobody_is_named() {
    let books = Books::balanced().await;
    let confirmed = |item: &Item| is(item, "status", "confirmed");
    let nobody = |item: &mut Item| drop(item.insert("customerId".to_owned(), text("nobody")));
    assert_eq!(books.broken("SalesTable", confirmed, nobody).await, [Rule::Customer]);
}

#[tokio::test]
async fn what_was_changed_a_moment_ago_is_not_judged_and_what_settles_is_no_difference() {
    let mut books = Books::balanced().await;
    books.forget("sale").await;
    books.audit.patience = look::Patience { fresh: jiff::SignedDuration::from_secs(60), ..books.audit.patience };
    let report = books.report().await;
    assert_eq!((report.differences.len(), report.unsettled.len()), (0, 2));
    // Once inventory has handled the event, the books balance.
    close(&books.shop.cloud, &books.audit.stock, "handled again").await;
    assert_eq!(books.report().await.unsettled, Vec::<String>::new());
}
