//! Purchase markers: in which sales a customer bought a product. Each sale is an attribute of the marker, `sale#<id>`, with the
//! sequence of its newest event.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem};
use dynamo::{Item, Written, boolean, text};
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
    /// The marker is created when there is none. One write.
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
    ) -> Result<(), Error> {
        let sale = HashMap::from([("held".to_owned(), boolean(confirmed)), ("sequence".to_owned(), text(sequence))]);
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(marker_key(customer_id, product_id)))
            .update_expression("SET #sale = :sale")
            .condition_expression("attribute_not_exists(#sale) OR #sale.#sequence < :sequence")
            .expression_attribute_names("#sale", format!("{SALE}{sale_id}"))
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":sale", AttributeValue::M(sale))
            .expression_attribute_values(":sequence", text(sequence));
        match dynamo::update(update).await? {
            Written::Done(marker) => self.drop_old_sales(customer_id, product_id, &marker).await,
            // Something as new or newer is known.
            Written::Refused(_) => Ok(()),
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

    /// A confirmed sale in which a customer bought a product. One consistent read.
    pub(super) async fn find_purchase(
        &self,
        customer_id: &str,
        product_id: &str,
    ) -> Result<Option<ConfirmedSale>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(marker_key(customer_id, product_id)));
        Ok(dynamo::get(read.consistent_read(true)).await?.and_then(confirmed_sale))
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
    let mut sales: Vec<_> = marker.iter().filter(|(name, _)| name.starts_with(SALE)).collect();
    sales.sort_by_cached_key(|(name, value)| std::cmp::Reverse((sequence(value), (*name).clone())));
    let newest_confirmed = sales.iter().position(|(_, value)| is_confirmed(value));
    let places = sales.into_iter().enumerate().skip(MOST_SALES).rev();
    places.filter(|(place, _)| Some(*place) != newest_confirmed).map(|(_, sale)| sale).take(MOST_DROPPED).collect()
}

fn is_confirmed(sale: &AttributeValue) -> bool {
    sale.as_m().is_ok_and(|sale| sale.get("held") == Some(&boolean(true)))
}

fn confirmed_sale(mark: Item) -> Option<ConfirmedSale> {
    let found = mark.into_iter().find(|(name, value)| name.starts_with(SALE) && is_confirmed(value));
    found.map(|(name, _)| ConfirmedSale(name))
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
