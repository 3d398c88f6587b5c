//! What the table says of stock as a whole, for audits: each product's pieces, and the sum of its movements.

use std::collections::HashMap;

use dynamo::{Item, Segment, Segments, migration, text};
use kernel::Error;
use kernel::clock::Timestamp;
use serde::Deserialize;

use super::{Stock, key};
use crate::movement::Movement;

/// The most items of a batch read.
const BATCH: usize = 100;

/// What the books say of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// What its stock item says there is; `None` where it has none.
    pub available: Option<i64>,
    pub movements: u64,
    /// The sum of its movements.
    pub moved: i64,
    /// When its stock item was changed last.
    pub changed_at: Option<Timestamp>,
}

/// Of a stock item or a movement, what an audit needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    product_id: String,
    available: Option<i64>,
    quantity: Option<i64>,
    updated_at: Option<Timestamp>,
}

impl Books {
    fn enter(&mut self, entry: &Entry) -> Result<(), Error> {
        if let Some(quantity) = entry.quantity {
            self.movements += 1;
            let moved = self.moved.checked_add(quantity);
            self.moved = moved.ok_or_else(|| Error::internal("more pieces moved than can be counted"))?;
        }
        if entry.available.is_some() {
            (self.available, self.changed_at) = (entry.available, entry.updated_at);
        }
        Ok(())
    }
}

impl Stock {
    /// The books of all products in a segment of the table. Reads all of the segment, as it is within moments: half
    /// a unit for each 4 KB.
    ///
    /// # Errors
    /// When the table does not answer, or an item cannot be read.
    pub async fn books(&self, segment: Segment) -> Result<HashMap<String, Books>, Error> {
        let mut books = HashMap::<String, Books>::new();
        let scan = self.client.scan().table_name(&self.table);
        let mut pages = Segments::of(scan.projection_expression(NEEDED), segment);
        while let Some(items) = pages.page().await? {
            for item in items.into_iter().filter(|item| item.get("productId") != Some(&text(migration::KEY))) {
                let entry: Entry = dynamo::from_item(item)?;
                books.entry(entry.product_id.clone()).or_default().enter(&entry)?;
            }
        }
        Ok(books)
    }

    /// The books of a product, as they are within moments. Reads all of its items: half a unit for each 4 KB.
    ///
    /// # Errors
    /// When the table does not answer, or an item cannot be read.
    pub async fn books_of(&self, product_id: &str) -> Result<Books, Error> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("productId = :product")
            .expression_attribute_values(":product", text(product_id))
            .projection_expression(NEEDED);
        let (mut books, mut after) = (Books::default(), None);
        loop {
            let (items, next) = dynamo::query_page(query.clone().set_exclusive_start_key(after)).await?;
            for item in items {
                books.enter(&dynamo::from_item(item)?)?;
            }
            after = next;
            if after.is_none() {
                return Ok(books);
            }
        }
    }

    /// Which of these movements the table has: their quantities, by id. A consistent batch read for each 100.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn entered(&self, movements: &[Movement]) -> Result<HashMap<String, i64>, Error> {
        let mut entered = HashMap::new();
        for some in movements.chunks(BATCH) {
            let keys = some.iter().map(|movement| {
                let mut key = key(&movement.product_id);
                key.insert("sk".to_owned(), text(super::movement_key(&movement.id)));
                key
            });
            let wanted = HashMap::from([(self.table.clone(), keys.collect::<Vec<Item>>())]);
            for item in dynamo::batch_get(&self.client, wanted).await?.remove(&self.table).unwrap_or_default() {
                let found: Movement = dynamo::from_item(item)?;
                entered.insert(found.id, found.quantity);
            }
        }
        Ok(entered)
    }
}

const NEEDED: &str = "productId, available, quantity, updatedAt";
