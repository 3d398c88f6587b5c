//! Brands: what a request may say of one, and what answers show.

use kernel::Error;
use kernel::clock::Timestamp;
use kernel::input::{Body, Faults, Input};
use kernel::text;
use serde::{Deserialize, Serialize};

/// What the audit log shows of a change.
pub const AUDITED: [&str; 2] = ["name", "description"];

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
    pub fn read(fields: &mut kernel::input::Fields, new: bool) -> Self {
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
}

/// Changes of a brand: each member that was sent.
pub struct BrandChanges {
    sent: Sent,
}

impl BrandChanges {
    /// Reads changes of a brand.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body) -> Result<Self, Error> {
        let mut fields = body.attributes()?.read_only(&READ_ONLY);
        let sent = Sent::read(&mut fields, false);
        Ok(fields.finish(|| Some(Self { sent }))?)
    }

    /// The brand after the changes.
    pub fn apply(&self, brand: Brand, now: Timestamp) -> Brand {
        let sent = self.sent.name.clone();
        let Name { name, slug } = sent.unwrap_or(Name { name: brand.name, slug: brand.slug });
        Brand {
            name,
            slug,
            description: self.sent.description.clone().unwrap_or(brand.description),
            updated_at: now,
            version: brand.version + 1,
            ..brand
        }
    }
}
