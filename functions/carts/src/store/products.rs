//! What is known of products, as catalog tells it.

use std::collections::HashMap;

use shared::Error;
use shared::store::{self, Item};

use super::{Carts, NEWER, by_id, keyed};
use crate::product::Product;

pub(super) const PREFIX: &str = "product#";

impl Carts {
    /// Keeps what catalog tells of a product, unless something as new or newer is known. A row of the same change
    /// that lacks categories takes them: release 0.1.0 kept none, and a replay of catalog's events fills them in. One
    /// write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn learn(&self, product_id: &str, product: &Product) -> Result<(), Error> {
        let condition = format!("{NEWER} OR (#sequence = :sequence AND attribute_not_exists(categoryIds))");
        let item = store::to_item(product)?;
        self.put_if_newer(key(product_id), item, &product.snapshot.sequence, condition).await
    }

    /// What is known of a product.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn product(&self, product_id: &str) -> Result<Option<Product>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(keyed(key(product_id))));
        store::get(read).await?.map(store::from_item).transpose()
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
