//! What the operations of all services may name: types, documents, codes of errors.

use crate::codes::Code;
use crate::types::{Document, Type};

/// Everything that may be named.
pub struct Known {
    pub types: Vec<Type>,
    pub documents: Vec<Document>,
    pub codes: Vec<Code>,
}

impl Known {
    /// The type of a schema's name.
    ///
    /// # Panics
    /// When no service has it: a table is wrong then, and a test says so.
    pub fn type_of(&self, name: &str) -> &Type {
        self.types.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no type {name}"))
    }

    /// The request document of a name.
    ///
    /// # Panics
    /// When no service has it.
    pub fn document(&self, name: &str) -> &Document {
        self.documents.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no document {name}"))
    }
}
