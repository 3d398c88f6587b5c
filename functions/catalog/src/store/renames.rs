//! After a rename of a brand or a category, its products are given the present name in steps: each can be interrupted
//! and repeated, and ends soon, so that no other event waits behind it.

use std::collections::BTreeMap;

use dynamo::{Attempts, text};
use kernel::Error;
use kernel::replay::Stored;
use messaging::Work;
use serde::Deserialize;

use super::products::Part;
use super::rows::{product_item, product_key};
use super::{Catalog, Parts, link_key};
use crate::listing::{of_link, within};
use crate::names::Link;
use crate::product::{Product, Status};

/// How many products a step looks at: each is two reads and, when it shows another name, a transaction.
const AT_ONCE: usize = 20;

/// How many passes over the products of a brand or a category may see fewer products than it counts.
const MOST_PASSES: usize = 10;

/// How far the passes over the products of a brand or a category have come.
struct Progress {
    /// How many passes are done.
    passes: usize,
    /// How many of its products this pass has seen.
    seen: usize,
    /// The position of the last one.
    position: String,
}

/// What is read of a product in a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    listing_position: String,
}

/// What is read of a brand or a category.
#[derive(Deserialize)]
struct Counted {
    products: usize,
}

impl Progress {
    /// The start of a pass. Positions begin with a year.
    fn start(passes: usize) -> Self {
        Self { passes, seen: 0, position: "0".to_owned() }
    }

    /// Reads a cursor; the start of the first pass when there is none.
    fn parse(cursor: &str) -> Result<Self, Error> {
        if cursor.is_empty() {
            return Ok(Self::start(0));
        }
        let mut parts = cursor.splitn(3, ' ');
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        let (passes, seen) = (number(), number());
        match (passes, seen, parts.next()) {
            (Some(passes), Some(seen), Some(position)) => Ok(Self { passes, seen, position: position.to_owned() }),
            _ => Err(Error::malformed("a cursor that no step has written")),
        }
    }

    fn cursor(&self) -> Work {
        Work::MoreFrom(format!("{} {} {}", self.passes, self.seen, self.position))
    }
}

impl Catalog {
    /// One step of a pass that stores the present name with all products of a brand or a category: with the next twenty
    /// of them behind `cursor`, oldest first. A product's age never changes, so each is met once in a pass, whatever
    /// happens to it meanwhile.
    ///
    /// The index follows the table late, and a product whose status changes moves between lists. So a pass that saw
    /// fewer products than the brand or category counts is followed by another one, from the start, up to ten times.
    ///
    /// # Errors
    /// `BadRequest` when the cursor cannot be read · `Unavailable` when others keep writing, or the table does not
    /// answer: the step is to be repeated.
    pub async fn rename_on_products(&self, link: &Link, cursor: &str) -> Result<Work, Error> {
        let mut progress = Progress::parse(cursor)?;
        let products = self.products_behind(&progress.position, link).await?;
        let are_more = products.len() > AT_ONCE;
        for (position, id) in products.into_iter().take(AT_ONCE) {
            let has_link = self.set_names(&id).await?.is_some_and(|product| product.links().contains(link));
            progress.seen += usize::from(has_link);
            progress.position = position;
        }
        if are_more {
            return Ok(progress.cursor());
        }
        let counted: Option<Counted> = self.read(&link_key(link), true).await?;
        if counted.is_none_or(|counted| progress.seen >= counted.products) {
            return Ok(Work::Done);
        }
        if progress.passes >= MOST_PASSES {
            let seen = progress.seen;
            return Err(Error::internal(format!(
                "{MOST_PASSES} passes saw fewer products than are counted, the last {seen}"
            )));
        }
        // The index needs a moment.
        dynamo::back_off(dynamo::LAST_ATTEMPT).await;
        Ok(Progress::start(progress.passes + 1).cursor())
    }

    /// Stores the present names of a product's brand and categories with it, unless they are stored already: the product,
    /// or `None` when there is none. One read of the product, then one batch read of the names, and when one differs a
    /// transaction of the product and its rows, with a check of each such name.
    ///
    /// # Errors
    /// `Unavailable` when the table does not answer or others keep writing.
    pub async fn set_names(&self, id: &str) -> Result<Option<Product>, Error> {
        let mut attempts = Attempts::of("the product");
        loop {
            attempts.next().await?;
            let stored: Option<Stored<Product>> = self.read(&product_key(id), true).await?;
            let Some(Stored { value: old, fingerprint }) = stored else { return Ok(None) };
            let mut read = self.read_names(old.links()).await?;
            let new = old.clone().with_names(None, &read);
            if new.names == old.names {
                return Ok(Some(old));
            }
            read.retain(|link, name| old.name_of(link) != Some(name));
            let mut parts = Parts::new();
            parts.add(Part::Product, self.put_over_read(product_item(&new, &fingerprint)?, &old)?);
            self.add_links(&mut parts, Some(&old), Some(&new), &read)?;
            self.add_rows(&mut parts, Some(&old), Some(&new))?;
            if self.write(parts).await?.is_done() {
                return Ok(Some(new));
            }
        }
    }

    /// The first products of a brand or a category behind a position, by their positions, one more than a step looks
    /// at. One query for each status.
    async fn products_behind(&self, position: &str, link: &Link) -> Result<BTreeMap<String, String>, Error> {
        let mut found = BTreeMap::new();
        for (_, status) in Status::NAMES {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("by-listing")
                .key_condition_expression("listing = :listing AND listingPosition > :position")
                .projection_expression("id, listingPosition")
                .expression_attribute_values(":listing", text(within(status, &of_link(link))))
                .expression_attribute_values(":position", text(position));
            for item in dynamo::query(query, AT_ONCE + 1).await? {
                let Row { id, listing_position } = dynamo::from_item(item)?;
                found.insert(listing_position, id);
            }
        }
        Ok(found)
    }
}
