//! Lists of products.

use std::collections::BTreeSet;

use dynamo::{Listing, Sieve};
use kernel::Error;
use kernel::page::{Page, PageRequest};

use super::Catalog;
use crate::brand::Brand;
use crate::category::Placed;
use crate::listing::{Found, ListQuery, of_word};
use crate::product::Product;

/// The most categories whose lists are merged: each is a query.
const MOST_MERGED: usize = 50;

/// How a page is filled from the products that have one of the words.
const SIEVE: Sieve = Sieve { items: 200, queries: 20, refusal: too_common };

/// How a page is filled from the products that are in stock, or are not.
const OF_STOCK: Sieve = Sieve { items: 200, queries: 20, refusal: too_few };

fn too_few() -> Error {
    let detail = "Too few products of this list have that stock to fill a page. Ask for a brand or a category.";
    Error::parameter("filter[inStock]", detail)
}

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
    pub async fn list(&self, list_query: &ListQuery, page: &PageRequest) -> Result<Page<Product>, Error> {
        let categories = match &list_query.category {
            None => None,
            Some(id) => Some(
                self.merged(id, list_query.statuses.len(), list_query.terms.is_some() || list_query.sku.is_some())
                    .await?,
            ),
        };
        let categories = categories.as_deref();
        if let Some(sku) = &list_query.sku {
            let product = self.by_sku(sku).await?.filter(|product| list_query.meets(product, categories));
            // There is no page beyond the only one.
            let found = product.filter(|_| page.position().is_none()).into_iter().collect();
            return Ok(page.page(found, |product| list_query.order.position(product)));
        }
        let Some(terms) = &list_query.terms else {
            let (index, sort_key) = list_query.order.index();
            let partitions = list_query.partitions(categories);
            let (within, ascending) = (list_query.positions(), list_query.ascending);
            let listing = Listing {
                table: &self.table,
                index: Some(index),
                partition_key: "listing",
                partitions,
                in_turn: false,
                sort_key,
                ascending,
                within,
                sieve: list_query.in_stock.map(|_| OF_STOCK),
            };
            let keep = |product: &Product| list_query.in_stock.is_none_or(|wanted| product.stock.in_stock == wanted);
            return dynamo::list(&self.client, &listing, page, |product| list_query.order.position(product), keep)
                .await;
        };
        let Some(term) = terms.first().filter(|_| !categories.is_some_and(<[String]>::is_empty)) else {
            return Ok(page.page(Vec::new(), |product| list_query.order.position(product)));
        };
        let listing = Listing {
            table: &self.table,
            index: Some("by-name"),
            partition_key: "listing",
            partitions: list_query.within_statuses(&[of_word(term)]),
            in_turn: false,
            sort_key: "namePosition",
            ascending: true,
            within: Some((term.clone(), format!("{term}\u{10ffff}"))),
            sieve: Some(SIEVE),
        };
        let keep = |found: &Found| list_query.matches(&found.word, &found.product, categories);
        Ok(dynamo::list(&self.client, &listing, page, Found::position, keep).await?.map(|found| found.product))
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
            let shown = products.iter().filter(|_| include.contains(name));
            shown.flat_map(|product| of(product).iter().map(String::as_str)).collect()
        };
        let brands = ids("brand", |product| product.brand_id.as_slice());
        let categories = ids("categories", |product| &product.category_ids);
        let brands = if brands.is_empty() { Vec::new() } else { self.brands(brands).await? };
        let categories = if categories.is_empty() { Vec::new() } else { self.categories(categories).await? };
        Ok((brands, categories))
    }

    /// A category and all below it. None, if there is no such category.
    async fn merged(&self, id: &str, statuses: usize, by_text: bool) -> Result<Vec<String>, Error> {
        let categories = self.tree(false).await?.subtree(id);
        if categories.len() * statuses > MOST_MERGED && !by_text {
            let detail = format!("This category and those below it are more than {MOST_MERGED}. Ask for one of them.");
            return Err(Error::parameter("filter[category]", detail));
        }
        Ok(categories)
    }
}
