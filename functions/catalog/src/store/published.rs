//! What other services publish of a product: its stock and its rating, on the product and its copies in lists. Not part of
//! its version: staff who edit a product are not disturbed by it.

use dynamo::Attempts;
use kernel::Error;
use kernel::replay::Stored;

use super::products::Part;
use super::rows::{product_item, product_key};
use super::{Catalog, Parts};
use crate::product::{Availability, Product, Rated};

impl Catalog {
    /// Stores the stock that inventory published of a product, unless a newer one is stored; nothing when the product was
    /// deleted. It shows in all its lists. One read, and one transaction of the product and, when what is shown changes,
    /// its rows.
    ///
    /// # Errors
    /// `Unavailable` when the table does not answer or others keep writing.
    pub async fn set_stock(&self, id: &str, stock: &Availability) -> Result<(), Error> {
        let newer = |old: &Product| old.stock.sequence < stock.sequence;
        self.set(id, |old| newer(&old).then(|| Product { stock: stock.clone(), ..old })).await
    }

    /// Stores the rating that reviews published of a product, as [`set_stock`](Self::set_stock) does.
    ///
    /// # Errors
    /// As [`set_stock`](Self::set_stock).
    pub async fn set_rating(&self, id: &str, rated: &Rated) -> Result<(), Error> {
        let newer = |old: &Product| old.rated.sequence < rated.sequence;
        self.set(id, |old| newer(&old).then(|| Product { rated: rated.clone(), ..old })).await
    }

    /// Stores what another service published: `change` is given the present product and returns the next, or nothing.
    async fn set(&self, id: &str, change: impl Fn(Product) -> Option<Product>) -> Result<(), Error> {
        let mut attempts = Attempts::of("the product");
        loop {
            attempts.next().await?;
            let stored: Option<Stored<Product>> = self.read(&product_key(id), true).await?;
            let Some(Stored { value: old, fingerprint }) = stored else { return Ok(()) };
            let Some(new) = change(old.clone()) else { return Ok(()) };
            let (new, read) = self.with_names(new, Some(&old)).await?;
            let mut parts = Parts::new();
            parts.add(Part::Product, self.put_over_read(product_item(&new, &fingerprint)?, &old)?);
            self.add_links(&mut parts, Some(&old), Some(&new), &read)?;
            let from_events = |product: &Product| (product.stock.in_stock, product.stock.sold, product.rated.histogram);
            if from_events(&new) != from_events(&old) || new.names != old.names {
                self.add_rows(&mut parts, Some(&old), Some(&new))?;
            }
            if self.write(parts).await?.is_done() {
                return Ok(());
            }
        }
    }
}
