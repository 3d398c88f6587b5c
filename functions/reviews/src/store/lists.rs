//! Lists of reviews.

use dynamo::Listing;
use kernel::Error;
use kernel::page::{Page, PageRequest};

use super::Reviews;
use crate::listing::ListQuery;
use crate::review::Review;

impl Reviews {
    /// A page of a product's reviews. One query.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list(&self, list_query: &ListQuery, page: &PageRequest) -> Result<Page<Review>, Error> {
        let (index, sort_key) = list_query.order.index();
        let listing = Listing {
            sort_key,
            ascending: list_query.ascending,
            within: list_query.positions(),
            ..Listing::newest(&self.table, index, "listing", list_query.list())
        };
        dynamo::list(&self.client, &listing, page, |review| list_query.order.position(review), |_| true).await
    }
}
