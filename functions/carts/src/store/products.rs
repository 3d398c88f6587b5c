//! Snapshots of products, from catalog's events.

use std::collections::HashMap;

use dynamo::Item;
use kernel::Error;

use super::{Carts, NEWER, by_id, keyed};
use crate::product::Product;

pub(super) const PREFIX: &str = "product#";

impl Carts {
    /// Stores the snapshot of a product, unless there is one as new or newer. An item of the same change
    /// that lacks categories gets them: release 0.1.0 stored none, and published again, catalog's events fill them in. One
    /// write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_product(&self, product_id: &str, product: &Product) -> Result<(), Error> {
        let condition = format!("{NEWER} OR (#sequence = :sequence AND attribute_not_exists(categoryIds))");
        let item = dynamo::to_item(product)?;
        self.put_if_newer(key(product_id), item, &product.snapshot.sequence, condition).await
    }

    /// What is known of a product.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn product(&self, product_id: &str) -> Result<Option<Product>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(keyed(key(product_id))));
        dynamo::get(read).await?.map(dynamo::from_item).transpose()
    }

    /// What is known of up to 50 products, by id. One batch read; none, of no products.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn products<'a>(&self, ids: impl Iterator<Item = &'a String>) -> Result<HashMap<String, Product>, Error> {
        by_id(self.known(ids, None).await?, PREFIX)
    }

    /// The items of products, and one of another key, as one consistent batch read finds them.
    pub(super) async fn known<'a>(
        &self,
        ids: impl Iterator<Item = &'a String>,
        other: Option<Item>,
    ) -> Result<Vec<Item>, Error> {
        let keys: Vec<_> = ids.map(|id| keyed(key(id))).chain(other).collect();
        self.read_many(&keys).await
    }
}

fn key(product_id: &str) -> String {
    format!("{PREFIX}{product_id}")
}
