//! Snapshots of categories, from catalog's events.

use std::collections::BTreeSet;

use kernel::Error;

use super::{Carts, NEWER, by_id, keyed};
use crate::product::{Category, CategoryNames, Product};

const PREFIX: &str = "category#";

impl Carts {
    /// Stores the snapshot of a category, unless there is one as new or newer. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_category(&self, category_id: &str, category: &Category) -> Result<(), Error> {
        let item = dynamo::to_item(category)?;
        self.put_if_newer(format!("{PREFIX}{category_id}"), item, &category.sequence, NEWER).await
    }

    /// The names of the categories that products are in; not of those that are deleted or not known yet. One batch
    /// read for each hundred different ones; none, of products without any.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn category_names<'a>(
        &self,
        products: impl IntoIterator<Item = &'a Product>,
    ) -> Result<CategoryNames, Error> {
        let ids: BTreeSet<&String> = products.into_iter().flat_map(|product| &product.category_ids).collect();
        let keys: Vec<_> = ids.into_iter().map(|id| keyed(format!("{PREFIX}{id}"))).collect();
        let known = by_id::<Category>(self.read_many(&keys).await?, PREFIX)?;
        Ok(known.into_iter().filter_map(|(id, category)| Some((id, category.name?))).collect())
    }
}
