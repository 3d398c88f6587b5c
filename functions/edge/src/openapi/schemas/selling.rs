//! The types of inventory and sales.

use serde_json::{Value, json};

use super::parts::{integer, line, list, maybe, nullable, object, schema, text, time, with, words};
use super::types::Access::{Needed, ReadOnly, Settable};
use super::types::{Document, ID, Linkage, Relation, Type, attribute};

/// The states of a sale.
pub const STATES: [&str; 6] = ["pending", "confirmed", "rejected", "shipped", "delivered", "cancelled"];

fn one(name: &'static str, kind: &'static str) -> Relation {
    Relation { name, kind, linkage: Linkage::One, settable: false, example: json!({"type": kind, "id": ID}) }
}

fn movement() -> Type {
    let quantity = json!({"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000, "not": {"const": 0}});
    let quantity = with(quantity, "Signed: what came in or went out. A receipt's is positive.");
    Type {
        name: "StockMovement",
        kind: "stock-movements",
        about: "One change of stock. Cannot be fetched by itself.",
        path: None,
        versioned: false,
        attributes: vec![
            attribute(Needed, "kind", words(&["receipt", "adjustment", "sale", "cancellation"]), json!("receipt")),
            attribute(Needed, "quantity", quantity, json!(100)),
            attribute(Needed, "reason", line(1, 500), json!("Delivery")),
            attribute(Settable, "reference", nullable(line(1, 100)), json!("PO-2026-118")),
            attribute(ReadOnly, "createdAt", time(), json!("2026-11-22T10:15:42Z")),
        ],
        relations: vec![one("product", "products"), one("createdBy", "users")],
        includes: &[],
    }
}

/// What a line shows.
fn line_members() -> [(&'static str, Value); 6] {
    [
        ("productId", with(text(), "As it was ordered.")),
        ("sku", nullable(text())),
        ("name", nullable(text())),
        ("unitPrice", maybe("Money")),
        ("quantity", integer(1, 1_000)),
        ("lineTotal", maybe("Total")),
    ]
}

fn sold_line() -> Value {
    let members = line_members();
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    object(&members, &names)
}

pub fn rejection() -> Value {
    let reason = json!({
        "type": "object",
        "properties": {"detail": text(), "meta": {"type": "object"}},
        "required": ["detail"],
        "additionalProperties": false,
    });
    let code = with(text(), "As an error's: insufficient_stock, price_changed, not_found; or expired.");
    json!({
        "type": ["object", "null"],
        "description": "Why a rejected sale was not sold.",
        "properties": {"code": code, "title": text(), "reasons": list(&reason, 1, 50)},
        "required": ["code", "title", "reasons"],
        "additionalProperties": false,
    })
}

fn ordered_lines() -> Value {
    let expected = json!({
        "allOf": [schema("Money")], "description": "The price the buyer saw. If it no longer holds, nothing is sold.",
    });
    let members = [("productId", line(1, 64)), ("quantity", integer(1, 1_000)), ("expectedUnitPrice", expected)];
    let about = "Of at most 50 different products; lines of the same product become one.";
    with(list(&object(&members, &["productId", "quantity"]), 1, 500), about)
}

fn stock_item() -> Type {
    let low = integer(0, 1_000_000);
    let low = with(nullable(low), "Where the shop wants to be warned that it runs low.");
    Type {
        name: "StockItem",
        kind: "stock-items",
        about: "How much there is of a product, whose id it has.",
        path: Some("/inventory/{productId}"),
        versioned: true,
        attributes: vec![
            attribute(ReadOnly, "available", json!({"type": "integer", "minimum": 0}), json!(98)),
            attribute(Settable, "lowStockAt", low, json!(5)),
            attribute(ReadOnly, "updatedAt", time(), json!("2026-11-22T10:15:42Z")),
        ],
        relations: vec![one("product", "products")],
        includes: &[],
    }
}

fn line_by_itself() -> Type {
    let examples = [
        json!(ID),
        json!("CUP-1"),
        json!("Coffee cup"),
        json!({"amount": 1250, "currency": "USD"}),
        json!(2),
        json!({"amount": 2500, "currency": "USD"}),
    ];
    let members = line_members().into_iter().zip(examples);
    let members = members.map(|((name, schema), example)| attribute(ReadOnly, name, schema, example));
    Type {
        name: "SaleLine",
        kind: "sale-lines",
        about: "A product of a sale, as it was when it was sold. Cannot be fetched by itself.",
        path: None,
        versioned: false,
        attributes: members.collect(),
        relations: vec![one("product", "products")],
        includes: &[],
    }
}

pub fn types() -> Vec<Type> {
    let money = json!({"amount": 1250, "currency": "USD"});
    let total = json!({"amount": 2500, "currency": "USD"});
    let sold = json!([{"productId": ID, "sku": "CUP-1", "name": "Coffee cup", "unitPrice": money, "quantity": 2,
        "lineTotal": total}]);
    let apart = "A product of the sale. With `include=lines` they are related resources instead.";
    let lines = with(list(&sold_line(), 1, 50), apart);
    let lines_apart = Relation {
        name: "lines",
        kind: "sale-lines",
        linkage: Linkage::Many(50),
        settable: false,
        example: json!([{"type": "sale-lines", "id": ID}]),
    };
    vec![
        stock_item(),
        movement(),
        Type {
            name: "Sale",
            kind: "sales",
            about: "What was sold to whom, at the prices of the moment. A pending one is not sold yet: it has no \
                    prices and no total.",
            path: Some("/sales/{id}"),
            versioned: true,
            attributes: vec![
                attribute(ReadOnly, "number", with(text(), "For people to read out."), json!("20261122-7QK2M9XA")),
                attribute(Settable, "status", words(&STATES), json!("confirmed")),
                attribute(ReadOnly, "lines", lines, sold),
                attribute(ReadOnly, "total", maybe("Total"), total),
                attribute(ReadOnly, "rejection", rejection(), json!(null)),
                attribute(ReadOnly, "createdAt", time(), json!("2026-11-22T10:15:42Z")),
                attribute(ReadOnly, "updatedAt", time(), json!("2026-11-22T10:15:42Z")),
            ],
            relations: vec![one("customer", "users"), lines_apart],
            includes: &["SaleLine", "Customer"],
        },
        line_by_itself(),
    ]
}

pub fn documents() -> Vec<Document> {
    let ordered = json!([{"productId": ID, "quantity": 2, "expectedUnitPrice": {"amount": 1250, "currency": "USD"}}]);
    // The others follow from sales.
    let by_hand = json!({
        "allOf": [{"properties": {"kind": words(&["receipt", "adjustment"])}}],
        "if": {"properties": {"kind": {"const": "receipt"}}},
        "then": {"properties": {"quantity": {"minimum": 1}}},
    });
    vec![
        stock_item().changes("StockItemChanges"),
        Document {
            name: "SaleChanges",
            kind: "sales",
            identified: true,
            attributes: vec![attribute(Needed, "status", words(&STATES), json!("cancelled"))],
            relations: vec![],
            rules: json!({"required": ["status"]}),
        },
        Document { rules: by_hand, ..movement().new_document("NewStockMovement") },
        Document {
            name: "Purchase",
            kind: "sales",
            identified: false,
            attributes: vec![attribute(Needed, "lines", ordered_lines(), ordered)],
            relations: vec![],
            rules: json!({}),
        },
    ]
}
