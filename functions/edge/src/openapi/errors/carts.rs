//! What goes wrong with carts.

use super::{Code, at, code, telling};

pub const CODES: [Code; 4] = [
    at(
        telling(
            code(
                "cart_limit",
                409,
                "Cart limit",
                "a cart has at most 50 products, and 1,000 pieces of each",
                "There are 990 of it in the cart; at most 1000 may be.",
            ),
            r#"{"quantity": 990, "most": 1000}"#,
        ),
        "pointer",
        "/data/attributes/quantity",
    ),
    code("empty_cart", 409, "Empty cart", "there is nothing to check out", "There is nothing in the cart."),
    telling(
        code(
            "unavailable_items",
            409,
            "Items unavailable",
            "something in the cart is no longer on offer",
            "Some of the cart is no longer on offer. Take it out, then check out again.",
        ),
        r#"{"unavailable": [{"productId": "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e", "name": "Coffee cup"}]}"#,
    ),
    telling(
        code(
            "checkout_pending",
            409,
            "Checkout pending",
            "the cart was changed after it was checked out, and that sale is not decided yet",
            "The cart was changed after it was checked out, and that sale is not decided yet. Try again shortly.",
        ),
        r#"{"saleId": "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e"}"#,
    ),
];
