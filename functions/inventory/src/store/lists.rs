//! Lists of stock and of movements, and where the shop wants to be warned.

use access::audit_log;
use aws_sdk_dynamodb::types::Update;
use dynamo::{Attempts, Listing, number, text};
use kernel::Error;
use kernel::clock::Timestamp;
use kernel::page::{Page, PageRequest};
use serde::Deserialize;

use super::Stock;
use crate::movement::Movement;
use crate::stock::AUDITED;
use crate::stock::{Level, StockItem};

/// The value of `listing` of every product's place.
const ALL: &str = "stock";

/// A product's place in the list of stock.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    product_id: String,
    level_position: String,
}

impl Stock {
    /// A page of all stock: what has run out first, then what is low, then the rest; of a level only, if one is
    /// named. One query of places and one consistent batch read of the stock items, which are shown as they are
    /// now: an item whose level has just changed may still be at its old place.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list(&self, level: Option<Level>, page: &PageRequest) -> Result<Page<StockItem>, Error> {
        // `$` is the character after `#`, which every position has behind the level.
        let within = level.map(|level| (format!("{}#", level as u8), format!("{}$", level as u8)));
        let listing = Listing {
            sort_key: "levelPosition",
            ascending: true,
            within,
            ..Listing::newest(&self.table, "by-level", "listing", ALL)
        };
        let places = |place: &Place| place.level_position.clone();
        let places: Page<Place> = dynamo::list(&self.client, &listing, page, places, |_| true).await?;
        let ids: Vec<&str> = places.items.iter().map(|place| place.product_id.as_str()).collect();
        let items = self.those(&ids).await?;
        Ok(Page { items, prev: places.prev, next: places.next })
    }

    /// The stock of these products, in this order; unknown ones are left out. One consistent batch read.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn those(&self, product_ids: &[&str]) -> Result<Vec<StockItem>, Error> {
        if product_ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = self.get_many(product_ids).await?;
        Ok(product_ids.iter().filter_map(|id| found.remove(*id)).collect())
    }

    /// A page of a product's movements, newest first. One query.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn movements(&self, product_id: &str, page: &PageRequest) -> Result<Page<Movement>, Error> {
        let listing = Listing::newest(&self.table, "by-time", "productId", product_id);
        dynamo::list(&self.client, &listing, page, by_time, |_| true).await
    }

    /// Changes where the shop wants to be warned (inside `None` for nowhere, outside for as before), if `allow` does
    /// not refuse it. One read, one transaction.
    ///
    /// # Errors
    /// `NotFound` · what `allow` says · `Unavailable` when others keep writing, or the table does not answer.
    pub async fn warn_at(
        &self,
        product_id: &str,
        mark: Option<Option<i64>>,
        allow: impl Fn(&StockItem) -> Result<(), Error>,
        now: Timestamp,
    ) -> Result<StockItem, Error> {
        let mut attempts = Attempts::of("the stock");
        loop {
            attempts.next().await?;
            let item = self.get(product_id).await?;
            let item = item.ok_or_else(|| Error::not_found("Inventory knows no product with this id."))?;
            allow(&item)?;
            let Some(mark) = mark.filter(|mark| *mark != item.low_stock_at) else { return Ok(item) };
            let changed = StockItem { low_stock_at: mark, version: item.version + 1, updated_at: now, ..item.clone() };
            let update = Update::builder()
                .update_expression(
                    "SET lowStockAt = :mark, #version = :next, updatedAt = :now, correlationId = :correlation",
                )
                .condition_expression("#version = :read")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":mark", mark.map_or_else(dynamo::null, number))
                .expression_attribute_values(":read", number(item.version))
                .expression_attribute_values(":next", number(item.version + 1))
                .expression_attribute_values(":correlation", dynamo::correlation())
                .expression_attribute_values(":now", text(now.to_string()));
            let mut parts = vec![self.update(update, product_id)?];
            parts.extend(audit_log::entry(Some(&item), Some(&changed), &AUDITED)?);
            if dynamo::transact(&self.client, parts).await?.is_done() {
                return Ok(changed);
            }
        }
    }

    /// Puts a product at its place in the list of stock, unless a later change has. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_list_position(&self, product_id: &str, level: Level, sequence: &str) -> Result<(), Error> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(dynamo::new_item([
                ("productId", text(product_id)),
                ("sk", text("level")),
                ("listing", text(ALL)),
                ("levelPosition", text(format!("{}#{product_id}", level as u8))),
                ("sequence", text(sequence)),
            ])))
            .condition_expression("attribute_not_exists(#sequence) OR #sequence < :sequence")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":sequence", text(sequence));
        // Refused, something as new or newer is known.
        dynamo::put(put).await?.done();
        Ok(())
    }
}

/// The position of a movement among its product's.
pub(super) fn by_time(movement: &Movement) -> String {
    dynamo::position(movement.created_at, &movement.id)
}
