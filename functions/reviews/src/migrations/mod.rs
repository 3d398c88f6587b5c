//! Migrations of `ReviewsTable` ([`dynamo::migration`]).

mod changes_of_markers;

use dynamo::migration::Migration;

pub const MIGRATIONS: &[Migration] = &[changes_of_markers::MIGRATION];
