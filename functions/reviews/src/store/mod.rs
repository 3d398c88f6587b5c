//! The table `ReviewsTable`.
//!
//! | `pk`, `sk` | Contents | File |
//! | --- | --- | --- |
//! | `review#<id>`, `review` | a review; its id follows from product and author, so that there is one | [`reviews`] |
//! | `product#<id>`, `rating` | the product's rating, and whether the product was deleted | [`ratings`] |
//! | `customer#<id>`, `bought#<product id>` | the sales in which a customer bought a product | [`purchase_markers`] |
//! | `customer#<id>`, `held#<product id>` | the same of a deleted customer who reviewed the product: the stars count while one of these sales is confirmed | [`deletions`] |
//! | `customer#<id>`, `gone` | tombstone of a deleted customer | [`deletions`] |
//!
//! Indexes: `by-age` and `by-rating`, whose partition is a product's reviews of a status ([`lists`]).

mod deletions;
mod lists;
mod purchase_markers;
mod ratings;
mod reviews;
mod verification;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use dynamo::{Client, Item, text};
use kernel::{StartupError, config};

pub use reviews::CreatedBy;

/// The setting by which refused parts of a transaction return what they found.
const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// What buyers say of what they bought.
pub struct Reviews {
    client: Client,
    table: String,
}

impl Reviews {
    /// The reviews in the table `REVIEWS_TABLE`, connected.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let table = config::required::<String>("REVIEWS_TABLE")?;
        Ok(Self::new(dynamo::client_from_env(&table, &[("pk", "warm-up"), ("sk", "warm-up")]).await?, table))
    }

    /// The reviews in a table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The client, for others to use over the same connection.
    pub fn client(&self) -> Client {
        self.client.clone()
    }
}

fn key(pk: String, sk: impl Into<String>) -> Item {
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

/// The key of an item that has events, by what it is and its id.
pub fn event_key(kind: &str, id: &str) -> Option<Item> {
    match kind {
        "review" => Some(review_key(id)),
        "rating" => Some(rating_key(id)),
        _ => None,
    }
}

fn review_key(id: &str) -> Item {
    key(format!("review#{id}"), "review")
}

fn rating_key(product_id: &str) -> Item {
    key(format!("product#{product_id}"), "rating")
}

fn marker_key(customer_id: &str, product_id: &str) -> Item {
    key(customer(customer_id), format!("{BOUGHT}{product_id}"))
}

/// Where the marker of a deleted customer is whose stars are still there.
fn held_key(customer_id: &str, product_id: &str) -> Item {
    key(customer(customer_id), format!("held#{product_id}"))
}

fn tombstone_key(customer_id: &str) -> Item {
    key(customer(customer_id), "gone")
}

/// The partition of a customer's purchase markers.
fn customer(id: &str) -> String {
    format!("customer#{id}")
}

/// What the sort key of a purchase marker begins with.
pub const BOUGHT: &str = "bought#";
