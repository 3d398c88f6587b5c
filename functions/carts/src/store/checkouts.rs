//! Which sale a checkout came to that made none of its own: under a second key, of a cart that waited for one. When
//! it is repeated, the cart may hold something else, and that is not what was asked for.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ConditionCheck, Put, ReturnValuesOnConditionCheckFailure};
use inventory::stock::Snapshot;
use serde::{Deserialize, Serialize};
use shared::Error;
use shared::clock::{Timestamp, seconds};
use shared::idempotency::Stored;
use shared::store::{self, Refused, TransactWriteItem, number, text};

use super::{Carts, NOTHING, by_id, has_expired, key, keyed, marker_key, products};
use crate::cart::Cart;
use crate::owner::Owner;

/// What is kept under the id of a checkout, as long as a cart: the sale that it came to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CameTo {
    pub sale_id: String,
}

/// What a checkout needs of the table, beside its cart.
pub struct ToOrder {
    /// What is known of the cart's products, by id; their categories do not matter to a sale.
    pub products: HashMap<String, Snapshot>,
    /// What it came to before.
    pub came_to: Option<Stored<CameTo>>,
}

impl Carts {
    /// What the checkout of an id came to, if it made no sale of its own. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn came_to(&self, id: &str, now: Timestamp) -> Result<Option<Stored<CameTo>>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(keyed(marker_key(id))));
        let found = store::get(read.consistent_read(true)).await?.filter(|item| !has_expired(item, now));
        found.map(store::from_item).transpose()
    }

    /// The products of a cart and, by the same batch read, [what the checkout came to](Self::came_to). It is read
    /// after the cart: what was remembered of an earlier version of that is seen.
    ///
    /// # Errors
    /// When the table does not answer, or not whole.
    pub async fn to_order(&self, cart: &Cart, id: &str, now: Timestamp) -> Result<ToOrder, Error> {
        let marker = marker_key(id);
        let mut items = self.known(cart.lines.keys(), Some(keyed(marker.clone()))).await?;
        let at = items.iter().position(|item| item.get("pk") == Some(&text(&marker)));
        let found = at.map(|at| items.swap_remove(at)).filter(|item| !has_expired(item, now));
        Ok(ToOrder { products: by_id(items, products::PREFIX)?, came_to: found.map(store::from_item).transpose()? })
    }

    /// Keeps which sale a checkout came to, together with the next version of its cart, or on condition that the
    /// cart is the one that was read. Refused, the first part has found what the checkout came to before, or somebody
    /// else wrote to the cart.
    ///
    /// # Errors
    /// `Unavailable` when others are in the way for too long, or DynamoDB does not answer.
    pub async fn remember(
        &self,
        (id, fingerprint, sale_id): (&str, &str, &str),
        owner: &Owner,
        (read, next): (&Cart, Option<&Cart>),
        now: Timestamp,
    ) -> Result<Result<(), Refused>, Error> {
        let mut item = store::to_item(&CameTo { sale_id: sale_id.to_owned() })?;
        item.extend(keyed(marker_key(id)));
        item.insert("fingerprint".to_owned(), text(fingerprint));
        item.insert("expiresAt".to_owned(), number(self.expires_at(owner, now)));
        let cart = match next {
            Some(next) => self.keeping(owner, next, now)?,
            None => self.unchanged(owner, read)?,
        };
        // Of the same sale, it was remembered at the same time. Another one is gone, or it would have been found.
        let marker = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(format!("{NOTHING} OR saleId <> :sale"))
            .expression_attribute_values(":now", number(seconds(now)))
            .expression_attribute_values(":sale", text(sale_id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let marker = TransactWriteItem::builder().put(marker.build().map_err(Error::internal)?).build();
        store::transact(&self.client, vec![marker, cart]).await
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
