//! Bad input at every endpoint: the answers of `docs/api.md`, and nothing changed in the tables.

use localstack::{Person, Reply, Shop, store};
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids;

/// Every endpoint that takes a document: method, path, type, whether the document names an id.
struct Writing {
    method: Method,
    path: String,
    kind: &'static str,
    id: Option<String>,
    sound: Value,
}

fn writing(product: &str) -> Vec<Writing> {
    let post = |path: &str, kind, sound| Writing { method: Method::POST, path: path.to_owned(), kind, id: None, sound };
    let price = json!({"amount": 1, "currency": "USD"});
    let movement = json!({"kind": "receipt", "quantity": 1, "reason": "x"});
    vec![
        post("/auth/register", "users", json!({"email": "x@shop.example", "password": "12345678"})),
        post("/auth/login", "sessions", json!({"email": "x@shop.example", "password": "12345678"})),
        post("/products", "products", json!({"name": "x", "sku": "x", "price": price})),
        post(&format!("/inventory/{product}/adjustments"), "stock-movements", movement),
        post("/purchases", "sales", json!({"lines": [{"productId": product, "quantity": 1}]})),
        Writing {
            method: Method::PATCH,
            path: format!("/products/{product}"),
            kind: "products",
            id: Some(product.to_owned()),
            sound: json!({"name": "x"}),
        },
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

/// Every reading endpoint, and who may read it.
fn reading(product: &str) -> [(String, bool); 7] {
    [
        ("/products".to_owned(), true),
        (format!("/products/{product}"), true),
        ("/users/me".to_owned(), false),
        (format!("/inventory/{product}"), false),
        ("/sales".to_owned(), false),
        (format!("/sales/{}", ids::new()), false),
        ("/health".to_owned(), true),
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
    let [.., movements, purchases, changes] = &writing(product)[..] else { panic!("no endpoints") };
    for quantity in
        [json!(0), json!(-1), json!(1.5), json!("1"), json!(9_007_199_254_740_993_i64), json!(null), json!(1_000_001)]
    {
        let movement = movements.document(&json!({"kind": "receipt", "quantity": quantity, "reason": "x"}));
        expect(&movements.send(staff, &movement).await, 422, "invalid_attribute", &format!("receipt of {quantity}"));
        let order = purchases.document(&json!({"lines": [{"productId": product, "quantity": quantity}]}));
        let reply = purchases.send(staff, &order).await;
        expect(&reply, 422, "invalid_attribute", &format!("purchase of {quantity}"));
        assert_eq!(reply.body["errors"][0]["source"]["pointer"], "/data/attributes/lines/0/quantity");
    }
    for name in [json!(""), json!(7), json!("a\u{0}b"), json!("x".repeat(201)), json!(null)] {
        expect(&changes.send(staff, &changes.document(&json!({"name": name}))).await, 422, "invalid_attribute", "name");
    }
    for amount in [json!(1.5), json!(-1), json!("1"), json!(1_000_000_000_000_i64)] {
        let price = changes.document(&json!({"price": {"amount": amount, "currency": "USD"}}));
        expect(&changes.send(staff, &price).await, 422, "invalid_attribute", "price");
    }
    let missing = purchases.document(&json!({}));
    expect(&purchases.send(staff, &missing).await, 422, "invalid_attribute", "lines missing");
    for unknown in ["nothing", &ids::new()] {
        let order = purchases.document(&json!({"lines": [{"productId": unknown, "quantity": 1}]}));
        expect(&purchases.send(staff, &order).await, 404, "not_found", "unknown product");
    }
}

async fn doors_that_hold(shop: &Shop, product: &str) {
    let good = shop.customer().await;
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJ4Iiwicm9sZSI6ImFkbWluIiwiZXhwIjo5OTk5OTk5OTk5fQ.";
    let nobodies = [shop.anyone(), shop.bearer(none), shop.bearer("nonsense"), shop.bearer(&"x".repeat(8_192))];
    for nobody in &nobodies {
        for endpoint in writing(product).iter().filter(|endpoint| !endpoint.path.starts_with("/auth")) {
            let reply = endpoint.send(nobody, &endpoint.document(&endpoint.sound)).await;
            expect(&reply, 401, "unauthenticated", &endpoint.path);
            assert_eq!(reply.header("www-authenticate"), "Bearer");
        }
        for (path, _) in reading(product).iter().filter(|(_, open)| !open) {
            expect(&nobody.get(path).await, 401, "unauthenticated", path);
        }
        let delete = nobody.send(Method::DELETE, &format!("/products/{product}"), &[], None).await;
        expect(&delete, 401, "unauthenticated", "delete");
    }
    for endpoint in
        writing(product).iter().filter(|endpoint| !endpoint.path.starts_with("/auth") && endpoint.path != "/purchases")
    {
        let reply = endpoint.send(&good, &endpoint.document(&endpoint.sound)).await;
        expect(&reply, 403, "forbidden", &endpoint.path);
    }
    expect(&good.get(&format!("/sales/{}", ids::new())).await, 404, "not_found", "no such sale");
}

#[tokio::test]
async fn bad_input_gets_the_documented_answers_and_changes_nothing() {
    let shop = Shop::from_env();
    let staff = shop.staff().await;
    let product = staff.adds_a_product("Cup", 1_000).await;
    // The customer whom `doors_that_hold` registers is the only thing that may be new.
    let before = store::everything().await;
    for endpoint in writing(&product) {
        malformed_documents(&staff, &endpoint).await;
    }
    attributes_of_the_wrong_kind(&staff, &product).await;
    for (path, _) in reading(&product) {
        expect(&staff.get(&format!("{path}?bogus=1")).await, 400, "invalid_parameter", &path);
    }
    for path in ["/products/1", "/products/..%2F..%2Fetc", "/sales/x", "/inventory/x"] {
        expect(&staff.get(path).await, 404, "not_found", path);
    }
    assert_eq!(store::everything().await, before);
    doors_that_hold(&shop, &product).await;
    let new: Vec<String> = store::everything().await.difference(&before).cloned().collect();
    assert!(new.iter().all(|item| item.contains("@shop.example")), "{new:?}");
}
