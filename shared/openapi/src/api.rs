//! What a service says of its HTTP API.

use serde_json::Value;

use crate::codes::Code;
use crate::operation::Operation;
use crate::types::{Document, Type};

/// The HTTP API of a service.
pub struct Api {
    pub service: &'static str,
    /// What it is about.
    pub about: &'static str,
    pub operations: Vec<Operation>,
    /// Routes of the internal API, for the other services by their key: method, path, function.
    pub internal: &'static [(&'static str, &'static str, &'static str)],
    /// The types that answers show.
    pub types: Vec<Type>,
    /// The documents that requests send.
    pub documents: Vec<Document>,
    /// The codes of errors that it alone has, or has first.
    pub codes: &'static [Code],
    /// Other schemas, by name.
    pub schemas: Vec<(&'static str, Value)>,
}
