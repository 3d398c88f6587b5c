//! The HTTP API of inventory: its operations, who may call them, what they take and answer. The OpenAPI document, the routes and
//! `docs/functions.md` follow from this (`make generate`).

use openapi::codes::{Code, code, telling};
use openapi::operation::Who::Staff;
use openapi::parameters::query;
use openapi::parts::{integer, line, nullable, time, with, words};
use openapi::types::Access::{Needed, ReadOnly, Settable};
use openapi::types::{Document, ID, Linkage, Relation, Type, attribute};
use openapi::{Api, Operation, operation};
use serde_json::{Value, json};

/// The whole of it.
pub fn api() -> Api {
    Api {
        service: "inventory",
        about: "Stock and its movements.",
        operations: operations(),
        internal: &[],
        types: types(),
        documents: documents(),
        codes: CODES,
        schemas: vec![],
    }
}

/// What goes wrong here and nowhere else, or here first.
const CODES: &[Code] = &[telling(
    code(
        "insufficient_stock",
        409,
        "Not enough stock",
        "fewer pieces are in stock than were ordered",
        "There is less in stock than asked for.",
    ),
    r#"{"shortages": [{"productId": "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e", "requested": 2, "available": 1}]}"#,
)];

/// Ids, separated by commas.
fn ids() -> Value {
    let id = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    json!({"type": "string", "pattern": format!("^{id}(,{id}){{0,49}}$")})
}

fn operations() -> Vec<Operation> {
    vec![
        operation(("GET", "/inventory"), "list-stock", "List stock, sold-out products first", (Staff, "staff"))
            .says("Products that are sold out come first, then low ones, then the rest. Quantities are current; the order may be some seconds old.")
            .with(query("filter[level]", &words(&["out", "low", "enough"]), "`out`, `low` or `enough`."))
            .with(query("filter[product]", &ids(), "Only these products: 1 to 50 ids, separated by commas. All are on one page."))
            .lists("StockItem"),
        operation(("GET", "/inventory/{productId}"), "get-stock", "Read the stock of a product", (Staff, "staff"))
            .shows("StockItem"),
        operation(
            ("PATCH", "/inventory/{productId}"),
            "update-stock",
            "Set when the stock of a product is low",
            (Staff, "staff"),
        )
        .takes("StockItemChanges")
        .matched()
        .shows("StockItem"),
        operation(
            ("GET", "/inventory/{productId}/movements"),
            "list-movements",
            "List the stock movements of a product, newest first",
            (Staff, "staff"),
        )
        .says("Movements of sales appear some seconds after the sale.")
        .lists("StockMovement"),
        operation(
            ("POST", "/inventory/{productId}/adjustments"),
            "adjust-stock",
            "Book a receipt or an adjustment",
            (Staff, "staff"),
        )
        .takes("NewStockMovement")
        .keyed()
        .makes("StockMovement", &[])
        .refuses(&["insufficient_stock"]),
    ]
}

fn one(name: &'static str, kind: &'static str) -> Relation {
    Relation { name, kind, linkage: Linkage::One, settable: false, example: json!({"type": kind, "id": ID}) }
}

fn stock_item() -> Type {
    let low = integer(0, 1_000_000);
    let low = with(nullable(low), "At this number of pieces or fewer, the stock is low.");
    Type {
        name: "StockItem",
        kind: "stock-items",
        about: "How many pieces of a product are available. It has the id of the product.",
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

fn movement() -> Type {
    let quantity = json!({"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000, "not": {"const": 0}});
    let quantity = with(quantity, "How many pieces came in (positive) or went out (negative). A receipt is positive.");
    Type {
        name: "StockMovement",
        kind: "stock-movements",
        about: "One change of stock. It has no URL of its own.",
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

fn types() -> Vec<Type> {
    vec![stock_item(), movement()]
}

fn documents() -> Vec<Document> {
    // The others follow from sales.
    let by_hand = json!({
        "allOf": [{"properties": {"kind": words(&["receipt", "adjustment"])}}],
        "if": {"properties": {"kind": {"const": "receipt"}}},
        "then": {"properties": {"quantity": {"minimum": 1}}},
    });
    vec![
        stock_item().changes("StockItemChanges"),
        Document { rules: by_hand, ..movement().new_document("NewStockMovement") },
    ]
}
