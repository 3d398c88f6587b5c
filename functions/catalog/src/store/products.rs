//! Products: written together with their SKU, their rows, and the counts of their brand and categories.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put};
use shared::Error;
use shared::idempotency::{Outcome, Stored};
use shared::store::{self, Item, TransactWriteItem, number, text};

use super::rows::{product_item, product_key, rows};
use super::{ATTEMPTS, Catalog, Parts};
use crate::product::{Availability, NamesRead, Product, Rated};
use crate::sku::Sku;

/// What a refused part of a product's transaction means.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Part {
    Product,
    Sku,
    Brand,
    /// The category at this place.
    Category(usize),
    Other,
}

impl Catalog {
    /// Keeps a new product. One batch read of the names of its brand and categories, if it has any, and one
    /// transaction: the product, its SKU, its rows in lists, and a count on its brand and each of its categories.
    /// `fingerprint` is that of the request's body, so that a repeated request is known by the product's derived id.
    ///
    /// # Errors
    /// `Conflict` (`already_exists`) when the SKU is taken · `NotFound` when there is no such brand or category ·
    /// `Unavailable` when these keep being renamed.
    pub async fn create(&self, product: Product, fingerprint: &str) -> Result<Outcome<Product>, Error> {
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let (product, read) = self.with_names(product.clone(), None).await?;
            let mut parts = Parts::new();
            parts.add(Part::Product, self.put_new(product_item(&product, fingerprint)?)?);
            parts.add(Part::Sku, self.put_new(claim(&product.sku, &product.id))?);
            self.add_links(&mut parts, None, Some(&product), &read)?;
            self.add_rows(&mut parts, None, Some(&product))?;
            let Err(refused) = self.write(parts).await? else { return Ok(Outcome::Made(product)) };
            let repeated = refused.iter().find(|(part, _)| *part == Part::Product).and_then(|(_, item)| item.clone());
            if let Some(item) = repeated {
                return Outcome::of_repeated(item, fingerprint);
            }
            if let Some(error) = meaning(&refused) {
                return Err(error);
            }
        }
        Err(Error::unavailable("the brand or a category kept being renamed"))
    }

    /// A product. One read, half a unit up to 4 KB: a change may take a moment to show.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(&self, id: &str) -> Result<Option<Product>, Error> {
        self.read(&product_key(id), false).await
    }

    /// A product as it is now: one read of a whole unit, for what is decided by it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get_now(&self, id: &str) -> Result<Option<Product>, Error> {
        self.read(&product_key(id), true).await
    }

    /// Changes a product: `change` is given the present one and tells the next, or refuses. When someone
    /// else writes in between, it is asked again. One read and one transaction of the product and its rows; with a new
    /// brand or category also one batch read of their names.
    ///
    /// # Errors
    /// `NotFound`, also of a brand or category · what `change` says · `Conflict` (`already_exists`) when the
    /// SKU is taken · `Unavailable` when others keep writing.
    pub async fn update(&self, id: &str, change: impl Fn(Product) -> Result<Product, Error>) -> Result<Product, Error> {
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let stored = self.product_to_change(id).await?;
            let old = stored.value;
            let (new, read) = self.with_names(change(old.clone())?, Some(&old)).await?;
            let mut parts = Parts::new();
            parts.add(Part::Product, self.put_over_read(product_item(&new, &stored.fingerprint)?, &old)?);
            if new.sku.folded() != old.sku.folded() {
                parts.add(Part::Sku, self.put_new(claim(&new.sku, id))?);
                parts.add(Part::Other, self.delete(&sku_key(&old.sku))?);
            }
            self.add_links(&mut parts, Some(&old), Some(&new), &read)?;
            self.add_rows(&mut parts, Some(&old), Some(&new))?;
            match self.write(parts).await? {
                Ok(()) => return Ok(new),
                // With another version beneath, all else may be this very change.
                Err(refused) if refused.iter().any(|(part, _)| *part == Part::Product) => {}
                Err(refused) => {
                    if let Some(error) = meaning(&refused) {
                        return Err(error);
                    }
                }
            }
        }
        Err(Error::unavailable("the product kept changing"))
    }

    /// Deletes a product, if `allow` does not refuse the present one, and frees its SKU.
    ///
    /// # Errors
    /// `NotFound` · what `allow` says · `Conflict` (`in_use`) when it was sold · `Unavailable` when others keep
    /// writing.
    pub async fn remove(&self, id: &str, allow: impl Fn(&Product) -> Result<(), Error>) -> Result<(), Error> {
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let product = self.product_to_change(id).await?.value;
            allow(&product)?;
            product.check_deletable()?;
            let mut parts = Parts::new();
            parts.add(Part::Product, self.delete_read(&product)?);
            parts.add(Part::Other, self.delete(&sku_key(&product.sku))?);
            self.add_links(&mut parts, Some(&product), None, &NamesRead::new())?;
            self.add_rows(&mut parts, Some(&product), None)?;
            if self.write(parts).await?.is_ok() {
                return Ok(());
            }
        }
        Err(Error::unavailable("the product kept changing"))
    }

    /// Keeps what inventory tells of a product, unless something newer was told; nothing when the product is gone.
    /// It shows in all its lists. One read, and one transaction of the product and, when what is shown changes,
    /// its rows.
    ///
    /// # Errors
    /// `Unavailable` when the table does not answer or others keep writing.
    pub async fn set_stock(&self, id: &str, stock: &Availability) -> Result<(), Error> {
        let newer = |old: &Product| old.stock.sequence < stock.sequence;
        self.set(id, |old| newer(&old).then(|| Product { stock: stock.clone(), ..old })).await
    }

    /// Keeps what reviews tells of a product, as [`set_stock`](Self::set_stock) does.
    ///
    /// # Errors
    /// As [`set_stock`](Self::set_stock).
    pub async fn set_rating(&self, id: &str, rated: &Rated) -> Result<(), Error> {
        let newer = |old: &Product| old.rated.sequence < rated.sequence;
        self.set(id, |old| newer(&old).then(|| Product { rated: rated.clone(), ..old })).await
    }

    /// Keeps what another service tells: `change` is given the present product and tells the next, or nothing.
    async fn set(&self, id: &str, change: impl Fn(Product) -> Option<Product>) -> Result<(), Error> {
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let stored: Option<Stored<Product>> = self.read(&product_key(id), true).await?;
            let Some(Stored { value: old, fingerprint }) = stored else { return Ok(()) };
            let Some(new) = change(old.clone()) else { return Ok(()) };
            let (new, read) = self.with_names(new, Some(&old)).await?;
            let mut parts = Parts::new();
            parts.add(Part::Product, self.put_over_read(product_item(&new, &fingerprint)?, &old)?);
            self.add_links(&mut parts, Some(&old), Some(&new), &read)?;
            let told = |product: &Product| (product.stock.in_stock, product.stock.sold, product.rated.histogram);
            if told(&new) != told(&old) || new.names != old.names {
                self.add_rows(&mut parts, Some(&old), Some(&new))?;
            }
            if self.write(parts).await?.is_ok() {
                return Ok(());
            }
        }
        Err(Error::unavailable("the product kept changing"))
    }

    /// Products by their ids, in no order, as they are now; those that are not there are left out. One consistent
    /// batch read for each hundred.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn products(&self, ids: &BTreeSet<String>) -> Result<Vec<Product>, Error> {
        let items = self.read_many(ids.iter().map(|id| product_key(id))).await?;
        items.into_iter().map(store::from_item).collect()
    }

    /// Puts an item over the very product that was read.
    pub(super) fn put_over_read(&self, item: Item, read: &Product) -> Result<TransactWriteItem, Error> {
        let (condition, values) = as_read(read)?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(as_read_names()))
            .set_expression_attribute_values(Some(values));
        Ok(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build())
    }

    /// Deletes the very product that was read.
    fn delete_read(&self, read: &Product) -> Result<TransactWriteItem, Error> {
        let (condition, values) = as_read(read)?;
        let delete = Delete::builder()
            .table_name(&self.table)
            .key("pk", text(product_key(&read.id)))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(as_read_names()))
            .set_expression_attribute_values(Some(values));
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(Error::internal)?).build())
    }

    async fn product_to_change(&self, id: &str) -> Result<Stored<Product>, Error> {
        let stored = self.read(&product_key(id), true).await?;
        stored.ok_or_else(|| Error::not_found("There is no product with this id."))
    }

    /// The rows that go, and those that are there afterwards.
    pub(super) fn add_rows(
        &self,
        parts: &mut Parts<Part>,
        old: Option<&Product>,
        new: Option<&Product>,
    ) -> Result<(), Error> {
        let of = |product: Option<&Product>| product.map_or_else(|| Ok(HashMap::new()), rows);
        let (old, new) = (of(old)?, of(new)?);
        for key in old.keys().filter(|key| !new.contains_key(*key)) {
            parts.add(Part::Other, self.delete(key)?);
        }
        for row in new.into_values() {
            parts.add(Part::Other, self.put(row)?);
        }
        Ok(())
    }
}

/// The condition that a product is the one that was read: of its version, with its names, and by what inventory and
/// reviews told then. Each changes by itself, and a write of any puts the whole product.
fn as_read(product: &Product) -> Result<(String, Item), Error> {
    let mut values = Item::from([(":version".to_owned(), number(product.version))]);
    let mut conditions = vec!["#version = :version".to_owned()];
    for (name, sequence) in [("stock", &product.stock.sequence), ("rated", &product.rated.sequence)] {
        conditions.push(match sequence {
            Some(sequence) => {
                values.insert(format!(":{name}"), text(sequence));
                format!("{name}.#sequence = :{name}")
            }
            None => format!("attribute_not_exists({name}.#sequence)"),
        });
    }
    if product.names.is_empty() {
        conditions.push("attribute_not_exists(#names)".to_owned());
    } else {
        conditions.push("#names = :names".to_owned());
        values.insert(":names".to_owned(), AttributeValue::M(store::to_item(&product.names)?));
    }
    Ok((conditions.join(" AND "), values))
}

fn as_read_names() -> HashMap<String, String> {
    ["version", "sequence", "names"].map(|name| (format!("#{name}"), name.to_owned())).into()
}

/// The item that takes a SKU for a product, if it is free.
fn claim(sku: &Sku, product_id: &str) -> Item {
    HashMap::from([("pk".to_owned(), text(sku_key(sku))), ("productId".to_owned(), text(product_id))])
}

fn sku_key(sku: &Sku) -> String {
    format!("sku#{}", sku.folded())
}

/// What a refused transaction means. Nothing when only names are no longer as they were read: it is tried again then.
fn meaning(refused: &[(Part, Option<Item>)]) -> Option<Error> {
    let is_renamed =
        |part: Part, found: &Option<Item>| matches!(part, Part::Brand | Part::Category(_)) && found.is_some();
    let (part, _) = refused.iter().find(|(part, found)| !is_renamed(*part, found))?;
    Some(match *part {
        Part::Sku => Error::already_exists("/data/attributes/sku", "Another product has this SKU."),
        Part::Brand => Error::not_found("There is no brand with this id.").at("/data/relationships/brand/data"),
        Part::Category(index) => {
            let pointer = format!("/data/relationships/categories/data/{index}");
            Error::not_found("There is no category with this id.").at(pointer)
        }
        _ => Error::internal("a part without a condition was refused"),
    })
}
