//! Lists of reviews.

use shared::Error;
use shared::jsonapi::{Page, PageRequest};
use shared::store::{self, Listing};

use super::Reviews;
use crate::listing::Wanted;
use crate::review::Review;

impl Reviews {
    /// A page of a product's reviews. One query.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list(&self, wanted: &Wanted, page: &PageRequest) -> Result<Page<Review>, Error> {
        let (index, sort_key) = wanted.order.index();
        let listing = Listing {
            sort_key,
            ascending: wanted.ascending,
            within: wanted.positions(),
            ..Listing::newest(&self.table, index, "listing", wanted.list())
        };
        store::list(&self.client, &listing, page, |review| wanted.order.position(review), |_| true).await
    }
}
