//! A guest's cart and a customer's, read and written together.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::Put;
use dynamo::{TransactWriteItem, Written, number};
use kernel::Error;
use kernel::clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Carts, cart_of, has_expired, key, live};
use crate::cart::Cart;
use crate::merged::MergeReport;
use crate::owner::Owner;

/// A customer's cart and that of a guest, as one read finds them.
pub struct Both {
    pub customer: Cart,
    pub guest: Guest,
}

/// What is there of a guest's cart.
pub enum Guest {
    /// Nothing, or nothing any more.
    Absent,
    Cart(Cart),
    /// It went into somebody's cart.
    Merged(Merged),
}

/// What is left of a guest's cart that was merged.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Merged {
    /// The user whose cart it went into.
    pub merged_into: String,
    pub report: MergeReport,
}

impl Carts {
    /// A customer's cart and a guest's. One consistent batch read.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn both(&self, customer: &Owner, guest: &Owner, now: Timestamp) -> Result<Both, Error> {
        let wanted = HashMap::from([(self.table.clone(), vec![key(customer), key(guest)])]);
        let mut found = dynamo::batch_get(&self.client, wanted).await?.remove(&self.table).unwrap_or_default();
        let mut take = |owner: &Owner| {
            let at = found.iter().position(|item| item.get("pk") == key(owner).get("pk"))?;
            Some(found.swap_remove(at))
        };
        let (customers, guests) = (take(customer), take(guest).filter(|item| !has_expired(item, now)));
        let guest = match guests {
            Some(item) if item.contains_key("mergedInto") => Guest::Merged(dynamo::from_item(item)?),
            item => live(item, now).map(dynamo::from_item).transpose()?.map_or(Guest::Absent, Guest::Cart),
        };
        Ok(Both { customer: cart_of(customer, customers, now)?, guest })
    }

    /// Stores the customer's cart with the guest's in it, and of the guest's only that; both or neither. `version` is
    /// that of the guest's cart. Refused, somebody else wrote to one of them in between.
    ///
    /// # Errors
    /// `Unavailable` when others are in the way for too long, or DynamoDB does not answer.
    pub async fn merge(
        &self,
        (customer, cart): (&Owner, &Cart),
        (guest, version): (&Owner, u64),
        merged: &Merged,
        now: Timestamp,
    ) -> Result<Written, Error> {
        let mut item = dynamo::to_item(merged)?;
        item.extend(key(guest));
        item.insert("expiresAt".to_owned(), number(self.expires_at(guest, now)));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(version));
        let put = TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build();
        dynamo::transact(&self.client, vec![self.put_cart_part(customer, cart, now)?, put]).await
    }
}
