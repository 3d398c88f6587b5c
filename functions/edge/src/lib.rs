//! Edge: what belongs to the API as a whole. Owns no table.
//!
//! | File | Contents |
//! | --- | --- |
//! | [`api`] | its own operations, as every service has them |
//! | [`docs`] | what the API says of itself: the OpenAPI document, and a page to read and try it |
//! | [`routes`] | every route with its function: what is 405 and what is 404 |
//! | `assembly` | puts the APIs of all services together: `make generate` writes what follows from them; only tests compile it |

pub mod api;
#[cfg(test)]
mod assembly;
pub mod docs;
pub mod routes;
