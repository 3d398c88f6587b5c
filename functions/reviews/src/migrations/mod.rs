//! Migrations of `ReviewsTable` ([`dynamo::migration`]).

mod changes_of_markers;
mod drafts_of_deleted;

use dynamo::migration::Migration;

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "changes-of-markers, drafts-of-deleted",
    attributes: &["changes", "gone", "draft"],
    apply: |item| drafts_of_deleted::apply(changes_of_markers::apply(item)?),
    ..Migration::number_only(1)
}];
