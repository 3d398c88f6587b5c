//! Edge: what belongs to the API as a whole. Owns no table.
//!
//! | File | What it holds |
//! | --- | --- |
//! | [`routes`] | which methods each path knows, to tell 405 from 404 |

pub mod routes;
