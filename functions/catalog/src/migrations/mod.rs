//! Migrations of `CatalogTable` ([`dynamo::migration`]).

use dynamo::migration::Migration;

pub const MIGRATIONS: &[Migration] = &[
    // Carts had no categories of products, and reviews no drafts. Products got the names of their brand and categories when
    // these were changed.
    Migration { name: "names-and-drafts-elsewhere", republish: true, ..Migration::number_only(1) },
];
