//! Brands: what a request may say of one, and what answers show.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::Error;
use shared::clock::Timestamp;
use shared::jsonapi::{Body, Faults, Input, Resource};

use crate::text;

/// A hundred letters of four bytes; a few letters grow by folding.
const SLUG_BYTES: usize = 400;

const READ_ONLY: [&str; 4] = ["slug", "path", "createdAt", "updatedAt"];

/// A brand as stored and as shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Brand {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
    /// How many products have it. Not part of the version: it changes with them.
    pub products: u64,
}

/// A name, and the slug that follows from it.
#[derive(Clone, Debug)]
pub struct Name {
    pub name: String,
    pub slug: String,
}

impl Name {
    /// Reads a name.
    ///
    /// # Errors
    /// A fault when it is not 1 to 100 characters with a letter or a digit among them.
    pub fn parse(input: Input) -> Result<Self, Faults> {
        let fault = input.fault("must have a letter or a digit");
        let long = input.fault("is too long without its accents and ligatures");
        let name = input.line(1..=100)?;
        match text::slug(&name) {
            slug if slug.is_empty() => Err(fault),
            slug if slug.len() > SLUG_BYTES => Err(long),
            slug => Ok(Self { name, slug }),
        }
    }
}

/// What is said of a brand, or of what a category has in common with one.
pub struct Sent {
    pub name: Option<Name>,
    pub description: Option<Option<String>>,
}

impl Sent {
    /// Reads name and description; the name has to be there for something new.
    pub fn read(fields: &mut shared::jsonapi::Fields, new: bool) -> Self {
        let name = if new { fields.required("name", Name::parse) } else { fields.optional("name", Name::parse) };
        Self { name, description: fields.clearable("description", |text| text.prose(0..=2_000)) }
    }
}

impl Brand {
    /// Reads a new brand.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body, id: String, now: Timestamp) -> Result<Self, Error> {
        let mut fields = body.attributes()?.read_only(&READ_ONLY);
        let sent = Sent::read(&mut fields, true);
        let brand = fields.finish(|| {
            let (Name { name, slug }, description) = (sent.name?, sent.description.flatten());
            Some(Self { id, name, slug, description, created_at: now, updated_at: now, version: 1, products: 0 })
        });
        Ok(brand?)
    }

    /// Reads changes of a brand.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse_changes(body: Body) -> Result<Sent, Error> {
        let mut fields = body.attributes()?.read_only(&READ_ONLY);
        let sent = Sent::read(&mut fields, false);
        Ok(fields.finish(|| Some(sent))?)
    }

    /// The brand after changes.
    pub fn changed(self, sent: &Sent, now: Timestamp) -> Self {
        let name = sent.name.clone().unwrap_or(Name { name: self.name, slug: self.slug });
        Self {
            name: name.name,
            slug: name.slug,
            description: sent.description.clone().unwrap_or(self.description),
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }
}

impl Resource for Brand {
    const TYPE: &'static str = "brands";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        Some(format!("/brands/{}", self.id))
    }

    fn attributes(&self) -> Value {
        json!({
            "name": self.name,
            "slug": self.slug,
            "description": self.description,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        })
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}
