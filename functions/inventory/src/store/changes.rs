//! What changes stock items: movements, sales, snapshots of products.

use access::audit_log;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, PutRequest, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, WriteRequest,
};
use dynamo::{Written, migration, number, text};
use kernel::Error;
use kernel::clock::Timestamp;
use kernel::replay::Outcome;

use super::{Stock, key, movement_item};
use crate::movement::AUDITED;
use crate::movement::{Kind, Movement};
use crate::shortage::{Shortage, insufficient_stock};
use crate::snapshot::Snapshot;
use crate::stock::StockItem;

/// Stores a snapshot; the stock item is created when there is none.
const SET_SNAPSHOT: &str = "SET product = :product, available = if_not_exists(available, :zero), \
                            #version = if_not_exists(#version, :one), updatedAt = if_not_exists(updatedAt, :now), \
                            correlationId = if_not_exists(correlationId, :correlation), \
                            schemaVersion = if_not_exists(schemaVersion, :schema)";

/// Where a product that is booked is known.
#[derive(Clone, Copy)]
pub enum Known<'a> {
    /// Here: its stock item has a snapshot.
    Here,
    /// As catalog has just answered.
    As(&'a Snapshot),
    /// Nowhere yet: booked unseen.
    Nowhere,
}

/// What became of an adjustment.
#[derive(Debug, PartialEq, Eq)]
pub enum Adjusted {
    Done(Outcome<Movement>),
    /// Nothing was written: the product was to be known here and is not. Its stock item, if it has one.
    Unknown {
        movement: Movement,
        item: Option<StockItem>,
    },
}

impl Stock {
    /// Changes the stock of a product and stores the movement, in one transaction of two items. A snapshot from
    /// catalog is stored unless there is a newer one. `fingerprint` is that of the request's body, so
    /// that a repeated request is known by the movement's derived id.
    ///
    /// # Errors
    /// `Conflict` (`insufficient_stock`) when stock would go below zero · `NotFound` for a receipt of a deleted product.
    pub async fn adjust(&self, movement: Movement, mut known: Known<'_>, fingerprint: &str) -> Result<Adjusted, Error> {
        let mut item = movement_item(&movement)?;
        item.insert("fingerprint".to_owned(), text(fingerprint));
        loop {
            let put = dynamo::put_new(&self.table, item.clone(), "productId")?;
            let mut parts = vec![self.change(&movement, known)?, put];
            parts.extend(audit_log::entry(None, Some(&movement), &AUDITED)?);
            let Written::Refused(refused) = dynamo::transact(&self.client, parts).await? else {
                return Ok(Adjusted::Done(Outcome::Made(movement)));
            };
            if let Some(stored) = refused.found(1) {
                return dynamo::replay(stored, fingerprint).map(Adjusted::Done);
            }
            let item: Option<StockItem> = refused.found(0).map(dynamo::from_item).transpose()?;
            let available = item.as_ref().map_or(0, |item| item.available);
            let is_known = item.as_ref().is_some_and(|item| item.product.is_some());
            let is_deleted = |item: &StockItem| item.product.as_ref().is_some_and(Snapshot::is_deleted);
            match known {
                Known::Here | Known::Nowhere
                    if movement.kind == Kind::Receipt && item.as_ref().is_some_and(is_deleted) =>
                {
                    return Err(Error::not_found("There is no product with this id any more: it was deleted."));
                }
                Known::Here if !is_known => return Ok(Adjusted::Unknown { movement, item }),
                _ if available + movement.quantity < 0 => {
                    let (product_id, requested) = (movement.product_id, -movement.quantity);
                    return Err(insufficient_stock(&[Shortage { product_id, requested, available }]));
                }
                // There is enough, so the snapshot was older than the stored one: leave that alone.
                Known::As(_) => known = Known::Nowhere,
                Known::Here | Known::Nowhere => return Err(Error::unavailable("the stock kept changing")),
            }
        }
    }

    /// Stores the snapshot of a product, unless there is a newer one. The stock item is created when there is
    /// none. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_snapshot(&self, product_id: &str, product: &Snapshot, now: Timestamp) -> Result<(), Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(product_id)))
            .update_expression(SET_SNAPSHOT)
            .condition_expression("attribute_not_exists(product) OR product.#sequence < :sequence")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":product", AttributeValue::M(dynamo::to_map(product)?))
            .expression_attribute_values(":sequence", text(&product.sequence))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":correlation", dynamo::correlation())
            .expression_attribute_values(":schema", migration::schema())
            .expression_attribute_values(":now", text(now.to_string()));
        // Refused, something as new or newer is known.
        dynamo::update(update).await?.done();
        Ok(())
    }

    /// Stores movements that follow from sales; repeated, it changes nothing. A batch write for each 25.
    ///
    /// # Errors
    /// When the table does not answer; some may have been stored.
    pub async fn put_movements(&self, movements: &[Movement]) -> Result<(), Error> {
        for some in movements.chunks(25) {
            let puts = some.iter().map(|movement| {
                let item = movement_item(movement)?;
                let put = PutRequest::builder().set_item(Some(item)).build().map_err(Error::internal)?;
                Ok(WriteRequest::builder().put_request(put).build())
            });
            dynamo::batch_write(&self.client, &self.table, puts.collect::<Result<_, Error>>()?).await?;
        }
        Ok(())
    }

    /// Inventory's part of a purchase: takes pieces of a product, unless it has changed since the snapshot that
    /// the sale was priced by. `put_snapshot`: the snapshot is newer than the stock item's own, and is stored there.
    /// Refused, the stock item is found ([`Stock::refusal`]).
    ///
    /// # Errors
    /// `Internal` never: all that an update needs is given.
    pub fn take(
        &self,
        product_id: &str,
        quantity: i64,
        product: &Snapshot,
        put_snapshot: bool,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let mut set = "SET available = available - :quantity, updatedAt = :now, #version = #version + :one, \
                       sold = :true, correlationId = :correlation"
            .to_owned();
        let mut update = Update::builder()
            .condition_expression(
                "available >= :quantity AND (attribute_not_exists(product) OR product.#sequence <= :sequence)",
            )
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":quantity", number(quantity))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":true", dynamo::boolean(true))
            .expression_attribute_values(":sequence", text(&product.sequence))
            .expression_attribute_values(":correlation", dynamo::correlation())
            .expression_attribute_values(":now", text(now.to_string()));
        if put_snapshot {
            set += ", product = :product";
            update = update.expression_attribute_values(":product", AttributeValue::M(dynamo::to_map(product)?));
        }
        self.update(update.update_expression(set), product_id)
    }

    /// Inventory's part of a cancellation: pieces of a product are back. Refused only where the stock item does not exist,
    /// which it never is.
    ///
    /// # Errors
    /// `Internal` never: all that an update needs is given.
    pub fn give_back(&self, product_id: &str, quantity: i64, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .update_expression(
                "SET available = available + :quantity, updatedAt = :now, #version = #version + :one, \
                 correlationId = :correlation",
            )
            .condition_expression("attribute_exists(productId)")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":quantity", number(quantity))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":correlation", dynamo::correlation())
            .expression_attribute_values(":now", text(now.to_string()));
        self.update(update, product_id)
    }

    /// Inventory's part of the deletion of a product: its snapshot becomes the tombstone, unless a piece was ever sold. So
    /// a purchase at the same moment finds it deleted, or keeps it from being deleted. Refused, a piece was sold.
    ///
    /// # Errors
    /// `Internal` never: all that an update needs is given.
    pub fn retire(&self, product_id: &str, tombstone: &Snapshot, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .update_expression(SET_SNAPSHOT)
            .condition_expression("attribute_not_exists(sold) OR sold = :false")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":product", AttributeValue::M(dynamo::to_map(tombstone)?))
            .expression_attribute_values(":false", dynamo::boolean(false))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":schema", migration::schema())
            .expression_attribute_values(":correlation", dynamo::correlation())
            .expression_attribute_values(":now", text(now.to_string()));
        self.update(update, product_id)
    }

    /// The stock item's part of an adjustment; it makes the item when there is none.
    fn change(&self, movement: &Movement, known: Known<'_>) -> Result<TransactWriteItem, Error> {
        let mut set = "SET available = if_not_exists(available, :zero) + :quantity, updatedAt = :now, \
                       #version = if_not_exists(#version, :zero) + :one, correlationId = :correlation, \
                       schemaVersion = if_not_exists(schemaVersion, :schema)"
            .to_owned();
        let mut conditions = Vec::new();
        let mut update = Update::builder()
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":quantity", number(movement.quantity))
            .expression_attribute_values(":schema", migration::schema())
            .expression_attribute_values(":correlation", dynamo::correlation())
            .expression_attribute_values(":now", text(movement.created_at.to_string()));
        if movement.quantity < 0 {
            conditions.push("available >= :needed");
            update = update.expression_attribute_values(":needed", number(-movement.quantity));
        }
        if movement.kind == Kind::Receipt {
            // Nothing comes in of a product that was deleted; what is left of it can be written off.
            conditions
                .push("(attribute_not_exists(product) OR product.#status <> :deleted OR product.#sequence < :newer)");
            let newer = if let Known::As(product) = known { product.sequence.as_str() } else { "" };
            update = update
                .expression_attribute_names("#status", "status")
                .expression_attribute_names("#sequence", "sequence")
                .expression_attribute_values(":newer", text(newer))
                .expression_attribute_values(":deleted", text("deleted"));
        }
        match known {
            Known::Here => conditions.push("attribute_exists(product)"),
            Known::As(product) => {
                set += ", product = :product";
                conditions.push("(attribute_not_exists(product) OR product.#sequence <= :sequence)");
                update = update
                    .expression_attribute_names("#sequence", "sequence")
                    .expression_attribute_values(":sequence", text(&product.sequence))
                    .expression_attribute_values(":product", AttributeValue::M(dynamo::to_map(product)?));
            }
            Known::Nowhere => {}
        }
        if !conditions.is_empty() {
            update = update.condition_expression(conditions.join(" AND "));
        }
        self.update(update.update_expression(set), &movement.product_id)
    }

    pub(super) fn update(&self, update: UpdateBuilder, product_id: &str) -> Result<TransactWriteItem, Error> {
        let update = update
            .table_name(&self.table)
            .set_key(Some(key(product_id)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build())
    }
}
