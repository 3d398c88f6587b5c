//! Marks: in which sales a customer bought a product. Each sale is an attribute of the mark, `sale#<id>`, with the
//! place of what was told last of it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem};
use shared::Error;
use shared::store::{self, Item, boolean, text};

use super::{Reviews, mark_key};

/// What the name of a sale's attribute begins with.
const SALE: &str = "sale#";

/// A sale that holds: the name of its attribute in a mark.
pub(super) struct Held(String);

impl Reviews {
    /// Keeps what is told of a sale of a product to a customer, unless something newer is known: whether it holds.
    /// The mark is made when there is none. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn mark(
        &self,
        customer_id: &str,
        product_id: &str,
        sale_id: &str,
        held: bool,
        sequence: &str,
    ) -> Result<(), Error> {
        let sale = HashMap::from([("held".to_owned(), boolean(held)), ("sequence".to_owned(), text(sequence))]);
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(mark_key(customer_id, product_id)))
            .update_expression("SET #sale = :sale")
            .condition_expression("attribute_not_exists(#sale) OR #sale.#sequence < :sequence")
            .expression_attribute_names("#sale", format!("{SALE}{sale_id}"))
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":sale", AttributeValue::M(sale))
            .expression_attribute_values(":sequence", text(sequence));
        // Refused, something as new or newer is known.
        store::update(update).await?.map(drop).unwrap_or_default();
        Ok(())
    }

    /// A sale that holds in which a customer bought a product. One consistent read.
    pub(super) async fn bought(&self, customer_id: &str, product_id: &str) -> Result<Option<Held>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(mark_key(customer_id, product_id)));
        Ok(store::get(read.consistent_read(true)).await?.and_then(holding))
    }

    /// The part of a transaction that is refused when that sale no longer holds.
    pub(super) fn still(&self, customer_id: &str, product_id: &str, sale: &Held) -> Result<TransactWriteItem, Error> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(mark_key(customer_id, product_id)))
            .condition_expression("#sale.held = :true")
            .expression_attribute_names("#sale", &sale.0)
            .expression_attribute_values(":true", boolean(true));
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(Error::internal)?).build())
    }
}

fn holding(mark: Item) -> Option<Held> {
    let holds = |value: &AttributeValue| value.as_m().is_ok_and(|sale| sale.get("held") == Some(&boolean(true)));
    let found = mark.into_iter().find(|(name, value)| name.starts_with(SALE) && holds(value));
    found.map(|(name, _)| Held(name))
}

#[cfg(test)]
mod tests {
    use crate::testing::Shop;
    use shared::ids;

    #[tokio::test]
    async fn the_last_that_is_told_of_a_sale_decides_whatever_order_it_comes_in() {
        let shop = Shop::with(&[]).await;
        let (reviews, product, sale) = (&shop.reviews, shop.product.as_str(), ids::new());
        for (held, sequence) in [(false, "2"), (true, "1"), (false, "2"), (true, "2")] {
            reviews.mark("ana", product, &sale, held, sequence).await.unwrap();
        }
        assert!(reviews.bought("ana", product).await.unwrap().is_none());
        reviews.mark("ana", product, &sale, true, "3").await.unwrap();
        assert!(reviews.bought("ana", product).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn one_sale_that_holds_is_enough() {
        let shop = Shop::with(&[]).await;
        let (reviews, product) = (&shop.reviews, shop.product.as_str());
        for held in [false, true, false] {
            reviews.mark("ana", product, &ids::new(), held, "1").await.unwrap();
        }
        assert!(reviews.bought("ana", product).await.unwrap().is_some());
        assert!(reviews.bought("bob", product).await.unwrap().is_none());
        assert!(reviews.bought("ana", &ids::new()).await.unwrap().is_none());
    }
}
