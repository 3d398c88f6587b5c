//! The types of reviews; products show ratings, too.

use serde_json::{Value, json};

use super::parts::{integer, line, nullable, object, prose, time, with, words};
use super::types::Access::{Needed, ReadOnly, Settable};
use super::types::{Attribute, Document, ID, Linkage, Relation, Type, attribute};

fn relation(name: &'static str, kind: &'static str, linkage: Linkage) -> Relation {
    Relation { name, kind, linkage, settable: false, example: json!({"type": kind, "id": ID}) }
}

/// What the reviews of a product come to: average, count, histogram.
fn parts() -> [(&'static str, Value, Value); 3] {
    let stars = ["1", "2", "3", "4", "5"];
    let count = json!({"type": "integer", "minimum": 0});
    let average = json!({"type": ["number", "null"], "minimum": 1, "maximum": 5});
    let histogram = object(&stars.map(|name| (name, count.clone())), &stars);
    [
        ("average", with(average, "To two digits; `null` of no reviews."), json!(4.67)),
        ("count", count, json!(3)),
        (
            "histogram",
            with(histogram, "How often each number of stars was given."),
            json!({"1": 0, "2": 0, "3": 0, "4": 1, "5": 2}),
        ),
    ]
}

/// The attribute of products.
pub fn rating_of_product() -> Attribute {
    let parts = parts();
    let members = parts.clone().map(|(name, schema, _)| (name, schema));
    let schema = with(object(&members, &["average", "count", "histogram"]), "What its reviews come to.");
    let example: serde_json::Map<String, Value> =
        parts.into_iter().map(|(name, _, example)| (name.to_owned(), example)).collect();
    attribute(ReadOnly, "rating", schema, Value::Object(example))
}

fn stars() -> Value {
    with(integer(1, 5), "Stars.")
}

fn review() -> Type {
    let bought = "Whether the author had bought the product when the review was written.";
    let status = with(words(&["published", "hidden"]), "What is hidden does not count; for staff to set.");
    Type {
        name: "Review",
        kind: "reviews",
        about: "What a buyer says of a product. Its author is `null` once their account is deleted.",
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

pub fn types() -> Vec<Type> {
    vec![
        review(),
        Type {
            name: "Rating",
            kind: "ratings",
            about: "What the published reviews of a product come to. It has the product's id.",
            path: Some("/products/{id}/rating"),
            versioned: true,
            attributes: parts().map(|(name, schema, example)| attribute(ReadOnly, name, schema, example)).into(),
            relations: vec![relation("product", "products", Linkage::One)],
            includes: &[],
        },
    ]
}

pub fn documents() -> Vec<Document> {
    let status = attribute(Settable, "status", words(&["published", "hidden"]), json!("published"));
    let mut changes = review().changes("ReviewChanges");
    changes.attributes.push(status);
    vec![review().new_document("NewReview"), changes]
}
