//! The table: every endpoint, whom it is for, when it learns of a revoked token, what those who may are
//! answered.

use localstack::Account;
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids;

/// Who an endpoint is for.
#[derive(Clone, Copy, PartialEq)]
pub enum For {
    /// Everybody; a token that is sent is not even looked at.
    Everybody,
    /// Everybody; a token that is sent has to hold.
    Visitors,
    /// Whoever is signed in.
    Users,
    /// The customer whose it is, and staff; for other customers it does not exist.
    OwnerAndStaff,
    Staff,
    Admins,
    /// The other services, by their key.
    Services,
}

/// When an endpoint learns that a token was revoked.
#[derive(Clone, Copy, PartialEq)]
pub enum Revoked {
    /// With this very request.
    AtOnce,
    /// When the token has expired, within 15 minutes.
    Later,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq)]
pub enum Who {
    Nobody,
    Owner,
    OtherCustomer,
    Staff,
    Admin,
    RevokedCustomer,
    RevokedStaff,
    RevokedAdmin,
    ServiceKey,
    WrongKey,
    /// A token that is wrong in one thing.
    Forged,
}

pub struct Row {
    pub method: Method,
    pub route: &'static str,
    pub whom: For,
    pub revoked: Revoked,
    /// The status for those who may.
    pub good: u16,
    /// Type and attributes of the body, if there is one.
    pub body: Option<(&'static str, Value)>,
}

/// What the rows are about.
pub struct World {
    pub owner: Account,
    pub product: String,
    pub sale: String,
    /// The owner's, of the product.
    pub review: String,
}

/// A row without a body.
fn row(method: Method, route: &'static str, whom: For, revoked: Revoked, good: u16) -> Row {
    Row { method, route, whom, revoked, good, body: None }
}

impl Row {
    fn with(self, kind: &'static str, attributes: Value) -> Self {
        Self { body: Some((kind, attributes)), ..self }
    }

    /// The status that somebody is answered.
    pub fn expected(&self, who: Who) -> u16 {
        use Who::{Admin, Forged, Nobody, Owner, RevokedAdmin, RevokedCustomer, RevokedStaff, ServiceKey, WrongKey};
        let staff = matches!(who, Who::Staff | Admin | RevokedStaff | RevokedAdmin);
        let revoked = matches!(who, RevokedCustomer | RevokedStaff | RevokedAdmin) && self.revoked == Revoked::AtOnce;
        let without_token = matches!(who, Nobody | ServiceKey | WrongKey);
        match self.whom {
            For::Services => {
                if who == ServiceKey {
                    self.good
                } else {
                    403
                }
            }
            For::Everybody => self.good,
            For::Visitors => {
                if who == Forged {
                    401
                } else {
                    self.good
                }
            }
            _ if without_token || who == Forged => 401,
            For::Staff if !staff => 403,
            For::Admins if !matches!(who, Admin | RevokedAdmin) => 403,
            _ if revoked => 401,
            For::OwnerAndStaff if !staff && who != Owner => 404,
            _ => self.good,
        }
    }

    /// The row's path in a world.
    pub fn path(&self, world: &World) -> String {
        let path = self.route.replace("{productId}", &world.product);
        match self.route {
            "/sales/{id}" | "/sales/{id}/lines" => path.replace("{id}", &world.sale),
            // What nobody bought, nobody reviews.
            "/products/{id}/reviews" if self.method == Method::POST => path.replace("{id}", &ids::new()),
            "/reviews/{id}" if self.method != Method::DELETE => path.replace("{id}", &world.review),
            "/users/{id}" => path.replace("{id}", &world.owner.id),
            "/docs/{asset}" => path.replace("{asset}", "docs.js"),
            // What anybody deletes does not exist.
            "/products/{id}" | "/reviews/{id}" if self.method == Method::DELETE => path.replace("{id}", &ids::new()),
            _ => path.replace("{id}", &world.product),
        }
    }

    /// The row's body in a world, for somebody with an id.
    pub fn document(&self, world: &World, path: &str, own_id: &str) -> Option<String> {
        let (kind, attributes) = self.body.as_ref()?;
        let text = attributes.to_string().replace("PRODUCT", &world.product).replace("UNIQUE", &ids::new());
        let text = text.replace("EMAIL", &world.owner.email).replace("PASSWORD", &world.owner.password);
        let mut data = json!({"type": kind, "attributes": serde_json::from_str::<Value>(&text).unwrap()});
        if path == "/users/me" {
            data["id"] = json!(own_id);
        } else if self.method == Method::PATCH {
            data["id"] = json!(path.rsplit('/').next());
        }
        Some(json!({"data": data}).to_string())
    }
}

/// Every endpoint: whom it is for, when it learns of a revoked token, what those who may are answered.
pub fn table() -> Vec<Row> {
    use For::{Admins, Everybody, OwnerAndStaff, Services, Staff, Users, Visitors};
    use Revoked::{AtOnce, Later};
    let price = json!({"amount": 1, "currency": "USD"});
    let wrong = json!({"currentPassword": "wrong horse", "newPassword": "vier-und-siebzig"});
    vec![
        row(Method::GET, "/.well-known/jwks.json", Everybody, Later, 200),
        row(Method::GET, "/health", Everybody, Later, 200),
        row(Method::GET, "/openapi.json", Everybody, Later, 200),
        row(Method::GET, "/docs", Everybody, Later, 200),
        row(Method::GET, "/docs/{asset}", Everybody, Later, 200),
        // The owner's address is registered already.
        row(Method::POST, "/auth/register", Everybody, Later, 409)
            .with("users", json!({"email": "EMAIL", "password": "vier-und-siebzig"})),
        row(Method::POST, "/auth/login", Everybody, Later, 201)
            .with("sessions", json!({"email": "EMAIL", "password": "PASSWORD"})),
        // Whoever asks, the refresh token decides: this one is no session's.
        row(Method::POST, "/auth/refresh", Everybody, Later, 401)
            .with("sessions", json!({"refreshToken": format!("zrt_{}.{}", ids::new(), "A".repeat(43))})),
        // Allowed, and told that the password is wrong.
        row(Method::PUT, "/auth/password", Users, AtOnce, 422).with("password-changes", wrong),
        row(Method::GET, "/users/me", Users, AtOnce, 200),
        row(Method::PATCH, "/users/me", Users, AtOnce, 200).with("users", json!({"displayName": "Somebody"})),
        row(Method::DELETE, "/users/me", Users, AtOnce, 422).with("users", json!({"currentPassword": "wrong horse"})),
        row(Method::GET, "/users", Admins, AtOnce, 200),
        row(Method::PATCH, "/users/{id}", Admins, AtOnce, 200).with("users", json!({"role": "customer"})),
        row(Method::GET, "/products", Visitors, Later, 200),
        row(Method::POST, "/products", Staff, AtOnce, 201)
            .with("products", json!({"name": "Cup", "sku": "UNIQUE", "price": price})),
        row(Method::GET, "/products/{id}", Visitors, Later, 200),
        row(Method::PATCH, "/products/{id}", Staff, AtOnce, 200).with("products", json!({"name": "Cup"})),
        row(Method::DELETE, "/products/{id}", Staff, AtOnce, 404),
        row(Method::GET, "/brands", Visitors, Later, 200),
        row(Method::POST, "/brands", Staff, AtOnce, 201).with("brands", json!({"name": "UNIQUE"})),
        // There is none with the product's id.
        row(Method::GET, "/brands/{id}", Visitors, Later, 404),
        row(Method::PATCH, "/brands/{id}", Staff, AtOnce, 404).with("brands", json!({"description": "x"})),
        row(Method::DELETE, "/brands/{id}", Staff, AtOnce, 404),
        row(Method::GET, "/categories", Visitors, Later, 200),
        row(Method::POST, "/categories", Staff, AtOnce, 201).with("categories", json!({"name": "UNIQUE"})),
        // There is none with the product's id.
        row(Method::GET, "/categories/{id}", Visitors, Later, 404),
        row(Method::PATCH, "/categories/{id}", Staff, AtOnce, 404).with("categories", json!({"description": "x"})),
        row(Method::DELETE, "/categories/{id}", Staff, AtOnce, 404),
        row(Method::GET, "/internal/products/{id}", Services, Later, 200),
        // Nobody is named.
        row(Method::GET, "/internal/users", Services, Later, 400),
        row(Method::GET, "/inventory", Staff, Later, 200),
        row(Method::GET, "/inventory/{productId}", Staff, Later, 200),
        row(Method::PATCH, "/inventory/{productId}", Staff, AtOnce, 200).with("stock-items", json!({"lowStockAt": 5})),
        row(Method::GET, "/inventory/{productId}/movements", Staff, Later, 200),
        row(Method::POST, "/inventory/{productId}/adjustments", Staff, AtOnce, 201)
            .with("stock-movements", json!({"kind": "receipt", "quantity": 1, "reason": "delivery"})),
        row(Method::POST, "/purchases", Users, AtOnce, 201)
            .with("sales", json!({"lines": [{"productId": "PRODUCT", "quantity": 1}]})),
        row(Method::POST, "/sales", Users, AtOnce, 202)
            .with("sales", json!({"lines": [{"productId": "PRODUCT", "quantity": 1}]})),
        row(Method::GET, "/sales", Users, Later, 200),
        row(Method::GET, "/sales/{id}", OwnerAndStaff, Later, 200),
        // It is shipped: nobody cancels or deletes it any more.
        row(Method::PATCH, "/sales/{id}", OwnerAndStaff, AtOnce, 409).with("sales", json!({"status": "cancelled"})),
        row(Method::DELETE, "/sales/{id}", Staff, AtOnce, 409),
        row(Method::GET, "/sales/{id}/lines", OwnerAndStaff, Later, 200),
        // A guest's first item begins a cart: nobody has to sign in.
        row(Method::POST, "/carts/me/items", Visitors, Later, 201)
            .with("cart-items", json!({"productId": "PRODUCT", "quantity": 1})),
        row(Method::GET, "/carts/me", Users, Later, 200),
        row(Method::PATCH, "/carts/me/items/{productId}", Users, Later, 200).with("cart-items", json!({"quantity": 2})),
        row(Method::DELETE, "/carts/me/items/{productId}", Users, Later, 204),
        row(Method::POST, "/carts/me/items", Visitors, Later, 201)
            .with("cart-items", json!({"productId": "PRODUCT", "quantity": 1})),
        row(Method::POST, "/carts/me/checkout", Users, AtOnce, 202).with("sales", json!({})),
        row(Method::DELETE, "/carts/me", Users, Later, 204),
        // Allowed, and told that the guest's token is missing.
        row(Method::POST, "/carts/me/merge", Users, Later, 400),
        row(Method::GET, "/products/{id}/reviews", Visitors, Later, 200),
        row(Method::POST, "/products/{id}/reviews", Users, AtOnce, 403).with("reviews", json!({"rating": 5})),
        row(Method::GET, "/products/{id}/rating", Visitors, Later, 200),
        row(Method::GET, "/reviews/{id}", Visitors, Later, 200),
        // Words are the owner's to change, the status is for staff: a change of nothing is both's.
        row(Method::PATCH, "/reviews/{id}", OwnerAndStaff, AtOnce, 200).with("reviews", json!({})),
        row(Method::DELETE, "/reviews/{id}", OwnerAndStaff, AtOnce, 404),
        // Last: the session is over then, while the token still holds.
        row(Method::POST, "/auth/logout", Users, Later, 204),
    ]
}
