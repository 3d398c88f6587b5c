//! What is known of products, as catalog tells it.

use std::collections::HashMap;

use inventory::stock::Snapshot;
use shared::Error;
use shared::store::{self, Item, text};

use super::{Carts, keyed};

impl Carts {
    /// Keeps what catalog tells of a product, unless something as new or newer is known. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn learn(&self, product_id: &str, product: &Snapshot) -> Result<(), Error> {
        let mut item = store::to_item(product)?;
        item.extend(keyed(key(product_id)));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = put
            .condition_expression("attribute_not_exists(pk) OR #sequence < :sequence")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":sequence", text(&product.sequence));
        // Refused, something as new or newer is known.
        store::put(put).await?.unwrap_or_default();
        Ok(())
    }

    /// What is known of a product.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn product(&self, product_id: &str) -> Result<Option<Snapshot>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(keyed(key(product_id))));
        store::get(read).await?.map(store::from_item).transpose()
    }

    /// What is known of up to 50 products, by id. One batch read; none, of no products.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn products<'a>(
        &self,
        ids: impl Iterator<Item = &'a String>,
    ) -> Result<HashMap<String, Snapshot>, Error> {
        snapshots(self.known(ids, None).await?)
    }

    /// The items of products, and one of another key, as one consistent batch read finds them.
    pub(super) async fn known<'a>(
        &self,
        ids: impl Iterator<Item = &'a String>,
        other: Option<Item>,
    ) -> Result<Vec<Item>, Error> {
        let keys: Vec<_> = ids.map(|id| keyed(key(id))).chain(other).collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = store::batch_get(&self.client, HashMap::from([(self.table.clone(), keys)])).await?;
        Ok(found.remove(&self.table).unwrap_or_default())
    }
}

/// What items tell of their products, by id.
pub(super) fn snapshots(items: Vec<Item>) -> Result<HashMap<String, Snapshot>, Error> {
    let known = items.into_iter().filter_map(|item| {
        let id = item.get("pk")?.as_s().ok()?.strip_prefix("product#")?.to_owned();
        Some(store::from_item(item).map(|product| (id, product)))
    });
    known.collect()
}

fn key(product_id: &str) -> String {
    format!("product#{product_id}")
}
