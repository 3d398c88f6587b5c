//! Edge: what belongs to the API as a whole. Owns no table.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`docs`] | what the API says of itself: the OpenAPI document, and a page to read and try it |
//! | `openapi` | the tables that document is made from; only tests compile them |
//! | [`routes`] | which methods each path knows, to tell 405 from 404 |

pub mod docs;
#[cfg(test)]
mod openapi;
pub mod routes;
