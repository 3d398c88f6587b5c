//! The table: every endpoint, when it refuses a revoked token, what those who may are answered. Whom it is for is said
//! once, in the service's `src/api.rs`.

use e2e::Account;
use kernel::ids;
use reqwest::Method;
use serde_json::{Value, json};

/// Who an endpoint is for.
#[derive(Clone, Copy, PartialEq)]
pub enum For {
    /// Everybody; a token that is sent is not even looked at.
    Everybody,
    /// Everybody; a token that is sent has to be valid.
    Visitors,
    /// Whoever is signed in.
    Users,
    /// The customer whose it is, and staff; for other customers it does not exist.
    OwnerAndStaff,
    Staff,
    Admins,
    /// The other services, by their key and a signature.
    Services,
}

/// When an endpoint refuses a token that was revoked.
#[derive(Clone, Copy, PartialEq)]
pub enum Revoked {
    /// With this very request.
    AtOnce,
    /// That of staff with this very request; that of a customer, whose own it shows, when it has expired.
    StaffAtOnce,
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
    /// With the key between services, and a signature.
    Service,
    /// With one of the two, or a wrong key.
    NoService,
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

/// A row without a body. Whom it is for, the service's API says.
fn row(method: Method, route: &'static str, revoked: Revoked, good: u16) -> Row {
    let whom = whom(method.as_str(), route);
    Row { method, route, whom, revoked, good, body: None }
}

/// Whom an endpoint is for, by its service's `src/api.rs`.
fn whom(method: &str, route: &str) -> For {
    for api in apis() {
        if api.internal.iter().any(|(known, path, _)| (*known, *path) == (method, route)) {
            return For::Services;
        }
        if let Some(operation) = api.operations.iter().find(|one| (one.method, one.path) == (method, route)) {
            return match operation.who.0 {
                openapi::Who::Anyone => For::Everybody,
                openapi::Who::Visitors => For::Visitors,
                // Guests have no token of this kind.
                openapi::Who::Users | openapi::Who::UsersAndGuests => For::Users,
                openapi::Who::OwnersAndStaff => For::OwnerAndStaff,
                openapi::Who::Staff => For::Staff,
                openapi::Who::Admins => For::Admins,
            };
        }
    }
    panic!("no service has {method} {route}")
}

fn apis() -> Vec<openapi::Api> {
    vec![
        carts::api::api(),
        catalog::api::api(),
        edge::api::api(),
        identity::api::api(),
        inventory::api::api(),
        reviews::api::api(),
        sales::api::api(),
    ]
}

impl Row {
    fn with(self, kind: &'static str, attributes: Value) -> Self {
        Self { body: Some((kind, attributes)), ..self }
    }

    /// The status that somebody is answered.
    pub fn expected(&self, who: Who) -> u16 {
        use Who::{Admin, Forged, NoService, Nobody, Owner, RevokedAdmin, RevokedCustomer, RevokedStaff, Service};
        let staff = matches!(who, Who::Staff | Admin | RevokedStaff | RevokedAdmin);
        let revoked = match self.revoked {
            Revoked::AtOnce => matches!(who, RevokedCustomer | RevokedStaff | RevokedAdmin),
            Revoked::StaffAtOnce => matches!(who, RevokedStaff | RevokedAdmin),
            Revoked::Later => false,
        };
        let without_token = matches!(who, Nobody | Service | NoService);
        match self.whom {
            For::Services => {
                if who == Service {
                    self.good
                } else {
                    403
                }
            }
            For::Everybody => self.good,
            For::Visitors => {
                if who == Forged || revoked {
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

/// Every endpoint: whom it is for, when it refuses a revoked token, what those who may are answered.
pub fn table() -> Vec<Row> {
    use Revoked::{AtOnce, Later, StaffAtOnce};
    let price = json!({"amount": 1, "currency": "USD"});
    let wrong = json!({"currentPassword": "wrong horse", "newPassword": "vier-und-siebzig"});
    vec![
        row(Method::GET, "/.well-known/jwks.json", Later, 200),
        row(Method::GET, "/health", Later, 200),
        row(Method::GET, "/openapi.json", Later, 200),
        row(Method::GET, "/docs", Later, 200),
        row(Method::GET, "/docs/{asset}", Later, 200),
        // The owner's address is registered already.
        row(Method::POST, "/auth/register", Later, 409)
            .with("users", json!({"email": "EMAIL", "password": "vier-und-siebzig"})),
        row(Method::POST, "/auth/login", Later, 201)
            .with("sessions", json!({"email": "EMAIL", "password": "PASSWORD"})),
        // Whoever asks, the refresh token decides: this one is no session's.
        row(Method::POST, "/auth/refresh", Later, 401)
            .with("sessions", json!({"refreshToken": format!("zrt_{}.{}", ids::new(), "A".repeat(43))})),
        // Allowed, and answered that the password is wrong.
        row(Method::PUT, "/auth/password", AtOnce, 422).with("password-changes", wrong),
        row(Method::GET, "/users/me", AtOnce, 200),
        row(Method::PATCH, "/users/me", AtOnce, 200).with("users", json!({"displayName": "Somebody"})),
        row(Method::DELETE, "/users/me", AtOnce, 422).with("users", json!({"currentPassword": "wrong horse"})),
        row(Method::GET, "/users", AtOnce, 200),
        row(Method::GET, "/audit-log", AtOnce, 200),
        row(Method::PATCH, "/users/{id}", AtOnce, 200).with("users", json!({"role": "customer"})),
        row(Method::GET, "/products", StaffAtOnce, 200),
        row(Method::POST, "/products", AtOnce, 201)
            .with("products", json!({"name": "Cup", "sku": "UNIQUE", "price": price})),
        row(Method::GET, "/products/{id}", StaffAtOnce, 200),
        row(Method::PATCH, "/products/{id}", AtOnce, 200).with("products", json!({"name": "Cup"})),
        row(Method::DELETE, "/products/{id}", AtOnce, 404),
        row(Method::GET, "/brands", Later, 200),
        row(Method::POST, "/brands", AtOnce, 201).with("brands", json!({"name": "UNIQUE"})),
        // There is none with the product's id.
        row(Method::GET, "/brands/{id}", Later, 404),
        row(Method::PATCH, "/brands/{id}", AtOnce, 404).with("brands", json!({"description": "x"})),
        row(Method::DELETE, "/brands/{id}", AtOnce, 404),
        row(Method::GET, "/categories", StaffAtOnce, 200),
        row(Method::POST, "/categories", AtOnce, 201).with("categories", json!({"name": "UNIQUE"})),
        // There is none with the product's id.
        row(Method::GET, "/categories/{id}", Later, 404),
        row(Method::PATCH, "/categories/{id}", AtOnce, 404).with("categories", json!({"description": "x"})),
        row(Method::DELETE, "/categories/{id}", AtOnce, 404),
        row(Method::GET, "/internal/products/{id}", Later, 200),
        // Nobody is named.
        row(Method::GET, "/internal/users", Later, 400),
        row(Method::GET, "/inventory", StaffAtOnce, 200),
        row(Method::GET, "/inventory/{productId}", StaffAtOnce, 200),
        row(Method::PATCH, "/inventory/{productId}", AtOnce, 200).with("stock-items", json!({"lowStockAt": 5})),
        row(Method::GET, "/inventory/{productId}/movements", StaffAtOnce, 200),
        row(Method::POST, "/inventory/{productId}/adjustments", AtOnce, 201)
            .with("stock-movements", json!({"kind": "receipt", "quantity": 1, "reason": "delivery"})),
        row(Method::POST, "/purchases", AtOnce, 201)
            .with("sales", json!({"lines": [{"productId": "PRODUCT", "quantity": 1}]})),
        row(Method::POST, "/sales", AtOnce, 202)
            .with("sales", json!({"lines": [{"productId": "PRODUCT", "quantity": 1}]})),
        row(Method::GET, "/sales", StaffAtOnce, 200),
        row(Method::GET, "/sales/{id}", StaffAtOnce, 200),
        // It is shipped: nobody cancels or deletes it any more.
        row(Method::PATCH, "/sales/{id}", AtOnce, 409).with("sales", json!({"status": "cancelled"})),
        row(Method::DELETE, "/sales/{id}", AtOnce, 409),
        row(Method::GET, "/sales/{id}/lines", StaffAtOnce, 200),
        // A guest's first item begins a cart: nobody has to sign in.
        row(Method::POST, "/carts/me/items", AtOnce, 201)
            .with("cart-items", json!({"productId": "PRODUCT", "quantity": 1})),
        row(Method::GET, "/carts/me", Later, 200),
        row(Method::PATCH, "/carts/me/items/{productId}", AtOnce, 200).with("cart-items", json!({"quantity": 2})),
        row(Method::DELETE, "/carts/me/items/{productId}", AtOnce, 204),
        row(Method::POST, "/carts/me/items", AtOnce, 201)
            .with("cart-items", json!({"productId": "PRODUCT", "quantity": 1})),
        row(Method::POST, "/carts/me/checkout", AtOnce, 202).with("sales", json!({})),
        row(Method::DELETE, "/carts/me", AtOnce, 204),
        // Allowed, and answered that the guest's token is missing.
        row(Method::POST, "/carts/me/merge", AtOnce, 400),
        row(Method::GET, "/products/{id}/reviews", StaffAtOnce, 200),
        row(Method::POST, "/products/{id}/reviews", AtOnce, 403).with("reviews", json!({"rating": 5})),
        row(Method::GET, "/products/{id}/rating", StaffAtOnce, 200),
        row(Method::GET, "/reviews/{id}", StaffAtOnce, 200),
        // Words are the owner's to change, the status is for staff: a change of nothing is both's.
        row(Method::PATCH, "/reviews/{id}", AtOnce, 200).with("reviews", json!({})),
        row(Method::DELETE, "/reviews/{id}", AtOnce, 404),
        // Last: the session is over then, while the token is still valid.
        row(Method::POST, "/auth/logout", Later, 204),
    ]
}
