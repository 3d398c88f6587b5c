//! P16: what the operations of inventory and sales cost, by the formula from the sizes of items
//! (`testing::cost`), against what the database says it consumed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use inventory::Stock;
use inventory::movement::{Kind, Movement, SoldIn};
use inventory::snapshot::Snapshot as Product;
use inventory::stock::Level;
use inventory::store::Known;
use inventory::testing::{cup, receipt};
use kernel::clock;
use kernel::usage::{Meter, Usage};
use sales::decide_sale;
use sales::status::Status;
use sales::testing::{Shop, buy};
use testing::as_function;
use testing::cost::{Cost, of_change, snapshot};
use testing::{customer, row};

/// Does something and compares what it consumed with the formula.
async fn costs<T>(shop: &Shop, in_transaction: bool, what: &str, work: impl Future<Output = T>) -> (T, Usage) {
    let before = snapshot(&shop.cloud).await;
    let function = what.split([':', ',', ' ']).next().unwrap_or_default();
    let (result, usage) = Meter::measure(as_function(function, work)).await;
    let computed = of_change(&before, &snapshot(&shop.cloud).await, in_transaction);
    let measured = Cost { tables: usage.write_units - usage.index_write_units, indexes: usage.index_write_units };
    assert_eq!(measured, computed, "{what}");
    assert!(computed.tables > 0.0, "{what} wrote nothing");
    (result, usage)
}

#[tokio::test]
async fn proof_p16_every_write_of_stock_and_sales_costs_what_its_size_says() {
    let started = Instant::now();
    let mut operations = 0;
    println!("| lines | write units of a purchase: tables | indexes |");
    for lines in [1, 2, 5, 6, 7, 10, 20, 30, 40, 50] {
        let shop = Shop::with(&vec![2; lines]).await;
        let order = shop.order(&(0..lines).map(|product| (product, 1)).collect::<Vec<_>>());
        let (bought, usage) = costs(&shop, true, "purchase", buy(&shop.purchases, "ana", "k", &order)).await;
        assert!(bought.is_ok());
        println!("| {lines} | {} | {} |", usage.write_units - usage.index_write_units, usage.index_write_units);
        let pieces: Vec<(usize, i64)> = (0..lines).map(|product| (product, 1)).collect();
        let (id, _) = costs(&shop, false, "create-sale", shop.orders(&pieces)).await;
        let answer = shop.answer(&id, &cup(1)).await;
        let decide_sale = shop.decide_sale();
        let (sold, _) = costs(&shop, true, "complete-sale", decide_sale.run(&answer, clock::now())).await;
        sold.unwrap();
        operations += 3;
    }
    let shop = Shop::with(&[2]).await;
    let id = shop.orders(&[(0, 1)]).await;
    let due = shop.due(&id).await;
    let sales = shop.sales();
    costs(&shop, true, "expire-sale", decide_sale::expire(&sales, &due, clock::now())).await.0.unwrap();
    let (stock, product) = (Stock::new(shop.cloud.client(), "InventoryTable"), shop.products[0].clone());
    let adjust = stock.adjust(receipt("m", &product, 5), Known::Here, "f");
    costs(&shop, true, "adjust-stock", adjust).await.0.unwrap();
    let longest = Product { name: "x".repeat(200), ..cup(2) };
    costs(&shop, false, "inventory-on-event: product", stock.put_snapshot(&product, &longest, clock::now()))
        .await
        .0
        .unwrap();
    let mark = stock.warn_at(&product, Some(Some(3)), |_| Ok(()), clock::now());
    costs(&shop, true, "update-stock", mark).await.0.unwrap();
    costs(&shop, false, "inventory-on-event: stock", stock.put_list_position(&product, Level::Low, "1"))
        .await
        .0
        .unwrap();
    costs(&shop, false, "inventory-on-event: stock", stock.put_list_position(&product, Level::Out, "2"))
        .await
        .0
        .unwrap();
    let (change_status, ana) = (shop.change_status(), customer("ana"));
    let sale = shop.buy("ana", "k", 1).await;
    let cancel = change_status.run(&sale.id, Status::Cancelled, &ana, |_| Ok(()), clock::now());
    costs(&shop, true, "update-sale", cancel).await.0.unwrap();
    costs(&shop, true, "delete-sale", sales.delete(&sale.id, |_| Ok(()))).await.0.unwrap();
    operations += 5;
    let sold_in = SoldIn { id: "s", made: "", number: "n", by: "ana", at: clock::now() };
    let sold = |piece: i64| Movement::of_sale(&sold_in, Kind::Sale, &format!("{product}{piece}"), piece);
    let movements: Vec<Movement> = (1..=50).map(sold).collect();
    costs(&shop, false, "inventory-on-event: sale", stock.put_movements(&movements)).await.0.unwrap();
    operations += 4;
    row(
        "P16 cost: stock and sales",
        "units by one formula from sizes, for each operation",
        &format!("{operations} operations cost what the formula says"),
        started,
    );
}
