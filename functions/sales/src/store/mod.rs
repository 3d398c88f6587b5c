//! The table `SalesTable`: one item a sale, its lines within it, so that its event is whole.
//!
//! | Key | What it is for |
//! | --- | --- |
//! | `id` | the sale; derived from the customer and the idempotency key, so that it exists once |
//! | index `by-customer`: `customerId`, `listingPosition` | a customer's sales, newest first |
//! | index `by-listing`: `listing` = the status, `listingPosition` | the sales of a status, newest first; all sales are the six lists merged |

mod open_sales;

use access::audit_log;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use dynamo::{Attempts, Item, Listing, Segment, Segments, Sieve, Written, migration, number, text};
use kernel::page::{Page, PageRequest};
use kernel::replay::{Outcome, Stored};
use kernel::{Error, StartupError, config};

use crate::listing::ListQuery;
use crate::sale::AUDITED;
use crate::sale::Sale;
pub use open_sales::OpenSalesTable;

/// The condition that a sale is the one that was read. The version alone would take one that was deleted and made again
/// under the same id for it.
const AS_READ: &str = "#version = :version AND createdAt = :made";

/// How a page is filled from a customer's sales of all states.
const SIEVE: Sieve = Sieve { items: 100, queries: 20, refusal: too_rare };

fn too_rare() -> Error {
    let detail = "Too few of this customer's many sales are in this state. Add filter[createdAt] to look at fewer.";
    Error::parameter("filter[status]", detail)
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
        Ok(Self::new(dynamo::client_from_env(&table, &[("id", "warm-up")]).await?, table))
    }

    /// The sales in the table `SALES_TABLE`, over a client that another store connected.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env_with(client: Client) -> Result<Self, StartupError> {
        Ok(Self::new(client, config::required::<String>("SALES_TABLE")?))
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
        self.read(id).await?.map(dynamo::from_item).transpose()
    }

    /// What was sold before under the sale id of a repeated request, if anything was. One
    /// consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn repeated(&self, id: &str, fingerprint: &str) -> Result<Option<Outcome<Sale>>, Error> {
        self.read(id).await?.map(|item| dynamo::replay(item, fingerprint)).transpose()
    }

    async fn read(&self, id: &str) -> Result<Option<Item>, Error> {
        dynamo::get(self.client.get_item().table_name(&self.table).key("id", text(id)).consistent_read(true)).await
    }

    /// A page of sales by age. A customer's are one query, more when few of them are in the state that is asked for;
    /// everybody's of a state are one query, of all states one for each, in the order that sales go through them.
    ///
    /// # Errors
    /// 400 naming `filter[status]` when 2,000 of a customer's sales did not fill the page · when the table does not
    /// answer.
    pub async fn list(&self, list_query: &ListQuery, request: &PageRequest) -> Result<Page<Sale>, Error> {
        let newest = match &list_query.customer {
            Some(id) => Listing::newest(&self.table, "by-customer", "customerId", id),
            None => {
                let listing = Listing::newest(&self.table, "by-listing", "listing", "");
                Listing { partitions: list_query.states(), in_turn: true, ..listing }
            }
        };
        let sieve = (list_query.customer.is_some() && list_query.status.is_some()).then_some(SIEVE);
        let listing = Listing { ascending: list_query.ascending, within: list_query.positions(), sieve, ..newest };
        let keep = |sale: &Sale| list_query.status.is_none_or(|status| sale.status == status);
        dynamo::list(&self.client, &listing, request, position, keep).await
    }

    /// All sales in a segment of the table, in pages ([`Sales::read_page`]), as they are within moments: half a unit
    /// for each 4 KB. For audits alone.
    pub fn segment(&self, segment: Segment) -> Segments {
        Segments::of(self.client.scan().table_name(&self.table), segment)
    }

    /// The sales of a page of a segment; nothing after the last one.
    ///
    /// # Errors
    /// When the table does not answer, or a sale cannot be read.
    pub async fn read_page(pages: &mut Segments) -> Result<Option<Vec<Sale>>, Error> {
        let Some(items) = pages.page().await? else { return Ok(None) };
        let sales = items.into_iter().filter(|item| item.get("id") != Some(&text(migration::KEY)));
        sales.map(dynamo::from_item).collect::<Result<_, _>>().map(Some)
    }

    /// Stores a new sale, takes its pieces from stock and counts it as open: all or nothing. `takes` are inventory's
    /// parts, one per line in the order of the lines; the sale is the part after them, `open` the last.
    ///
    /// # Errors
    /// `Unavailable` when other buyers are in the way for too long, or DynamoDB does not answer.
    pub async fn sell(
        &self,
        sale: &Sale,
        fingerprint: &str,
        mut takes: Vec<TransactWriteItem>,
        open: TransactWriteItem,
    ) -> Result<Written, Error> {
        takes.extend([self.put_pending_sale_part(sale, fingerprint)?, open]);
        dynamo::transact(&self.client, takes).await
    }

    /// Stores a new pending sale: nothing is taken from stock. One write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_pending_sale(&self, sale: Sale, fingerprint: &str) -> Result<Outcome<Sale>, Error> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item(&sale, fingerprint)?));
        let put = put.condition_expression("attribute_not_exists(id)");
        match dynamo::put(put).await? {
            Written::Done(()) => Ok(Outcome::Made(sale)),
            Written::Refused(Some(stored)) => dynamo::replay(stored, fingerprint),
            Written::Refused(None) => Err(Error::internal("a sale that does not exist was in the way")),
        }
    }

    /// Sales' part of a transaction that stores a new pending sale together with something else. When there is one
    /// of this id, [`dynamo::Refused::found`] returns it ([`Outcome::of_repeated`]).
    ///
    /// # Errors
    /// `Internal` never: all that a put needs is given.
    pub fn put_pending_sale_part(&self, sale: &Sale, fingerprint: &str) -> Result<TransactWriteItem, Error> {
        dynamo::put_new(&self.table, item(sale, fingerprint)?, "id")
    }

    /// A sale to be decided, with the fingerprint of its request. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get_stored(&self, id: &str) -> Result<Option<Stored<Sale>>, Error> {
        self.read(id).await?.map(dynamo::from_item).transpose()
    }

    /// Stores the next version of a sale and takes its pieces, as [`Sales::sell`]; the sale's part is refused when
    /// somebody else was faster. `others` follow it: the change of what its customer has open, if that changes; the entry of
    /// the audit log, if somebody is recorded.
    ///
    /// # Errors
    /// `Unavailable` when others are in the way for too long, or DynamoDB does not answer.
    pub async fn decide(
        &self,
        sale: &Sale,
        fingerprint: &str,
        mut takes: Vec<TransactWriteItem>,
        others: impl IntoIterator<Item = TransactWriteItem>,
    ) -> Result<Written, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(sale, fingerprint)?))
            .condition_expression(AS_READ)
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(sale.version - 1))
            .expression_attribute_values(":made", text(sale.created_at.to_string()));
        takes.push(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build());
        takes.extend(others);
        dynamo::transact(&self.client, takes).await
    }

    /// Deletes a sale, if `allow` does not refuse it. One read, one transaction. A sale that is not found when it has to be read
    /// again was deleted meanwhile, perhaps by this very write, whose answer was lost.
    ///
    /// # Errors
    /// `NotFound` · what `allow` says · `Unavailable` when others keep writing, or the table does not answer.
    pub async fn delete(&self, id: &str, allow: impl Fn(&Sale) -> Result<(), Error>) -> Result<(), Error> {
        let mut attempts = Attempts::of("the sale");
        loop {
            attempts.next().await?;
            let sale = match self.get(id).await? {
                Some(sale) => sale,
                None if attempts.is_repeated() => return Ok(()),
                None => return Err(unknown()),
            };
            allow(&sale)?;
            let delete = Delete::builder()
                .table_name(&self.table)
                .key("id", text(id))
                .condition_expression(AS_READ)
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", number(sale.version))
                .expression_attribute_values(":made", text(sale.created_at.to_string()));
            let delete = delete.build().map_err(Error::internal)?;
            let mut parts = vec![TransactWriteItem::builder().delete(delete).build()];
            parts.extend(audit_log::entry(Some(&sale), None, &AUDITED)?);
            if dynamo::transact(&self.client, parts).await?.is_done() {
                return Ok(());
            }
        }
    }
}

/// 404: there is none, or it is somebody else's.
pub fn unknown() -> Error {
    Error::not_found("You have no sale with this id.")
}

fn item(sale: &Sale, fingerprint: &str) -> Result<Item, Error> {
    let mut item = dynamo::stamped(dynamo::to_item(sale)?);
    item.insert("listing".to_owned(), text(sale.status.name()));
    item.insert(dynamo::POSITION.to_owned(), text(position(sale)));
    item.insert("fingerprint".to_owned(), text(fingerprint));
    Ok(item)
}

fn position(sale: &Sale) -> String {
    dynamo::position(sale.created_at, &sale.id)
}

/// The key of an item that has events, by what it is and its id.
pub fn event_key(kind: &str, id: &str) -> Option<Item> {
    (kind == "sale").then(|| Item::from([("id".to_owned(), text(id))]))
}
