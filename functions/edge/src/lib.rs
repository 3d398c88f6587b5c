//! Edge: what belongs to the API as a whole. Owns no table.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`docs`] | what the API says of itself: the OpenAPI document, and a page to read and try it |
//! | `openapi` | the tables that document is made from; only tests compile them |
//! | [`routes`] | every route with its function: the template's APIs follow from it, and 405 is told from 404 |

pub mod docs;
#[cfg(test)]
mod openapi;
pub mod routes;
