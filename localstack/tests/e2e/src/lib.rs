//! The shop as people use it, over HTTP: the verbs of the end-to-end tests. `make test` deploys the
//! shop to a local cloud of its own and gives its address in environment variables.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on panics")]

pub mod document;
pub mod keys;
mod secrets;
pub mod store;

use std::env;
use std::time::Duration;

use aws::sigv4::RequestSigner;
use kernel::{clock, ids};
use reqwest::{Client, Method};
use serde_json::{Value, json};

const MEDIA_TYPE: &str = "application/vnd.api+json";

/// A deployed shop.
pub struct Shop {
    http: Client,
    pub url: String,
}

/// Someone who calls the shop: with a token or without.
#[derive(Clone)]
pub struct Person<'a> {
    shop: &'a Shop,
    token: Option<String>,
    address: Option<String>,
    /// Whether they sign what they send, with the shop's credentials at the cloud.
    signs: bool,
}

/// An account that was registered, and its password.
#[derive(Clone)]
pub struct Account {
    pub id: String,
    pub email: String,
    pub password: String,
}

/// What the shop answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

/// What is found, as soon as it is as wanted, or after a minute (`ZOCO_TEST_PATIENCE` seconds): for what follows from events.
pub async fn eventually<T>(look: impl AsyncFn() -> T, wanted: impl Fn(&T) -> bool) -> T {
    let seconds = env::var("ZOCO_TEST_PATIENCE").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(60);
    for _ in 0..10 * seconds {
        let found = look().await;
        if wanted(&found) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    look().await
}

/// An environment variable that `make test` sets.
pub fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the end-to-end tests with `make test`"))
}

impl Shop {
    /// The shop that `ZOCO_URL` names.
    pub fn from_env() -> Self {
        Self { http: Client::new(), url: variable("ZOCO_URL") }
    }

    /// Someone who has not signed in.
    pub fn anyone(&self) -> Person<'_> {
        Person { shop: self, token: None, address: None, signs: false }
    }

    /// Someone with a token, be it good or bad.
    pub fn bearer(&self, token: &str) -> Person<'_> {
        Person { token: Some(token.to_owned()), ..self.anyone() }
    }

    /// A member of staff, signed in.
    pub async fn staff(&self) -> Person<'_> {
        self.sign_in(&variable("ZOCO_STAFF_EMAIL"), &variable("ZOCO_STAFF_PASSWORD")).await
    }

    /// An admin, signed in.
    pub async fn admin(&self) -> Person<'_> {
        self.sign_in(&variable("ZOCO_ADMIN_EMAIL"), &variable("ZOCO_ADMIN_PASSWORD")).await
    }

    /// A new customer, registered and signed in.
    pub async fn customer(&self) -> Person<'_> {
        let account = self.register(&json!({})).await;
        self.sign_in(&account.email, &account.password).await
    }

    /// Registers a new account, with further attributes.
    pub async fn register(&self, further: &Value) -> Account {
        let (email, password) = (format!("{}@shop.example", ids::new()), format!("pass {}", ids::new()));
        let mut attributes = json!({"email": email, "password": password});
        attributes.as_object_mut().unwrap().extend(further.as_object().cloned().unwrap_or_default());
        let registered = self.anyone().create("/auth/register", "users", &attributes).await;
        assert_eq!(registered.status, 201, "{registered:?}");
        Account { id: registered.id().to_owned(), email, password }
    }

    /// Opens a session: its tokens are in the answer.
    pub async fn session(&self, email: &str, password: &str) -> Reply {
        let attributes = json!({"email": email, "password": password});
        self.anyone().create("/auth/login", "sessions", &attributes).await
    }

    /// Someone signed in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Person<'_> {
        let session = self.session(email, password).await;
        assert_eq!(session.status, 201, "{session:?}");
        self.bearer(&session.text("accessToken"))
    }
}

impl Person<'_> {
    /// Their access token, or nothing.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// The same person at another address of the network. The local cloud takes it from the header that the
    /// real gateway writes itself.
    pub fn at(&self, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..self.clone() }
    }

    /// The same person, who signs what they send as the shop's own functions do (AWS Signature Version 4).
    pub fn signing(&self) -> Self {
        Self { signs: true, ..self.clone() }
    }

    /// Reads a path of the shop, or a link that an answer gave.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    /// The resources of all pages of a list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(page) = next {
            let page = self.get(&page).await;
            items.extend(page.body["data"].as_array().unwrap().iter().cloned());
            next = page.body["links"]["next"].as_str().map(str::to_owned);
        }
        items
    }

    /// Creates a resource of a type.
    pub async fn create(&self, path: &str, kind: &str, attributes: &Value) -> Reply {
        self.create_once(path, kind, attributes, &ids::new()).await
    }

    /// Creates a resource of a type under an idempotency key.
    pub async fn create_once(&self, path: &str, kind: &str, attributes: &Value, key: &str) -> Reply {
        let document = json!({"data": {"type": kind, "attributes": attributes}}).to_string();
        self.send(Method::POST, path, &[("Idempotency-Key", key)], Some(document)).await
    }

    /// Sends a whole resource object, with its relationships.
    pub async fn put_in(&self, method: Method, path: &str, data: &Value) -> Reply {
        let document = json!({"data": data}).to_string();
        self.send(method, path, &[("Idempotency-Key", &ids::new())], Some(document)).await
    }

    /// Changes a resource.
    pub async fn update(&self, path: &str, kind: &str, id: &str, attributes: &Value) -> Reply {
        let document = json!({"data": {"type": kind, "id": id, "attributes": attributes}}).to_string();
        self.send(Method::PATCH, path, &[], Some(document)).await
    }

    /// Sends any request. A body goes as a JSON:API document.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Reply {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.shop.url) };
        let mut request = self.shop.http.request(method, &url).header("accept", MEDIA_TYPE);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(address) = &self.address {
            request = request.header("x-forwarded-for", address);
        }
        secrets::note(body.as_deref().unwrap_or_default());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", MEDIA_TYPE).body(body);
        }
        let mut request = request.build().unwrap();
        if self.signs {
            RequestSigner::from_env("execute-api").unwrap().sign(&mut request, clock::now()).unwrap();
        }
        let response = self.shop.http.execute(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        secrets::note(&text);
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let is_json_api = headers.get("content-type").is_some_and(|kind| kind == MEDIA_TYPE);
        let faults = if is_json_api { document::faults(status, &body) } else { Vec::new() };
        assert!(faults.is_empty(), "{url} answered no JSON:API document: {faults:?}: {body}");
        Reply { status, headers, body }
    }

    /// Adds a product to the catalogue. Its id.
    pub async fn adds_a_product(&self, name: &str, price: i64) -> String {
        let sku = format!("SKU-{}", ids::new());
        let attributes = json!({"name": name, "sku": sku, "price": {"amount": price, "currency": "USD"}});
        let product = self.create("/products", "products", &attributes).await;
        assert_eq!(product.status, 201, "{product:?}");
        product.id().to_owned()
    }

    /// Waits until inventory and reviews know a product.
    pub async fn listens_to(&self, product: &str) {
        let (stock, rating) = (format!("/inventory/{product}"), format!("/products/{product}/rating"));
        let statuses = async || (self.get(&stock).await.status, self.get(&rating).await.status);
        assert_eq!(eventually(statuses, |statuses| *statuses == (200, 200)).await, (200, 200), "{product}");
    }

    /// Books goods that came in.
    pub async fn receives(&self, product: &str, quantity: i64) -> Reply {
        let attributes = json!({"kind": "receipt", "quantity": quantity, "reason": "delivery"});
        self.create(&format!("/inventory/{product}/adjustments"), "stock-movements", &attributes).await
    }

    /// What is left of a product.
    pub async fn counts(&self, product: &str) -> Value {
        self.get(&format!("/inventory/{product}")).await.attribute("available").clone()
    }

    /// Moves a sale to a state.
    pub async fn moves(&self, sale: &str, status: &str) -> Reply {
        self.update(&format!("/sales/{sale}"), "sales", sale, &json!({"status": status})).await
    }

    /// Buys pieces of a product under an idempotency key.
    pub async fn buys(&self, product: &str, quantity: i64, key: &str) -> Reply {
        let lines = json!({"lines": [{"productId": product, "quantity": quantity}]});
        self.create_once("/purchases", "sales", &lines, key).await
    }

    /// Reviews a product that they bought, as soon as that is known.
    pub async fn reviews(&self, product: &str, rating: u8) -> Reply {
        let (path, attributes) = (format!("/products/{product}/reviews"), json!({"rating": rating, "title": "Good"}));
        eventually(async || self.create(&path, "reviews", &attributes).await, |reply| reply.status != 403).await
    }
}

impl Reply {
    /// The id of the primary resource.
    pub fn id(&self) -> &str {
        self.body["data"]["id"].as_str().unwrap_or_default()
    }

    /// An attribute of the primary resource.
    pub fn attribute(&self, name: &str) -> &Value {
        &self.body["data"]["attributes"][name]
    }

    /// A text attribute of the primary resource.
    pub fn text(&self, name: &str) -> String {
        self.attribute(name).as_str().unwrap_or_default().to_owned()
    }

    /// The code of the first error.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["code"].as_str().unwrap_or_default()
    }

    /// The text of a header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The ids of a list.
    pub fn ids(&self) -> Vec<&str> {
        let items = self.body["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(|item| item["id"].as_str()).collect()
    }
}
