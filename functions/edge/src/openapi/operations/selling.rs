//! The operations of inventory and sales.

use serde_json::{Value, json};

use crate::openapi::operation::Who::{Staff, Users};
use crate::openapi::operation::{Operation, operation};
use crate::openapi::parameters::query;
use crate::openapi::schemas::parts::{schema, words};
use crate::openapi::schemas::selling::STATES;

const PERIOD: &str = "From and to, both within: days in UTC, or times; one end may be left out.";

/// `2026-11-01..2026-11-30`
fn period() -> Value {
    let moment = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z)?";
    json!({"type": "string", "pattern": format!(r"^({moment}\.\.({moment})?|\.\.{moment})$"),
        "examples": ["2026-11-01..2026-11-30"]})
}

/// Ids, separated by commas.
fn ids() -> Value {
    let id = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    json!({"type": "string", "pattern": format!("^{id}(,{id}){{0,49}}$")})
}

pub fn inventory() -> Vec<Operation> {
    vec![
        operation(("GET", "/inventory"), "list-stock", "List stock, what has run out first", (Staff, "staff"))
            .says("Then what is low, then the rest. Amounts are of this moment; a place may be seconds behind.")
            .with(query("filter[level]", &words(&["out", "low", "enough"]), "How much there is, in a word."))
            .with(query("filter[product]", &ids(), "Of these products: 1 to 50 ids, separated by commas, on one page."))
            .lists("StockItem"),
        operation(("GET", "/inventory/{productId}"), "get-stock", "Read the stock of a product", (Staff, "staff"))
            .shows("StockItem"),
        operation(
            ("PATCH", "/inventory/{productId}"),
            "update-stock",
            "Say where to be warned that a product runs low",
            (Staff, "staff"),
        )
        .takes("StockItemChanges")
        .matched()
        .shows("StockItem"),
        operation(
            ("GET", "/inventory/{productId}/movements"),
            "list-movements",
            "List what changed the stock of a product, newest first",
            (Staff, "staff"),
        )
        .says("What was sold follows the sale by seconds.")
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

pub fn sales() -> Vec<Operation> {
    vec![
        operation(("POST", "/purchases"), "purchase", "Buy", (Users, "any signed-in user"))
            .says(
                "All lines are sold at the prices of the moment, or none is. The answer is final, but for 202: the \
                 shop could not look a product up, took the order, and decides it within minutes.",
            )
            .takes("Purchase")
            .key_required()
            .makes("Sale", &["get-sale"])
            .or_accepts("Sale")
            .refuses(&["unknown_related", "insufficient_stock", "price_changed"]),
        operation(("POST", "/sales"), "create-sale", "Order, to be decided later", (Users, "any signed-in user"))
            .says(
                "Answers at once, and decides within seconds: read the sale until it is no longer pending. For what \
                 may wait; POST /purchases tells the result itself.",
            )
            .takes("Purchase")
            .key_required()
            .accepts("Sale", &["get-sale"]),
        operation(("GET", "/sales"), "list-sales", "List sales, newest first", (Users, "users their own, staff all"))
            .with(query("filter[status]", &words(&STATES), "In this state."))
            .with(query("filter[customer]", &schema("Id"), "Of this customer; of others, for staff."))
            .with(query("filter[createdAt]", &period(), PERIOD))
            .with(query("sort", &words(&["createdAt", "-createdAt"]), "Without it, `-createdAt`: newest first."))
            .includes(&["lines", "customer"])
            .lists("Sale")
            .refuses(&["forbidden"]),
        operation(("GET", "/sales/{id}"), "get-sale", "Read a sale", (Users, "users their own, staff any"))
            .includes(&["lines", "customer"])
            .shows("Sale"),
        operation(
            ("PATCH", "/sales/{id}"),
            "update-sale",
            "Move a sale on",
            (Users, "users cancel their own, staff any"),
        )
        .says(
            "Confirmed, then shipped, then delivered; pending and confirmed ones may be cancelled, which puts the \
                 pieces back.",
        )
        .takes("SaleChanges")
        .matched()
        .shows("Sale")
        .refuses(&["forbidden", "invalid_transition"]),
        operation(("DELETE", "/sales/{id}"), "delete-sale", "Delete a sale", (Staff, "staff"))
            .says("Only one that was rejected or cancelled.")
            .matched()
            .refuses(&["invalid_transition"]),
        operation(
            ("GET", "/sales/{id}/lines"),
            "list-sale-lines",
            "List the lines of a sale",
            (Users, "users of their own, staff of any"),
        )
        .says("All of them: a sale has at most 50.")
        .shows_all("SaleLine"),
    ]
}
