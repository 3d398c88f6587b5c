//! Lists of products.

use std::collections::BTreeSet;

use shared::Error;
use shared::jsonapi::{Page, PageRequest};
use shared::store::{self, Listing, Sieve};

use super::Catalog;
use crate::brand::Brand;
use crate::category::Placed;
use crate::listing::{Found, Wanted, of_word, within};
use crate::product::Product;

/// The most categories whose lists are merged: each is a query.
const MOST_MERGED: usize = 50;

/// How a page is filled from the products that have one of the words.
const SIEVE: Sieve = Sieve { items: 200, queries: 20, refusal: too_common };

fn too_common() -> Error {
    let detail =
        "Too many products have the longest of these words, and too few have the rest. Write more of the words.";
    Error::parameter("filter[text]", detail)
}

impl Catalog {
    /// A page of products. One query of the list; with a category also one read of the tree, and one query
    /// for each category below it, at once. By text one query of the words that begin alike, more when other
    /// words or filters leave out so many that the page is not full.
    ///
    /// # Errors
    /// 400 naming `filter[category]` when too many categories are below it · when the table does not answer.
    pub async fn list(&self, wanted: &Wanted, page: &PageRequest) -> Result<Page<Product>, Error> {
        let categories = match &wanted.category {
            None => None,
            Some(id) => Some(self.merged(id, !wanted.terms.is_empty()).await?),
        };
        let categories = categories.as_deref();
        if wanted.terms.is_empty() {
            let (index, sort_key) = wanted.order.index();
            let partitions = wanted.partitions(categories);
            let (within, ascending) = (wanted.positions(), wanted.ascending);
            let listing = Listing {
                table: &self.table,
                index,
                partition_key: "listing",
                partitions,
                in_turn: false,
                sort_key,
                ascending,
                within,
                sieve: None,
            };
            return store::list(&self.client, &listing, page, |product| wanted.order.position(product), |_| true).await;
        }
        if categories.is_some_and(<[String]>::is_empty) {
            return Ok(page.page(Vec::new(), |product| wanted.order.position(product)));
        }
        let term = &wanted.terms[0];
        let listing = Listing {
            table: &self.table,
            index: "by-name",
            partition_key: "listing",
            partitions: vec![within(wanted.status, &of_word(term))],
            in_turn: false,
            sort_key: "namePosition",
            ascending: true,
            within: Some((term.clone(), format!("{term}\u{10ffff}"))),
            sieve: Some(SIEVE),
        };
        let keep = |found: &Found| wanted.keeps(&found.word, &found.product, categories);
        Ok(store::list(&self.client, &listing, page, Found::position, keep).await?.map(|found| found.product))
    }

    /// What products' documents are asked to include: brands, and categories. One batch read of each.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn related(
        &self,
        products: &[Product],
        include: &BTreeSet<&str>,
    ) -> Result<(Vec<Brand>, Vec<Placed>), Error> {
        let ids = |name: &str, of: fn(&Product) -> &[String]| -> BTreeSet<&str> {
            let wanted = products.iter().filter(|_| include.contains(name));
            wanted.flat_map(|product| of(product).iter().map(String::as_str)).collect()
        };
        let brands = ids("brand", |product| product.brand_id.as_slice());
        let categories = ids("categories", |product| &product.category_ids);
        let brands = if brands.is_empty() { Vec::new() } else { self.brands(brands).await? };
        let categories = if categories.is_empty() { Vec::new() } else { self.categories(categories).await? };
        Ok((brands, categories))
    }

    /// A category and all below it. None, if there is no such category.
    async fn merged(&self, id: &str, by_text: bool) -> Result<Vec<String>, Error> {
        let categories = self.tree(false).await?.subtree(id);
        if categories.len() > MOST_MERGED && !by_text {
            let detail = format!("This category and those below it are more than {MOST_MERGED}. Ask for one of them.");
            return Err(Error::parameter("filter[category]", detail));
        }
        Ok(categories)
    }
}
