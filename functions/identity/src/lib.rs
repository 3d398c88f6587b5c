//! Identity: who the shop's users are and how they prove it. Owns the table `IdentityTable`.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`user`] | users as the API shows them; what a registration and a sign-in have to say |
//! | [`password`] | argon2id: hashing, and checking in equal time for unknown users |
//! | [`session`] | access tokens: the signing key, what a sign-in gives |
//! | [`store`] | the table |

pub mod password;
pub mod session;
pub mod store;
pub mod user;

pub use session::Signer;
pub use store::Users;
