//! What changes stock: movements, what was sold, what catalog tells.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, PutRequest, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, WriteRequest,
};
use shared::Error;
use shared::clock::Timestamp;
use shared::idempotency::Outcome;
use shared::store::{self, number, text};

use super::{Stock, key, movement_item};
use crate::movement::Movement;
use crate::stock::{Shortage, Snapshot, StockItem, insufficient_stock};

/// Where a product that is booked is known.
#[derive(Clone, Copy)]
pub enum Known<'a> {
    /// Here: its stock item has a snapshot.
    Here,
    /// As catalog has just told it.
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
    /// Changes the stock of a product and keeps the movement, in one transaction of two items. A snapshot from
    /// catalog is kept unless there is a newer one. `fingerprint` is that of the request's body, so
    /// that a repeated request is known by the movement's derived id.
    ///
    /// # Errors
    /// `Conflict` (`insufficient_stock`) when stock would go below zero.
    pub async fn adjust(&self, movement: Movement, mut known: Known<'_>, fingerprint: &str) -> Result<Adjusted, Error> {
        let mut item = movement_item(&movement)?;
        item.insert("fingerprint".to_owned(), text(fingerprint));
        loop {
            let parts = vec![self.change(&movement, known)?, store::put_new(&self.table, item.clone(), "productId")?];
            let Err(refused) = store::transact(&self.client, parts).await? else {
                return Ok(Adjusted::Done(Outcome::Made(movement)));
            };
            if let Some(stored) = refused.found(1) {
                return Outcome::of_repeated(stored, fingerprint).map(Adjusted::Done);
            }
            let item: Option<StockItem> = refused.found(0).map(store::from_item).transpose()?;
            let available = item.as_ref().map_or(0, |item| item.available);
            let is_known = item.as_ref().is_some_and(|item| item.product.is_some());
            match known {
                Known::Here if !is_known => return Ok(Adjusted::Unknown { movement, item }),
                _ if available + movement.quantity < 0 => {
                    let (product_id, requested) = (movement.product_id, -movement.quantity);
                    return Err(insufficient_stock(&[Shortage { product_id, requested, available }]));
                }
                // There is enough, so the snapshot was older than the one kept: leave that alone.
                Known::As(_) => known = Known::Nowhere,
                Known::Here | Known::Nowhere => return Err(Error::unavailable("the stock kept changing")),
            }
        }
    }

    /// Keeps what catalog tells of a product, unless something newer is known. The stock item is made when there is
    /// none. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn learn(&self, product_id: &str, product: &Snapshot, now: Timestamp) -> Result<(), Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(product_id)))
            .update_expression(
                "SET product = :product, available = if_not_exists(available, :zero), \
                 #version = if_not_exists(#version, :one), updatedAt = if_not_exists(updatedAt, :now), \
                 correlationId = if_not_exists(correlationId, :correlation)",
            )
            .condition_expression("attribute_not_exists(product) OR product.#sequence < :sequence")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":product", AttributeValue::M(store::to_item(product)?))
            .expression_attribute_values(":sequence", text(&product.sequence))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":correlation", store::correlation())
            .expression_attribute_values(":now", text(now.to_string()));
        // Refused, something as new or newer is known.
        store::update(update).await?.map(drop).unwrap_or_default();
        Ok(())
    }

    /// Keeps movements that follow from something else, the same however often. A batch write for each 25.
    ///
    /// # Errors
    /// When the table does not answer; some may have been kept.
    pub async fn keep(&self, movements: &[Movement]) -> Result<(), Error> {
        for some in movements.chunks(25) {
            let puts = some.iter().map(|movement| {
                let item = movement_item(movement)?;
                let put = PutRequest::builder().set_item(Some(item)).build().map_err(Error::internal)?;
                Ok(WriteRequest::builder().put_request(put).build())
            });
            store::batch_write(&self.client, &self.table, puts.collect::<Result<_, Error>>()?).await?;
        }
        Ok(())
    }

    /// Inventory's part of a purchase: takes pieces of a product, unless it has changed since the snapshot that
    /// the sale was priced by. `learn` says that the snapshot is not the stock item's own: it is kept there.
    /// Refused, it tells the stock item ([`Stock::refusal`]).
    ///
    /// # Errors
    /// `Internal` never: all that an update needs is given.
    pub fn take(
        &self,
        product_id: &str,
        quantity: i64,
        product: &Snapshot,
        learn: bool,
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
            .expression_attribute_values(":true", store::boolean(true))
            .expression_attribute_values(":sequence", text(&product.sequence))
            .expression_attribute_values(":correlation", store::correlation())
            .expression_attribute_values(":now", text(now.to_string()));
        if learn {
            set += ", product = :product";
            update = update.expression_attribute_values(":product", AttributeValue::M(store::to_item(product)?));
        }
        self.update(update.update_expression(set), product_id)
    }

    /// Inventory's part of a cancellation: pieces of a product are back. Refused only where the stock item is gone,
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
            .expression_attribute_values(":correlation", store::correlation())
            .expression_attribute_values(":now", text(now.to_string()));
        self.update(update, product_id)
    }

    /// The stock item's part of an adjustment; it makes the item when there is none.
    fn change(&self, movement: &Movement, known: Known<'_>) -> Result<TransactWriteItem, Error> {
        let mut set = "SET available = if_not_exists(available, :zero) + :quantity, updatedAt = :now, \
                       #version = if_not_exists(#version, :zero) + :one, correlationId = :correlation"
            .to_owned();
        let mut conditions = Vec::new();
        let mut update = Update::builder()
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":quantity", number(movement.quantity))
            .expression_attribute_values(":correlation", store::correlation())
            .expression_attribute_values(":now", text(movement.created_at.to_string()));
        if movement.quantity < 0 {
            conditions.push("available >= :needed");
            update = update.expression_attribute_values(":needed", number(-movement.quantity));
        }
        match known {
            Known::Here => conditions.push("attribute_exists(product)"),
            Known::As(product) => {
                set += ", product = :product";
                conditions.push("(attribute_not_exists(product) OR product.#sequence <= :sequence)");
                update = update
                    .expression_attribute_names("#sequence", "sequence")
                    .expression_attribute_values(":sequence", text(&product.sequence))
                    .expression_attribute_values(":product", AttributeValue::M(store::to_item(product)?));
            }
            Known::Nowhere => {}
        }
        if !conditions.is_empty() {
            update = update.condition_expression(conditions.join(" AND "));
        }
        self.update(update.update_expression(set), &movement.product_id)
    }

    fn update(&self, update: UpdateBuilder, product_id: &str) -> Result<TransactWriteItem, Error> {
        let update = update
            .table_name(&self.table)
            .set_key(Some(key(product_id)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build())
    }
}
