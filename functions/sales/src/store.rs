//! The table `SalesTable`: one item a sale, its lines within it, so that its event is whole.
//!
//! | Key | What it is for |
//! | --- | --- |
//! | `id` | the sale; derived from the customer and the idempotency key, so that it exists once |
//! | index `by-customer`: `customerId`, `listingPosition` | a customer's sales, newest first |
//! | index `by-listing`: `listing` = `sale`, `listingPosition` | all sales, newest first |

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use shared::idempotency::{Outcome, Stored};
use shared::jsonapi::{Page, PageRequest};
use shared::store::{self, Item, Listing, Refused, number, text};
use shared::{Error, StartupError, config};

use crate::sale::Sale;

/// The value of `listing` of every sale.
const ALL: &str = "sale";

/// Whose sales a list shows.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    Customer(&'a str),
    Everyones,
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
        self.read(id).await?.map(store::from_item).transpose()
    }

    /// What was sold before under the sale id of a repeated request, if anything was. One
    /// consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn repeated(&self, id: &str, fingerprint: &str) -> Result<Option<Outcome<Sale>>, Error> {
        self.read(id).await?.map(|item| Outcome::of_repeated(item, fingerprint)).transpose()
    }

    async fn read(&self, id: &str) -> Result<Option<Item>, Error> {
        store::get(self.client.get_item().table_name(&self.table).key("id", text(id)).consistent_read(true)).await
    }

    /// Sales, newest first. One query.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list(&self, whose: Whose<'_>, request: &PageRequest) -> Result<Page<Sale>, Error> {
        let listing = match whose {
            Whose::Customer(id) => Listing::newest(&self.table, "by-customer", "customerId", id),
            Whose::Everyones => Listing::newest(&self.table, "by-listing", "listing", ALL),
        };
        store::list(&self.client, &listing, request, position, |_| true).await
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
        takes.push(store::put_new(&self.table, item(sale, fingerprint)?, "id")?);
        store::transact(&self.client, takes).await
    }

    /// Keeps a new pending sale: nothing is taken. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn hold(&self, sale: Sale, fingerprint: &str) -> Result<Outcome<Sale>, Error> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item(&sale, fingerprint)?));
        let put = put.condition_expression("attribute_not_exists(id)");
        match store::put(put).await? {
            Ok(()) => Ok(Outcome::Made(sale)),
            Err(Some(stored)) => Outcome::of_repeated(stored, fingerprint),
            Err(None) => Err(Error::internal("a sale that does not exist was in the way")),
        }
    }

    /// A sale to be decided, with the fingerprint of its request. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn held(&self, id: &str) -> Result<Option<Stored<Sale>>, Error> {
        self.read(id).await?.map(store::from_item).transpose()
    }

    /// Keeps the next version of a sale and takes its pieces, as [`Sales::sell`]; the sale's part is refused when
    /// somebody else was faster.
    ///
    /// # Errors
    /// `Unavailable` when others are in the way for too long, or DynamoDB does not answer.
    pub async fn decide(
        &self,
        sale: &Sale,
        fingerprint: &str,
        mut takes: Vec<TransactWriteItem>,
    ) -> Result<Result<(), Refused>, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(sale, fingerprint)?))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(sale.version - 1));
        takes.push(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build());
        store::transact(&self.client, takes).await
    }
}

fn item(sale: &Sale, fingerprint: &str) -> Result<Item, Error> {
    let mut item = store::stamped(store::to_item(sale)?);
    item.insert("listing".to_owned(), text(ALL));
    item.insert(store::POSITION.to_owned(), text(position(sale)));
    item.insert("fingerprint".to_owned(), text(fingerprint));
    Ok(item)
}

fn position(sale: &Sale) -> String {
    store::position(sale.created_at, &sale.id)
}
