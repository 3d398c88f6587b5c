//! The types of carts.

use serde_json::{Value, json};

use super::parts::{integer, line, list, maybe, nullable, object, schema, text, time, with};
use super::selling::rejection;
use super::types::Access::{Needed, ReadOnly, Settable};
use super::types::{Document, ID, Linkage, Relation, Type, attribute};

fn item() -> Type {
    let product = json!({"type": "products", "id": ID});
    let (unit, total) = (json!({"amount": 1250, "currency": "USD"}), json!({"amount": 2500, "currency": "USD"}));
    let unavailable = with(json!({"type": "boolean"}), "No longer on offer: it has to be taken out before a checkout.");
    let categories = with(
        list(&text(), 0, 5),
        "The names of the product's categories, in the product's order; without those that are not known yet.",
    );
    Type {
        name: "CartItem",
        kind: "cart-items",
        about: "A product in a cart, at its price of the moment. Its id is the product's; its version is the cart's. \
                Cannot be fetched by itself.",
        path: None,
        versioned: true,
        attributes: vec![
            attribute(Needed, "productId", line(1, 64), json!(ID)),
            attribute(Needed, "quantity", integer(1, 1_000), json!(2)),
            attribute(ReadOnly, "name", nullable(text()), json!("Coffee cup")),
            attribute(ReadOnly, "categoryNames", categories, json!(["Cups"])),
            attribute(ReadOnly, "unitPrice", maybe("Money"), unit),
            attribute(ReadOnly, "lineTotal", maybe("Total"), total),
            attribute(ReadOnly, "unavailable", unavailable, json!(false)),
        ],
        relations: vec![Relation {
            name: "product",
            kind: "products",
            linkage: Linkage::One,
            settable: false,
            example: product,
        }],
        includes: &[],
    }
}

/// Why the last checkout was not sold: what the sale says, and which one it is.
fn rejected() -> Value {
    let mut rejected = rejection();
    rejected["description"] = json!("Why the last checkout was not sold, until the cart is changed.");
    rejected["properties"]["saleId"] = schema("Id");
    rejected["required"] = json!(["saleId", "code", "title", "reasons"]);
    rejected
}

fn cart() -> Type {
    let updated = with(nullable(time()), "When it was last changed; `null` before anything was put into it.");
    Type {
        name: "Cart",
        kind: "carts",
        about: "The caller's cart. Its items are in the order of their names; `include=items` sends them along.",
        path: Some("/carts/me"),
        versioned: true,
        attributes: vec![
            attribute(
                ReadOnly,
                "total",
                json!({"allOf": [schema("Total")], "description": "Of what can be bought."}),
                json!({"amount": 2500, "currency": "USD"}),
            ),
            attribute(ReadOnly, "rejection", rejected(), json!(null)),
            attribute(ReadOnly, "updatedAt", updated, json!("2026-11-25T10:15:42Z")),
        ],
        relations: vec![Relation {
            name: "items",
            kind: "cart-items",
            linkage: Linkage::Many(50),
            settable: false,
            example: json!([{"type": "cart-items", "id": ID}]),
        }],
        includes: &["CartItem"],
    }
}

pub fn types() -> Vec<Type> {
    vec![cart(), item()]
}

pub fn documents() -> Vec<Document> {
    let about = "The total that the buyer saw. If it no longer holds, nothing is ordered.";
    let expected = json!({"allOf": [schema("Total")], "description": about});
    let quantity = item().attributes.into_iter().filter(|one| one.name == "quantity").collect();
    vec![
        item().new_document("NewCartItem"),
        Document {
            name: "CartItemChanges",
            kind: "cart-items",
            identified: true,
            attributes: quantity,
            relations: vec![],
            rules: json!({"required": ["quantity"]}),
        },
        Document {
            name: "Checkout",
            kind: "sales",
            identified: false,
            attributes: vec![attribute(
                Settable,
                "expectedTotal",
                expected,
                json!({"amount": 2500, "currency": "USD"}),
            )],
            relations: vec![],
            rules: json!({}),
        },
    ]
}

/// A cart after a merge: the document that shows one, and what became of the guest's products.
pub fn merged() -> Value {
    let [(_, mut document), _] = cart().documents();
    let moved = object(&[("productId", schema("Id")), ("quantity", integer(0, 1_000))], &["productId", "quantity"]);
    let members = [
        ("merged", with(list(&moved, 0, 50), "Added, all pieces of them.")),
        ("capped", with(list(&moved, 0, 50), "Added as far as there was room: so many pieces.")),
        ("leftOut", with(list(&moved, 0, 50), "Not added: the cart has 50 products.")),
    ];
    document["properties"]["meta"] = object(&members, &["merged", "capped", "leftOut"]);
    document["required"] = json!(["jsonapi", "data", "links", "meta"]);
    document
}

/// What it looks like.
pub fn merged_example() -> Value {
    let mut document = cart().example();
    document["meta"] = json!({"merged": [{"productId": ID, "quantity": 2}], "capped": [], "leftOut": []});
    document
}
