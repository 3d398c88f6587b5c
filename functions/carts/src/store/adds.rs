//! Additions to a cart: counted up where it stands, without reading it, so that of many at once none is lost.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use dynamo::{Attempts, Item, Written, number, text};
use kernel::clock::{Timestamp, seconds};
use kernel::replay::Outcome;
use kernel::{Error, ids};
use serde::{Deserialize, Serialize};

use super::{Carts, DAY, NOTHING, key, keyed, live, marker_key};
use crate::cart::{Cart, MAX_PRODUCTS, MAX_QUANTITY, full, too_many};
use crate::line::RequestedItem;
use crate::owner::{self, Owner};

/// The attribute that names the last addition: one that was sent twice, because its answer was lost, counts once.
const LAST: &str = "lastAddition";

/// An attempt at an addition is refused where the cart has expired, has too much in it, or has it already.
const ROOM: &str = "attribute_exists(#lines) AND expiresAt > :now \
                    AND (attribute_exists(#lines.#product) OR size(#lines) < :products) \
                    AND (attribute_not_exists(#lines.#product) OR #lines.#product <= :room) \
                    AND (attribute_not_exists(#last) OR #last <> :last)";

/// Something to be added to a cart.
pub struct Addition<'a> {
    pub owner: &'a Owner,
    /// A guest who has no cart yet.
    pub is_new: bool,
    pub line: &'a RequestedItem,
    /// The id that follows from the idempotency key, if there is one, and the fingerprint of the body.
    pub request: Option<(String, String)>,
}

/// What is stored under an idempotency key, for a day: what was added.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marker {
    product_id: String,
    quantity: i64,
}

impl Carts {
    /// Adds pieces of a product to a cart: one write, or one transaction with the key's marker and one read. The
    /// first addition makes the cart, after an attempt that finds none. The cart as it is then.
    ///
    /// # Errors
    /// `Conflict` (`cart_limit`) · `NotFound` for a guest whose cart has expired or was deleted · `Unavailable` when others keep
    /// writing, or the table does not answer.
    pub async fn add(&self, addition: &Addition<'_>, now: Timestamp) -> Result<Outcome<Cart>, Error> {
        let (last, mut begins) = (ids::new(), addition.is_new);
        let mut attempts = Attempts::of("the cart");
        loop {
            attempts.next().await?;
            let part =
                if begins { self.beginning(addition, &last, now)? } else { self.increase(addition, &last, now)? };
            let found = match &addition.request {
                None => match self.write(part).await? {
                    Written::Done(item) => return dynamo::from_item(item).map(Outcome::Made),
                    Written::Refused(found) => found,
                },
                Some((id, fingerprint)) => {
                    let marker = self.put_addition_part(addition, (id, fingerprint), now)?;
                    let Written::Refused(refused) = dynamo::transact(&self.client, vec![part, marker]).await? else {
                        return self.of(addition.owner, now).await.map(Outcome::Made);
                    };
                    if let Some(marker) = refused.found(1) {
                        return self.repeated(addition, marker, fingerprint, now).await;
                    }
                    refused.found(0)
                }
            };
            let is_ours = found.as_ref().and_then(|item| item.get(LAST)) == Some(&text(&last));
            match live(found, now) {
                Some(item) if is_ours => return dynamo::from_item(item).map(Outcome::Made),
                Some(item) => {
                    check_room(&dynamo::from_item(item)?, addition.line)?;
                    begins = false;
                }
                None if addition.is_new || matches!(addition.owner, Owner::Customer(_)) => begins = true,
                None => return Err(owner::unknown()),
            }
        }
    }

    /// The result of an earlier addition with the same key, if any. One consistent read, two when there is one.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn added(&self, addition: &Addition<'_>, now: Timestamp) -> Result<Option<Outcome<Cart>>, Error> {
        let Some((id, fingerprint)) = &addition.request else { return Ok(None) };
        let read = self.client.get_item().table_name(&self.table).set_key(Some(keyed(marker_key(id))));
        let found = dynamo::get(read.consistent_read(true)).await?.filter(|item| !super::has_expired(item, now));
        match found {
            Some(marker) => self.repeated(addition, marker, fingerprint, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// The cart of a repeated addition as it is now. What is no longer in it is shown as it was added.
    async fn repeated(
        &self,
        addition: &Addition<'_>,
        marker: Item,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Outcome<Cart>, Error> {
        let Outcome::Replayed(Marker { product_id, quantity }) = dynamo::replay(marker, fingerprint)? else {
            return Ok(Outcome::KeyReused);
        };
        let mut cart = self.of(addition.owner, now).await?;
        cart.lines.entry(product_id).or_insert(quantity);
        Ok(Outcome::Replayed(cart))
    }

    /// Counts up what is in a cart.
    fn increase(&self, addition: &Addition<'_>, last: &str, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let RequestedItem { product_id, quantity } = addition.line;
        let products = i64::try_from(MAX_PRODUCTS).map_err(Error::internal)?;
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(addition.owner)))
            .update_expression(
                "SET #lines.#product = if_not_exists(#lines.#product, :zero) + :quantity, \
                 #version = #version + :one, updatedAt = :time, expiresAt = :expires, #last = :last, \
                 correlationId = :correlation REMOVE rejection",
            )
            .condition_expression(ROOM)
            .expression_attribute_names("#lines", "lines")
            .expression_attribute_names("#product", product_id)
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#last", LAST)
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":quantity", number(quantity))
            .expression_attribute_values(":room", number(MAX_QUANTITY - quantity))
            .expression_attribute_values(":products", number(products))
            .expression_attribute_values(":now", number(seconds(now)))
            .expression_attribute_values(":time", text(now.to_string()))
            .expression_attribute_values(":expires", number(self.expires_at(addition.owner, now)))
            .expression_attribute_values(":last", text(last))
            .expression_attribute_values(":correlation", dynamo::correlation())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build())
    }

    /// A cart with this in it, where there is none.
    fn beginning(&self, addition: &Addition<'_>, last: &str, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let RequestedItem { product_id, quantity } = addition.line;
        let mut item = self.item(addition.owner, &Cart::begun(product_id, *quantity, now), now)?;
        item.insert(LAST.to_owned(), text(last));
        self.put_where_nothing_is(item, now)
    }

    fn put_addition_part(
        &self,
        addition: &Addition<'_>,
        (id, fingerprint): (&str, &str),
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let RequestedItem { product_id, quantity } = addition.line.clone();
        let mut item = dynamo::to_item(&Marker { product_id, quantity })?;
        item.extend(keyed(marker_key(id)));
        item.insert("fingerprint".to_owned(), text(fingerprint));
        item.insert("expiresAt".to_owned(), number(seconds(now) + DAY));
        self.put_where_nothing_is(item, now)
    }

    fn put_where_nothing_is(&self, item: Item, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(NOTHING)
            .expression_attribute_values(":now", number(seconds(now)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build())
    }
}

/// Why there is no room for more in a cart, if there is none.
fn check_room(cart: &Cart, line: &RequestedItem) -> Result<(), Error> {
    match cart.lines.get(&line.product_id) {
        Some(in_it) if in_it + line.quantity > MAX_QUANTITY => Err(too_many(*in_it)),
        None if cart.lines.len() >= MAX_PRODUCTS => Err(full()),
        // There was no cart, or others changed it in between.
        _ => Ok(()),
    }
}
