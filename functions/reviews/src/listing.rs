//! Which reviews a list shows, in which order.

use dynamo::{POSITION, position};
use kernel::Error;
use kernel::query::Query;

use crate::review::{Review, Status};

/// The filters of a list of reviews.
pub const FILTERS: [&str; 2] = ["filter[status]", "filter[rating]"];

const STARS: [(&str, u8); 5] = [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5)];

/// What reviews are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    CreatedAt,
    /// The stars; those with as many by age.
    Rating,
}

impl Order {
    /// The orders by their names in the API.
    pub const NAMES: [(&str, Self); 2] = [("createdAt", Self::CreatedAt), ("rating", Self::Rating)];

    /// The index that is in this order, and its sort key.
    pub fn index(self) -> (&'static str, &'static str) {
        match self {
            Self::CreatedAt => ("by-age", POSITION),
            Self::Rating => ("by-rating", "ratingPosition"),
        }
    }

    /// The position of a review in this order.
    pub fn position(self, review: &Review) -> String {
        let by_age = position(review.created_at, &review.id);
        match self {
            Self::CreatedAt => by_age,
            Self::Rating => format!("{}#{by_age}", review.rating),
        }
    }
}

/// The list of a product's reviews of a status.
pub fn list(product_id: &str, status: Status) -> String {
    format!("{product_id}#{}", status.name())
}

/// Which reviews of a product a query asks for, in which order.
#[derive(Debug)]
pub struct ListQuery {
    pub product_id: String,
    pub status: Status,
    stars: Option<u8>,
    pub order: Order,
    pub ascending: bool,
}

impl ListQuery {
    /// Reads the filters and the order of a list.
    ///
    /// # Errors
    /// 400 naming the parameter that cannot be used.
    pub fn parse(query: &Query, product_id: String) -> Result<Self, Error> {
        let status = query.word("filter[status]", &Status::NAMES)?.unwrap_or(Status::Published);
        let stars = query.word("filter[rating]", &STARS)?;
        let (order, descending) = query.sort(&Order::NAMES)?.unwrap_or((Order::CreatedAt, true));
        // Reviews with as many stars stand together in the index by stars, by age.
        let order = if stars.is_some() { Order::Rating } else { order };
        Ok(Self { product_id, status, stars, order, ascending: !descending })
    }

    /// The list that is read.
    pub fn list(&self) -> String {
        list(&self.product_id, self.status)
    }

    /// The first and the last position, when a number of stars is asked for.
    pub fn positions(&self) -> Option<(String, String)> {
        // `$` is the character after `#`, which every position has behind the stars.
        self.stars.map(|stars| (format!("{stars}#"), format!("{stars}$")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::review;

    fn parse(pairs: &[(&str, &str)]) -> Result<ListQuery, Error> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ListQuery::parse(&Query::new(pairs), "p".to_owned())
    }

    #[test]
    fn published_reviews_are_listed_newest_first_unless_asked_otherwise() {
        let list_query = parse(&[]).unwrap();
        assert_eq!(
            (list_query.list().as_str(), list_query.order, list_query.ascending),
            ("p#published", Order::CreatedAt, false)
        );
        let list_query = parse(&[("filter[status]", "hidden"), ("sort", "rating")]).unwrap();
        assert_eq!(
            (list_query.list().as_str(), list_query.order, list_query.ascending),
            ("p#hidden", Order::Rating, true)
        );
    }

    #[test]
    fn a_number_of_stars_is_a_range_of_positions_in_any_order() {
        let three = Order::Rating.position(&review("p", "ana", 3));
        for sort in ["createdAt", "-createdAt", "rating", "-rating"] {
            let list_query = parse(&[("filter[rating]", "3"), ("sort", sort)]).unwrap();
            let (first, last) = list_query.positions().unwrap();
            assert!(first < three && three < last && list_query.order == Order::Rating, "{sort}");
        }
        assert_eq!(parse(&[("filter[rating]", "6")]).unwrap_err().code, "invalid_parameter");
    }
}
