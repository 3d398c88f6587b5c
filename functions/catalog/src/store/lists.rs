//! Lists of products.

use std::collections::BTreeSet;

use shared::Error;
use shared::jsonapi::{Page, PageRequest};
use shared::store::{self, Listing};

use super::Catalog;
use crate::brand::Brand;
use crate::category::Placed;
use crate::listing::{Found, Wanted, of_word, within};
use crate::product::Product;

/// The most categories whose lists are merged: each is a query.
const MOST_MERGED: usize = 50;

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
            Some(id) => Some(self.merged(id).await?),
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
                sort_key,
                ascending,
                within,
            };
            return store::list(&self.client, &listing, page, |product| wanted.order.position(product), |_| true).await;
        }
        let term = &wanted.terms[0];
        let listing = Listing {
            table: &self.table,
            index: "by-name",
            partition_key: "listing",
            partitions: vec![within(wanted.status, &of_word(term))],
            sort_key: "namePosition",
            ascending: true,
            within: Some((term.clone(), format!("{term}\u{10ffff}"))),
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
    async fn merged(&self, id: &str) -> Result<Vec<String>, Error> {
        let categories = self.tree(false).await?.subtree(id);
        if categories.len() > MOST_MERGED {
            let detail = format!("More than {MOST_MERGED} categories are below this one. Ask for one of them.");
            return Err(Error::parameter("filter[category]", detail));
        }
        Ok(categories)
    }
}
