//! The HTTP API of carts: its operations, who may call them, what they take and answer. The OpenAPI document, the routes and
//! `docs/functions.md` follow from this (`make generate`).

use openapi::codes::{Code, at, code, telling};
use openapi::operation::Who::{Users, UsersAndGuests, Visitors};
use openapi::parameters::{fields_of, parameter};
use openapi::parts::{integer, line, list, maybe, nullable, object, schema, text, time, with};
use openapi::types::Access::{Needed, ReadOnly, Settable};
use openapi::types::{Document, ID, Linkage, Relation, Type, attribute};
use openapi::{Api, Operation, operation};
use sales::api::rejection;
use serde_json::{Value, json};

/// The whole of it.
pub fn api() -> Api {
    Api {
        service: "carts",
        about: "Carts of customers and guests, and their checkout.",
        operations: operations(),
        internal: &[],
        types: types(),
        documents: documents(),
        codes: CODES,
        schemas: vec![("MergedCart", merged())],
    }
}

/// What goes wrong here and nowhere else, or here first.
const CODES: &[Code] = &[
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
            "a product in the cart is no longer on offer",
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

const OWNERS: &str = "any signed-in user, and guests by the token of their cart";

/// An operation on a cart that has to be there, a customer's or a guest's.
fn on_cart(route: (&'static str, &'static str), id: &'static str, summary: &'static str) -> Operation {
    operation(route, id, summary, (UsersAndGuests, OWNERS)).with(parameter("cart-token"))
}

fn operations() -> Vec<Operation> {
    let content = json!({"schema": schema("MergedCart")});
    let merged = json!({
        "description": "The customer's cart, and what happened to each product of the guest's cart.",
        "content": {"application/vnd.api+json": content},
    });
    vec![
        on_cart(("GET", "/carts/me"), "get-cart", "Read the cart")
            .says("With current prices. A customer who never used a cart has an empty one.")
            .includes(&["items"])
            .shows("Cart")
            .refuses(&["not_found"]),
        on_cart(("DELETE", "/carts/me"), "clear-cart", "Empty the cart").matched().refuses(&["not_found"]),
        operation(("POST", "/carts/me/items"), "add-item", "Add a product to the cart", (Visitors, "anyone"))
            .says(
                "If the product is in the cart already, the quantity is added. Without an access token and without `Cart-Token`, a new guest's cart is created. The header `Cart-Token` of the answer is the only way to that cart. `Idempotency-Key` has no effect on such a request.",
            )
            .with(parameter("cart-token"))
            .takes("NewCartItem")
            .keyed()
            .makes("CartItem", &[])
            .sends("Cart-Token")
            .refuses(&["not_found", "unknown_related", "cart_limit"]),
        on_cart(("PATCH", "/carts/me/items/{productId}"), "update-item", "Set the quantity of a product in the cart")
            .takes("CartItemChanges")
            .matched()
            .shows("CartItem"),
        on_cart(("DELETE", "/carts/me/items/{productId}"), "remove-item", "Remove a product from the cart").matched(),
        operation(("POST", "/carts/me/checkout"), "checkout", "Check out the cart", (Users, "any signed-in user"))
            .says(
                "The answer is a pending sale, which is decided within seconds: read it until it is no longer pending. When it is confirmed, its products are removed from the cart. When it is rejected, the cart stays and shows the reason. A price that changes after the checkout is not charged: the sale is rejected (`price_changed`). A cart that is checked out twice gives one sale, whatever the key. An `expectedTotal` that differs from the total of the cart, or of its sale, is refused (`price_changed`).",
            )
            .takes("Checkout")
            .key_required()
            .accepts("Sale", &["get-sale"])
            .refuses(&["empty_cart", "unavailable_items", "price_changed", "checkout_pending"]),
        operation(
            ("POST", "/carts/me/merge"),
            "merge-cart",
            "Merge a guest's cart after signing in",
            (Users, "any signed-in user"),
        )
        .says(
            "Merges the guest's cart into the customer's cart, once. Quantities are added, up to 1,000 pieces of a product and 50 products. The request has no body.",
        )
        .with(parameter("cart-token-required"))
        .includes(&["items"])
        .with(parameter(&fields_of("carts")))
        .with(parameter(&fields_of("cart-items")))
        .raw(200, merged)
        .sends("ETag")
        .sends("Idempotent-Replayed")
        .refuses(&["invalid_header", "not_found"]),
    ]
}

fn item() -> Type {
    let product = json!({"type": "products", "id": ID});
    let (unit, total) = (json!({"amount": 1250, "currency": "USD"}), json!({"amount": 2500, "currency": "USD"}));
    let unavailable =
        with(json!({"type": "boolean"}), "`true` when the product is no longer on offer. Remove it before a checkout.");
    let categories = with(
        list(&text(), 0, 5),
        "The names of the product's categories, in the order of the product. A category that is a second old may be missing.",
    );
    Type {
        name: "CartItem",
        kind: "cart-items",
        about: "A product in a cart, at its current price. Its id is the id of the product, its version is that of the cart. It has no URL of its own.",
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
    rejected["description"] = json!("Why the sale of the last checkout was rejected. Shown until the cart is changed.");
    rejected["properties"]["saleId"] = schema("Id");
    rejected["required"] = json!(["saleId", "code", "title", "reasons"]);
    rejected
}

fn cart() -> Type {
    let updated = with(nullable(time()), "When it was last changed; `null` for a cart that was never used.");
    Type {
        name: "Cart",
        kind: "carts",
        about: "The caller's cart. Its items are sorted by name; `include=items` adds them to the answer.",
        path: Some("/carts/me"),
        versioned: true,
        attributes: vec![
            attribute(
                ReadOnly,
                "total",
                json!({"allOf": [schema("Total")], "description": "The total of the items that can be bought."}),
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

fn types() -> Vec<Type> {
    vec![cart(), item()]
}

fn documents() -> Vec<Document> {
    let about = "The total that the buyer saw. If the cart has another total now, nothing is ordered.";
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
        ("merged", with(list(&moved, 0, 50), "All pieces were added.")),
        (
            "capped",
            with(
                list(&moved, 0, 50),
                "How many pieces were added: not all, because a cart has at most 1,000 pieces of a product.",
            ),
        ),
        ("leftOut", with(list(&moved, 0, 50), "Not added, because the cart has 50 products already.")),
    ];
    document["properties"]["meta"] = object(&members, &["merged", "capped", "leftOut"]);
    document["required"] = json!(["data", "meta"]);
    document
}
