//! Migrations of `IdentityTable` ([`dynamo::migration`]).

use dynamo::migration::Migration;

pub const MIGRATIONS: &[Migration] = &[Migration::number_only(1)];
