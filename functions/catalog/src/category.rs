//! Categories: what a request may say of one, and what answers show.

use kernel::clock::Timestamp;
use kernel::input::Body;
use kernel::query::Query;
use kernel::{Error, ids};
use serde::{Deserialize, Serialize};

use crate::brand::{Name, Sent};

/// What the audit log shows of a change.
pub const AUDITED: [&str; 5] = ["name", "slug", "path", "description", "parent"];

const READ_ONLY: [&str; 4] = ["slug", "path", "createdAt", "updatedAt"];

/// A category as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Category {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub parent_id: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
    /// How many products are right in it. Not part of the version: it changes with them.
    pub products: u64,
}

/// Changes of a category: each member that was sent.
pub struct CategoryChanges {
    sent: Sent,
    parent: Option<Option<String>>,
}

impl Category {
    /// Reads a new category.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body, id: String, now: Timestamp) -> Result<Self, Error> {
        let (fields, mut links) = body.members()?;
        let mut fields = fields.read_only(&READ_ONLY);
        let sent = Sent::read(&mut fields, true);
        let parent_id = links.optional("parent", |parent| parent.to_one("categories")).flatten();
        let category = fields.merge(links).finish(|| {
            let (Name { name, slug }, description) = (sent.name?, sent.description.flatten());
            let (created_at, updated_at, version, products) = (now, now, 1, 0);
            Some(Self { id, name, slug, description, parent_id, created_at, updated_at, version, products })
        });
        Ok(category?)
    }
}

impl CategoryChanges {
    /// Reads changes of a category.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body) -> Result<Self, Error> {
        let (fields, mut links) = body.members()?;
        let mut fields = fields.read_only(&READ_ONLY);
        let sent = Sent::read(&mut fields, false);
        let parent = links.optional("parent", |parent| parent.to_one("categories"));
        Ok(fields.merge(links).finish(|| Some(Self { sent, parent }))?)
    }

    /// The category after the changes.
    pub fn apply(&self, category: Category, now: Timestamp) -> Category {
        let sent = self.sent.name.clone();
        let Name { name, slug } = sent.unwrap_or(Name { name: category.name, slug: category.slug });
        Category {
            name,
            slug,
            description: self.sent.description.clone().unwrap_or(category.description),
            parent_id: self.parent.clone().unwrap_or(category.parent_id),
            updated_at: now,
            version: category.version + 1,
            ..category
        }
    }
}

/// A category with its place in the tree, as shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    pub category: Category,
    /// The slugs from the root to it, joined by `/`.
    pub path: String,
}

/// Which categories a list shows.
#[derive(Debug, PartialEq)]
pub enum Filter {
    All,
    /// Those right below another, or the roots.
    Below(Option<String>),
    /// Those that a product is right in.
    Of(String),
}

impl Filter {
    /// The filters by their names in the API.
    pub const NAMES: [&'static str; 2] = ["filter[parent]", "filter[product]"];

    /// Reads the filter of a list.
    ///
    /// # Errors
    /// 400 when both are given.
    pub fn parse(query: &Query) -> Result<Self, Error> {
        match (query.get("filter[parent]"), query.get("filter[product]")) {
            (None, None) => Ok(Self::All),
            (Some("root"), None) => Ok(Self::Below(None)),
            (Some(parent), None) => Ok(Self::Below(Some(parent.to_owned()))),
            (None, Some(product)) => Ok(Self::Of(ids::known_or_none(product))),
            (Some(_), Some(_)) => {
                Err(Error::parameter("filter[product]", "Give either filter[parent] or filter[product]."))
            }
        }
    }
}
