//! A shop with buyers who may review, for tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use aws_sdk_dynamodb::Client;
use kernel::caller::{Caller, Role};
use kernel::histogram::Histogram;
use kernel::replay::Outcome;
use kernel::{Error, clock, ids};
use testing::{Cloud, Tokens, customer};

use crate::rating::ProductState;
use crate::review::{Review, Status};
use crate::store::{CreatedBy, Reviews};

/// A shop on an embedded database of its own, with one product that reviews knows.
pub struct Shop {
    pub cloud: Cloud,
    pub tokens: Tokens,
    pub reviews: Reviews,
    pub product: String,
}

impl Shop {
    /// A shop in which these have bought the product.
    ///
    /// # Panics
    /// When it cannot be set up.
    pub async fn with(buyers: &[&str]) -> Self {
        let cloud = Cloud::start().await;
        let (reviews, product) = (reviews(cloud.client()), ids::new());
        reviews.put_product_state(&product, ProductState::Public, "1", clock::now()).await.unwrap();
        let shop = Self { cloud, tokens: Tokens::new(), reviews, product };
        for buyer in buyers {
            shop.sold_to(buyer).await;
        }
        shop
    }

    /// Someone has bought the product: the id of the sale.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn sold_to(&self, buyer: &str) -> String {
        let sale = ids::new();
        self.reviews.put_purchase_marker(buyer, &self.product, &sale, true, "1").await.unwrap();
        sale
    }

    /// A buyer's review of the product, written.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn reviewed_by(&self, buyer: &str, rating: u8) -> Review {
        let review = review(&self.product, buyer, rating);
        match create(&self.reviews, review).await.unwrap() {
            Outcome::Made(review) => review,
            other => panic!("{other:?}"),
        }
    }

    /// A review is deleted and written again, with other stars, in another millisecond.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn rewritten(&self, review: &Review, rating: u8) -> Review {
        self.reviews.delete(&review.id, |_| Ok(()), clock::now()).await.unwrap();
        while clock::now() <= review.created_at {
            tokio::task::yield_now().await;
        }
        self.reviewed_by(review.author_id.as_deref().unwrap(), rating).await
    }

    /// A review is hidden, or shown again.
    ///
    /// # Panics
    /// When it cannot be changed.
    pub async fn set(&self, review: &Review, status: Status) {
        set_status(&self.reviews, review, status).await.unwrap();
    }

    /// What the stored rating says.
    ///
    /// # Panics
    /// When there is none.
    pub async fn rated(&self) -> Histogram {
        self.reviews.rating(&self.product).await.unwrap().unwrap().histogram()
    }

    /// What the product's reviews come to, counted one by one, and how many there are.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn recounted(&self) -> (Histogram, u64) {
        let items = self.cloud.items("ReviewsTable").await.into_iter().filter(|item| item.contains_key("rating"));
        let reviews = items.map(|item| dynamo::from_item::<Review>(item).unwrap());
        let (mut histogram, mut all) = (Histogram::default(), 0);
        for review in reviews.filter(|review| review.product_id == self.product) {
            all += 1;
            if let Some(stars) = review.counts() {
                histogram.0[usize::from(stars) - 1] += 1;
            }
        }
        (histogram, all)
    }

    /// The stored rating is what the reviews come to.
    ///
    /// # Panics
    /// When it is not.
    pub async fn adds_up(&self) {
        let rating = self.reviews.rating(&self.product).await.unwrap().unwrap();
        assert_eq!((rating.histogram(), rating.reviews), self.recounted().await);
    }
}

/// Reviews over a client: one that meets faults, say.
pub fn reviews(client: Client) -> Reviews {
    Reviews::new(client, "ReviewsTable")
}

/// A review that is not written yet.
pub fn review(product: &str, author: &str, rating: u8) -> Review {
    let now = clock::now();
    Review {
        id: Review::id(product, author),
        product_id: product.to_owned(),
        author_id: Some(author.to_owned()),
        rating,
        title: Some("Good".to_owned()),
        body: Some("Does what it promises.".to_owned()),
        status: Status::Published,
        verified_purchase: true,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// Writes a review, under its author's one key.
///
/// # Errors
/// As [`Reviews::create`].
pub async fn create(reviews: &Reviews, review: Review) -> Result<Outcome<Review>, Error> {
    let created_by = CreatedBy { key: Some("k".to_owned()), fingerprint: review.rating.to_string() };
    reviews.create(review, &created_by).await
}

/// Hides or shows a review.
///
/// # Errors
/// As [`Reviews::update`].
pub async fn set_status(reviews: &Reviews, review: &Review, status: Status) -> Result<Review, Error> {
    let set = |review: Review| Ok(Review { status, version: review.version + 1, ..review });
    reviews.update(&review.id, set).await
}

/// A signed-in member of staff.
pub fn staff(id: &str) -> Caller {
    Caller { role: Role::Staff, ..customer(id) }
}
