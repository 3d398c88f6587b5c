//! What a product's transaction has to do with its brand and categories: it counts the product, and it is refused when
//! a name is no longer the one that was read for the product.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ConditionCheck, ReturnValuesOnConditionCheckFailure, Update};
use dynamo::{TransactWriteItem, number, text};
use kernel::Error;
use serde::Deserialize;

use super::products::Part;
use super::{Catalog, Parts, link_key};
use crate::names::{Link, NamesRead};
use crate::product::Product;

/// The condition that a brand or a category exists and has a name.
const NAMED: &str = "#name = :name";

/// What is read of a brand or a category.
#[derive(Deserialize)]
struct Named {
    pk: String,
    name: String,
}

impl Catalog {
    /// The names of brands and categories as they are now. One consistent batch read; none without links.
    pub(super) async fn read_names(&self, links: Vec<Link>) -> Result<NamesRead, Error> {
        let items = self.read_many(links.iter().map(link_key)).await?;
        let found = items.into_iter().map(|item| dynamo::from_item(item).map(|Named { pk, name }| (pk, name)));
        let mut found: HashMap<String, String> = found.collect::<Result<_, _>>()?;
        let named = |link| {
            let name = found.remove(&link_key(&link)).unwrap_or_default();
            (link, name)
        };
        Ok(links.into_iter().map(named).collect())
    }

    /// A product with the names of its links, and which of them were read for it: those that the stored one (`old`)
    /// does not have. The product's transaction has to check them ([`add_links`](Self::add_links)).
    pub(super) async fn with_names(&self, new: Product, old: Option<&Product>) -> Result<(Product, NamesRead), Error> {
        let is_unknown = |link: &Link| old.and_then(|old| old.name_of(link)).is_none();
        let read = self.read_names(new.links().into_iter().filter(is_unknown).collect()).await?;
        Ok((new.with_names(old, &read), read))
    }

    /// Counts the product on brands and categories that are new to it or that it leaves. All names that were read are
    /// on condition that they are still so.
    pub(super) fn add_links(
        &self,
        parts: &mut Parts<Part>,
        old: Option<&Product>,
        new: Option<&Product>,
        read: &NamesRead,
    ) -> Result<(), Error> {
        let links = |product: Option<&Product>| product.map(Product::links).unwrap_or_default();
        let (before, after) = (links(old), links(new));
        let categories_begin = usize::from(matches!(after.first(), Some(Link::Brand(_))));
        for (index, link) in after.iter().enumerate() {
            let part = index.checked_sub(categories_begin).map_or(Part::Brand, Part::Category);
            match (before.contains(link), read.get(link)) {
                (false, name) => parts.add(part, self.count_product(link, name.map_or("", String::as_str))?),
                (true, Some(name)) => parts.add(part, self.check_name(link, name)?),
                (true, None) => {}
            }
        }
        for link in before.iter().filter(|link| !after.contains(link)) {
            parts.add(Part::Other, self.uncount_product(link)?);
        }
        Ok(())
    }

    /// Counts one more product of a brand or a category that has this name.
    fn count_product(&self, link: &Link, name: &str) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(link_key(link)))
            .condition_expression(NAMED)
            .update_expression("ADD products :change")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", text(name))
            .expression_attribute_values(":change", number(1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build())
    }

    /// Counts one product less of a brand or a category.
    fn uncount_product(&self, link: &Link) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(link_key(link)))
            .condition_expression("attribute_exists(pk)")
            .update_expression("ADD products :change")
            .expression_attribute_values(":change", number(-1));
        Ok(TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build())
    }

    /// Checks that a brand or a category has this name.
    fn check_name(&self, link: &Link, name: &str) -> Result<TransactWriteItem, Error> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .key("pk", text(link_key(link)))
            .condition_expression(NAMED)
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", text(name))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(Error::internal)?).build())
    }
}
