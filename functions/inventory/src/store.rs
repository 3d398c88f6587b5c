//! The table `InventoryTable`. A product's stock and its movements stand together:
//!
//! | `productId` | `sk` | What it holds |
//! | --- | --- | --- |
//! | a product's id | `stock` | the stock item: what is available, and the product's snapshot |
//! | the same | `movement#<id>` | one change of the stock |

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use shared::auth::Caller;
use shared::clock::Timestamp;
use shared::idempotency::Outcome;
use shared::store::{self, Item, Revocations, number, text};
use shared::{Error, StartupError, config};

use crate::stock::{Movement, Shortage, Snapshot, StockItem, insufficient_stock};

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
        Ok(Self::new(store::client_from_env(&table, &[("productId", "warm-up"), ("sk", "stock")]).await?, table))
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
        store::get(read).await?.map(store::from_item).transpose()
    }

    /// The stock of up to 50 products, by product id; unknown ones are left out. And whether the caller's
    /// token still holds. One consistent batch read of all: a purchase is refused by what is there, not
    /// by what was.
    ///
    /// # Errors
    /// 401 when the caller's credentials were revoked; when the tables do not answer, or not whole.
    pub async fn get_many(
        &self,
        product_ids: &[&str],
        caller: &Caller,
        revocations: &Revocations,
    ) -> Result<HashMap<String, StockItem>, Error> {
        let keys = product_ids.iter().map(|id| key(id)).collect();
        let wanted = HashMap::from([(self.table.clone(), keys), revocations.wanted(caller)]);
        let mut found = store::batch_get(&self.client, wanted).await?;
        revocations.check_found(caller, &mut found)?;
        let items = found.remove(&self.table).unwrap_or_default().into_iter().map(store::from_item::<StockItem>);
        items.map(|item| item.map(|item| (item.product_id.clone(), item))).collect()
    }

    /// Changes the stock of a product and keeps the movement, in one transaction of two items. The
    /// snapshot is kept unless there is a newer one. `fingerprint` is that of the request's body, so
    /// that a repeated request is known by the movement's derived id.
    ///
    /// # Errors
    /// `Conflict` (`insufficient_stock`) when stock would go below zero.
    pub async fn adjust(
        &self,
        movement: Movement,
        product: &Snapshot,
        fingerprint: &str,
    ) -> Result<Outcome<Movement>, Error> {
        let mut item = store::to_item(&movement)?;
        item.insert("sk".to_owned(), text(movement_key(&movement.id)));
        item.insert("fingerprint".to_owned(), text(fingerprint));
        let mut newest = Some(product);
        loop {
            let parts = vec![self.change(&movement, newest)?, store::put_new(&self.table, item.clone(), "productId")?];
            let Err(refused) = store::transact(&self.client, parts).await? else { return Ok(Outcome::Made(movement)) };
            if let Some(stored) = refused.found(1) {
                return Outcome::of_repeated(stored, fingerprint);
            }
            let stock: Option<StockItem> = refused.found(0).map(store::from_item).transpose()?;
            let available = stock.map_or(0, |stock| stock.available);
            if available + movement.quantity < 0 {
                let (product_id, requested) = (movement.product_id, -movement.quantity);
                return Err(insufficient_stock(&[Shortage { product_id, requested, available }]));
            }
            // There is enough, so the snapshot was older than the one kept: leave that alone.
            if newest.take().is_none() {
                return Err(Error::unavailable("the stock kept changing"));
            }
        }
    }

    /// What was booked before under the id of a repeated movement, if anything was. One consistent
    /// read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn repeated(&self, movement: &Movement, fingerprint: &str) -> Result<Option<Outcome<Movement>>, Error> {
        let read = self.client.get_item().table_name(&self.table).consistent_read(true);
        let read = read.key("productId", text(&movement.product_id)).key("sk", text(movement_key(&movement.id)));
        store::get(read).await?.map(|item| Outcome::of_repeated(item, fingerprint)).transpose()
    }

    /// Inventory's part of a purchase: takes pieces of a product that has the version whose price
    /// the sale was made at. Refused, it tells the stock item ([`Stock::refusal`]).
    ///
    /// # Errors
    /// `Internal` never: all that an update needs is given.
    pub fn take(
        &self,
        product_id: &str,
        quantity: i64,
        version: u64,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .update_expression("SET available = available - :quantity, updatedAt = :now, #version = #version + :one")
            .condition_expression("available >= :quantity AND product.#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":quantity", number(quantity))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":now", text(now.to_string()));
        self.update(update, product_id)
    }

    /// The stock item that refused [`Stock::take`].
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub fn refusal(item: Item) -> Result<StockItem, Error> {
        store::from_item(item)
    }

    /// The stock item's part of an adjustment; it makes the item when there is none.
    fn change(&self, movement: &Movement, product: Option<&Snapshot>) -> Result<TransactWriteItem, Error> {
        let mut set = "SET available = if_not_exists(available, :zero) + :quantity, updatedAt = :now, \
                       #version = if_not_exists(#version, :zero) + :one"
            .to_owned();
        let mut conditions = Vec::new();
        let mut update = Update::builder()
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":quantity", number(movement.quantity))
            .expression_attribute_values(":now", text(movement.created_at.to_string()));
        if movement.quantity < 0 {
            conditions.push("available >= :needed");
            update = update.expression_attribute_values(":needed", number(-movement.quantity));
        }
        if let Some(product) = product {
            set += ", product = :product";
            conditions.push("(attribute_not_exists(product) OR product.#version <= :version)");
            update = update
                .expression_attribute_values(":version", number(product.version))
                .expression_attribute_values(":product", AttributeValue::M(store::to_item(product)?));
        }
        if !conditions.is_empty() {
            update = update.condition_expression(conditions.join(" AND "));
        }
        self.update(update.update_expression(set), &movement.product_id)
    }

    fn update(
        &self,
        update: aws_sdk_dynamodb::types::builders::UpdateBuilder,
        product_id: &str,
    ) -> Result<TransactWriteItem, Error> {
        let update = update
            .table_name(&self.table)
            .set_key(Some(key(product_id)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build())
    }
}

fn movement_key(id: &str) -> String {
    format!("movement#{id}")
}

fn key(product_id: &str) -> Item {
    HashMap::from([("productId".to_owned(), text(product_id)), ("sk".to_owned(), text("stock"))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cup, receipt};
    use shared::testing::{Cloud, customer};

    #[tokio::test]
    async fn stock_is_the_sum_of_its_movements() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        for (id, quantity) in [("m1", 10), ("m2", -3), ("m3", 5)] {
            assert!(matches!(stock.adjust(receipt(id, "p", quantity), &cup(1), "f").await, Ok(Outcome::Made(_))));
        }
        assert_eq!(stock.get("p").await.unwrap().map(|item| item.available), Some(12));
        assert_eq!(cloud.items("InventoryTable").await.len(), 4);
    }

    #[tokio::test]
    async fn stock_does_not_go_below_zero_and_nothing_is_kept_of_the_attempt() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        stock.adjust(receipt("m1", "p", 2), &cup(1), "f").await.unwrap();
        let refused = stock.adjust(receipt("m2", "p", -3), &cup(1), "f").await.unwrap_err();
        assert_eq!(
            (refused.code, refused.faults[0].meta.clone().unwrap()["shortages"][0]["available"].as_i64()),
            ("insufficient_stock", Some(2))
        );
        let unknown = stock.adjust(receipt("m3", "q", -1), &cup(1), "f").await.unwrap_err();
        assert_eq!(unknown.code, "insufficient_stock");
        assert_eq!(cloud.items("InventoryTable").await.len(), 2);
    }

    #[tokio::test]
    async fn an_older_snapshot_does_not_replace_a_newer_one() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        stock.adjust(receipt("m1", "p", 2), &cup(5), "f").await.unwrap();
        stock.adjust(receipt("m2", "p", 2), &cup(4), "f").await.unwrap();
        let item = stock.get("p").await.unwrap().unwrap();
        assert_eq!((item.available, item.product.version), (4, 5));
    }

    #[tokio::test]
    async fn a_repeated_movement_is_made_once_even_when_stock_has_run_out() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        stock.adjust(receipt("m1", "p", 2), &cup(1), "f").await.unwrap();
        let taken = receipt("m2", "p", -2);
        assert_eq!(stock.adjust(taken.clone(), &cup(1), "f").await.unwrap(), Outcome::Made(taken.clone()));
        assert_eq!(stock.adjust(taken.clone(), &cup(1), "f").await.unwrap(), Outcome::Replayed(taken.clone()));
        assert_eq!(stock.adjust(taken.clone(), &cup(1), "other").await.unwrap(), Outcome::KeyReused);
        assert_eq!(stock.get("p").await.unwrap().map(|item| item.available), Some(0));
    }

    #[tokio::test]
    async fn many_stock_items_are_one_read_and_unknown_ones_are_left_out() {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        stock.adjust(receipt("m1", "p", 2), &cup(1), "f").await.unwrap();
        let (ana, revocations) = (customer("ana"), Revocations::new(cloud.client(), "RevocationsTable"));
        let (found, usage) = store::Meter::measure(stock.get_many(&["p", "q"], &ana, &revocations)).await;
        assert_eq!((found.unwrap().len(), usage.calls), (1, 1));
    }
}
