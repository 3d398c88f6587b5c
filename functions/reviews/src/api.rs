//! The HTTP API of reviews: its operations, who may call them, what they take and answer. The OpenAPI document, the routes and
//! `docs/functions.md` follow from this (`make generate`).

use openapi::operation::Who::{OwnersAndStaff, Users, Visitors};
use openapi::parameters::query;
use openapi::parts::{integer, line, nullable, prose, rating_parts, time, with, words};
use openapi::types::Access::{Needed, ReadOnly, Settable};
use openapi::types::{Document, ID, Linkage, Relation, Type, attribute};
use openapi::{Api, Operation, operation};
use serde_json::{Value, json};

/// The whole of it.
pub fn api() -> Api {
    Api {
        service: "reviews",
        about: "Reviews and ratings of products.",
        operations: operations(),
        internal: &[],
        types: types(),
        documents: documents(),
        codes: &[],
        schemas: vec![],
    }
}

fn operations() -> Vec<Operation> {
    let sorts = words(&["createdAt", "-createdAt", "rating", "-rating"]);
    vec![
        operation(
            ("POST", "/products/{id}/reviews"),
            "create-review",
            "Review a product",
            (Users, "whoever bought the product"),
        )
        .says(
            "One review per customer and product. The customer must have a sale of the product that is confirmed, shipped or delivered. A new sale is known here after a second or two.",
        )
        .takes("NewReview")
        .keyed()
        .makes("Review", &["get-review", "update-review", "delete-review"])
        .refuses(&["forbidden", "already_exists"]),
        operation(
            ("GET", "/products/{id}/reviews"),
            "list-reviews",
            "List the reviews of a product",
            (Visitors, "anyone; hidden ones: staff"),
        )
        .says("Newest first by default. Sorted by rating, reviews with the same stars are sorted by age in the same direction.")
        .with(query("filter[rating]", &words(&["1", "2", "3", "4", "5"]), "Only reviews with this number of stars."))
        .with(query("filter[status]", &words(&["published", "hidden"]), "Only staff can ask for `hidden` reviews."))
        .with(query("sort", &sorts, "The order; `-` for descending. Without it, `-createdAt`."))
        .lists("Review")
        .refuses(&["forbidden"]),
        operation(("GET", "/products/{id}/rating"), "get-rating", "Read the rating of a product", (Visitors, "anyone"))
            .shows("Rating"),
        operation(
            ("GET", "/reviews/{id}"),
            "get-review",
            "Read a review",
            (Visitors, "anyone; hidden ones: the author and staff"),
        )
        .shows("Review"),
        operation(
            ("PATCH", "/reviews/{id}"),
            "update-review",
            "Change, hide or show a review",
            (OwnersAndStaff, "the author and staff"),
        )
        .says("The author can change stars, title and body; staff can change the status.")
        .takes("ReviewChanges")
        .matched()
        .shows("Review")
        .refuses(&["forbidden"]),
        operation(
            ("DELETE", "/reviews/{id}"),
            "delete-review",
            "Delete a review",
            (OwnersAndStaff, "the author and staff"),
        )
        .says("Only staff can delete a review that staff has hidden.")
        .matched()
        .refuses(&["invalid_transition"]),
    ]
}

fn relation(name: &'static str, kind: &'static str, linkage: Linkage) -> Relation {
    Relation { name, kind, linkage, settable: false, example: json!({"type": kind, "id": ID}) }
}

fn stars() -> Value {
    with(integer(1, 5), "1 to 5 stars.")
}

fn review() -> Type {
    let bought = "Whether the author bought the product, and the sale was not cancelled. Only the stars of such reviews count in the rating.";
    let status =
        with(words(&["published", "hidden"]), "Only staff can set it. Hidden reviews do not count in the rating.");
    Type {
        name: "Review",
        kind: "reviews",
        about: "A buyer's review of a product. The author is `null` when the account was deleted.",
        path: Some("/reviews/{id}"),
        versioned: true,
        attributes: vec![
            attribute(Needed, "rating", stars(), json!(5)),
            attribute(Settable, "title", nullable(line(1, 100)), json!("Just right")),
            attribute(Settable, "body", nullable(prose(4_000)), json!("Keeps coffee hot for half an hour.")),
            attribute(ReadOnly, "status", status, json!("published")),
            attribute(ReadOnly, "verifiedPurchase", with(json!({"type": "boolean"}), bought), json!(true)),
            attribute(ReadOnly, "createdAt", time(), json!("2026-11-24T08:00:00Z")),
            attribute(ReadOnly, "updatedAt", time(), json!("2026-11-24T08:00:00Z")),
        ],
        relations: vec![relation("product", "products", Linkage::One), relation("author", "users", Linkage::OneOrNone)],
        includes: &[],
    }
}

fn types() -> Vec<Type> {
    vec![
        review(),
        Type {
            name: "Rating",
            kind: "ratings",
            about: "Summary of a product's published reviews. It has the product's id.",
            path: Some("/products/{id}/rating"),
            versioned: true,
            attributes: rating_parts().map(|(name, schema, example)| attribute(ReadOnly, name, schema, example)).into(),
            relations: vec![relation("product", "products", Linkage::One)],
            includes: &[],
        },
    ]
}

fn documents() -> Vec<Document> {
    let status = attribute(Settable, "status", words(&["published", "hidden"]), json!("published"));
    let mut changes = review().changes("ReviewChanges");
    changes.attributes.push(status);
    vec![review().new_document("NewReview"), changes]
}
