//! Products: written together with their SKU, their rows, and the counts of their brand and categories.

use std::collections::{BTreeSet, HashMap};

use access::audit_log;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put};
use dynamo::{Attempts, Item, TransactWriteItem, Written, number, text};
use inventory::Stock;
use inventory::snapshot::{ProductStatus, Snapshot};
use kernel::replay::{Outcome, Stored};
use kernel::sequence::sequence;
use kernel::{Error, clock};

use super::rows::{product_item, product_key, rows};
use super::{Catalog, Parts};
use crate::product::AUDITED;
use crate::product::{NamesRead, Product, was_sold};
use crate::sku::Sku;

/// What a refused part of a product's transaction means.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Part {
    Product,
    Sku,
    Brand,
    /// The category at this place.
    Category(usize),
    /// The stock item, which is inventory's.
    Stock,
    Other,
}

impl Catalog {
    /// Stores a new product. One batch read of the names of its brand and categories, if it has any, and one
    /// transaction: the product, its SKU, its rows in lists, and a count on its brand and each of its categories.
    /// `fingerprint` is that of the request's body, so that a repeated request is known by the product's derived id.
    ///
    /// # Errors
    /// `Conflict` (`already_exists`) when the SKU is taken · `NotFound` when there is no such brand or category ·
    /// `Unavailable` when these keep being renamed.
    pub async fn create(&self, product: Product, fingerprint: &str) -> Result<Outcome<Product>, Error> {
        let mut attempts = Attempts::of("the name of its brand or category");
        loop {
            attempts.next().await?;
            let (product, read) = self.with_names(product.clone(), None).await?;
            let mut parts = Parts::new();
            parts.add(Part::Product, self.put_new(product_item(&product, fingerprint)?)?);
            parts.add(Part::Sku, self.put_new(claim(&product.sku, &product.id))?);
            self.add_links(&mut parts, None, Some(&product), &read)?;
            self.add_rows(&mut parts, None, Some(&product))?;
            parts.record(Part::Other, audit_log::entry(None, Some(&product), &AUDITED)?);
            let Written::Refused(refused) = self.write(parts).await? else { return Ok(Outcome::Made(product)) };
            let repeated = refused.iter().find(|(part, _)| *part == Part::Product).and_then(|(_, item)| item.clone());
            if let Some(item) = repeated {
                return dynamo::replay(item, fingerprint);
            }
            if let Some(error) = meaning(&refused) {
                return Err(error);
            }
        }
    }

    /// A product. One read, half a unit up to 4 KB: a change may take a moment to show.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(&self, id: &str) -> Result<Option<Product>, Error> {
        self.read(&product_key(id), false).await
    }

    /// The product with a SKU. Two reads, half a unit each: a new one may take a moment to show.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn by_sku(&self, sku: &str) -> Result<Option<Product>, Error> {
        let Some(key) = Sku::named(sku).map(|sku| sku_key(&sku)) else { return Ok(None) };
        let claim = dynamo::get(self.client.get_item().table_name(&self.table).key("pk", text(key))).await?;
        let id = claim.and_then(|mut claim| claim.remove("productId")?.as_s().ok().cloned());
        match id {
            Some(id) => self.get(&id).await,
            None => Ok(None),
        }
    }

    /// A product as it is now: one read of a whole unit, for what is decided by it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get_now(&self, id: &str) -> Result<Option<Product>, Error> {
        self.read(&product_key(id), true).await
    }

    /// Changes a product: `change` is given the present one and returns the next, or refuses. When someone
    /// else writes in between, it is asked again. One read and one transaction of the product and its rows; with a new
    /// brand or category also one batch read of their names.
    ///
    /// # Errors
    /// `NotFound`, also of a brand or category · what `change` says · `Conflict` (`already_exists`) when the
    /// SKU is taken · `Unavailable` when others keep writing.
    pub async fn update(&self, id: &str, change: impl Fn(Product) -> Result<Product, Error>) -> Result<Product, Error> {
        let mut attempts = Attempts::of("the product");
        loop {
            attempts.next().await?;
            let stored = self.product_to_change(id).await?;
            let old = stored.value;
            let new = change(old.clone())?;
            if (Product { updated_at: old.updated_at, version: old.version, ..new.clone() }) == old {
                return Ok(old);
            }
            let (new, read) = self.with_names(new, Some(&old)).await?;
            let mut parts = Parts::new();
            parts.add(Part::Product, self.put_over_read(product_item(&new, &stored.fingerprint)?, &old)?);
            if new.sku.folded() != old.sku.folded() {
                parts.add(Part::Sku, self.put_new(claim(&new.sku, id))?);
                parts.add(Part::Other, self.delete(&sku_key(&old.sku))?);
            }
            self.add_links(&mut parts, Some(&old), Some(&new), &read)?;
            self.add_rows(&mut parts, Some(&old), Some(&new))?;
            parts.record(Part::Other, audit_log::entry(Some(&old), Some(&new), &AUDITED)?);
            match self.write(parts).await? {
                Written::Done(()) => return Ok(new),
                // With another version beneath, all else may be this very change.
                Written::Refused(refused) if refused.iter().any(|(part, _)| *part == Part::Product) => {}
                Written::Refused(refused) => {
                    if let Some(error) = meaning(&refused) {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Deletes a product, if `allow` does not refuse the present one, and frees its SKU. The same transaction tells the
    /// stock, which knows whether a piece was sold: that decides, not what catalog has heard of it.
    ///
    /// # Errors
    /// `NotFound` · what `allow` says · `Conflict` (`in_use`) when it was sold · `Unavailable` when others keep
    /// writing.
    pub async fn remove(
        &self,
        stock: &Stock,
        id: &str,
        allow: impl Fn(&Product) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut attempts = Attempts::of("the product");
        loop {
            attempts.next().await?;
            let product = self.product_to_change(id).await?.value;
            allow(&product)?;
            product.check_deletable()?;
            let mut parts = Parts::new();
            parts.add(Part::Product, self.delete_read(&product)?);
            parts.add(Part::Other, self.delete(&sku_key(&product.sku))?);
            parts.add(Part::Stock, stock.retire(id, &tombstone(&product), clock::now())?);
            self.add_links(&mut parts, Some(&product), None, &NamesRead::new())?;
            self.add_rows(&mut parts, Some(&product), None)?;
            parts.record(Part::Other, audit_log::entry(Some(&product), None, &AUDITED)?);
            match self.write(parts).await? {
                Written::Done(()) => return Ok(()),
                Written::Refused(refused) if refused.iter().any(|(part, _)| *part == Part::Stock) => {
                    return Err(was_sold());
                }
                Written::Refused(_) => {}
            }
        }
    }

    /// Products by their ids, in no order, as they are now; those that are not there are left out. One consistent
    /// batch read for each hundred.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn products(&self, ids: &BTreeSet<String>) -> Result<Vec<Product>, Error> {
        let items = self.read_many(ids.iter().map(|id| product_key(id))).await?;
        items.into_iter().map(dynamo::from_item).collect()
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
/// reviews published then. Each changes by itself, and a write of any puts the whole product.
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
        values.insert(":names".to_owned(), AttributeValue::M(dynamo::to_map(&product.names)?));
    }
    Ok((conditions.join(" AND "), values))
}

fn as_read_names() -> HashMap<String, String> {
    ["version", "sequence", "names"].map(|name| (format!("#{name}"), name.to_owned())).into()
}

/// The item that takes a SKU for a product, if it is free.
fn claim(sku: &Sku, product_id: &str) -> Item {
    dynamo::new_item([("pk", text(sku_key(sku))), ("productId", text(product_id))])
}

fn sku_key(sku: &Sku) -> String {
    format!("sku#{}", sku.folded())
}

/// What a refused transaction means. Nothing when only names are no longer as they were read: it is tried again then.
/// The snapshot of a deleted product, as its event will have it.
fn tombstone(product: &Product) -> Snapshot {
    Snapshot {
        name: product.name.clone(),
        sku: product.sku.as_str().to_owned(),
        price: product.price.clone(),
        status: ProductStatus::Deleted,
        sequence: sequence(Some(product.created_at), product.version + 1),
    }
}

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
