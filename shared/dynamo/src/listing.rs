//! Listings: indexes whose partition is what is listed, and whose sort key is a position, unique in the
//! listing: `<what it is sorted by>#<id>`. A page begins beyond a position, so it does not matter whether the
//! item that was there still is.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use futures_util::future::try_join_all;
use serde::de::DeserializeOwned;

use super::{from_item, query, text};
use kernel::clock::{self, Timestamp};
use kernel::error::Error;
use kernel::page::{Page, PageRequest};

/// The sort key of listings by age.
pub const POSITION: &str = "listingPosition";

/// What is listed.
pub struct Listing<'a> {
    pub table: &'a str,
    /// An index, or the table itself.
    pub index: Option<&'a str>,
    /// Its partition key.
    pub partition_key: &'a str,
    /// Its values. Several are read and merged; what is in more than one of them is shown once.
    pub partitions: Vec<String>,
    /// Whether partitions are read one after the other: items move from earlier ones to later ones, and one that moves
    /// meanwhile is then found twice, where it would be missed if the later one was read first. Else all at once.
    pub in_turn: bool,
    /// Its sort key: the position.
    pub sort_key: &'a str,
    pub ascending: bool,
    /// The first and the last position that belong to the listing, if not all do.
    pub within: Option<(String, String)>,
    /// How a page is filled when some of what is read does not belong to it.
    pub sieve: Option<Sieve>,
}

/// How a page is filled from more than it shows.
#[derive(Clone, Copy)]
pub struct Sieve {
    /// Items to read by a query, at least.
    pub items: usize,
    /// The most queries for a page.
    pub queries: usize,
    /// What is answered when those did not fill it.
    pub refusal: fn() -> Error,
}

impl<'a> Listing<'a> {
    /// One partition by age, newest first.
    pub fn newest(table: &'a str, index: &'a str, partition_key: &'a str, partition: impl Into<String>) -> Self {
        let partitions = vec![partition.into()];
        Self {
            table,
            index: Some(index),
            partition_key,
            partitions,
            in_turn: false,
            sort_key: POSITION,
            ascending: false,
            within: None,
            sieve: None,
        }
    }
}

/// The position of something made at a time.
pub fn position(made: Timestamp, id: &str) -> String {
    format!("{}#{id}", clock::sortable(made))
}

/// A page of a listing: one query for each partition. More only when the items of a page pass 1 MB, or `keep`
/// leaves some out and the page has to be filled.
///
/// # Errors
/// When the table does not answer.
pub async fn list<T: DeserializeOwned>(
    client: &Client,
    listing: &Listing<'_>,
    request: &PageRequest,
    position: impl Fn(&T) -> String,
    keep: impl Fn(&T) -> bool,
) -> Result<Page<T>, Error> {
    let reads = listing.partitions.iter().map(|partition| read(client, listing, partition, request, &position, &keep));
    let read = match listing.in_turn {
        true => {
            let mut all = Vec::new();
            for read in reads {
                all.push(read.await?);
            }
            all
        }
        false => try_join_all(reads).await?,
    };
    // Of what is at one position twice, the later one read is what it has become.
    let found: BTreeMap<String, T> = read.into_iter().flatten().collect();
    let mut found: Vec<(String, T)> = found.into_iter().collect();
    if !ascending(listing, request) {
        found.reverse();
    }
    // Indexes follow the table one after the other: for a moment, something may have two positions.
    let mut shown = BTreeSet::new();
    found.retain(|(position, _)| shown.insert(id_of(position).to_owned()));
    found.truncate(request.limit());
    Ok(request.page(found.into_iter().map(|(_, item)| item).collect(), position))
}

/// The id in a position: what is behind its separator.
fn id_of(position: &str) -> &str {
    position.rsplit(['#', '\u{1}']).next().unwrap_or(position)
}

/// Whether a page is read from smaller positions to larger ones.
fn ascending(listing: &Listing<'_>, request: &PageRequest) -> bool {
    listing.ascending != request.backwards()
}

/// Up to a page of a partition, with positions.
async fn read<T: DeserializeOwned>(
    client: &Client,
    listing: &Listing<'_>,
    partition: &str,
    request: &PageRequest,
    position: impl Fn(&T) -> String,
    keep: impl Fn(&T) -> bool,
) -> Result<Vec<(String, T)>, Error> {
    let (ascending, mut found) = (ascending(listing, request), Vec::new());
    let mut beyond = request.position().map(str::to_owned);
    let (mut inclusive, mut queries) = (request.inclusive(), 0);
    loop {
        queries += 1;
        if let Some(sieve) = listing.sieve.filter(|sieve| queries > sieve.queries) {
            return Err((sieve.refusal)());
        }
        // The item at the position itself is read too where the bound cannot leave it out.
        let wanted = (request.limit() + 1).max(listing.sieve.map_or(0, |sieve| sieve.items));
        let (first, last) = bounds(listing, beyond.as_deref(), inclusive, ascending);
        let page = client
            .query()
            .table_name(listing.table)
            .set_index_name(listing.index.map(str::to_owned))
            .key_condition_expression("#partition = :partition AND #position BETWEEN :first AND :last")
            .expression_attribute_names("#partition", listing.partition_key)
            .expression_attribute_names("#position", listing.sort_key)
            .expression_attribute_values(":partition", text(partition))
            .expression_attribute_values(":first", text(&first))
            .expression_attribute_values(":last", text(&last))
            .scan_index_forward(ascending);
        if first > last {
            return Ok(found);
        }
        let items = query(page, wanted).await?;
        let read_all = items.len() < wanted;
        for item in items {
            let item = from_item::<T>(item)?;
            let at = position(&item);
            if beyond.as_ref() == Some(&at) && !inclusive {
                continue;
            }
            (beyond, inclusive) = (Some(at.clone()), false);
            if keep(&item) {
                found.push((at, item));
            }
        }
        if read_all || found.len() >= request.limit() {
            return Ok(found);
        }
    }
}

/// The first and the last position that a query may give: those of the listing beyond a position.
fn bounds(listing: &Listing<'_>, beyond: Option<&str>, inclusive: bool, ascending: bool) -> (String, String) {
    let (first, last) = listing.within.clone().unwrap_or_else(|| ("\u{0}".to_owned(), "\u{10ffff}".to_owned()));
    match beyond {
        // The smallest text after it.
        Some(position) if ascending && inclusive => (first.max(position.to_owned()), last),
        Some(position) if ascending => (first.max(format!("{position}\u{0}")), last),
        Some(position) => (first, last.min(position.to_owned())),
        None => (first, last),
    }
}
