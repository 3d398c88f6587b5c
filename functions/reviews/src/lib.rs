//! Reviews: what buyers say of what they bought, and each product's rating. Owns the table `ReviewsTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`review`] | reviews: who may do what with one, what answers show |
//! | [`changes`] | what a request may say of a review |
//! | [`rating`] | a product's rating: average, count and histogram |
//! | [`listing`] | which reviews a list shows |
//! | [`events`] | what it publishes |
//! | [`inbox`] | what it does with events of other services |
//! | [`store`] | the table |

pub mod changes;
pub mod events;
pub mod inbox;
pub mod listing;
pub mod rating;
pub mod review;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use store::Reviews;
