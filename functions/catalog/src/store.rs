//! The table `CatalogTable`.
//!
//! | `pk` | What it holds |
//! | --- | --- |
//! | `product#<id>` | a product; `listing` and `listingPosition` put it into the index `by-listing` |
//! | `sku#<folded SKU>` | the product that has the SKU: its key makes the SKU unique |

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use shared::idempotency::{Outcome, Stored};
use shared::jsonapi::{Page, PageRequest};
use shared::store::{self, Item, Listing, text};
use shared::{Error, StartupError, config};

use crate::product::{Product, Sku, Status};

/// How often an update is tried again when someone else changed the product in between.
const UPDATE_ATTEMPTS: usize = 5;

/// The shop's products.
pub struct Products {
    client: Client,
    table: String,
}

impl Products {
    /// The products in the table `CATALOG_TABLE`, connected.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let table = config::required::<String>("CATALOG_TABLE")?;
        Ok(Self::new(store::client_from_env(&table, &[("pk", "warm-up")]).await?, table))
    }

    /// The products in a table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The client, for others to use over the same connection.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Keeps a new product. One transaction of two items. `fingerprint` is that of the request's
    /// body, so that a repeated request is known by the product's derived id.
    ///
    /// # Errors
    /// `Conflict` (`already_exists`) when the SKU is taken.
    pub async fn create(&self, product: Product, fingerprint: &str) -> Result<Outcome<Product>, Error> {
        let parts = vec![self.put_new(item(&product, fingerprint)?)?, self.claim(&product.sku, &product.id)?];
        let Err(refused) = store::transact(&self.client, parts).await? else { return Ok(Outcome::Made(product)) };
        refused.found(0).map_or_else(|| Err(sku_taken()), |item| Outcome::of_repeated(item, fingerprint))
    }

    /// A product. One read, half a unit up to 4 KB: a change may take a moment to show.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(&self, id: &str) -> Result<Option<Product>, Error> {
        let read = self.client.get_item().table_name(&self.table).key("pk", text(key(id)));
        store::get(read).await?.map(store::from_item).transpose()
    }

    /// A product as it is now: one read of a whole unit, for what is decided by it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get_now(&self, id: &str) -> Result<Option<Product>, Error> {
        Ok(self.read(id).await?.map(|stored| stored.value))
    }

    /// The products of a status, newest first. One query.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list(&self, status: Status, request: &PageRequest) -> Result<Page<Product>, Error> {
        let listing = listing(status);
        let (table, partition) = (self.table.as_str(), ("listing", listing.as_str()));
        let listing = Listing { table, index: "by-listing", partition, key: |id| ("pk".to_owned(), key(id)) };
        store::list(&self.client, &listing, request, position).await
    }

    /// Changes a product: `change` is given the present one and tells the next, or refuses. When
    /// someone else writes in between, it is asked again. One read and one write, or a transaction
    /// of three items when the SKU changes.
    ///
    /// # Errors
    /// `NotFound` · what `change` says · `Conflict` (`already_exists`) when the SKU is taken ·
    /// `Unavailable` when others keep writing.
    pub async fn update(&self, id: &str, change: impl Fn(Product) -> Result<Product, Error>) -> Result<Product, Error> {
        for _ in 0..UPDATE_ATTEMPTS {
            let stored = self.read_to_change(id).await?;
            let old = stored.value;
            let new = change(old.clone())?;
            let mut parts = vec![self.put_over(item(&new, &stored.fingerprint)?, old.version)?];
            if new.sku.folded() != old.sku.folded() {
                parts.extend([self.claim(&new.sku, id)?, self.release(&old.sku)?]);
            }
            match store::transact(&self.client, parts).await? {
                Ok(()) => return Ok(new),
                // With another version beneath, the SKU may be taken by this very change.
                Err(refused) if refused.part(1) && !refused.part(0) => return Err(sku_taken()),
                Err(_) => {}
            }
        }
        Err(Error::unavailable("the product kept changing"))
    }

    /// Deletes a product, if `allow` does not refuse the present one, and frees its SKU.
    ///
    /// # Errors
    /// `NotFound` · what `allow` says · `Unavailable` when others keep writing.
    pub async fn delete(&self, id: &str, allow: impl Fn(&Product) -> Result<(), Error>) -> Result<(), Error> {
        for _ in 0..UPDATE_ATTEMPTS {
            let product = self.read_to_change(id).await?.value;
            allow(&product)?;
            let delete = Delete::builder().table_name(&self.table).key("pk", text(key(id)));
            let delete = delete.condition_expression("version = :version");
            let delete = delete.expression_attribute_values(":version", store::number(product.version)).build();
            let delete = TransactWriteItem::builder().delete(delete.map_err(Error::internal)?).build();
            if store::transact(&self.client, vec![delete, self.release(&product.sku)?]).await?.is_ok() {
                return Ok(());
            }
        }
        Err(Error::unavailable("the product kept changing"))
    }

    async fn read(&self, id: &str) -> Result<Option<Stored<Product>>, Error> {
        let read = self.client.get_item().table_name(&self.table).key("pk", text(key(id))).consistent_read(true);
        store::get(read).await?.map(store::from_item).transpose()
    }

    async fn read_to_change(&self, id: &str) -> Result<Stored<Product>, Error> {
        self.read(id).await?.ok_or_else(|| Error::not_found("There is no product with this id."))
    }

    fn put_new(&self, item: Item) -> Result<TransactWriteItem, Error> {
        store::put_new(&self.table, item, "pk")
    }

    fn put_over(&self, item: Item, version: u64) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = put.condition_expression("version = :version");
        let put = put.expression_attribute_values(":version", store::number(version)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(Error::internal)?).build())
    }

    /// Takes a SKU for a product, if it is free.
    fn claim(&self, sku: &Sku, product_id: &str) -> Result<TransactWriteItem, Error> {
        self.put_new(HashMap::from([("pk".to_owned(), text(sku_key(sku))), ("productId".to_owned(), text(product_id))]))
    }

    fn release(&self, sku: &Sku) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder().table_name(&self.table).key("pk", text(sku_key(sku))).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(Error::internal)?).build())
    }
}

fn key(id: &str) -> String {
    format!("product#{id}")
}

fn sku_key(sku: &Sku) -> String {
    format!("sku#{}", sku.folded())
}

fn listing(status: Status) -> String {
    format!("product#{}", status.name())
}

fn position(product: &Product) -> String {
    store::position(product.created_at, &product.id)
}

fn item(product: &Product, fingerprint: &str) -> Result<Item, Error> {
    let mut item = store::to_item(product)?;
    item.insert("pk".to_owned(), text(key(&product.id)));
    item.insert("listing".to_owned(), text(listing(product.status)));
    item.insert(store::POSITION.to_owned(), text(position(product)));
    item.insert("fingerprint".to_owned(), text(fingerprint));
    Ok(item)
}

fn sku_taken() -> Error {
    Error::already_exists("/data/attributes/sku", "Another product has this SKU.")
}
