//! Bad input at every endpoint: the answers of `docs/api.md`, and nothing changed in the tables.

use e2e::{Person, Reply, Shop, store};
use kernel::ids;
use reqwest::Method;
use serde_json::{Value, json};

/// Every endpoint that takes a document: method, path, type, whether the document names an id.
struct Writing {
    method: Method,
    path: String,
    kind: &'static str,
    id: Option<String>,
    sound: Value,
}

fn writing(admin: &str, product: &str) -> Vec<Writing> {
    let post = |path: &str, kind, sound| Writing { method: Method::POST, path: path.to_owned(), kind, id: None, sound };
    let patch = |path: &str, kind, id: &str, sound| {
        let (method, path) = (Method::PATCH, format!("{path}/{id}"));
        Writing { method, path, kind, id: Some(id.to_owned()), sound }
    };
    let (path, id, kind) = ("/users/me".to_owned(), Some(admin.to_owned()), "users");
    let current = json!({"currentPassword": "x"});
    let change = json!({"currentPassword": "x", "newPassword": "vier-und-siebzig"});
    let price = json!({"amount": 1, "currency": "USD"});
    let movement = json!({"kind": "receipt", "quantity": 1, "reason": "x"});
    vec![
        post("/auth/register", "users", json!({"email": "x@shop.example", "password": "12345678"})),
        post("/auth/login", "sessions", json!({"email": "x@shop.example", "password": "12345678"})),
        post("/auth/refresh", "sessions", json!({"refreshToken": "x"})),
        Writing { method: Method::PUT, ..post("/auth/password", "password-changes", change) },
        Writing { method: Method::PATCH, path: path.clone(), kind, id: id.clone(), sound: json!({"displayName": "x"}) },
        Writing { method: Method::DELETE, path, kind, id: id.clone(), sound: current },
        Writing { method: Method::PATCH, path: format!("/users/{admin}"), kind, id, sound: json!({"role": "admin"}) },
        post("/products", "products", json!({"name": "x", "sku": "x", "price": price})),
        patch("/inventory", "stock-items", product, json!({"lowStockAt": 5})),
        patch("/sales", "sales", &ids::new(), json!({"status": "cancelled"})),
        post("/sales", "sales", json!({"lines": [{"productId": product, "quantity": 1}]})),
        patch("/carts/me/items", "cart-items", product, json!({"quantity": 1})),
        post("/carts/me/checkout", "sales", json!({})),
        post("/carts/me/items", "cart-items", json!({"productId": product, "quantity": 1})),
        patch("/reviews", "reviews", &ids::new(), json!({"title": "x"})),
        post(&format!("/products/{product}/reviews"), "reviews", json!({"rating": 5})),
        post(&format!("/inventory/{product}/adjustments"), "stock-movements", movement),
        post("/purchases", "sales", json!({"lines": [{"productId": product, "quantity": 1}]})),
        patch("/products", "products", product, json!({"name": "x"})),
    ]
}

impl Writing {
    async fn send(&self, person: &Person<'_>, body: &str) -> Reply {
        let key = ids::new();
        person.send(self.method.clone(), &self.path, &[("Idempotency-Key", &key)], Some(body.to_owned())).await
    }

    fn document(&self, attributes: &Value) -> String {
        let mut data = json!({"type": self.kind, "attributes": attributes});
        if let Some(id) = &self.id {
            data["id"] = json!(id);
        }
        json!({"data": data}).to_string()
    }
}

fn expect(reply: &Reply, status: u16, code: &str, what: &str) {
    assert_eq!((reply.status, reply.code()), (status, code), "{what}: {}", reply.body);
    assert_eq!(reply.header("content-type"), "application/vnd.api+json", "{what}");
}

/// Every reading endpoint.
fn reading(product: &str) -> [String; 15] {
    [
        "/products".to_owned(),
        format!("/products/{product}"),
        "/users".to_owned(),
        "/users/me".to_owned(),
        "/inventory".to_owned(),
        format!("/inventory/{product}"),
        format!("/inventory/{product}/movements"),
        "/sales".to_owned(),
        format!("/sales/{}", ids::new()),
        format!("/sales/{}/lines", ids::new()),
        "/carts/me".to_owned(),
        format!("/products/{product}/reviews"),
        format!("/products/{product}/rating"),
        format!("/reviews/{}", ids::new()),
        "/health".to_owned(),
    ]
}

async fn malformed_documents(staff: &Person<'_>, endpoint: &Writing) {
    let what = format!("{} {}", endpoint.method, endpoint.path);
    let twice = endpoint.document(&endpoint.sound).replacen("\"type\"", "\"type\":\"x\",\"type\"", 1);
    for body in [
        "",
        "{",
        "nonsense",
        "[]",
        "{}",
        r#"{"data":[]}"#,
        r#"{"data":null}"#,
        "\u{feff}{}",
        &"[".repeat(1_000),
        &twice,
    ] {
        expect(&endpoint.send(staff, body).await, 400, "malformed_document", &format!("{what} {body:.40}"));
    }
    let other_type = endpoint.document(&endpoint.sound).replace(endpoint.kind, "others");
    expect(&endpoint.send(staff, &other_type).await, 409, "type_mismatch", &what);
    let unknown = endpoint.document(&json!({"colour": "red"}));
    expect(&endpoint.send(staff, &unknown).await, 422, "invalid_attribute", &what);
    let plain = [("content-type", "application/json"), ("idempotency-key", "k")];
    let reply = staff.send(endpoint.method.clone(), &endpoint.path, &plain, None).await;
    expect(&reply, 415, "unsupported_media_type", &what);
    let large = endpoint.document(&json!({"name": "x".repeat(300_000)}));
    expect(&endpoint.send(staff, &large).await, 413, "body_too_large", &what);
}

async fn attributes_of_the_wrong_kind(staff: &Person<'_>, product: &str) {
    let [.., items, _, reviews, movements, purchases, changes] = &writing("", product)[..] else {
        panic!("no endpoints")
    };
    for quantity in
        [json!(0), json!(-1), json!(1.5), json!("1"), json!(9_007_199_254_740_993_i64), json!(null), json!(1_000_001)]
    {
        let movement = movements.document(&json!({"kind": "receipt", "quantity": quantity, "reason": "x"}));
        expect(&movements.send(staff, &movement).await, 422, "invalid_attribute", &format!("receipt of {quantity}"));
        let order = purchases.document(&json!({"lines": [{"productId": product, "quantity": quantity}]}));
        let reply = purchases.send(staff, &order).await;
        expect(&reply, 422, "invalid_attribute", &format!("purchase of {quantity}"));
        assert_eq!(reply.body["errors"][0]["source"]["pointer"], "/data/attributes/lines/0/quantity");
        let item = items.document(&json!({"productId": product, "quantity": quantity}));
        expect(&items.send(staff, &item).await, 422, "invalid_attribute", &format!("{quantity} into the cart"));
    }
    for name in [json!(""), json!(7), json!("a\u{0}b"), json!("x".repeat(201)), json!(null)] {
        expect(&changes.send(staff, &changes.document(&json!({"name": name}))).await, 422, "invalid_attribute", "name");
    }
    for amount in [json!(1.5), json!(-1), json!("1"), json!(1_000_000_000_000_i64)] {
        let price = changes.document(&json!({"price": {"amount": amount, "currency": "USD"}}));
        expect(&changes.send(staff, &price).await, 422, "invalid_attribute", "price");
    }
    for rating in [json!(0), json!(6), json!(4.5), json!("5"), json!(null), json!(9_007_199_254_740_993_i64)] {
        let review = reviews.document(&json!({"rating": rating}));
        expect(&reviews.send(staff, &review).await, 422, "invalid_attribute", &format!("review of {rating}"));
    }
    for (name, text) in
        [("title", json!("x".repeat(101))), ("title", json!("a\u{0}b")), ("body", json!("x".repeat(4_001)))]
    {
        let review = reviews.document(&json!({"rating": 5, name: text}));
        expect(&reviews.send(staff, &review).await, 422, "invalid_attribute", name);
    }
    expect(&reviews.send(staff, &reviews.document(&reviews.sound)).await, 403, "forbidden", "what was not bought");
    let missing = purchases.document(&json!({}));
    expect(&purchases.send(staff, &missing).await, 422, "invalid_attribute", "lines missing");
    for unknown in ["nothing", &ids::new()] {
        let order = purchases.document(&json!({"lines": [{"productId": unknown, "quantity": 1}]}));
        expect(&purchases.send(staff, &order).await, 404, "not_found", "unknown product");
        let item = items.document(&json!({"productId": unknown, "quantity": 1}));
        expect(&items.send(staff, &item).await, 404, "not_found", "unknown product into the cart");
    }
}

#[tokio::test]
async fn bad_input_gets_the_documented_answers_and_changes_nothing() {
    let shop = Shop::from_env();
    let admin = shop.admin().await;
    let (own, product) = (admin.get("/users/me").await, admin.adds_a_product("Cup", 1_000).await);
    // What follows from the product is there, so that nothing else changes meanwhile.
    admin.listens_to(&product).await;
    let before = store::everything().await;
    for endpoint in writing(own.id(), &product) {
        malformed_documents(&admin, &endpoint).await;
    }
    attributes_of_the_wrong_kind(&admin, &product).await;
    for path in reading(&product) {
        expect(&admin.get(&format!("{path}?bogus=1")).await, 400, "invalid_parameter", &path);
    }
    for path in
        ["/products/1", "/products/..%2F..%2Fetc", "/sales/x", "/inventory/x", "/reviews/x", "/products/x/rating"]
    {
        expect(&admin.get(path).await, 404, "not_found", path);
    }
    let after = store::everything().await;
    let changed: Vec<&String> = after.symmetric_difference(&before).collect();
    assert!(changed.is_empty(), "{changed:#?}");
}
