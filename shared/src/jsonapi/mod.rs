//! JSON:API 1.1 (<https://jsonapi.org/format/1.1/>): what requests say and answers look like.
//!
//! | Module | Side | What it does |
//! | --- | --- | --- |
//! | [`media`] | in | content negotiation: 406 and 415 by the specification |
//! | [`body`] | in | a request body as a resource object: size, syntax, `data`, `type`, `id` |
//! | [`input`] | in | values and their faults, each with its JSON Pointer |
//! | [`page`] | in, out | cursor pagination: `page[size]`, `page[after]`, `page[before]`, links |
//! | [`document`] | out | resources, collections and errors as documents |

pub mod body;
pub mod document;
pub mod input;
pub mod media;
pub mod page;
mod strict;

pub use body::Body;
pub use document::{Included, Relationship, Resource, accepted, created, error, list, meta, no_content, ok, with_meta};
pub use input::{Faults, Fields, Input};
pub use media::MEDIA_TYPE;
pub use page::{Cursors, Page, PageRequest};
