//! Replays of checkouts: the sale that a checkout returned, if another key created it. When
//! it is repeated, the cart may contain something else, and that is not what was asked for.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ConditionCheck, Put, ReturnValuesOnConditionCheckFailure};
use dynamo::{TransactWriteItem, Written, number, text};
use inventory::snapshot::Snapshot;
use kernel::Error;
use kernel::clock::{Timestamp, seconds};
use kernel::replay::Stored;
use serde::{Deserialize, Serialize};

use super::{Carts, NOTHING, by_id, has_expired, key, keyed, marker_key, products};
use crate::cart::Cart;
use crate::owner::Owner;
use crate::product::Product;

/// What is stored under the id of a checkout, as long as a cart: the sale that it returned.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutReplay {
    pub sale_id: String,
}

/// What a checkout needs of the table, beside its cart.
pub struct ToOrder {
    /// The snapshots of the cart's products by id, without those that only staff may see.
    pub products: HashMap<String, Snapshot>,
    /// The result of an earlier request with the same key.
    pub replay: Option<Stored<CheckoutReplay>>,
}

impl Carts {
    /// The sale that the checkout of an id returned, if another key created it. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn find_replay(&self, id: &str, now: Timestamp) -> Result<Option<Stored<CheckoutReplay>>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(keyed(marker_key(id))));
        let found = dynamo::get(read.consistent_read(true)).await?.filter(|item| !has_expired(item, now));
        found.map(dynamo::from_item).transpose()
    }

    /// The products of a cart and, by the same batch read, [the checkout's replay](Self::find_replay). It is read
    /// after the cart: what was remembered of an earlier version of that is seen.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn to_order(&self, cart: &Cart, id: &str, now: Timestamp) -> Result<ToOrder, Error> {
        let marker = marker_key(id);
        let mut items = self.known(cart.lines.keys(), Some(keyed(marker.clone()))).await?;
        let at = items.iter().position(|item| item.get("pk") == Some(&text(&marker)));
        let found = at.map(|at| items.swap_remove(at)).filter(|item| !has_expired(item, now));
        let products: HashMap<String, Product> = by_id(items, products::PREFIX)?;
        let public = |(_, product): &(String, Product)| product.is_public();
        let snapshot = |(id, product): (String, Product)| (id, product.snapshot);
        Ok(ToOrder {
            products: products.into_iter().filter(public).map(snapshot).collect(),
            replay: found.map(dynamo::from_item).transpose()?,
        })
    }

    /// Stores which sale a checkout returned, together with the next version of its cart, or on condition that the
    /// cart has not changed since it was read. Refused, the first part has found an earlier replay, or somebody else
    /// has changed the cart.
    ///
    /// # Errors
    /// `Unavailable` when others are in the way for too long, or DynamoDB does not answer.
    pub async fn put_replay(
        &self,
        (id, fingerprint, sale_id): (&str, &str, &str),
        owner: &Owner,
        (read, next): (&Cart, Option<&Cart>),
        now: Timestamp,
    ) -> Result<Written, Error> {
        let mut item = dynamo::to_item(&CheckoutReplay { sale_id: sale_id.to_owned() })?;
        item.extend(keyed(marker_key(id)));
        item.insert("fingerprint".to_owned(), text(fingerprint));
        item.insert("expiresAt".to_owned(), number(self.expires_at(owner, now)));
        let cart = match next {
            Some(next) => self.put_cart_part(owner, next, now)?,
            None => self.unchanged(owner, read)?,
        };
        // A replay of this sale was stored by the same request. One of another sale may be replaced: that sale was
        // deleted, or the checkout would have found it before.
        let marker = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(format!("{NOTHING} OR saleId <> :sale"))
            .expression_attribute_values(":now", number(seconds(now)))
            .expression_attribute_values(":sale", text(sale_id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let marker = TransactWriteItem::builder().put(marker.build().map_err(Error::internal)?).build();
        dynamo::transact(&self.client, vec![marker, cart]).await
    }

    /// The part of a transaction that is refused when somebody wrote to a cart.
    fn unchanged(&self, owner: &Owner, cart: &Cart) -> Result<TransactWriteItem, Error> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key(owner)))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(cart.version));
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(Error::internal)?).build())
    }
}
