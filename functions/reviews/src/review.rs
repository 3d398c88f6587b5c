//! Reviews: who may do what with one, what answers show.

use contracts::reviews::ReviewStatus;
use kernel::caller::Caller;
use kernel::clock::Timestamp;
use kernel::input::{Body, Faults, Fields, Input};
use kernel::{Error, ids};
use serde::{Deserialize, Serialize};

/// What the audit log shows of a change. Words are their author's.
pub const AUDITED: [&str; 2] = ["status", "rating"];

/// Whether others see a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    Published,
    /// Taken out of sight by staff: only they and its author see it, and it does not count.
    Hidden,
}

impl From<Status> for ReviewStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Published => Self::Published,
            Status::Hidden => Self::Hidden,
        }
    }
}

impl Status {
    /// The states by their names in the API.
    pub const NAMES: [(&str, Self); 2] = [("published", Self::Published), ("hidden", Self::Hidden)];

    /// The name in the API, in events and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Hidden => "hidden",
        }
    }
}

/// What a buyer says of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    pub id: String,
    pub product_id: String,
    /// Nobody, once the author's account was deleted.
    pub author_id: Option<String>,
    /// 1 to 5.
    pub rating: u8,
    pub title: Option<String>,
    pub body: Option<String>,
    pub status: Status,
    /// Whether a sale of the product to the author is confirmed: then the stars count.
    pub verified_purchase: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
}

impl Review {
    /// The id of a customer's review of a product: there is one at most.
    pub fn id(product_id: &str, author_id: &str) -> String {
        ids::derived(&["reviews", product_id, author_id])
    }

    /// Reads a buyer's new review. It is seen at once.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body, product_id: String, author_id: &str, now: Timestamp) -> Result<Self, Error> {
        let mut fields = body.attributes()?.read_only(&["status", "verifiedPurchase", "createdAt", "updatedAt"]);
        let rating = fields.required("rating", rating);
        let (title, words) = words(&mut fields);
        let review = fields.finish(|| {
            Some(Self {
                id: Self::id(&product_id, author_id),
                author_id: Some(author_id.to_owned()),
                product_id,
                rating: rating?,
                title: title.flatten(),
                body: words.flatten(),
                status: Status::Published,
                verified_purchase: true,
                created_at: now,
                updated_at: now,
                version: 1,
            })
        });
        Ok(review?)
    }

    /// The entity tag: which life of the review it is, by when it was made, and its version. Deleted and written again,
    /// a review has the same id and begins at version 1.
    pub fn tag(&self) -> String {
        format!("{}-{}", self.created_at.as_millisecond(), self.version)
    }

    /// The stars that count for the product's rating, if they do: of what is published, while a sale of it is confirmed.
    pub fn counts(&self) -> Option<u8> {
        (self.status == Status::Published && self.verified_purchase).then_some(self.rating)
    }

    /// Everybody reads what is published; staff and its author also what is hidden.
    pub fn may_be_read_by(&self, caller: Option<&Caller>) -> bool {
        self.status == Status::Published || caller.is_some_and(|caller| self.is_open_to(caller))
    }

    /// Whether the author and staff may delete it: staff always, the author unless it is hidden. Deleted, it could be
    /// written again, and would be seen again.
    ///
    /// # Errors
    /// `NotFound` when it is neither theirs nor are they staff · `Conflict` (`invalid_transition`) when it is
    /// hidden and they are its author only.
    pub fn check_deletable_by(&self, caller: &Caller) -> Result<(), Error> {
        if !self.is_open_to(caller) {
            return Err(unknown());
        }
        if self.status == Status::Hidden && !caller.is_staff() {
            let detail = "A review that the shop's staff has hidden is not deleted by its author. You may change it.";
            return Err(Error::conflict("invalid_transition", "Not in this state", detail));
        }
        Ok(())
    }

    /// Whether its author or staff calls, whom it is there for in any state.
    pub fn is_open_to(&self, caller: &Caller) -> bool {
        caller.is_staff() || self.is_by(caller)
    }

    fn is_by(&self, caller: &Caller) -> bool {
        self.author_id.as_ref() == Some(&caller.id)
    }

    /// The review as it is with a confirmed sale, or without one.
    #[must_use]
    pub fn verified(self, verified_purchase: bool, now: Timestamp) -> Self {
        if self.verified_purchase == verified_purchase {
            return self;
        }
        Self { verified_purchase, updated_at: now, version: self.version + 1, ..self }
    }

    /// What is left of it when its author's account is deleted: the stars.
    #[must_use]
    pub fn anonymous(self, now: Timestamp) -> Self {
        if self.author_id.is_none() {
            return self;
        }
        Self { author_id: None, title: None, body: None, updated_at: now, version: self.version + 1, ..self }
    }
}

const STATUS: &str = "/data/attributes/status";

/// 404: there is none, it is hidden, or it is somebody else's to change.
pub fn unknown() -> Error {
    Error::not_found("There is no review with this id.")
}

/// The most characters of a review's words.
const LONGEST_BODY: usize = 4_000;

/// Changes to a review: each member that was sent.
#[derive(Clone, Debug, Default)]
pub struct ReviewChanges {
    rating: Option<u8>,
    title: Option<Option<String>>,
    body: Option<Option<String>>,
    status: Option<Status>,
}

impl ReviewChanges {
    /// Reads changes.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body) -> Result<Self, Error> {
        let mut fields = body.attributes()?.read_only(&["verifiedPurchase", "createdAt", "updatedAt"]);
        let rating = fields.optional("rating", rating);
        let (title, body) = words(&mut fields);
        let status = fields.optional("status", |status| status.one_of(&Status::NAMES));
        Ok(fields.finish(|| Some(Self { rating, title, body, status }))?)
    }

    /// The review after the changes. The stars and the words are its author's, its status is for staff.
    ///
    /// # Errors
    /// `NotFound` when it is neither theirs nor are they staff · `Forbidden` when a change is the other's to make.
    pub fn apply(&self, review: Review, caller: &Caller, now: Timestamp) -> Result<Review, Error> {
        if !review.is_open_to(caller) {
            return Err(unknown());
        }
        if self.status.is_some() && !caller.is_staff() {
            return Err(Error::forbidden("Only the shop's staff hides and shows reviews.").at(STATUS));
        }
        if self.says_something() && !review.is_by(caller) {
            return Err(Error::forbidden(
                "A review's stars and words are its author's: staff only hides and shows it.",
            ));
        }
        let Self { rating, title, body, status } = self.clone();
        Ok(Review {
            rating: rating.unwrap_or(review.rating),
            title: title.unwrap_or(review.title),
            body: body.unwrap_or(review.body),
            status: status.unwrap_or(review.status),
            updated_at: now,
            version: review.version + 1,
            ..review
        })
    }

    /// Whether they are of what is the author's.
    fn says_something(&self) -> bool {
        self.rating.is_some() || self.title.is_some() || self.body.is_some()
    }
}

/// The stars.
fn rating(input: Input) -> Result<u8, Faults> {
    let fault = input.fault("must be a whole number from 1 to 5");
    u8::try_from(input.integer(1..=5)?).map_err(|_| fault)
}

/// Left as it is, cleared, or set.
type Clearable = Option<Option<String>>;

/// The title and the body.
fn words(fields: &mut Fields) -> (Clearable, Clearable) {
    let title = fields.clearable("title", |title| title.line(1..=100));
    (title, fields.clearable("body", |body| body.prose(0..=LONGEST_BODY)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{review, staff};
    use kernel::clock;
    use serde_json::{Value, json};
    use testing::customer;

    fn parse(attributes: &Value) -> Result<Review, usize> {
        let document = json!({"data": {"type": "reviews", "attributes": attributes}}).to_string();
        Body::new_resource(document.as_bytes(), "reviews")
            .and_then(|body| Review::parse(body, "p".to_owned(), "ana", clock::now()))
            .map_err(|error| error.faults.len())
    }

    fn changes(attributes: &Value) -> ReviewChanges {
        let document = json!({"data": {"type": "reviews", "id": "r", "attributes": attributes}}).to_string();
        ReviewChanges::parse(Body::update_of(document.as_bytes(), "reviews", "r").unwrap()).unwrap()
    }

    fn status(changed: Result<Review, Error>) -> u16 {
        changed.map_or_else(|error| error.kind.status().as_u16(), |_| 200)
    }

    #[test]
    fn stars_are_whole_and_from_one_to_five() {
        assert!(parse(&json!({"rating": 1})).is_ok() && parse(&json!({"rating": 5, "title": null})).is_ok());
        for rating in [json!(0), json!(6), json!(4.5), json!("5"), json!(-1), json!(261), json!(null)] {
            assert_eq!(parse(&json!({"rating": rating})), Err(1), "{rating}");
        }
    }

    #[test]
    fn every_member_that_cannot_be_accepted_is_reported() {
        let wrong = json!({"title": "", "body": "x".repeat(4_001), "status": "published", "verifiedPurchase": true});
        assert_eq!(parse(&wrong), Err(5));
    }

    #[test]
    fn a_customers_review_of_a_product_has_one_id() {
        assert_eq!(Review::id("p", "ana"), Review::id("p", "ana"));
        assert_ne!(Review::id("p", "ana"), Review::id("p", "bob"));
        assert_ne!(Review::id("p", "ana"), Review::id("q", "ana"));
    }

    #[test]
    fn words_are_the_authors_and_the_status_is_for_staff() {
        let (review, now) = (review("p", "ana", 4), clock::now());
        let (words, hidden) = (changes(&json!({"rating": 2})), changes(&json!({"status": "hidden"})));
        for (who, what, expected) in [
            (customer("ana"), &words, 200),
            (customer("ana"), &hidden, 403),
            (staff("eva"), &hidden, 200),
            (staff("eva"), &words, 403),
            (staff("ana"), &hidden, 200),
            (staff("ana"), &words, 200),
            (customer("bob"), &words, 404),
            (customer("bob"), &hidden, 404),
        ] {
            assert_eq!(status(what.apply(review.clone(), &who, now)), expected, "{} {what:?}", who.id);
        }
    }

    #[test]
    fn authors_delete_what_is_seen_and_staff_also_what_is_hidden() {
        let seen = review("p", "ana", 4);
        let hidden = Review { status: Status::Hidden, ..seen.clone() };
        for (review, who, refused) in [
            (&seen, customer("ana"), None),
            (&seen, customer("bob"), Some("not_found")),
            (&seen, staff("eva"), None),
            (&hidden, customer("ana"), Some("invalid_transition")),
            (&hidden, customer("bob"), Some("not_found")),
            (&hidden, staff("eva"), None),
            (&hidden, staff("ana"), None),
        ] {
            assert_eq!(review.check_deletable_by(&who).err().map(|error| error.code), refused, "{}", who.id);
        }
    }

    #[test]
    fn of_an_anonymous_review_the_stars_are_left_and_it_is_nobodys() {
        let left = review("p", "ana", 4).anonymous(clock::now());
        assert_eq!((left.rating, left.counts(), left.version), (4, Some(4), 2));
        assert_eq!((&left.author_id, &left.title, &left.body), (&None, &None, &None));
        assert!(left.check_deletable_by(&customer("ana")).is_err() && left.check_deletable_by(&staff("eva")).is_ok());
    }
}
