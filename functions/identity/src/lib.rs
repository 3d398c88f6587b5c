//! Identity: who the shop's users are and how they prove it. Owns the tables `IdentityTable`, `RevocationsTable`
//! and `AuditLogTable`.
//!
//! Four floors, each of which imports from those below it only. Handlers (`src/handlers/`), one for each function, are the
//! top one.
//!
//! ## Use cases
//!
//! | File | Contents |
//! | --- | --- |
//! | [`api`] | the HTTP API: operations, who may call them, types, answers |
//! | [`sign_in`] | proving a password: limiter, hash and store together |
//!
//! ## Stores, events and clients
//!
//! | File | Contents |
//! | --- | --- |
//! | [`store`] | the tables |
//! | [`migrations`] | how the items of earlier releases become those of this one |
//! | [`user_view`] | what answers and the audit log show of a user |
//! | [`signer`] | access tokens: the signing key, what a sign-in gives |
//! | [`sealer`], [`secret`] | sealing national ids under a key of the parameter store |
//! | [`events`] | what it publishes |
//!
//! ## Rules and values
//!
//! | File | Contents |
//! | --- | --- |
//! | [`user`], [`account`] | users, and what proves them |
//! | [`changes`] | what registrations and changes of users have to say |
//! | [`email`], [`national_id`] | what makes a user unique |
//! | [`policy`] | which passwords are accepted |
//! | [`password`] | argon2id: hashing, and checking in equal time for unknown users |
//! | [`limiter`] | how often somebody may try |
//! | [`session`] | sessions and their refresh tokens |
//! | [`audit_query`] | which entries of the audit log a list shows |

pub mod account;
pub mod api;
pub mod audit_query;
pub mod changes;
pub mod email;
pub mod events;
pub mod limiter;
pub mod migrations;
pub mod national_id;
pub mod password;
pub mod policy;
pub mod sealer;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod signer;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod user;
pub mod user_view;

pub use sign_in::Passwords;
pub use signer::Signer;
pub use store::Users;
