//! The tables of operations, one for each service.

mod carts;
mod catalog;
mod edge;
mod identity;
mod reviews;
mod selling;

use super::operation::Operation;

/// Every operation with its service.
pub fn all() -> Vec<(&'static str, Operation)> {
    let of = |tag: &'static str, rows: Vec<Operation>| rows.into_iter().map(move |row| (tag, row));
    of("identity", identity::operations())
        .chain(of("catalog", catalog::operations()))
        .chain(of("inventory", selling::inventory()))
        .chain(of("sales", selling::sales()))
        .chain(of("carts", carts::operations()))
        .chain(of("reviews", reviews::operations()))
        .chain(of("edge", edge::operations()))
        .collect()
}
