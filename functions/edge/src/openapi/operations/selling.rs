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
        .says("Also brings the product's present price, name and status to the till.")
        .takes("NewStockMovement")
        .keyed()
        .makes("StockMovement", &[])
        .refuses(&["insufficient_stock"]),
    ]
}

pub fn sales() -> Vec<Operation> {
    vec![
        operation(("POST", "/purchases"), "purchase", "Buy", (Users, "any signed-in user"))
            .says("All lines are sold at the prices of the moment, or none is. The answer is final.")
            .takes("Purchase")
            .key_required()
            .makes("Sale", &["get-sale"])
            .refuses(&["unknown_related", "insufficient_stock", "price_changed"]),
        operation(("GET", "/sales"), "list-sales", "List sales, newest first", (Users, "users their own, staff all"))
            .lists("Sale"),
        operation(("GET", "/sales/{id}"), "get-sale", "Read a sale", (Users, "users their own, staff any"))
            .shows("Sale"),
    ]
}
