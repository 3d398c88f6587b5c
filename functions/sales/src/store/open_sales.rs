//! The table `OpenSalesTable`: one item a customer, by `customerId`, with what the customer has open
//! ([`OpenSales`]). It is written in the transactions that open and close sales, and is not `SalesTable`, whose stream
//! is published and whose items are sales.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use dynamo::{Item, number, text};
use kernel::{Error, StartupError, config};

use crate::open_sales::OpenSales;

/// What the shop's customers have open.
pub struct OpenSalesTable {
    client: Client,
    table: String,
}

impl OpenSalesTable {
    /// The table `OPEN_SALES_TABLE`, over a client that another store connected.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env_with(client: Client) -> Result<Self, StartupError> {
        Ok(Self::new(client, config::required::<String>("OPEN_SALES_TABLE")?))
    }

    /// A table by its name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// What a customer has open. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(&self, customer_id: &str) -> Result<OpenSales, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key(customer_id))).consistent_read(true);
        parsed(customer_id, dynamo::get(read).await?)
    }

    /// What a batch read has to ask for to know what a customer has open: table and keys.
    pub fn wanted(&self, customer_id: &str) -> (String, Vec<Item>) {
        (self.table.clone(), vec![key(customer_id)])
    }

    /// What a customer has open, by what a batch read found for [`wanted`](Self::wanted).
    ///
    /// # Errors
    /// `Internal` when the item cannot be read.
    pub fn found(&self, customer_id: &str, found: &mut HashMap<String, Vec<Item>>) -> Result<OpenSales, Error> {
        parsed(customer_id, found.remove(&self.table).and_then(|items| items.into_iter().next()))
    }

    /// The part of a transaction that stores the next version of what a customer has open. When somebody else was
    /// faster it is refused by the item that is there ([`OpenSalesTable::refusal`]).
    ///
    /// # Errors
    /// `Internal` never: all that a put needs is given.
    pub fn put_part(&self, open: &OpenSales) -> Result<TransactWriteItem, Error> {
        let item = dynamo::to_item(open)?;
        if open.version == 1 {
            return dynamo::put_new(&self.table, item, "customerId");
        }
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(open.version - 1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build())
    }

    /// What a customer has open, by the item that refused [`OpenSalesTable::put_part`].
    ///
    /// # Errors
    /// `Internal` when it cannot be read.
    pub fn refusal(customer_id: &str, item: Option<Item>) -> Result<OpenSales, Error> {
        parsed(customer_id, item)
    }
}

fn parsed(customer_id: &str, item: Option<Item>) -> Result<OpenSales, Error> {
    item.map_or_else(|| Ok(OpenSales::none(customer_id)), dynamo::from_item)
}

fn key(customer_id: &str) -> Item {
    HashMap::from([("customerId".to_owned(), text(customer_id))])
}
