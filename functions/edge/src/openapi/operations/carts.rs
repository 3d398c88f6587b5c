//! The operations of carts.

use serde_json::json;

use crate::openapi::operation::Who::{Users, Visitors};
use crate::openapi::operation::{Operation, operation};
use crate::openapi::parameters::{fields_of, parameter};
use crate::openapi::schemas::carts::merged_example;
use crate::openapi::schemas::parts::schema;

const OWNERS: &str = "any signed-in user, and guests by the token of their cart";

/// An operation on a cart that has to be there, a customer's or a guest's.
fn on_cart(route: (&'static str, &'static str), id: &'static str, summary: &'static str) -> Operation {
    operation(route, id, summary, (Visitors, OWNERS)).with(parameter("cart-token"))
}

pub fn operations() -> Vec<Operation> {
    let content = json!({"schema": schema("MergedCart"), "example": merged_example()});
    let merged = json!({
        "description": "The customer's cart, and what became of the guest's products.",
        "content": {"application/vnd.api+json": content},
    });
    vec![
        on_cart(("GET", "/carts/me"), "get-cart", "See the cart")
            .says("At the prices of the moment. A customer who never used it has an empty one.")
            .includes(&["items"])
            .shows("Cart")
            .refuses(&["not_found"]),
        on_cart(("DELETE", "/carts/me"), "clear-cart", "Empty the cart").matched().refuses(&["not_found"]),
        operation(("POST", "/carts/me/items"), "add-item", "Put something into the cart", (Visitors, "anyone"))
            .says(
                "What is in it already is counted up. Without an access token and without `Cart-Token` a guest's \
                 cart is begun, and the answer's `Cart-Token` is the only way to it: for such a request, \
                 `Idempotency-Key` does nothing.",
            )
            .with(parameter("cart-token"))
            .takes("NewCartItem")
            .keyed()
            .makes("CartItem", &[])
            .tells("Cart-Token")
            .refuses(&["not_found", "unknown_related", "cart_limit"]),
        on_cart(("PATCH", "/carts/me/items/{productId}"), "update-item", "Set how many pieces are wanted")
            .takes("CartItemChanges")
            .matched()
            .shows("CartItem"),
        on_cart(("DELETE", "/carts/me/items/{productId}"), "remove-item", "Take a product out of the cart").matched(),
        operation(("POST", "/carts/me/checkout"), "checkout", "Order the cart", (Users, "any signed-in user"))
            .says(
                "Answers with a pending sale, decided within seconds: read it until it is no longer pending. The cart \
                 is emptied of what was sold; a rejected sale leaves it, and it says why. A price that moves after \
                 the checkout is not charged: the sale is rejected (`price_changed`). A cart that is checked out \
                 twice is one sale, and each key comes to it again. An `expectedTotal` that is not the total, or not \
                 that of the sale that the cart is checked out as, is refused (`price_changed`).",
            )
            .takes("Checkout")
            .key_required()
            .accepts("Sale", &["get-sale"])
            .refuses(&["empty_cart", "unavailable_items", "price_changed", "checkout_pending"]),
        operation(
            ("POST", "/carts/me/merge"),
            "merge-cart",
            "Take a guest's cart along after signing in",
            (Users, "any signed-in user"),
        )
        .says(
            "All of it in one step, and once: quantities are added, up to 1,000 pieces of a product and 50 products. \
             Takes no body.",
        )
        .with(parameter("cart-token-required"))
        .includes(&["items"])
        .with(parameter(&fields_of("carts")))
        .with(parameter(&fields_of("cart-items")))
        .raw(200, merged)
        .tells("ETag")
        .tells("Idempotent-Replayed")
        .refuses(&["invalid_header", "not_found"]),
    ]
}
