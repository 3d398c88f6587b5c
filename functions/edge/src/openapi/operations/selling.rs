//! The operations of inventory and sales.

use crate::openapi::operation::Who::{Staff, Users};
use crate::openapi::operation::{Operation, operation};

pub fn inventory() -> Vec<Operation> {
    vec![
        operation(("GET", "/inventory/{productId}"), "get-stock", "Read the stock of a product", (Staff, "staff"))
            .shows("StockItem"),
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
            .lists("Sale"),
        operation(("GET", "/sales/{id}"), "get-sale", "Read a sale", (Users, "users their own, staff any"))
            .shows("Sale"),
    ]
}
