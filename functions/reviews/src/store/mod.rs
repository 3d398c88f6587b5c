//! The table `ReviewsTable`.
//!
//! | `pk`, `sk` | What it holds | File |
//! | --- | --- | --- |
//! | `review#<id>`, `review` | a review; its id follows from product and author, so that there is one | [`reviews`] |
//! | `product#<id>`, `rating` | the product's rating, and whether the product is gone | [`ratings`] |
//! | `customer#<id>`, `bought#<product id>` | the sales in which a customer bought a product | [`marks`] |
//! | `customer#<id>`, `gone` | that the customer's account is gone: for good | [`sweeps`] |
//!
//! Indexes: `by-age` and `by-rating`, whose partition is a product's reviews of a status ([`lists`]).

mod lists;
mod marks;
mod ratings;
mod reviews;
mod sweeps;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use shared::store::{self, Client, Item, text};
use shared::{StartupError, config};

pub use reviews::Asked;

/// How often a change is tried again because somebody else wrote in between.
const ATTEMPTS: usize = 8;

/// Where refused parts of a transaction tell what they found.
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
        Ok(Self::new(store::client_from_env(&table, &[("pk", "warm-up"), ("sk", "warm-up")]).await?, table))
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

fn review_key(id: &str) -> Item {
    key(format!("review#{id}"), "review")
}

fn rating_key(product_id: &str) -> Item {
    key(format!("product#{product_id}"), "rating")
}

fn mark_key(customer_id: &str, product_id: &str) -> Item {
    key(customer(customer_id), format!("{BOUGHT}{product_id}"))
}

fn gone_key(customer_id: &str) -> Item {
    key(customer(customer_id), "gone")
}

/// The partition of a customer's marks.
fn customer(id: &str) -> String {
    format!("customer#{id}")
}

/// What the sort key of a mark begins with.
const BOUGHT: &str = "bought#";
