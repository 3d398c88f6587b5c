//! The HTTP API of sales: its operations, who may call them, what they take and answer. The OpenAPI document, the routes and
//! `docs/functions.md` follow from this (`make generate`).

use openapi::codes::{Code, at, code, telling};
use openapi::operation::Who::{OwnersAndStaff, Staff, Users};
use openapi::parameters::query;
use openapi::parts::{
    PERIOD, closed, integer, line, list, maybe, nullable, object, period, schema, text, time, with, words,
};
use openapi::types::Access::{Needed, ReadOnly, Settable};
use openapi::types::{Document, ID, Linkage, Relation, Type, attribute};
use openapi::{Api, Operation, operation};
use serde_json::{Value, json};

/// The whole of it.
pub fn api() -> Api {
    Api {
        service: "sales",
        about: "Purchases and sales.",
        operations: operations(),
        internal: &[],
        types: types(),
        documents: documents(),
        codes: CODES,
        schemas: vec![],
    }
}

/// What goes wrong here and nowhere else, or here first.
const CODES: &[Code] = &[
    at(
        telling(
            code(
                "price_changed",
                409,
                "Price changed",
                "a product has another price than expected",
                "The price is now 1300 USD.",
            ),
            r#"{"productId": "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e", "unitPrice": {"amount": 1300, "currency": "USD"}}"#,
        ),
        "pointer",
        "/data/attributes/lines/0/expectedUnitPrice",
    ),
    at(
        telling(
            code(
                "customer_limit",
                409,
                "Customer limit reached",
                "the customer would have too many pieces of a product, or too many sales, that are not shipped yet",
                "You can have 100 pieces of a product in sales that are not shipped yet. You have 80.",
            ),
            r#"{"productId": "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e", "requested": 30, "open": 80, "limit": 100}"#,
        ),
        "pointer",
        "/data/attributes/lines/0/quantity",
    ),
    telling(
        code(
            "bought_too_often",
            429,
            "Customer limit reached",
            "the customer bought too often within a minute",
            "You can buy 10 times in a minute. Try again in 35 seconds.",
        ),
        r#"{"limit": 10}"#,
    ),
    code(
        "invalid_transition",
        409,
        "Not in this state",
        "its current state does not allow it",
        "A sale that is shipped cannot become cancelled. What may follow: delivered.",
    ),
];

fn operations() -> Vec<Operation> {
    vec![
        operation(("POST", "/purchases"), "purchase", "Buy", (Users, "any signed-in user"))
            .says(
                "All lines are sold at the current prices, or none is. The answer is final, except 202: the shop could not look up a product, and decides the order within minutes.",
            )
            .takes("Purchase")
            .key_required()
            .makes("Sale", &["get-sale"])
            .or_accepts("Sale")
            .refuses(&["unknown_related", "insufficient_stock", "price_changed", "customer_limit", "bought_too_often"]),
        operation(("POST", "/sales"), "create-sale", "Order now, decided later", (Users, "any signed-in user"))
            .says(
                "The answer is a pending sale, which is decided within seconds: read it until it is no longer pending. `POST /purchases` answers with the result itself.",
            )
            .takes("Purchase")
            .key_required()
            .accepts("Sale", &["get-sale"]),
        operation(("GET", "/sales"), "list-sales", "List sales, newest first", (Users, "users their own, staff all"))
            .with(query("filter[status]", &words(&STATES), "Only sales in this state."))
            .with(query("filter[customer]", &schema("Id"), "Only sales of this customer. Only staff can ask for other customers."))
            .with(query("filter[createdAt]", &period(), PERIOD))
            .with(query("sort", &words(&["createdAt", "-createdAt"]), "Without it, `-createdAt`: newest first."))
            .includes(&["lines", "customer"])
            .lists("Sale")
            .refuses(&["forbidden"]),
        operation(("GET", "/sales/{id}"), "get-sale", "Read a sale", (OwnersAndStaff, "users their own, staff any"))
            .includes(&["lines", "customer"])
            .shows("Sale"),
        operation(
            ("PATCH", "/sales/{id}"),
            "update-sale",
            "Change the status of a sale",
            (OwnersAndStaff, "users cancel their own, staff any"),
        )
        .says(
            "A sale goes from confirmed to shipped to delivered. A pending or confirmed sale can be cancelled, which returns its pieces to the stock.",
        )
        .takes("SaleChanges")
        .matched()
        .shows("Sale")
        .refuses(&["forbidden", "invalid_transition"]),
        operation(("DELETE", "/sales/{id}"), "delete-sale", "Delete a sale", (Staff, "staff"))
            .says("Only a sale that was rejected or cancelled can be deleted.")
            .matched()
            .refuses(&["invalid_transition"]),
        operation(
            ("GET", "/sales/{id}/lines"),
            "list-sale-lines",
            "List the lines of a sale",
            (OwnersAndStaff, "users of their own, staff of any"),
        )
        .says("The whole list: a sale has at most 50 lines.")
        .shows_all("SaleLine"),
    ]
}

fn one(name: &'static str, kind: &'static str) -> Relation {
    Relation { name, kind, linkage: Linkage::One, settable: false, example: json!({"type": kind, "id": ID}) }
}

/// The states of a sale.
const STATES: [&str; 6] = ["pending", "confirmed", "rejected", "shipped", "delivered", "cancelled"];

/// What a line shows.
fn line_members() -> [(&'static str, Value); 6] {
    [
        ("productId", with(text(), "As in the order.")),
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

/// Why a sale was rejected.
pub fn rejection() -> Value {
    let reason = json!({
        "type": "object",
        "properties": {"detail": text(), "meta": {"type": "object"}},
        "required": ["detail"],
        "additionalProperties": false,
    });
    let code =
        with(text(), "A code as in errors: insufficient_stock, price_changed, not_found, customer_limit; or expired.");
    json!({
        "type": ["object", "null"],
        "description": "Why the sale was rejected.",
        "properties": {"code": code, "title": text(), "reasons": list(&reason, 1, 50)},
        "required": ["code", "title", "reasons"],
        "additionalProperties": false,
    })
}

fn ordered_lines() -> Value {
    let expected = json!({
        "allOf": [schema("Money")], "description": "The price that the buyer saw. If the product has another price now, nothing is sold.",
    });
    let members = [("productId", line(1, 64)), ("quantity", integer(1, 1_000)), ("expectedUnitPrice", expected)];
    let about = "At most 50 different products. Lines of the same product are added up.";
    with(list(&closed(&members, &["productId", "quantity"]), 1, 500), about)
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
        about: "A product of a sale, as it was when it was sold. It has no URL of its own.",
        path: None,
        versioned: false,
        attributes: members.collect(),
        relations: vec![one("product", "products")],
        includes: &[],
    }
}

fn types() -> Vec<Type> {
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
        Type {
            name: "Sale",
            kind: "sales",
            about: "What was sold to whom, at the prices of that time. A pending sale is not decided yet: it has no prices and no total.",
            path: Some("/sales/{id}"),
            versioned: true,
            attributes: vec![
                attribute(ReadOnly, "number", with(text(), "A short number for people."), json!("20261122-7QK2M9XA")),
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

fn documents() -> Vec<Document> {
    let ordered = json!([{"productId": ID, "quantity": 2, "expectedUnitPrice": {"amount": 1250, "currency": "USD"}}]);
    vec![
        Document {
            name: "SaleChanges",
            kind: "sales",
            identified: true,
            attributes: vec![attribute(Needed, "status", words(&STATES), json!("cancelled"))],
            relations: vec![],
            rules: json!({"required": ["status"]}),
        },
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
