//! Purchase markers: in which sales a customer bought a product. Each sale is an attribute of the marker, `sale#<id>`, with the
//! sequence of its newest event.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem};
use dynamo::{Item, Written, boolean, migration, number, text};
use kernel::Error;

use super::{Reviews, marker_key};

/// What the name of a sale's attribute begins with.
const SALE: &str = "sale#";

/// The most sales that a marker has, so that it stays small: the newest, and the newest confirmed one.
const MOST_SALES: usize = 20;

/// The most sales that are taken out of a marker at once: earlier releases wrote markers of any size.
const MOST_DROPPED: usize = 50;

/// A confirmed sale: the name of its attribute in a purchase marker.
pub(super) struct ConfirmedSale(String);

impl Reviews {
    /// Stores whether a sale of a product to a customer is confirmed, unless a newer event is stored.
    /// The marker is created when there is none. One write. Whether the customer's review may have to be verified anew
    /// ([`Reviews::verify`]): not after a first purchase, which nobody has reviewed before.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_purchase_marker(
        &self,
        customer_id: &str,
        product_id: &str,
        sale_id: &str,
        confirmed: bool,
        sequence: &str,
    ) -> Result<bool, Error> {
        let sale = HashMap::from([("held".to_owned(), boolean(confirmed)), ("sequence".to_owned(), text(sequence))]);
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(marker_key(customer_id, product_id)))
            .update_expression(
                "SET #sale = :sale, schemaVersion = if_not_exists(schemaVersion, :schema) ADD changes :one",
            )
            .condition_expression("attribute_not_exists(#sale) OR #sale.#sequence < :sequence")
            .expression_attribute_names("#sale", format!("{SALE}{sale_id}"))
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":schema", migration::schema())
            .expression_attribute_values(":sale", AttributeValue::M(sale))
            .expression_attribute_values(":sequence", text(sequence));
        match dynamo::update(update).await? {
            Written::Done(marker) => {
                self.drop_old_sales(customer_id, product_id, &marker).await?;
                let confirmed_sales = sales(&marker).filter(|(_, sale)| is_confirmed(sale)).count();
                Ok(confirmed_sales == 0 || (confirmed_sales == 1 && sales(&marker).count() > 1))
            }
            // Something as new or newer is known; what followed from it may have been interrupted.
            Written::Refused(_) => Ok(true),
        }
    }

    /// Takes the oldest sales out of a marker that has too many. One write, only then.
    async fn drop_old_sales(&self, customer_id: &str, product_id: &str, marker: &Item) -> Result<(), Error> {
        let old = old_sales(marker);
        if old.is_empty() {
            return Ok(());
        }
        let mut update = self.client.update_item().table_name(&self.table);
        let (mut names, mut conditions) = (Vec::new(), Vec::new());
        for (number, (name, sale)) in old.into_iter().enumerate() {
            update = update.expression_attribute_names(format!("#s{number}"), name);
            update = update.expression_attribute_values(format!(":s{number}"), sale.clone());
            names.push(format!("#s{number}"));
            conditions.push(format!("#s{number} = :s{number}"));
        }
        let update = update
            .set_key(Some(marker_key(customer_id, product_id)))
            .update_expression(format!("REMOVE {}", names.join(", ")))
            .condition_expression(conditions.join(" AND "));
        // Refused, one of them has just changed: the next event tries again.
        dynamo::update(update).await?.done();
        Ok(())
    }

    /// A customer's purchase marker of a product. One consistent read.
    pub(super) async fn marker(&self, customer_id: &str, product_id: &str) -> Result<Option<Item>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(marker_key(customer_id, product_id)));
        dynamo::get(read.consistent_read(true)).await
    }

    /// A confirmed sale in which a customer bought a product. One consistent read.
    pub(super) async fn find_purchase(
        &self,
        customer_id: &str,
        product_id: &str,
    ) -> Result<Option<ConfirmedSale>, Error> {
        Ok(self.marker(customer_id, product_id).await?.as_ref().and_then(confirmed_sale))
    }

    /// The part of a transaction that is refused when that sale was cancelled.
    pub(super) fn still_confirmed_part(
        &self,
        customer_id: &str,
        product_id: &str,
        sale: &ConfirmedSale,
    ) -> Result<TransactWriteItem, Error> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(marker_key(customer_id, product_id)))
            .condition_expression("#sale.held = :true")
            .expression_attribute_names("#sale", &sale.0)
            .expression_attribute_values(":true", boolean(true));
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(Error::internal)?).build())
    }
}

/// The sales of a marker that it need not have, the oldest first. An event of one of them that comes late is older than
/// all that are kept, and is dropped again at once.
fn old_sales(marker: &Item) -> Vec<(&String, &AttributeValue)> {
    let sequence = |value: &AttributeValue| value.as_m().ok()?.get("sequence")?.as_s().ok().cloned();
    let mut sales: Vec<_> = sales(marker).collect();
    sales.sort_by_cached_key(|(name, value)| std::cmp::Reverse((sequence(value), (*name).clone())));
    let newest_confirmed = sales.iter().position(|(_, value)| is_confirmed(value));
    let places = sales.into_iter().enumerate().skip(MOST_SALES).rev();
    places.filter(|(place, _)| Some(*place) != newest_confirmed).map(|(_, sale)| sale).take(MOST_DROPPED).collect()
}

fn is_confirmed(sale: &AttributeValue) -> bool {
    sale.as_m().is_ok_and(|sale| sale.get("held") == Some(&boolean(true)))
}

/// The sales of a marker: the names of their attributes, and what is known of them.
fn sales(marker: &Item) -> impl Iterator<Item = (&String, &AttributeValue)> {
    marker.iter().filter(|(name, _)| name.starts_with(SALE))
}

/// A confirmed sale of a marker, if it has one.
pub(super) fn confirmed_sale(marker: &Item) -> Option<ConfirmedSale> {
    let found = sales(marker).find(|(_, sale)| is_confirmed(sale));
    found.map(|(name, _)| ConfirmedSale(name.clone()))
}

/// The sales of two markers of one customer and product, each as its newest event has it, and no more than one marker has.
pub(super) fn merged(one: Item, other: &Item) -> Item {
    let sequence = |value: &AttributeValue| value.as_m().ok()?.get("sequence")?.as_s().ok().cloned();
    let mut all = one;
    for (name, sale) in sales(other) {
        if all.get(name).is_none_or(|known| sequence(known) < sequence(sale)) {
            all.insert(name.clone(), sale.clone());
        }
    }
    let old: Vec<String> = old_sales(&all).into_iter().map(|(name, _)| name.clone()).collect();
    all.retain(|name, _| name.starts_with(SALE) && !old.contains(name));
    all
}

/// What a part of a transaction needs that is refused when a marker is not as it was read: the condition, and its value.
/// Markers of release 0.1.0 do not count their changes.
pub(super) fn as_read(marker: Option<&Item>) -> (&'static str, Option<AttributeValue>) {
    match marker.map(|marker| marker.get("changes")) {
        None => ("attribute_not_exists(pk)", None),
        Some(None) => ("attribute_exists(pk) AND attribute_not_exists(changes)", None),
        Some(Some(changes)) => ("changes = :changes", Some(changes.clone())),
    }
}

/// A part that does nothing but check that.
pub(super) fn as_read_part(table: &str, key: Item, marker: Option<&Item>) -> Result<TransactWriteItem, Error> {
    let (condition, changes) = as_read(marker);
    let check = ConditionCheck::builder().table_name(table).set_key(Some(key)).condition_expression(condition);
    let values = changes.map(|changes| HashMap::from([(":changes".to_owned(), changes)]));
    let check = check.set_expression_attribute_values(values).build().map_err(Error::internal)?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Shop;
    use kernel::ids;

    #[tokio::test]
    async fn the_newest_event_of_a_sale_decides_whatever_order_they_come_in() {
        let shop = Shop::with(&[]).await;
        let (reviews, product, sale) = (&shop.reviews, shop.product.as_str(), ids::new());
        for (confirmed, sequence) in [(false, "2"), (true, "1"), (false, "2"), (true, "2")] {
            reviews.put_purchase_marker("ana", product, &sale, confirmed, sequence).await.unwrap();
        }
        assert!(reviews.find_purchase("ana", product).await.unwrap().is_none());
        reviews.put_purchase_marker("ana", product, &sale, true, "3").await.unwrap();
        assert!(reviews.find_purchase("ana", product).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_marker_of_many_sales_has_the_newest_and_the_newest_confirmed_one() {
        let shop = Shop::with(&[]).await;
        let (reviews, product) = (&shop.reviews, shop.product.as_str());
        for number in 0..60 {
            let sequence = format!("{number:04}");
            reviews.put_purchase_marker("ana", product, &ids::new(), number < 10, &sequence).await.unwrap();
        }
        let items = shop.cloud.items("ReviewsTable").await;
        let marker = items.into_iter().find(|item| item["sk"].as_s().unwrap().starts_with("bought#")).unwrap();
        assert_eq!(marker.keys().filter(|name| name.starts_with(SALE)).count(), MOST_SALES + 1);
        assert!(reviews.find_purchase("ana", product).await.unwrap().is_some(), "the tenth is still confirmed");
    }

    #[tokio::test]
    async fn one_confirmed_sale_is_enough() {
        let shop = Shop::with(&[]).await;
        let (reviews, product) = (&shop.reviews, shop.product.as_str());
        for confirmed in [false, true, false] {
            reviews.put_purchase_marker("ana", product, &ids::new(), confirmed, "1").await.unwrap();
        }
        assert!(reviews.find_purchase("ana", product).await.unwrap().is_some());
        assert!(reviews.find_purchase("bob", product).await.unwrap().is_none());
        assert!(reviews.find_purchase("ana", &ids::new()).await.unwrap().is_none());
    }
}
