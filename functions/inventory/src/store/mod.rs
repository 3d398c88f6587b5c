//! The table `InventoryTable`. A product's stock and its movements stand together:
//!
//! | `productId` | `sk` | Contents |
//! | --- | --- | --- |
//! | a product's id | `stock` | the stock item: what is available, and the product's snapshot |
//! | the same | `movement#<id>` | one change of the stock |
//! | the same | `level` | the product's place in the list of stock |
//!
//! Stock items are in no index: one would be written at every sale.
//!
//! | Index | What it is for |
//! | --- | --- |
//! | `by-time`: `productId`, `listingPosition` | a product's movements, newest first |
//! | `by-level`: `listing` = `stock`, `levelPosition` | stock, what has run out first; written when a level changes |

mod books;
mod changes;
mod lists;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use dynamo::{Item, POSITION, text};
use kernel::{Error, StartupError, config};

use crate::movement::Movement;
use crate::stock::StockItem;
pub use books::Books;
pub use changes::{Adjusted, Known};

/// The sort key of stock items.
pub const STOCK: &str = "stock";

/// The shop's stock.
pub struct Stock {
    client: Client,
    table: String,
}

impl Stock {
    /// The stock in the table `INVENTORY_TABLE`, connected.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let table = config::required::<String>("INVENTORY_TABLE")?;
        Ok(Self::new(dynamo::client_from_env(&table, &[("productId", "warm-up"), ("sk", STOCK)]).await?, table))
    }

    /// The stock in the table `INVENTORY_TABLE`, over a client that another store connected.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env_with(client: Client) -> Result<Self, StartupError> {
        Ok(Self::new(client, config::required::<String>("INVENTORY_TABLE")?))
    }

    /// The stock in a table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The client, for others to use over the same connection.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The stock of a product. One consistent read: who has just changed it sees the change.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(&self, product_id: &str) -> Result<Option<StockItem>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key(product_id))).consistent_read(true);
        dynamo::get(read).await?.map(dynamo::from_item).transpose()
    }

    /// The stock of up to 50 products, by product id; unknown ones are left out. And what else the caller has to know,
    /// by table and keys, read in the same call. One consistent batch read of all: a purchase is refused by what is
    /// there, not by what was.
    ///
    /// # Errors
    /// When the tables do not answer, or not whole.
    pub async fn get_many_with(
        &self,
        product_ids: &[&str],
        others: impl IntoIterator<Item = (String, Vec<Item>)>,
    ) -> Result<(HashMap<String, StockItem>, HashMap<String, Vec<Item>>), Error> {
        let stock = (self.table.clone(), product_ids.iter().map(|id| key(id)).collect());
        let mut found = dynamo::batch_get(&self.client, others.into_iter().chain([stock]).collect()).await?;
        Ok((self.items(&mut found)?, found))
    }

    /// The stock of up to 50 products, as [`Stock::get_many_with`], and nothing else.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn get_many(&self, product_ids: &[&str]) -> Result<HashMap<String, StockItem>, Error> {
        self.get_many_with(product_ids, []).await.map(|(items, _)| items)
    }

    /// The stock item that refused [`Stock::take`].
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub fn refusal(item: Item) -> Result<StockItem, Error> {
        dynamo::from_item(item)
    }

    fn items(&self, found: &mut HashMap<String, Vec<Item>>) -> Result<HashMap<String, StockItem>, Error> {
        let items = found.remove(&self.table).unwrap_or_default().into_iter().map(dynamo::from_item::<StockItem>);
        items.map(|item| item.map(|item| (item.product_id.clone(), item))).collect()
    }
}

fn movement_item(movement: &Movement) -> Result<Item, Error> {
    let mut item = dynamo::to_item(movement)?;
    item.insert("sk".to_owned(), text(movement_key(&movement.id)));
    item.insert(POSITION.to_owned(), text(lists::by_time(movement)));
    Ok(item)
}

fn movement_key(id: &str) -> String {
    format!("movement#{id}")
}

fn key(product_id: &str) -> Item {
    HashMap::from([("productId".to_owned(), text(product_id)), ("sk".to_owned(), text(STOCK))])
}

/// The key of an item that has events, by what it is and its id.
pub fn event_key(kind: &str, id: &str) -> Option<Item> {
    (kind == "stock").then(|| key(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cup, receipt};
    use kernel::clock;
    use kernel::replay::Outcome;
    use kernel::usage::Meter;
    use testing::{Cloud, customer};

    #[tokio::test]
    async fn stock_is_the_sum_of_its_movements() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        for (id, quantity) in [("m1", 10), ("m2", -3), ("m3", 5)] {
            assert!(matches!(
                stock.adjust(receipt(id, "p", quantity), Known::As(&cup(1)), "f").await,
                Ok(Adjusted::Done(Outcome::Made(_)))
            ));
        }
        assert_eq!(stock.get("p").await.unwrap().map(|item| item.available), Some(12));
        assert_eq!(cloud.items("InventoryTable").await.len(), 4);
    }

    #[tokio::test]
    async fn stock_does_not_go_below_zero_and_the_attempt_writes_nothing() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        stock.adjust(receipt("m1", "p", 2), Known::As(&cup(1)), "f").await.unwrap();
        let refused = stock.adjust(receipt("m2", "p", -3), Known::As(&cup(1)), "f").await.unwrap_err();
        assert_eq!(
            (refused.code, refused.faults[0].meta.clone().unwrap()["shortages"][0]["available"].as_i64()),
            ("insufficient_stock", Some(2))
        );
        let unknown = stock.adjust(receipt("m3", "q", -1), Known::As(&cup(1)), "f").await.unwrap_err();
        assert_eq!(unknown.code, "insufficient_stock");
        assert_eq!(cloud.items("InventoryTable").await.len(), 2);
    }

    #[tokio::test]
    async fn an_older_snapshot_does_not_replace_a_newer_one() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        stock.adjust(receipt("m1", "p", 2), Known::As(&cup(5)), "f").await.unwrap();
        stock.adjust(receipt("m2", "p", 2), Known::As(&cup(4)), "f").await.unwrap();
        let item = stock.get("p").await.unwrap().unwrap();
        assert_eq!((item.available, item.product), (4, Some(cup(5))));
    }

    #[tokio::test]
    async fn a_repeated_movement_is_made_once_even_when_stock_has_run_out() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        stock.adjust(receipt("m1", "p", 2), Known::As(&cup(1)), "f").await.unwrap();
        let taken = receipt("m2", "p", -2);
        assert_eq!(
            stock.adjust(taken.clone(), Known::As(&cup(1)), "f").await.unwrap(),
            Adjusted::Done(Outcome::Made(taken.clone()))
        );
        assert_eq!(
            stock.adjust(taken.clone(), Known::As(&cup(1)), "f").await.unwrap(),
            Adjusted::Done(Outcome::Replayed(taken.clone()))
        );
        assert_eq!(
            stock.adjust(taken.clone(), Known::As(&cup(1)), "other").await.unwrap(),
            Adjusted::Done(Outcome::KeyReused)
        );
        assert_eq!(stock.get("p").await.unwrap().map(|item| item.available), Some(0));
    }

    #[tokio::test]
    async fn many_stock_items_are_one_read_and_unknown_ones_are_left_out() {
        let cloud = Cloud::start().await;
        let (stock, ana) = (Stock::new(cloud.client(), "InventoryTable"), customer("ana"));
        let revocations = access::Revocations::new(cloud.client(), "RevocationsTable");
        stock.adjust(receipt("m", "p", 3), Known::As(&cup(1)), "f").await.unwrap();
        let read = stock.get_many_with(&["p", "q"], [revocations.wanted(&ana)]);
        let (found, usage) = Meter::measure(read).await;
        let (items, mut others) = found.unwrap();
        assert_eq!((items.len(), items["p"].available, usage.calls), (1, 3, 1));
        assert!(revocations.check_found(&ana, &mut others).is_ok());
    }

    #[tokio::test]
    async fn the_newest_event_of_catalog_is_stored_whatever_order_events_come_in() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        for version in [2, 5, 3, 5, 1] {
            stock.put_snapshot("p", &cup(version), clock::now()).await.unwrap();
        }
        let item = stock.get("p").await.unwrap().unwrap();
        assert_eq!((item.available, item.product, item.version), (0, Some(cup(5)), 1));
    }

    #[tokio::test]
    async fn a_movement_written_twice_is_there_once() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let movements: Vec<_> = (0..30).map(|index| receipt(&format!("m{index}"), "p", 1)).collect();
        // Each with its row of the index, which is not written again for the same.
        for units in [60.0, 30.0] {
            let (put, usage) = Meter::measure(stock.put_movements(&movements)).await;
            assert!(put.is_ok());
            assert_eq!((usage.calls, usage.write_units), (2, units));
        }
        assert_eq!(cloud.items("InventoryTable").await.len(), 30);
    }
}
