//! After a rename of a brand or a category, its products are given the present name in steps: each can be interrupted
//! and repeated, and ends soon, so that no other event waits behind it.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::Error;
use shared::idempotency::Stored;
use shared::queue::Work;
use shared::store::{self, text};

use super::products::Part;
use super::rows::{product_item, product_key};
use super::{ATTEMPTS, Catalog, Parts, link_key};
use crate::listing::{of_link, within};
use crate::names::Link;
use crate::product::{Product, Status};

/// How many products a step looks at: each is two reads and, when it shows another name, a transaction.
const AT_ONCE: usize = 20;

/// How far a pass over the products of a brand or a category has come.
struct Progress {
    /// How many products it has looked at.
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
    /// Positions begin with a year.
    fn start() -> Self {
        Self { seen: 0, position: "0".to_owned() }
    }

    /// Reads a cursor; the start when there is none.
    fn parse(cursor: &str) -> Result<Self, Error> {
        if cursor.is_empty() {
            return Ok(Self::start());
        }
        let parts = cursor.split_once(' ').and_then(|(seen, position)| Some((seen.parse().ok()?, position.to_owned())));
        let (seen, position) = parts.ok_or_else(|| Error::malformed("a cursor that no step has written"))?;
        Ok(Self { seen, position })
    }

    fn cursor(&self) -> String {
        format!("{} {}", self.seen, self.position)
    }
}

impl Catalog {
    /// One step of a pass that stores the present name with all products of a brand or a category: with the next twenty
    /// of them behind `cursor`, oldest first. A product's age never changes, so each is met once in a pass, whatever
    /// happens to it meanwhile.
    ///
    /// The index follows the table late, and a product whose status changes moves between lists. So a pass that saw
    /// fewer products than the brand or category counts is followed by another one, from the start.
    ///
    /// # Errors
    /// `BadRequest` when the cursor cannot be read · `Unavailable` when others keep writing, or the table does not
    /// answer: the step is to be repeated.
    pub async fn sweep_names(&self, link: &Link, cursor: &str) -> Result<Work, Error> {
        let mut progress = Progress::parse(cursor)?;
        let products = self.products_behind(&progress.position, link).await?;
        let are_more = products.len() > AT_ONCE;
        for (position, id) in products.into_iter().take(AT_ONCE) {
            self.set_names(&id).await?;
            progress = Progress { seen: progress.seen + 1, position };
        }
        if are_more {
            return Ok(Work::MoreFrom(progress.cursor()));
        }
        let counted: Option<Counted> = self.read(&link_key(link), true).await?;
        if counted.is_none_or(|counted| progress.seen >= counted.products) {
            return Ok(Work::Done);
        }
        // The index needs a moment.
        store::back_off(ATTEMPTS).await;
        Ok(Work::More)
    }

    /// Stores the present names of a product's brand and categories with it; nothing when they are stored already or
    /// the product is gone. One read of the product, then one batch read of the names, and when one differs a
    /// transaction of the product and its rows, with a check of each such name.
    ///
    /// # Errors
    /// `Unavailable` when the table does not answer or others keep writing.
    pub async fn set_names(&self, id: &str) -> Result<(), Error> {
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let stored: Option<Stored<Product>> = self.read(&product_key(id), true).await?;
            let Some(Stored { value: old, fingerprint }) = stored else { return Ok(()) };
            let mut read = self.read_names(old.links()).await?;
            let new = old.clone().with_names(None, &read);
            if new.names == old.names {
                return Ok(());
            }
            read.retain(|link, name| old.name_of(link) != Some(name));
            let mut parts = Parts::new();
            parts.add(Part::Product, self.put_over_read(product_item(&new, &fingerprint)?, &old)?);
            self.add_links(&mut parts, Some(&old), Some(&new), &read)?;
            self.add_rows(&mut parts, Some(&old), Some(&new))?;
            if self.write(parts).await?.is_ok() {
                return Ok(());
            }
        }
        Err(Error::unavailable("the product kept changing"))
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
            for item in store::query(query, AT_ONCE + 1).await? {
                let Row { id, listing_position } = store::from_item(item)?;
                found.insert(listing_position, id);
            }
        }
        Ok(found)
    }
}
