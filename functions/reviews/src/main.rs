//! The program of reviews: its functions by their names, which the template gives as `Handler`. Generated from
//! `src/handlers/` by `make generate`.

mod handlers {
    pub mod create_review;
    pub mod delete_review;
    pub mod get_rating;
    pub mod get_review;
    pub mod list_reviews;
    pub mod publish_reviews_events;
    pub mod reviews_on_event;
    pub mod reviews_operate;
    pub mod update_review;
}

use handlers::*;
use kernel::StartupError;
use kernel::program::{self, Handlers};

const HANDLERS: Handlers = &[
    ("create-review", || Box::pin(create_review::start())),
    ("delete-review", || Box::pin(delete_review::start())),
    ("get-rating", || Box::pin(get_rating::start())),
    ("get-review", || Box::pin(get_review::start())),
    ("list-reviews", || Box::pin(list_reviews::start())),
    ("publish-reviews-events", || Box::pin(publish_reviews_events::start())),
    ("reviews-on-event", || Box::pin(reviews_on_event::start())),
    ("reviews-operate", || Box::pin(reviews_operate::start())),
    ("update-review", || Box::pin(update_review::start())),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    program::run(HANDLERS).await
}
