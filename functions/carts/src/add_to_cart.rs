//! Putting something into a cart. When carts has no snapshot of the product yet, it asks catalog.

use inventory::Catalog;
use kernel::clock::Timestamp;
use kernel::replay::Outcome;
use kernel::{Error, StartupError, correlation, ids};

use crate::Carts;
use crate::cart::Cart;
use crate::cart_view::Item;
use crate::product::Product;
use crate::store::Addition;

/// All that an addition works on.
pub struct AddToCart {
    pub carts: Carts,
    pub catalog: Catalog,
}

impl AddToCart {
    /// From the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        Ok(Self { carts: Carts::from_env().await?, catalog: Catalog::from_env()? })
    }

    /// Adds pieces of a product that is on offer. One read of the product, one batch read of its categories if it
    /// has any, and what [`Carts::add`] takes.
    ///
    /// # Errors
    /// `NotFound` pointing at a product that does not exist or is not on offer · `Unavailable` when carts has no
    /// snapshot of it and catalog does not answer · as [`Carts::add`].
    pub async fn run(&self, addition: &Addition<'_>, now: Timestamp) -> Result<Outcome<Item>, Error> {
        let id = &addition.line.product_id;
        let product = self.product(id).await?;
        let (added, names) = if product.as_ref().is_some_and(|product| product.snapshot.is_on_offer()) {
            // Read before the write: after it, a failure would make the client repeat what was added.
            let names = self.carts.category_names(&product).await?;
            (self.carts.add(addition, now).await?, names)
        } else {
            // A repeated request finds what the first one did, whatever became of the product.
            let added = self.carts.added(addition, now).await?.ok_or_else(not_on_offer)?;
            (added, self.carts.category_names(&product).await?)
        };
        let item = |cart: Cart| Item::of(&cart, id, product, &names);
        Ok(match added {
            Outcome::Made(cart) => Outcome::Made(item(cart)),
            Outcome::Replayed(cart) => Outcome::Replayed(item(cart)),
            Outcome::KeyReused => Outcome::KeyReused,
        })
    }

    /// A product, from what is known here, or else from catalog: then it is known here from now on.
    async fn product(&self, id: &str) -> Result<Option<Product>, Error> {
        if !ids::is_id(id) {
            return Ok(None);
        }
        if let Some(known) = self.carts.product(id).await? {
            return Ok(Some(known));
        }
        tracing::info!(products = 1, correlation_id = correlation::current(), "asking catalog");
        let product = self.catalog.product_as(id).await?;
        if let Some(product) = &product {
            self.carts.put_product(id, product).await?;
        }
        Ok(product)
    }
}

fn not_on_offer() -> Error {
    Error::not_found("There is no such product on offer.").at("/data/attributes/productId")
}
