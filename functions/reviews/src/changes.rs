//! What a request may say of a review: its stars and words, and changes to a review.

use shared::Error;
use shared::jsonapi::{Body, Faults, Fields, Input};

use crate::review::Status;

/// The most characters of a review's words.
const LONGEST_BODY: usize = 4_000;

/// Changes to a review: each member that was sent.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub(crate) rating: Option<u8>,
    pub(crate) title: Option<Option<String>>,
    pub(crate) body: Option<Option<String>>,
    pub(crate) status: Option<Status>,
}

impl Changes {
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

    /// Whether they are of what is the author's.
    pub(crate) fn says_something(&self) -> bool {
        self.rating.is_some() || self.title.is_some() || self.body.is_some()
    }
}

/// The stars.
pub(crate) fn rating(input: Input) -> Result<u8, Faults> {
    let fault = input.fault("must be a whole number from 1 to 5");
    u8::try_from(input.integer(1..=5)?).map_err(|_| fault)
}

/// Left as it is, cleared, or set.
pub(crate) type Clearable = Option<Option<String>>;

/// The title and the body.
pub(crate) fn words(fields: &mut Fields) -> (Clearable, Clearable) {
    let title = fields.clearable("title", |title| title.line(1..=100));
    (title, fields.clearable("body", |body| body.prose(0..=LONGEST_BODY)))
}
