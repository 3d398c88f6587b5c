//! The OpenAPI document (3.1), made from tables and kept in `openapi.json`, which `bin/openapi.rs` serves.
//! A test fails when the file is out of date; `UPDATE_OPENAPI=1 cargo test -p edge` writes it.
//!
//! | Module | What it holds |
//! | --- | --- |
//! | [`operations`] | a row for each operation: who may call, what it takes, what it answers |
//! | [`schemas`] | a table for each type: its attributes, who may say them, their limits |
//! | [`errors`] | a row for each thing that goes wrong |
//! | [`parameters`] | parameters and headers that operations share |
//! | [`operation`] | from a row to the document |

mod errors;
mod operation;
mod operations;
mod parameters;
mod schemas;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

const ABOUT: &str = "A shop's backend: sign in, keep a catalogue, keep stock, sell, review. JSON:API 1.1 \
    (<https://jsonapi.org/format/1.1/>): documents are `application/vnd.api+json`, lists are paged by cursors \
    (`links.next`), errors have a `code`.\n\nTo try it here: `POST /auth/login` with your address and password. \
    The page then signs its further requests with the access token, for 15 minutes; `Authorize` takes one by hand.\n\n\
    The whole API serves 500 requests a second (1,000 at once) unless set otherwise; beyond that it answers 429.";

/// The document. Its server is a stand-in, which is replaced when it is served.
fn document() -> Value {
    let mut paths = Map::<String, Value>::new();
    for (tag, row) in operations::all() {
        let item = paths.entry(row.path).or_insert_with(|| json!({}));
        item[row.method.to_lowercase()] = row.object(tag);
    }
    let tags = [
        ("identity", "Accounts, sessions, users."),
        ("catalog", "Products, brands, categories."),
        ("inventory", "Stock and its movements."),
        ("sales", "Purchases, and what was sold."),
        ("carts", "Carts of customers and guests, and their checkout."),
        ("reviews", "What buyers say of products, and ratings."),
        ("edge", "The API as a whole."),
    ];
    let tags: Vec<Value> = tags.iter().map(|(name, about)| json!({"name": name, "description": about})).collect();
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Zoco",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": crate::docs::STAND_IN}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "parameters": parameters::parameters(),
            "headers": parameters::headers(),
            "examples": errors::examples(),
            "securitySchemes": {"bearer": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "The `accessToken` of `POST /auth/login` or `/auth/refresh`.",
            }},
        },
    })
}
