//! The table `CatalogTable`.
//!
//! | `pk` | Contents | File |
//! | --- | --- | --- |
//! | `product#<id>` | a product; in the list of its status | [`products`], with the names that [`links`] reads; [`renames`] and [`published`] keep it up to date |
//! | `sku#<folded SKU>` | the product that has the SKU: its key makes the SKU unique | [`products`] |
//! | `row#<facet>#<product id>`, `word#<word>#<product id>` | a copy of a product in another list ([`crate::listing`]) | [`rows`], read by [`lists`] |
//! | `brand#<id>`, `slug#<brand slug>` | a brand, and what makes its name unique | [`brands`] |
//! | `category#<id>` | a category | [`categories`] |
//! | `tree` | the shape of the tree of categories ([`crate::tree`]) | [`categories`] |
//!
//! Indexes: `by-listing`, `by-name` and `by-price`, whose partition is a list (`listing`).

mod brands;
mod categories;
mod links;
mod lists;
mod products;
mod published;
mod renames;
mod rows;

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};
use dynamo::{Client, Item, Refused, Written, number, text};
use kernel::{Error, StartupError, config};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::names::Link;

/// What the shop offers.
pub struct Catalog {
    client: Client,
    table: String,
}

/// A transaction's parts, each with what it means when its condition fails.
struct Parts<M> {
    meanings: Vec<M>,
    parts: Vec<TransactWriteItem>,
}

impl<M> Parts<M> {
    fn new() -> Self {
        Self { meanings: Vec::new(), parts: Vec::new() }
    }

    /// With the entry of the audit log, if the change is recorded.
    fn record(&mut self, meaning: M, entry: Option<TransactWriteItem>) {
        if let Some(entry) = entry {
            self.add(meaning, entry);
        }
    }

    fn add(&mut self, meaning: M, part: TransactWriteItem) {
        self.meanings.push(meaning);
        self.parts.push(part);
    }
}

impl Catalog {
    /// The catalogue in the table `CATALOG_TABLE`, connected.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let table = config::required::<String>("CATALOG_TABLE")?;
        Ok(Self::new(dynamo::client_from_env(&table, &[("pk", "warm-up")]).await?, table))
    }

    /// The catalogue in a table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The client, for others to use over the same connection.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    async fn read<T: DeserializeOwned>(&self, key: &str, consistent: bool) -> Result<Option<T>, Error> {
        let read = self.client.get_item().table_name(&self.table).key("pk", text(key)).consistent_read(consistent);
        dynamo::get(read).await?.map(dynamo::from_item).transpose()
    }

    /// Items by their keys, in no order; those that are not there are left out. One consistent batch read
    /// for each hundred.
    async fn read_many(&self, keys: impl IntoIterator<Item = String>) -> Result<Vec<Item>, Error> {
        let keys: Vec<Item> = keys.into_iter().map(|key| Item::from([("pk".to_owned(), text(key))])).collect();
        let mut found = Vec::new();
        for some in keys.chunks(100) {
            let wanted = [(self.table.clone(), some.to_vec())].into();
            found.extend(dynamo::batch_get(&self.client, wanted).await?.into_values().flatten());
        }
        Ok(found)
    }

    fn put_new(&self, item: Item) -> Result<TransactWriteItem, Error> {
        dynamo::put_new(&self.table, item, "pk")
    }

    fn put(&self, item: Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build().map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Puts an item over the one of a version.
    fn put_over(&self, item: Item, version: u64) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = put.condition_expression(unchanged(None)).expression_attribute_names("#version", "version");
        let put = put.expression_attribute_values(":version", number(version)).build().map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Sets all attributes of an item of a version but the count of its products, which others change meanwhile.
    fn set_over(&self, mut item: Item, version: u64) -> Result<TransactWriteItem, Error> {
        item.remove("products");
        let key = item.remove("pk").unwrap_or_else(|| text(""));
        let mut update = Update::builder().table_name(&self.table).key("pk", key);
        let mut sets = Vec::new();
        for (index, (name, value)) in item.into_iter().enumerate() {
            sets.push(format!("#a{index} = :a{index}"));
            update = update.expression_attribute_names(format!("#a{index}"), name);
            update = update.expression_attribute_values(format!(":a{index}"), value);
        }
        update = update.update_expression(format!("SET {}", sets.join(", ")));
        update = update.condition_expression(unchanged(None)).expression_attribute_names("#version", "version");
        let update = update.expression_attribute_values(":version", number(version)).build();
        Ok(TransactWriteItem::builder().update(update.map_err(Error::internal)?).build())
    }

    /// Deletes an item of a version; where products are counted, also of a count.
    fn delete_over(&self, key: &str, version: u64, products: Option<u64>) -> Result<TransactWriteItem, Error> {
        let mut delete = Delete::builder().table_name(&self.table).key("pk", text(key));
        delete = delete.condition_expression(unchanged(products)).expression_attribute_names("#version", "version");
        delete = delete.expression_attribute_values(":version", number(version));
        if let Some(products) = products {
            delete = delete.expression_attribute_values(":products", number(products));
        }
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(Error::internal)?).build())
    }

    fn delete(&self, key: &str) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder().table_name(&self.table).key("pk", text(key)).build().map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Writes all parts or none. What the refused ones mean, in their order, with the items found.
    async fn write<M: Clone>(&self, parts: Parts<M>) -> Result<Written<(), Vec<(M, Option<Item>)>>, Error> {
        let meaning = |Refused { failed }| {
            let found = failed.into_iter().filter_map(|(index, item)| Some((parts.meanings.get(index)?.clone(), item)));
            found.collect()
        };
        Ok(dynamo::transact(&self.client, parts.parts).await?.map_refused(meaning))
    }
}

fn unchanged(products: Option<u64>) -> &'static str {
    if products.is_some() { "#version = :version AND products = :products" } else { "#version = :version" }
}

/// 409: something is used by products, or has categories below it.
fn in_use(what: &str, products: u64, categories: usize) -> Error {
    let mut users = Vec::new();
    for (count, one, many) in [(products, "product", "products"), (categories as u64, "category", "categories")] {
        match count {
            0 => {}
            1 => users.push(format!("1 {one}")),
            _ => users.push(format!("{count} {many}")),
        }
    }
    let detail = format!("This {what} is used by {}. Move them first.", users.join(" and "));
    Error::conflict("in_use", "In use", detail).with_meta(json!({"products": products, "categories": categories}))
}

/// The key of an item that has events, by what it is and its id.
pub fn event_key(kind: &str, id: &str) -> Option<Item> {
    let key = match kind {
        "product" => rows::product_key(id),
        "brand" => brand_key(id),
        "category" => category_key(id),
        _ => return None,
    };
    Some(Item::from([("pk".to_owned(), text(key))]))
}

fn brand_key(id: &str) -> String {
    format!("brand#{id}")
}

fn category_key(id: &str) -> String {
    format!("category#{id}")
}

fn link_key(link: &Link) -> String {
    match link {
        Link::Brand(id) => brand_key(id),
        Link::Category(id) => category_key(id),
    }
}
