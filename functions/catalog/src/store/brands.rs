//! Brands.

use access::audit_log;
use dynamo::{Attempts, Item, Listing, POSITION, Written, text};
use kernel::Error;
use kernel::page::{Page, PageRequest};
use kernel::replay::{Outcome, Stored};

use super::{Catalog, Parts, brand_key, in_use};
use crate::brand::AUDITED;
use crate::brand::Brand;
use crate::listing::{Order, name_position};

/// The list of all brands.
const BRANDS: &str = "brands";

/// What a refused part of a brand's transaction means.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Brand,
    Slug,
    Entry,
}

impl Catalog {
    /// Stores a new brand. One transaction of two items.
    ///
    /// # Errors
    /// `Conflict` (`already_exists`) when another brand's name has the same slug.
    pub async fn create_brand(&self, brand: Brand, fingerprint: &str) -> Result<Outcome<Brand>, Error> {
        let mut parts = Parts::new();
        parts.add(Part::Brand, self.put_new(item(&brand, fingerprint)?)?);
        parts.add(Part::Slug, self.put_new(claim(&brand))?);
        parts.record(Part::Entry, audit_log::entry(None, Some(&brand), &AUDITED)?);
        let Written::Refused(refused) = self.write(parts).await? else { return Ok(Outcome::Made(brand)) };
        match refused.into_iter().find(|(part, _)| *part == Part::Brand) {
            Some((_, Some(item))) => dynamo::replay(item, fingerprint),
            _ => Err(name_taken()),
        }
    }

    /// A brand. One read of half a unit.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn brand(&self, id: &str) -> Result<Option<Brand>, Error> {
        self.read(&brand_key(id), false).await
    }

    /// A brand as it is now: one read of a whole unit.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn brand_now(&self, id: &str) -> Result<Option<Brand>, Error> {
        self.read(&brand_key(id), true).await
    }

    /// Brands by their ids, in no order. One batch read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn brands(&self, ids: impl IntoIterator<Item = &str>) -> Result<Vec<Brand>, Error> {
        let items = self.read_many(ids.into_iter().map(brand_key)).await?;
        items.into_iter().map(dynamo::from_item).collect()
    }

    /// A page of all brands by name or age. One query.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list_brands(&self, order: Order, ascending: bool, page: &PageRequest) -> Result<Page<Brand>, Error> {
        let (index, sort_key) = order.index();
        let (partition_key, partitions) = ("listing", vec![BRANDS.to_owned()]);
        let listing = Listing {
            table: &self.table,
            index: Some(index),
            partition_key,
            partitions,
            in_turn: false,
            sort_key,
            ascending,
            within: None,
            sieve: None,
        };
        let position = |brand: &Brand| if order == Order::Name { by_name(brand) } else { by_age(brand) };
        dynamo::list(&self.client, &listing, page, position, |_| true).await
    }

    /// Changes a brand: `change` is given the present one and returns the next, or refuses. One read, one
    /// transaction.
    ///
    /// # Errors
    /// `NotFound` · what `change` says · `Conflict` (`already_exists`) when the name is taken · `Unavailable`
    /// when others keep writing.
    pub async fn update_brand(&self, id: &str, change: impl Fn(Brand) -> Result<Brand, Error>) -> Result<Brand, Error> {
        let mut attempts = Attempts::of("the brand");
        loop {
            attempts.next().await?;
            let Stored { value: old, fingerprint } = self.brand_to_change(id).await?;
            let new = change(old.clone())?;
            if (Brand { updated_at: old.updated_at, version: old.version, ..new.clone() }) == old {
                return Ok(old);
            }
            let mut parts = Parts::new();
            parts.add(Part::Brand, self.set_over(item(&new, &fingerprint)?, old.version)?);
            if new.slug != old.slug {
                parts.add(Part::Slug, self.put_new(claim(&new))?);
                parts.add(Part::Brand, self.delete(&slug_key(&old.slug))?);
            }
            parts.record(Part::Entry, audit_log::entry(Some(&old), Some(&new), &AUDITED)?);
            match self.write(parts).await? {
                Written::Done(()) => return Ok(new),
                Written::Refused(refused) if refused.iter().any(|(part, _)| *part == Part::Brand) => {}
                Written::Refused(_) => return Err(name_taken()),
            }
        }
    }

    /// Deletes a brand that no product has, if `allow` does not refuse it.
    ///
    /// # Errors
    /// `NotFound` · what `allow` says · `Conflict` (`in_use`) naming how many products have it · `Unavailable`
    /// when others keep writing.
    pub async fn delete_brand(&self, id: &str, allow: impl Fn(&Brand) -> Result<(), Error>) -> Result<(), Error> {
        let mut attempts = Attempts::of("the brand");
        loop {
            attempts.next().await?;
            let brand = self.brand_to_change(id).await?.value;
            allow(&brand)?;
            if brand.products > 0 {
                return Err(in_use("brand", brand.products, 0));
            }
            let mut parts = Parts::new();
            parts.add(Part::Brand, self.delete_over(&brand_key(id), brand.version, Some(0))?);
            parts.add(Part::Slug, self.delete(&slug_key(&brand.slug))?);
            parts.record(Part::Entry, audit_log::entry(Some(&brand), None, &AUDITED)?);
            if self.write(parts).await?.is_done() {
                return Ok(());
            }
        }
    }

    async fn brand_to_change(&self, id: &str) -> Result<Stored<Brand>, Error> {
        let stored = self.read(&brand_key(id), true).await?;
        stored.ok_or_else(|| Error::not_found("There is no brand with this id."))
    }
}

fn item(brand: &Brand, fingerprint: &str) -> Result<Item, Error> {
    let mut item = dynamo::to_item(brand)?;
    item.insert("pk".to_owned(), text(brand_key(&brand.id)));
    item.insert("listing".to_owned(), text(BRANDS));
    item.insert("namePosition".to_owned(), text(by_name(brand)));
    item.insert(POSITION.to_owned(), text(by_age(brand)));
    item.insert("fingerprint".to_owned(), text(fingerprint));
    Ok(dynamo::stamped(item))
}

fn by_name(brand: &Brand) -> String {
    name_position(&brand.name, &brand.id)
}

fn by_age(brand: &Brand) -> String {
    dynamo::position(brand.created_at, &brand.id)
}

fn claim(brand: &Brand) -> Item {
    dynamo::new_item([("pk", text(slug_key(&brand.slug))), ("brandId", text(&brand.id))])
}

fn slug_key(slug: &str) -> String {
    format!("slug#{slug}")
}

fn name_taken() -> Error {
    Error::already_exists(
        "/data/attributes/name",
        "Another brand has this name, but for accents, case and punctuation.",
    )
}
