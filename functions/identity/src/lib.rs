//! Identity: who the shop's users are and how they prove it. Owns the tables `IdentityTable` and
//! `RevocationsTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`user`] | users: what is stored, what the API shows |
//! | [`changes`] | what registrations and changes of users have to say |
//! | [`email`], [`national_id`] | what makes a user unique |
//! | [`account`] | what proves a user: sign-ins, changes of password |
//! | [`policy`] | which passwords are accepted |
//! | [`password`] | argon2id: hashing, and checking in equal time for unknown users |
//! | [`limiter`] | how often somebody may try |
//! | [`sign_in`] | the three together: proving a password |
//! | [`session`] | sessions and their refresh tokens |
//! | [`signer`] | access tokens: the signing key, what a sign-in gives |
//! | [`secret`] | secrets in the parameter store |
//! | [`events`] | what it tells the other services |
//! | [`store`] | the tables |

pub mod account;
pub mod changes;
pub mod email;
pub mod events;
pub mod limiter;
pub mod national_id;
pub mod password;
pub mod policy;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod signer;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod user;

pub use sign_in::Passwords;
pub use signer::Signer;
pub use store::Users;
