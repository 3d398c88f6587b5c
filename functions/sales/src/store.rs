//! The table `SalesTable`: one item a sale, its lines within it, so that its event is whole.
//!
//! | Key | What it is for |
//! | --- | --- |
//! | `id` | the sale; derived from the customer and the idempotency key, so that it exists once |
//! | index `by-customer`: `customerId`, `listingPosition` | a customer's sales, newest first |
//! | index `by-listing`: `listing` = `sale`, `listingPosition` | all sales, newest first |

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::Deserialize;
use shared::jsonapi::{Page, PageRequest};
use shared::store::{self, Item, Refused, text};
use shared::{Error, StartupError, clock, config};

use crate::sale::Sale;

/// The value of `listing` of every sale.
const ALL: &str = "sale";

/// Whose sales a list shows.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    Customer(&'a str),
    Everyones,
}

/// A sale as the table has it, with the fingerprint of the request that made it.
#[derive(Debug, Deserialize)]
pub struct Stored {
    #[serde(flatten)]
    pub sale: Sale,
    pub fingerprint: String,
}

/// The shop's sales.
pub struct Sales {
    client: Client,
    table: String,
}

impl Sales {
    /// The sales in the table `SALES_TABLE`, connected.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let table = config::required::<String>("SALES_TABLE")?;
        Ok(Self::new(store::client_from_env(&table, &[("id", "warm-up")]).await?, table))
    }

    /// The sales in a table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The client, for a store that shares the connection.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// A sale. One consistent read: who has just bought sees the purchase.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(&self, id: &str) -> Result<Option<Sale>, Error> {
        Ok(self.stored(id).await?.map(|stored| stored.sale))
    }

    /// A sale with the fingerprint of the request that made it. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn stored(&self, id: &str) -> Result<Option<Stored>, Error> {
        let read = self.client.get_item().table_name(&self.table).key("id", text(id)).consistent_read(true);
        store::get(read).await?.map(store::from_item).transpose()
    }

    /// Sales, newest first. One query.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list(&self, whose: Whose<'_>, request: &PageRequest) -> Result<Page<Sale>, Error> {
        let (index, attribute, value) = match whose {
            Whose::Customer(id) => ("by-customer", "customerId", id),
            Whose::Everyones => ("by-listing", "listing", ALL),
        };
        let start = request.position().map(|position| start_key(attribute, value, position)).transpose()?;
        let query = self.client.query().table_name(&self.table).index_name(index);
        let query = query.key_condition_expression("#whose = :whose").expression_attribute_names("#whose", attribute);
        let query = query.expression_attribute_values(":whose", text(value));
        let query = query.scan_index_forward(request.backwards()).limit(request.limit()).set_exclusive_start_key(start);
        let items = store::query(query).await?;
        let sales = items.into_iter().map(store::from_item).collect::<Result<Vec<Sale>, _>>()?;
        Ok(request.page(sales, position))
    }

    /// Keeps a new sale and takes its pieces from stock: all or nothing. `takes` are inventory's
    /// parts, one per line in the order of the lines; the sale is the part after them.
    ///
    /// # Errors
    /// `Unavailable` when other buyers are in the way for too long, or DynamoDB does not answer.
    pub async fn sell(
        &self,
        sale: &Sale,
        fingerprint: &str,
        mut takes: Vec<TransactWriteItem>,
    ) -> Result<Result<(), Refused>, Error> {
        let mut item = store::to_item(sale)?;
        item.insert("listing".to_owned(), text(ALL));
        item.insert("listingPosition".to_owned(), text(position(sale)));
        item.insert("fingerprint".to_owned(), text(fingerprint));
        takes.push(store::put_new(&self.table, item, "id")?);
        store::transact(&self.client, takes).await
    }
}

fn position(sale: &Sale) -> String {
    format!("{}#{}", clock::sortable(sale.created_at), sale.id)
}

fn start_key(attribute: &str, value: &str, position: &str) -> Result<Item, Error> {
    let (_, id) = position.split_once('#').ok_or_else(|| Error::internal("a signed cursor without an id"))?;
    Ok(HashMap::from([
        ("id".to_owned(), text(id)),
        (attribute.to_owned(), text(value)),
        ("listingPosition".to_owned(), text(position)),
    ]))
}
