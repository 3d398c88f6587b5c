//! Reviews: what buyers say of what they bought, and each product's rating. Owns the table `ReviewsTable`.
//!
//! Four floors, each of which imports from those below it only. Handlers (`src/handlers/`), one for each function, are the
//! top one.
//!
//! ## Use cases
//!
//! | File | Contents |
//! | --- | --- |
//! | [`api`] | the HTTP API: operations, who may call them, types, answers |
//! | [`review_view`], [`rating_view`] | what answers show |
//!
//! ## Stores, events and clients
//!
//! | File | Contents |
//! | --- | --- |
//! | [`store`] | the table |
//! | [`migrations`] | how the items of earlier releases become those of this one |
//! | [`listing`] | which reviews a list shows, and their positions |
//! | [`events`] | what it publishes |
//! | [`inbox`] | what it does with events of other services |
//!
//! ## Rules and values
//!
//! | File | Contents |
//! | --- | --- |
//! | [`review`] | reviews: who may do what with one, what a request may say |
//! | [`rating`] | a product's rating: average, count and histogram |

pub mod api;
pub mod events;
pub mod inbox;
pub mod listing;
pub mod migrations;
pub mod rating;
pub mod rating_view;
pub mod review;
pub mod review_view;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use store::Reviews;
