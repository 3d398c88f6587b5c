//! The table `CartsTable`. Items count as deleted from their `expiresAt` on, whether DynamoDB has deleted them or not.
//!
//! | `pk` | Contents |
//! | --- | --- |
//! | `user#<id>` | a customer's cart |
//! | `guest#<digest of the token>` | a guest's cart; merged, whose cart it went into, and how |
//! | `product#<id>` | the snapshot of a product: one write when it changes, however many carts contain it |
//! | `category#<id>` | the name of a category: one write when it changes; of a deleted one only that, a tombstone |
//! | `request#<id>` | under an idempotency key: what was added to a cart; the sale that a checkout returned, if another key created it |

mod adds;
mod categories;
mod checkouts;
mod merges;
mod products;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure};
use dynamo::{Attempts, Item, TransactWriteItem, Written, number, text};
use kernel::clock::{Timestamp, seconds};
use kernel::{Error, StartupError, config};
use serde::de::DeserializeOwned;

use crate::cart::Cart;
use crate::owner::{self, Owner};
pub use adds::Addition;
pub use checkouts::{CheckoutReplay, ToOrder};
pub use merges::{Both, Guest, Merged};

const DAY: u64 = 24 * 60 * 60;

/// The condition under which there is no cart: none, or one that has expired.
const NOTHING: &str = "attribute_not_exists(pk) OR expiresAt <= :now";

/// The condition that an event of another service is newer than what is stored.
const NEWER: &str = "attribute_not_exists(pk) OR #sequence < :sequence";

/// How many keys a batch read takes.
const BATCH: usize = 100;

/// How long carts live without a change, in days.
#[derive(Clone, Copy)]
pub struct Lives {
    pub customer: u64,
    pub guest: u64,
}

/// The shop's carts.
pub struct Carts {
    client: Client,
    table: String,
    lives: Lives,
}

impl Carts {
    /// The carts in the table `CARTS_TABLE`, connected; carts live for `CART_DAYS` and `GUEST_CART_DAYS`.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let table = config::required::<String>("CARTS_TABLE")?;
        let lives = Lives { customer: config::required("CART_DAYS")?, guest: config::required("GUEST_CART_DAYS")? };
        Ok(Self::new(dynamo::client_from_env(&table, &[("pk", "warm-up")]).await?, table, lives))
    }

    /// The carts in a table.
    pub fn new(client: Client, table: impl Into<String>, lives: Lives) -> Self {
        Self { client, table: table.into(), lives }
    }

    /// The client, for a store that shares the connection.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The cart of an owner; customers who have none have an empty one. One consistent read: who has just put
    /// something into it sees that.
    ///
    /// # Errors
    /// `NotFound` for a guest who has none · when the table does not answer.
    pub async fn of(&self, owner: &Owner, now: Timestamp) -> Result<Cart, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key(owner))).consistent_read(true);
        cart_of(owner, dynamo::get(read).await?, now)
    }

    /// Stores what a rule makes of an owner's cart; nothing, where it makes nothing. One read and one write on
    /// condition that nobody wrote in between; then the rule is asked again.
    ///
    /// # Errors
    /// `NotFound` for a guest who has no cart · what the rule says · `Unavailable` when others keep writing, or the
    /// table does not answer.
    pub async fn change(
        &self,
        owner: &Owner,
        rule: impl Fn(Cart) -> Result<Option<Cart>, Error>,
        now: Timestamp,
    ) -> Result<Cart, Error> {
        let mut attempts = Attempts::of("the cart");
        loop {
            attempts.next().await?;
            let cart = self.of(owner, now).await?;
            let Some(changed) = rule(cart.clone())? else { return Ok(cart) };
            let part = self.put_cart_part(owner, &changed, now)?;
            let sent = part.put.as_ref().map(|put| put.item.clone());
            match self.write(part).await? {
                Written::Done(_) => return Ok(changed),
                // Sent twice, because the first answer was lost: it is there.
                Written::Refused(found) if found == sent => return Ok(changed),
                Written::Refused(_) => {}
            }
        }
    }

    /// Deletes the cart of a user who is no more, if there is one. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn delete(&self, user_id: &str) -> Result<(), Error> {
        let delete = self.client.delete_item().table_name(&self.table);
        let deleted = dynamo::delete(delete.set_key(Some(key(&Owner::Customer(user_id.to_owned()))))).await?;
        deleted.done().ok_or_else(|| Error::internal("a condition that was not set has failed"))
    }

    /// The part of a transaction that stores the next version of a cart, on condition that the one before it is there.
    /// Refused, somebody else was faster.
    ///
    /// # Errors
    /// `Internal` never: all that a put needs is given.
    pub fn put_cart_part(&self, owner: &Owner, cart: &Cart, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(self.item(owner, cart, now)?))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match cart.version {
            1 => put.condition_expression(NOTHING).expression_attribute_values(":now", number(seconds(now))),
            version => put
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", number(version - 1)),
        };
        Ok(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build())
    }

    /// Writes a part by itself: the item as it is then, or the one that refused it.
    async fn write(&self, part: TransactWriteItem) -> Result<Written<Item, Option<Item>>, Error> {
        if let Some(put) = part.put {
            let item = put.item.clone();
            let request = self.client.put_item().table_name(put.table_name).set_item(Some(put.item));
            let request = request
                .set_condition_expression(put.condition_expression)
                .set_expression_attribute_names(put.expression_attribute_names)
                .set_expression_attribute_values(put.expression_attribute_values);
            return Ok(dynamo::put(request).await?.map(|()| item));
        }
        let update = part.update.ok_or_else(|| Error::internal("a part that writes nothing"))?;
        let request = self.client.update_item().table_name(update.table_name).set_key(Some(update.key));
        let request = request
            .update_expression(update.update_expression)
            .set_condition_expression(update.condition_expression)
            .set_expression_attribute_names(update.expression_attribute_names)
            .set_expression_attribute_values(update.expression_attribute_values);
        dynamo::update(request).await
    }

    /// Stores a snapshot from another service, on a condition on its sequence ([`NEWER`]): refused,
    /// something as new or newer is known. One write.
    async fn put_if_newer(
        &self,
        pk: String,
        mut item: Item,
        sequence: &str,
        condition: impl Into<String>,
    ) -> Result<(), Error> {
        item.extend(keyed(pk));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = put
            .condition_expression(condition)
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":sequence", text(sequence));
        dynamo::put(put).await?.done();
        Ok(())
    }

    /// Items by their keys, in no order; those that are not there are left out. One consistent batch read for each
    /// hundred; none, of no keys.
    async fn read_many(&self, keys: &[Item]) -> Result<Vec<Item>, Error> {
        let mut found = Vec::new();
        for some in keys.chunks(BATCH) {
            let wanted = HashMap::from([(self.table.clone(), some.to_vec())]);
            found.extend(dynamo::batch_get(&self.client, wanted).await?.into_values().flatten());
        }
        Ok(found)
    }

    fn item(&self, owner: &Owner, cart: &Cart, now: Timestamp) -> Result<Item, Error> {
        let mut item = dynamo::stamped(dynamo::to_item(cart)?);
        item.extend(key(owner));
        item.insert("expiresAt".to_owned(), number(self.expires_at(owner, now)));
        Ok(item)
    }

    /// When a cart that is changed now expires, in seconds since 1970.
    fn expires_at(&self, owner: &Owner, now: Timestamp) -> u64 {
        let days = match owner {
            Owner::Customer(_) => self.lives.customer,
            Owner::Guest(_) => self.lives.guest,
        };
        seconds(now) + days * DAY
    }
}

/// The cart that an item is, unless it has expired.
fn cart_of(owner: &Owner, item: Option<Item>, now: Timestamp) -> Result<Cart, Error> {
    match (live(item, now), owner) {
        (Some(item), _) => dynamo::from_item(item),
        (None, Owner::Customer(_)) => Ok(Cart::none(now)),
        (None, Owner::Guest(_)) => Err(owner::unknown()),
    }
}

/// An item that is a cart and has not expired.
fn live(item: Option<Item>, now: Timestamp) -> Option<Item> {
    item.filter(|item| item.contains_key("lines") && !has_expired(item, now))
}

/// Whether an item has expired; DynamoDB may not have deleted it yet.
fn has_expired(item: &Item, now: Timestamp) -> bool {
    let expires_at = item.get("expiresAt").and_then(|time| time.as_n().ok()).and_then(|time| time.parse::<u64>().ok());
    expires_at.is_some_and(|expires_at| expires_at <= seconds(now))
}

/// The contents of items, by the ids that follow the prefix in their keys.
fn by_id<T: DeserializeOwned>(items: Vec<Item>, prefix: &str) -> Result<HashMap<String, T>, Error> {
    let known = items.into_iter().filter_map(|item| {
        let id = item.get("pk")?.as_s().ok()?.strip_prefix(prefix)?.to_owned();
        Some(dynamo::from_item(item).map(|product| (id, product)))
    });
    known.collect()
}

fn key(owner: &Owner) -> Item {
    keyed(owner.key())
}

/// The key of what is stored under an idempotency key, by the id that follows from it.
fn marker_key(id: &str) -> String {
    format!("request#{id}")
}

fn keyed(pk: String) -> Item {
    HashMap::from([("pk".to_owned(), text(pk))])
}
